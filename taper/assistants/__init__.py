"""For assistants: what `taper mcp` offers over standard input and output (contract 13)."""
