"""Output rows: tables, as text and as columns."""
