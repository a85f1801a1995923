"""Codes and files of other systems: read as given, with the libraries that know them."""
