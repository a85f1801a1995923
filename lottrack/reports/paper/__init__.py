"""Documents on paper: content as plain values, laid out once, drawn as PDF or as plain text."""
