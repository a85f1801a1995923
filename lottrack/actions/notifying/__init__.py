"""Late positives, the duties to tell that follow from them, and the calls that settle these."""
