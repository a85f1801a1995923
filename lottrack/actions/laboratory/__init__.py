"""The laboratory itself: its site, its people and their roles, its places."""
