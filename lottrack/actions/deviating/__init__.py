"""Deviations: opened, investigated, mended, checked, closed by signature."""
