"""Corrections: what of a fact may change, how it is read, and what is done instead."""
