"""Numbers as pictures: series over an axis, and levels to compare them with."""
