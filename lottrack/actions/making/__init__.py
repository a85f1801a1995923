"""Manufacture: lots, passages, samples and fills."""
