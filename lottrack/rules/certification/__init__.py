"""What follows a release: conditions that close, duties to tell, supply out of specification."""
