"""Units with their counts as people and the schedule CSV write them: ``60 mg x 14; 15 mg x 28``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.lint.amounts import amount_of

if TYPE_CHECKING:
    from taper.formulary.product import Product, Strength
    from taper.regimen.units import Units

_UNIT = re.compile(r"(.+?) x ([\d.]+)(?: mL)?")
_NOUN = (
    r"(?:tablets?|tabs?|capsules?|caps?|patch(?:es)?|films?|units?|pills?|ml|millilit(?:re|er)s?)"
)
_WORDS = re.compile(
    r"\s*\((?:[a-z]+[ -]?)+\)|^(?:#|no\.?|qty:?|dispense:?|supply:?)\s*", re.IGNORECASE
)
_BARE = re.compile(rf"([\d.,]+)\s*{_NOUN}?", re.IGNORECASE)
_OF = re.compile(
    rf"([\d.]+)(?:\s*{_NOUN}\s*(?:of\s+|x\s*|\u00d7\s*)?|\s*x\s*|\s*\u00d7\s*|\s+of\s+|\s+(?=[\d./]+\s*m))"
    r"([\d./]+.*?)",
    re.IGNORECASE,
)
_COUNT_LAST = re.compile(r"(.+?)\s*\((\d+)\)")
_LABEL_FIRST = re.compile(
    rf"(.+?)(?:\s+{_NOUN})?\s*[x\u00d7:=#]\s*([\d.]+)\s*{_NOUN}?", re.IGNORECASE
)


def strength_of(product: Product, text: str) -> Strength | None:
    """The strength that a label names, with its unit or without."""
    plain = " ".join(text.split()).removesuffix(".")
    unit = "|".join(map(re.escape, (product.unit, product.unit_text)))
    short = re.sub(rf"\s*(?:{unit})$", "", plain)
    short = re.sub(rf"\s*(?:{unit})(?=/)", "", short).replace("-", "/")
    for strength in product.strengths:
        if strength.label in {plain, short}:
            return strength
    return next((s for s in product.strengths if s.label.partition("/")[0] == short), None)


def units_of(product: Product, text: str) -> Units:
    """``60 x 1 + 15 x 2``: strengths with their counts, as the schedule CSV writes them."""
    found = []
    for part in text.split(" + "):
        match = _UNIT.fullmatch(part)
        if match is None:
            hint = "a strength and its count: 15 x 1"
            raise InputError(Problem("doses", f"'{part}' is not a number of units", hint, part))
        found.append((_known(product, match[1], part), amount_of(match[2])))
    return tuple(found)


def _known(product: Product, label: str, part: str) -> Strength:
    """The strength; a number that is none is a dose that no unit makes."""
    strength = strength_of(product, label)
    if strength is None:
        known = ", ".join(each.label for each in product.strengths)
        is_number = bool(re.match(r"[\d.]+", label))
        kind = "dose-not-makeable" if is_number else ""
        message = f"'{part}' is not a number of a strength of {product.id}"
        raise InputError(Problem("doses", message, f"the strengths are {known}", part, id=kind))
    return strength


def counted(product: Product, text: str) -> dict[Strength | None, int]:
    """``60 mg x 14; 15 mg x 28`` as counts by strength; of a bare number the strength is None.

    Raises :class:`~taper.InputError` if it cannot be read.
    """
    found: dict[Strength | None, int] = {}
    for part in re.split(r"\s*(?:;|\+|\band\b|,(?!\d{3}\b))\s*", text.strip()):
        plain = _WORDS.sub("", part).strip()
        bare = _BARE.fullmatch(plain)
        strength: Strength | None = None
        if bare:
            count = bare[1].rstrip(".,")
        else:
            strength, count = _named(product, plain, part)
        found[strength] = found.get(strength, 0) + amount_of(count)
    return found


def _named(product: Product, plain: str, part: str) -> tuple[Strength, str]:
    """A strength and how many of it, whichever stands first."""
    match = _OF.fullmatch(plain)
    if match is not None:
        count, label = match[1], match[2]
    else:
        match = _LABEL_FIRST.fullmatch(plain) or _COUNT_LAST.fullmatch(plain)
        if match is None:
            message = f"'{part}' is not a number of a strength of {product.id}"
            raise InputError(Problem("quantities", message, "60 mg x 14; 15 mg x 28", part))
        label, count = match[1], match[2]
    label = re.sub(rf"(?<![/\s])\s+{_NOUN}$", "", label, flags=re.IGNORECASE)
    return _known(product, label, part), count
