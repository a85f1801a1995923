"""Identifiers, their check characters, and what a scanner types."""
