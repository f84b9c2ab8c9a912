"""What is asked for, as checked values."""
