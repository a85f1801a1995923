"""Infectious markers of a donor, and what each rule set makes of them."""
