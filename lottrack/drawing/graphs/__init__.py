"""Traces as pictures: things in columns, links between them."""
