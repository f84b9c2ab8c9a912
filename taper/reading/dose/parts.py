"""The amounts of a dose as they are written: numbers, units, and what says the same in two ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.formulary.words import contents
from taper.quantities import THOUSAND
from taper.reading.dose.directions import Amount, Directions, Entry, Item, Series
from taper.reading.dose.tokens import Tokenizer, number

if TYPE_CHECKING:
    import re

NUMBERS = ("half", "number", "number word", "article")
_UNITS = ("rate", "mass", "volume", "noun")
_A_DAY = ("a day", "daily")
_OFTEN = ("times a day", "every hours", "hourly", "times a week")
_MORE = ("each", "total", "noun", "concentration")
# The way in which an amount is told, by the kind of its unit.
_WAYS = {"mass": "drug", "rate": "drug", "volume": "volume", "noun": "units", "": "bare"}
_MOST_DIGITS = 9


def _item(text: Tokenizer) -> Item | None:
    start = text.end
    many = None
    times = text.take("times")
    if times is not None:
        low = number(times[1]) or 0
        many = (low, number(times[2]) or 0 if times[2] else low)
    taken = text.take_any(NUMBERS)
    if taken is None:
        text.go_to(start)
        return None
    found = taken[1]
    span = found.span(1)
    name = text.which(_UNITS)
    if name is None:
        return Item(_value(text, found), "", "", span, many)
    unit = text.take(name)
    assert unit is not None
    where = span[0], unit.end(1)
    if name == "rate" and unit[1] in {"mg", "mgs", "milligram", "milligrams"}:
        return Item(_micrograms(text, found), "rate", "mcg", where, many)
    return Item(_value(text, found), name, unit[1], where, many)


def _value(text: Tokenizer, found: re.Match[str]) -> int:
    digits = found[1].partition(".")[0]
    if digits.isdigit() and len(digits) > _MOST_DIGITS:
        raise text.wrong("the dose is beyond any use", "check it", found.span(1))
    value = number(found[1])
    if value is None:
        message = f"'{found[1]}' is not an amount that can be measured"
        raise text.wrong(message, "at most three decimals", found.span(1))
    return value


def _micrograms(text: Tokenizer, found: re.Match[str]) -> int:
    """Thousandths of a microgram of a rate in milligrams: 0.0375 mg/h is 37.5 mcg/h."""
    whole, _, part = found[1].partition(".")
    part = part.rstrip("0").ljust(6, "0")
    if not whole.isdigit() or len(whole) > 3 or len(part) > 6:  # noqa: PLR2004 - digits
        message = f"'{found[1]}' is not a rate that a patch has"
        raise text.wrong(message, "in micrograms: 25 mcg/h", found.span(1))
    return int(whole) * 1_000_000 + int(part)


def series(text: Tokenizer) -> Series | None:
    """Numbers in a row, as far as signs of one row join them."""
    first = _item(text)
    if first is None:
        return None
    found = Series([first], [])
    while True:
        end = text.end
        if text.which(_A_DAY):
            return found
        sign = text.take("between")
        following = None if sign is None or text.which(_OFTEN) else _item(text)
        if sign is None or following is None:
            text.go_to(end)
            return found
        found.between.append(sign[1])
        found.items.append(following)


def _amount(text: Tokenizer) -> Amount | None:
    start = text.place
    amount = Amount()
    held = text.take("concentration")
    if held is not None:
        amount.concentration = _content(text, held)
    else:
        listed = series(text)
        if listed is None:
            return None
        _put(amount, listed)
    while _more(text, amount):
        pass
    amount.span = (start, text.end)
    return amount


def _content(text: Tokenizer, held: re.Match[str]) -> tuple[int, int]:
    drug, volume = number(held[1]), number(held[2]) if held[2] else THOUSAND
    if not drug or not volume:
        raise text.wrong(f"'{held.group()}' is not a strength", "such as 2 mg/mL", held.span())
    return drug, volume


def _put(amount: Amount, listed: Series) -> bool:
    """Keep a series by what it counts; no second one of a kind."""
    name = "drug" if _is_content(listed) else _WAYS[listed.kind]
    if getattr(amount, name) is not None:
        return False
    setattr(amount, name, listed)
    return True


def _more(text: Tokenizer, amount: Amount) -> bool:
    """What says the same amount in another way: ``(30 mg)``, ``of 15 mg each``."""
    end = text.end
    sign = ""
    while joined := text.take("joined") or (text.take("verb") if amount.each else None):
        sign = joined.group()
    name = text.which(_MORE)
    if name in {"each", "total"}:
        setattr(amount, name, text.take(name) is not None)
        return True
    if name == "noun" and (amount.drug or amount.concentration):
        amount.noun = text.take(name) is not None
        return True
    if name == "concentration" and amount.concentration is None:
        held = text.take(name)
        assert held is not None
        amount.concentration = _content(text, held)
        return True
    if name is None and not text.which(_OFTEN):
        listed = series(text)
        if listed is not None and _fits(amount, listed):
            amount.each = amount.each or (sign == "of" and not amount.total)
            return _put(amount, listed)
    text.go_to(end)
    return False


def _fits(amount: Amount, listed: Series) -> bool:
    """Whether a series can say more of an amount, rather than being another one."""
    kind = listed.kind
    if not kind:
        if _is_content(listed):  # 2 tabs 5/325
            return amount.drug is None and amount.units is not None
        counted = amount.noun or (amount.drug is not None and not amount.drug.kind)
        return counted and amount.units is None and amount.bare is None  # 15 mg tablet, one
    if kind == "noun":
        return amount.units is None and (amount.drug is not None or amount.volume is not None)
    if kind == "volume":
        return amount.volume is None
    return amount.drug is None


def _is_content(listed: Series) -> bool:
    """Whether it is a pair without a unit of which one number can only be acetaminophen."""
    two = len(listed.items) == 2  # noqa: PLR2004
    return two and not listed.kind and max(i.value for i in listed.items) >= min(contents())


def amounts(text: Tokenizer, found: Directions) -> bool:
    """An amount, of the times before it or after it."""
    end = text.end
    most = text.match("most")
    up_to = most is not None and most.group().startswith("up to")
    if up_to:
        text.take("most")
    amount = _amount(text)
    if amount is None:
        text.go_to(end)
        return False
    amount.up_to = up_to
    if found.entries and not found.entries[-1].times and not found.times:
        if found.hours and amount.drug is not None and text.take_any(_A_DAY):
            found.stated = amount  # 10 mg qid (40 mg/day)
            return True
        message = f"'{text.written(*amount.span)}' is a second amount"
        hint = "say for each when it is taken: 30 mg in the morning, 15 mg at bedtime"
        raise text.wrong(message, hint, amount.span)
    found.entries.append(Entry(amount, found.times))
    found.times = []
    return True
