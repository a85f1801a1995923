"""What is owed by when: dated obligations, gathered from every room that knows some."""
