"""One fault in a schedule: fifteen kinds, each with the ids and the rows that must be named."""

from verify.schedules import date_faults, dose_faults  # noqa: F401 - each registers its kinds
from verify.schedules.rows import KINDS, CannotHave, Wanted

__all__ = ["KINDS", "CannotHave", "Wanted"]
