"""A dose as people write it: patterns, tokens, a grammar, and what its numbers mean.

The way of a text: :mod:`~taper.reading.dose.patterns` name the words,
:mod:`~taper.reading.dose.grammar` finds the clauses, :mod:`~taper.reading.dose.amounts` gives
the numbers a meaning for a product, :mod:`~taper.reading.dose.read` makes a prescription.
"""

from taper.reading.dose.meaning import label_amount
from taper.reading.dose.read import parse_frequency, parse_prescription, read_dose

__all__ = ["label_amount", "parse_frequency", "parse_prescription", "read_dose"]
