"""What is known: markets, products, guidelines and holidays, read from the data files."""
