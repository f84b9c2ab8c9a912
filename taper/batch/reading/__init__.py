"""Input rows: CSV, JSONL and Parquet."""
