"""Every export of four plans, byte for byte."""
