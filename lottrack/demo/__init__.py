"""A training record: nine children, one parent each, played through the actions of every day."""
