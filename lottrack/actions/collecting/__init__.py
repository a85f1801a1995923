"""Collections of marrow: planned, taken, received, counted, accepted or rejected."""
