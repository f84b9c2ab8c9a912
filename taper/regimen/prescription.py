"""What is prescribed, and how it is printed: ``90 mg q8h``, ``5-10 mg q4-6h prn``.

The reader of doses as people write them is :mod:`taper.reading.dose`; what is printed here, it
reads as the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from taper.formulary.market import combinations
from taper.formulary.words import contents
from taper.quantities import THOUSAND, plain

HOURS_OF_DAY = 24
HOURS_OF_WEEK = 168
_WHEN = {
    "morning": "in the morning",
    "noon": "at noon",
    "afternoon": "in the afternoon",
    "evening": "in the evening",
    "bedtime": "at bedtime",
}


@dataclass(frozen=True, slots=True)
class Prescription:
    """A dose as written: amounts in thousandths, the hours between administrations.

    One amount stands for every administration; several stand in the order of the day. ``hours``
    is None if no frequency was written. A range leaves open what is taken: ``amounts`` and
    ``hours`` are the smaller amount and the shorter time.
    """

    amounts: tuple[int, ...]
    unit: str
    hours: int | None
    count: int = 0
    """Units of the amount that are taken at once: the 2 of ``2 x 15 mg``."""
    other: int = 0
    """The second ingredient of a combination, at the first administration that has any."""
    prn: bool = False
    most: int = 0
    """The largest amount at one administration, if a range was written (``5-10 mg``)."""
    longest_hours: int = 0
    """The longer time between administrations, if a range was written (``q4-6h``)."""
    most_per_day: int = 0
    """The most in a day, if it was written (``max 40 mg a day``)."""
    times: tuple[str, ...] = ()
    """When the amounts are taken, if it is not when their number says (``at bedtime``)."""
    a_day: int = 0
    """Administrations a day if the hours do not divide a day: 5, four hours apart."""
    parts: tuple[tuple[tuple[int, int], ...], ...] = ()
    """The units of each amount, if they differ: thousandths of a unit, and what one holds."""
    strength: str = field(default="", compare=False)
    """The label of the unit that was named, by name or by count."""
    market: str = field(default="us", compare=False)
    """Where it is prescribed; what is a combination there is printed so that it is none."""
    passed_over: tuple[str, ...] = field(default=(), compare=False)
    """Words that were read and have no part in a plan, such as ``x 14 days``."""

    @property
    def leaves_open(self) -> bool:
        """Whether what is taken is not what is prescribed: as needed, or a range."""
        return self.prn or bool(self.most or self.longest_hours)

    @property
    def administrations(self) -> int:
        """How many a day; 0 if no frequency was written, 1 for a patch."""
        if self.a_day or not self.hours:
            return self.a_day
        return max(HOURS_OF_DAY // self.hours, 1)

    def __str__(self) -> str:
        """In one canonical form: ``90 mg q8h``."""
        words = [self._amounts()]
        if self._looks_combined:
            words = [self._at_times()]
        elif self.a_day:
            fewer = f"{HOURS_OF_DAY // self.longest_hours}-" if self.longest_hours else ""
            words.append(f"{fewer}{self.a_day} times a day")
        elif self.hours:
            words.append(frequency(self.hours, self.longest_hours))
        if self.times and not self._looks_combined:
            words.append(" and ".join(_WHEN[time] for time in self.times))
        if self.prn:
            words.append("prn")
        if self.most_per_day:
            words.append(f"max {plain(self.most_per_day)} {self.unit} a day")
        return " ".join(words)

    @property
    def _looks_combined(self) -> bool:
        """Whether two doses of a day in a row would be read as a combination: ``10/300 mg``."""
        if len(self.amounts) != 2 or self.parts:  # noqa: PLR2004
            return False
        first, second = (amount // max(self.count, 1) for amount in self.amounts)
        return self._is_pair(first, second)

    def _is_pair(self, first: int, second: int) -> bool:
        """Whether two amounts would be read as the ingredients of a combination."""
        if self.unit != "mg":
            return False
        either = {(first, second), (second, first)}
        known = not contents().isdisjoint((first, second))
        return known or not either.isdisjoint(combinations(self.market))

    def _at_times(self) -> str:
        """``10 mg in the morning and 300 mg in the evening``."""
        count = f"{self.count} x " if self.count else ""
        each = [f"{count}{plain(a // max(self.count, 1))} {self.unit}" for a in self.amounts]
        times = self.times or ("morning", "evening")
        return " and ".join(f"{a} {_WHEN[time]}" for a, time in zip(each, times, strict=True))

    def _amounts(self) -> str:
        if self.parts:
            return self._in_parts()
        several = max(self.count, 1)
        shown = [plain(amount // several) for amount in self.amounts]
        if self.other:
            shown.append(plain(self.other // several))
        count = f"{self.count} x " if self.count else ""
        text = f"{'/'.join(shown)} {self.unit}"
        if not self.most:
            return f"{count}{text}"
        if self.count:
            most = self.most * self.count // self.amounts[0]
            return f"{self.count}-{most} x {text}"
        to = " to " if self._is_pair(self.amounts[0], self.most) else "-"
        return f"{shown[0]}{to}{plain(self.most)} {self.unit}"

    def _in_parts(self) -> str:
        """``2 x 15 mg / 1 x 30 mg``, ``25 + 12 mcg/h``, ``1.5 x 5/325 mg``."""
        first = next(parts for parts in self.parts if parts)
        other = f"/{plain(self.other * THOUSAND // first[0][0])}" if self.other else ""
        nothing = f"0 x {plain(first[0][1])}{other}" if other else "0"
        shown = []
        for parts in self.parts:
            units = [
                plain(each)
                if count == THOUSAND and len(parts) > 1
                else f"{plain(count)} x {plain(each)}{other}"
                for count, each in parts
            ]
            shown.append(f"{' + '.join(units) or nothing} {self.unit}")
        return " / ".join(shown)


def frequency(hours: int, longest: int = 0) -> str:
    """Hours as written in a prescription: ``q8h``, ``q4-6h``, ``q7d``."""
    if hours == HOURS_OF_WEEK:
        return "q7d"
    return f"q{hours}-{longest}h" if longest else f"q{hours}h"
