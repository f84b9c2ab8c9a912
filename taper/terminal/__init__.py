"""What a person sees and types: tables, prompts, settings, streams."""
