"""The plan: made, written as one document, read back, compared."""
