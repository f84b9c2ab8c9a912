"""What can be taken: units of a strength, administrations of a day, and their directions."""
