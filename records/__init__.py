"""What is held, where it came from, who is in it."""
