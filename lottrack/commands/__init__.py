"""One module per noun: text in, one action, a report out."""
