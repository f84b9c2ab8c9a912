"""Plans that rows have in common: which rows share one, and what is rendered of it once."""
