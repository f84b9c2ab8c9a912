"""A plan as a program sees it: exact decimals, dates, tables, files (contract 13)."""
