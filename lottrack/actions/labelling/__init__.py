"""Labels: planned, printed, applied, void, and their account."""
