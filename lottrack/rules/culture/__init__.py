"""Cells in culture: growth, the balance of cells, what is plausible."""
