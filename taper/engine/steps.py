"""A step: one row of the schedule, and the kinds of rows there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from taper.engine.choice import Reason
    from taper.regimen.table import Regimen

CURRENT, BASELINE, REDUCE, HOLD, CHANGE, MAINTAIN, STOP = (
    "current",
    "baseline",
    "reduce",
    "hold",
    "change",
    "maintain",
    "stop",
)


BEFORE_A_HOLD = "the dose stays as it is; a hold follows"  # why, of a baseline row


class Step(NamedTuple):
    """One row: what is taken from ``start`` to ``end``, both inclusive.

    ``number`` 0 is the current regimen, without dates; a stop has a start only. ``original``
    and ``before`` are the daily doses at the start and in the row before, in thousandths,
    counted as this row's product is (another salt after a change of product).
    ``companions`` are the other opioids taken, as they are in this row.
    """

    number: int
    kind: str
    start: date | None
    end: date | None
    regimen: Regimen
    original: int
    before: int
    reason: Reason
    companions: tuple[Regimen, ...] = ()
    findings: tuple[str, ...] = ()  # ids
    saved_why: str = ""  # of a row read from a saved plan

    def with_findings(self, ids: tuple[str, ...]) -> Step:
        """The same row with findings."""
        return Step(*self[:-2], ids, self.saved_why)

    @property
    def days(self) -> int | None:
        """Days of the row; None where it has no end."""
        if self.start is None or self.end is None:
            return None
        return (self.end - self.start).days + 1

    @property
    def daily(self) -> int:
        """The daily dose in thousandths of the unit."""
        return self.regimen.daily

    @property
    def cut(self) -> int:
        """How much lower the daily dose is than in the row before, in thousandths."""
        return self.before - self.regimen.daily
