"""The data files, and the one reader of them."""
