"""May this lot be released? Every rule, with its evidence and who can mend it."""
