"""The patient's hand-out: its language, its advice, its pages."""
