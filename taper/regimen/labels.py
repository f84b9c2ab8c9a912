"""The label of one strength: what is taken from this bottle, when, and from which day (contract 9).

A dose that is made of several strengths comes from several bottles. Each label says only what is
taken from its own, so that nobody who reads two labels takes a dose twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from taper.quantities import THOUSAND
from taper.regimen.directions import (
    as_needed,
    how_often,
    is_regular,
    strength_text,
    unit_noun,
    units_in_figures,
    units_in_words,
    when_in_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from taper.formulary.product import Strength
    from taper.regimen.table import Regimen

LONGEST_LABEL = 1000  # characters; what is longer is written in figures
_VERBS = {"patch": ("Apply", "to the skin"), "film": ("Place", "inside the cheek")}


class Part(NamedTuple):
    """A regimen within a fill, from ``start`` to ``end`` inclusive; ``whole``: all through it."""

    start: date
    end: date
    regimen: Regimen
    whole: bool


def label(strength: Strength, parts: Sequence[Part]) -> str:
    """The directions of one strength over the parts of a fill, dated if they change."""
    texts = _joined([(part, _sentence(part.regimen, strength)) for part in parts])
    text = " ".join(_dated(part, sentence) for part, sentence in texts)
    return text if len(text) <= LONGEST_LABEL else _in_figures(strength, parts)


def counts_of(regimen: Regimen, strength: Strength) -> list[tuple[str, int]]:
    """When units of the strength are taken, and how many, in thousandths."""
    found = []
    for time, units in zip(regimen.times, regimen.units, strict=True):
        count = sum(count for each, count in units if each == strength)
        if count:
            found.append((time, count))
    return found


def _joined(texts: Iterable[tuple[Part, str]]) -> list[tuple[Part, str]]:
    """One entry for parts that follow each other and read the same."""
    found: list[tuple[Part, str]] = []
    for part, text in texts:
        if found and found[-1][1] == text and (part.start - found[-1][0].end).days == 1:
            first = found[-1][0]
            found[-1] = (first._replace(end=part.end, whole=first.whole or part.whole), text)
        else:
            found.append((part, text))
    return found


def _dated(part: Part, text: str) -> str:
    return (
        text if part.whole else f"From {part.start.isoformat()} to {part.end.isoformat()}: {text}"
    )


def _sentence(regimen: Regimen, strength: Strength) -> str:
    """What is taken from one bottle in a day, in one sentence."""
    product = regimen.product
    verb, where = _VERBS.get(product.kind, ("Take", "by mouth"))
    others = _companions(regimen, strength)
    together = f"; {verb.lower() if product.is_patch else 'take'} with {others}" if others else ""
    taken = counts_of(regimen, strength)
    if product.is_patch:
        patches = units_in_words(product, ((strength, taken[0][1]),), product.brand)
        return f"{verb} {patches} {where}; change {how_often(product, regimen.interval)}{together}."
    counts = {count for _, count in taken}
    if len(counts) > 1:
        bottle = f", from the {strength.label} liquid" if product.is_liquid else ""
        return f"{verb} {where}{bottle}: {_by_count(regimen, strength, taken)}{together}."
    units = _units(regimen, strength, taken[0][1])
    return f"{verb} {units} {where} {_when(regimen, [time for time, _ in taken])}{together}."


def _units(regimen: Regimen, strength: Strength, count: int) -> str:
    """Units of one strength: ``two 15 mg tablets``; ``5 mg (2.5 mL of the 2 mg/mL liquid)``."""
    product = regimen.product
    words = units_in_words(product, ((strength, count),), product.brand)
    if not product.is_liquid:
        return words
    return f"{product.text(strength.amount * count // THOUSAND)} ({words})"


def _companions(regimen: Regimen, strength: Strength) -> str:
    """The strengths that make the dose together with this one: ``the 30 mg tablets``."""
    product = regimen.product
    found: dict[Strength, None] = {}
    for units in regimen.units:
        at_once = [each for each, _ in units]
        if strength in at_once:
            found.update(dict.fromkeys(each for each in at_once if each != strength))
    names = [strength_text(product, each) for each in found]
    if not names:
        return ""
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return f"the {listed} {unit_noun(product, many=True)}"


def _when(regimen: Regimen, times: Sequence[str]) -> str:
    """``every 12 hours``; ``once a day, in the evening``; ``in the morning and at noon``."""
    if regimen.most_often:
        return as_needed(regimen)
    if regimen.product.is_patch:
        return f"at a time, changed {how_often(regimen.product, regimen.interval)}"
    if len(times) == 1:
        return f"once a day, {when_in_words(times[0])}"
    if len(times) == len(regimen.amounts) and is_regular(regimen):
        return how_often(regimen.product, regimen.interval)
    return _listed([when_in_words(time) for time in times])


def _by_count(regimen: Regimen, strength: Strength, taken: Sequence[tuple[str, int]]) -> str:
    """``two 15 mg tablets in the morning and at bedtime; one 15 mg tablet at noon``."""
    groups: dict[int, list[str]] = {}
    for time, count in taken:
        groups.setdefault(count, []).append(when_in_words(time))
    liquid = f" of the {strength.label} liquid"  # said once, before the amounts
    return "; ".join(
        f"{_units(regimen, strength, count).replace(liquid, '')} {_listed(times)}"
        for count, times in groups.items()
    )


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _in_figures(strength: Strength, parts: Sequence[Part]) -> str:
    """The same for a fill of many short steps: dates and numbers of units."""
    product = parts[0].regimen.product
    lines = []
    for part in parts:
        groups: dict[int, list[str]] = {}
        for time, count in counts_of(part.regimen, strength):
            groups.setdefault(count, []).append(time)
        taken = "; ".join(
            f"{_number(part.regimen, strength, count)} {_when(part.regimen, times)}"
            for count, times in groups.items()
        )
        lines.append(f"{part.start.isoformat()} to {part.end.isoformat()}: {taken}.")
    noun = " ".join(filter(None, (product.brand, unit_noun(product, many=True))))
    return f"{strength_text(product, strength)} {noun}, by date. " + " ".join(lines)


def _number(regimen: Regimen, strength: Strength, count: int) -> str:
    """A count as a label has it: ``2``, ``½``, ``2.5 mL``."""
    if regimen.product.is_liquid:
        return units_in_figures(regimen.product, ((strength, count),))
    whole, rest = divmod(count, THOUSAND)
    return (str(whole) if whole else "") + ("½" if rest else "")
