"""The dose grammar: ``90 mg q8h``, ``2 x 15 mg q8h``, ``60/45/60 mg``, ``10 mg q6h prn``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from taper.errors import InputError, Problem
from taper.quantities import parse_dose, plain, thousandths, unit_of

HOURS_OF_DAY = 24
_FREQUENCIES = {
    **dict.fromkeys(("qd", "daily", "q24h", "od", "once daily", "once a day"), 24),
    **dict.fromkeys(("bid", "q12h", "bd", "twice daily", "twice a day"), 12),
    **dict.fromkeys(("tid", "q8h", "tds", "three times daily", "three times a day"), 8),
    **dict.fromkeys(("qid", "q6h", "qds", "four times daily", "four times a day"), 6),
    "q4h": 4,
    "q48h": 48,
    "q72h": 72,
    "q96h": 96,
    **dict.fromkeys(("q7d", "q168h", "weekly", "every 7 days"), 168),
    **{f"every {hours} hours": hours for hours in (4, 6, 8, 12, 24, 48, 72, 96)},
    **{f"every {days} days": days * 24 for days in (2, 3, 4)},
}
_SLOTS = {1: 24, 2: 12, 3: 8, 4: 6, 6: 4}  # amounts in a row, and the hours between them
_NUMBER = r"\d[\d.]*"
_GRAMMAR = re.compile(
    rf"\s*(?:(?P<count>\d{{1,3}})\s*[x\u00d7*]\s*)?"
    rf"(?P<amounts>{_NUMBER}(?:\s*/\s*{_NUMBER})*)"
    r"\s*(?P<unit>[A-Za-zµμ]+(?:/[A-Za-z]+)?)?"
    r"(?:\s+(?P<rest>.*?))?\s*",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Prescription:
    """A dose as written: amounts in thousandths, the hours between administrations.

    One amount stands for every administration; several stand in the order of the day.
    ``count`` units of the amount are taken at once (``2 x 15 mg``); ``other`` is the second
    ingredient of a combination. ``hours`` is None where no frequency was written.
    """

    amounts: tuple[int, ...]
    unit: str
    hours: int | None
    count: int = 0
    other: int = 0
    prn: bool = False

    def __str__(self) -> str:
        """In one canonical form: ``90 mg q8h``."""
        count = f"{self.count} x " if self.count else ""
        shown = [plain(amount // max(self.count, 1)) for amount in self.amounts]
        if self.other:
            shown.append(plain(self.other // max(self.count, 1)))
        often = f" {frequency(self.hours)}" if self.hours else ""
        return f"{count}{'/'.join(shown)} {self.unit}{often}{' prn' if self.prn else ''}"


def frequency(hours: int) -> str:
    """Hours as written in a prescription: ``q8h``, ``q7d``."""
    return "q7d" if hours == 168 else f"q{hours}h"  # noqa: PLR2004 - a week


def _problem(text: str, message: str, hint: str, span: tuple[int, int] | None = None) -> Problem:
    return Problem("dose", message, hint, text, span)


def parse_frequency(text: str) -> int | None:
    """Hours between administrations for ``q8h``, ``BID``, ``twice a day``; None if unknown."""
    return _FREQUENCIES.get(" ".join(text.lower().split()))


def _rest(text: str, match: re.Match[str]) -> tuple[int | None, bool]:
    """The words after the unit: a frequency, ``prn``, or both."""
    words = (match.group("rest") or "").lower().replace("when required", "prn").split()
    prn = "prn" in words
    words = [word for word in words if word != "prn"]
    if not words:
        return None, prn
    hours = parse_frequency(" ".join(words))
    if hours is None:
        span = match.span("rest")
        message = f"'{' '.join(words)}' is not a frequency"
        hint = "qd, bid, tid, qid, q24h, q12h, q8h, q6h, q4h; patches q48h, q72h, q96h, q7d"
        raise InputError(_problem(text, message, hint, span))
    return hours, prn


def _amounts(text: str, match: re.Match[str], unit: str) -> list[int]:
    found = []
    start = match.start("amounts")
    for number in re.finditer(_NUMBER, match.group("amounts")):
        span = (start + number.start(), start + number.end())
        if len(number.group().partition(".")[0]) > 9:  # noqa: PLR2004 - digits
            raise InputError(_problem(text, "the dose is beyond any use", "check it", span))
        amount = thousandths(number.group()) if number.group().count(".") <= 1 else None
        if amount is None or number.group().endswith("."):
            message = f"'{number.group()}' is not an amount that can be measured"
            raise InputError(_problem(text, message, f"write 15 {unit} or 7.5 {unit}", span))
        found.append(amount)
    return found


@lru_cache(maxsize=4096)
def parse_prescription(
    text: str,
    unit: str,
    *,
    combination: bool = False,
    pairs: frozenset[tuple[int, int]] = frozenset(),
) -> Prescription:
    """Read a dose in ``unit``; ``combination`` where a second amount is another ingredient.

    ``pairs`` are the marketed strengths of a combination whose other ingredient weighs less than
    the opioid (oxycodone/naloxone 20/10): such a pair is a tablet, never two doses of a day.

    Raises :class:`~taper.InputError` with the part of the text that is wrong.
    """
    match = _GRAMMAR.fullmatch(text)
    if match is None:
        # says what is wrong with the first amount, if that is what is wrong
        parse_dose(text, unit, "dose")
        raise InputError(_problem(text, f"'{text.strip()}' is not a dose", f"write 90 {unit} q8h"))
    written = match.group("unit")
    if written and unit_of(written) is None and parse_frequency(written) is not None:
        message = f"'{match.group('amounts')}' has no unit"
        hint = f"write {match.group('amounts')} {unit} {written}"
        raise InputError(_problem(text, message, hint, match.span("amounts")))
    if written is None or unit_of(written) != unit:
        number = match.group("amounts").split("/")[0].strip()
        parse_dose(f"{number} {written or ''}", unit, "dose")
        raise InputError(_problem(text, f"the unit is not {unit}", f"write {number} {unit}"))
    amounts = _amounts(text, match, unit)
    hours, prn = _rest(text, match)
    count = int(match.group("count") or 0)
    other = 0
    is_pair = len(amounts) == 2 and (amounts[1] > amounts[0] or tuple(amounts) in pairs)  # noqa: PLR2004
    if combination and is_pair:
        other = amounts.pop() * max(count, 1)
    if not any(amounts) or (match.group("count") and not count):
        raise InputError(
            _problem(text, "the dose is zero", "an amount above 0", match.span("amounts"))
        )
    if len(amounts) > 1:
        slots = _SLOTS.get(len(amounts))
        if slots is None or hours not in {None, slots}:
            message = f"{len(amounts)} amounts do not fit the administrations of a day"
            if slots and hours:
                message = f"{len(amounts)} amounts, but {frequency(hours)}"
            hint = "one amount for each of 1, 2, 3, 4 or 6 administrations a day"
            raise InputError(_problem(text, message, hint, match.span("amounts")))
        hours = slots
    scaled = tuple(amount * max(count, 1) for amount in amounts)
    return Prescription(scaled, unit, hours, count, other, prn)
