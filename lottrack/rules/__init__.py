"""Pure rules: no clock, no files, no database."""
