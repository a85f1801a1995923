"""Controlled documents, test results, their review and the holds they open."""
