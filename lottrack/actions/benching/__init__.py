"""The bench: what the scanner there does, the reasons of the site, what a scan speaks of."""
