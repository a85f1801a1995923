"""What people write, read strictly: text, numbers with units, times, data files."""
