"""What rows of a batch have in common is worked out once."""
