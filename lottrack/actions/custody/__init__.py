"""Containers, and where each is: every movement with its people and condition."""
