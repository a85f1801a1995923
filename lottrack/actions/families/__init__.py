"""Donor, patient, the pair they are, and the course of treatment between them."""
