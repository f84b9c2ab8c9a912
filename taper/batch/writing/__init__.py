"""Output rows: text and columns."""
