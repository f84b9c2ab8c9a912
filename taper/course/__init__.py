"""A plan under way: its position on a day, its revisions, and what falls due."""
