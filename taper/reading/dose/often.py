"""How often a dose is taken, and at which times of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.reading.dose.patterns import WORDS

if TYPE_CHECKING:
    import re

    from taper.reading.dose.directions import Directions
    from taper.reading.dose.tokens import Tokenizer

TIMES = ("morning", "noon", "afternoon", "evening", "bedtime")
# 24 hours do not divide by these numbers a day: the hours between two that follow each other
UNEVEN = {5: 4, 7: 3}
_LATIN = {"qod": 48}
_LATIN |= dict.fromkeys(("qd", "qday", "od"), 24) | dict.fromkeys(("bid", "bd"), 12)
_LATIN |= dict.fromkeys(("tid", "tds"), 8) | dict.fromkeys(("qid", "qds"), 6)
_MOST_A_DAY = 8
_LONGEST_HOURS = 9999
_WEEK = 168  # hours
_FREQUENCIES = "qd, bid, tid, qid, q24h, q12h, q8h, q6h, q4h; patches q72h, q7d"
_CLOCK = {"morning": range(4, 11), "noon": range(11, 14), "afternoon": range(14, 17)}
_CLOCK |= {"evening": range(17, 21), "bedtime": range(21, 24)}


def _often(
    text: Tokenizer, found: Directions, match: re.Match[str], hours: int, longest: int = 0
) -> bool:
    """Keep the hours between two administrations; a second frequency must say the same."""
    longest = 0 if longest == hours else longest
    span = match.start(), match.end()
    odd = 24 % hours if 0 < hours < 24 else hours % 12  # noqa: PLR2004 - 84 is twice a week
    if odd or not 0 < hours <= _LONGEST_HOURS or (longest and longest < hours):
        message = f"'{text.written(*span)}' is not a frequency"
        raise text.wrong(
            message, "qd, bid, tid, qid, q24h, q12h, q8h, q6h, q4h; patches q72h, q7d", span
        )
    if found.hours and (found.hours, found.longest_hours) != (hours, longest):
        raise text.wrong(f"'{text.written(*span)}' is a second frequency", "one of the two", span)
    found.hours, found.longest_hours, found.often = hours, longest, span
    return True


def _whole(text: str | None) -> int:
    """A whole number in figures or words; 0 for none, or for one that is not whole."""
    if not text:
        return 0
    value = WORDS.get(text) or int(text) if text.isdigit() or text in WORDS else 0
    return value if value < _LONGEST_HOURS else 0


def every_hours(text: Tokenizer, found: Directions) -> bool:
    """``q6h``, ``every 4-6 hours``, ``12 hourly``."""
    match = text.take("every hours") or text.take("hourly")
    if match is None:
        return False
    return _often(text, found, match, _whole(match[1]), _whole(match[2]))


def every_days(text: Tokenizer, found: Directions) -> bool:
    """``every other day``, ``every 3 days``, ``every week``."""
    match = text.take("every days")
    if match is not None:
        word = match[1].rstrip("ndrth") if match[1][0].isdigit() else match[1]
        return _often(text, found, match, 24 * _whole(word))
    match = text.take("every weeks")
    return match is not None and _often(text, found, match, _WEEK * (_whole(match[1]) or 1))


def times_a_week(text: Tokenizer, found: Directions) -> bool:
    """``once a week``, ``twice weekly``."""
    match = text.take("times a week")
    if match is None:
        return False
    number_ = 1 if match[2] else _whole(match[1])
    if number_ not in {1, 2}:
        span = match.span()
        raise text.wrong(
            f"'{text.written(*span)}' is not a frequency", "q48h, q72h, q96h, q7d", span
        )
    found.twice_weekly = number_ == 2  # noqa: PLR2004
    return _often(text, found, match, _WEEK // number_)


def times_a_day(text: Tokenizer, found: Directions) -> bool:
    """``3 times a day``, ``2-3 x daily``, ``up to 4 times a day``."""
    match = text.take("times a day") or text.take("times x day")
    if match is None:
        return False
    first = _whole(match[1])
    second = _whole(match[2]) if match.re.groups > 1 else 0
    if "up to" in match.group():
        found.prn = True  # what may be taken, and need not
    often, seldom = max(first, second), min(first, second) if second else 0
    hours = UNEVEN.get(often, 24 // often if often and 24 % often == 0 else 0)
    if often > _MOST_A_DAY or (second and second < first):
        hours = 0
    found.a_day = often if often in UNEVEN else 0
    return _often(text, found, match, hours, 24 // seldom if seldom else 0)


def latin(text: Tokenizer, found: Directions) -> bool:
    """``bid``, ``t.i.d.``, ``bid-tid``."""
    match = text.take("latin")
    if match is None:
        return False
    found.prn = found.prn or match.group().startswith("up")
    first = _LATIN[match[1].replace(".", "").replace(" ", "")]
    second = _LATIN[match[2]] if match[2] else first
    return _often(text, found, match, min(first, second), max(first, second))


def daily(text: Tokenizer, found: Directions) -> bool:
    """``a day``, ``daily``: once, or the total of the day."""
    match = text.take("daily")
    if match is None:
        return False
    if found.hours and found.hours <= 24:  # noqa: PLR2004 - q6h daily
        return True
    found.total = match.span()
    return _often(text, found, match, 24)


def time(text: Tokenizer, found: Directions) -> bool:
    """``in the morning``, ``qhs``."""
    taken = text.take_any(TIMES)
    if taken is None:
        return False
    return _at(text, found, taken[0], taken[1].span())


def _at(text: Tokenizer, found: Directions, name: str, span: tuple[int, int]) -> bool:
    """Keep a time of the day with the amount before it, or for the one that follows."""
    listed = found.times if not found.entries else found.entries[-1].times
    if name in listed:
        raise text.wrong(f"'{name}' stands twice", "30 mg in the morning, 15 mg at bedtime", span)
    listed.append(name)
    return True


def clock(text: Tokenizer, found: Directions) -> bool:
    """``at 8 am, 2 pm and 8 pm``: the times of the day that these hours are."""
    match = text.take("clock")
    while match is not None:
        hour, half = (match[1], match[2]) if match[1] else (match[3], match[4])
        of_day = int(hour) % 12 + 12 * (half == "p")
        names = [name for name, hours in _CLOCK.items() if of_day in hours]
        if not names or not 1 <= int(hour) <= 12:  # noqa: PLR2004 - hours of a clock
            raise text.wrong(
                f"'{text.written(*match.span())}' is not a time to plan for",
                "30 mg in the morning, 15 mg at bedtime",
                match.span(),
            )
        _at(text, found, names[0], match.span())
        while text.take("mark"):
            pass
        match = text.take("next clock")
    return True
