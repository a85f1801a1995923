"""The bench: what a scanner does to a code, and the codes that command instead of naming."""
