"""Schedules with one fault each, and what `taper check` finds in them.

:mod:`verify.schedules.faultless` makes plans at random and writes them in three ways,
:mod:`verify.schedules.faults` puts one fault into them, :mod:`verify.schedules.measure` counts
what is found, with the right id and in the right row. ``python -m verify.schedules`` runs it.
"""
