"""What a reader sees: tables, JSON and documents."""
