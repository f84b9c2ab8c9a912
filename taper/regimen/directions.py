"""Directions in words: what the label says (the sig)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.quantities import THOUSAND, plain
from taper.regimen.prescription import HOURS_OF_DAY, frequency
from taper.regimen.times import TIMES

if TYPE_CHECKING:
    from taper.formulary.product import Product, Strength
    from taper.regimen.prescription import Prescription
    from taper.regimen.table import Regimen
    from taper.regimen.units import Units

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_WHEN = {
    "morning": "in the morning",
    "afternoon": "in the afternoon",
    "evening": "in the evening",
    "noon": "at noon",
    "bedtime": "at bedtime",
}


def number_in_words(count: int) -> str:
    """``one`` to ``ten``, and figures above."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def unit_noun(product: Product, *, many: bool) -> str:
    """What one unit of the product is called: ``tablet``, ``patches``, ``mL``."""
    if product.is_liquid:
        return "mL"
    plural = "es" if product.is_patch else "s"
    return product.kind + (plural if many else "")


def strength_text(product: Product, strength: Strength) -> str:
    """A strength as printed on the label: ``60 mg``, ``10/325 mg``, ``2 mg/mL``."""
    return strength.label if product.is_liquid else f"{strength.label} {product.unit_text}"


def units_in_words(product: Product, units: Units, brand: str = "") -> str:
    """``one 60 mg tablet and one and a half 15 mg tablets``.

    With a ``brand``, as a label has it: ``two 10 mg Zomorph capsules``.
    """
    named = f"{brand} " if brand else ""
    parts = []
    for strength, count in units:
        if product.is_liquid:
            parts.append(f"{plain(count)} mL of the {strength.label} liquid")
            continue
        whole, rest = divmod(count, THOUSAND)
        label = strength_text(product, strength)
        noun = named + unit_noun(product, many=whole > 1 or (whole == 1 and rest > 0))
        if not rest:
            parts.append(f"{number_in_words(whole)} {label} {noun}")
        elif not whole:
            parts.append(f"half of one {label} {noun}")
        else:
            parts.append(f"{number_in_words(whole)} and a half {label} {noun}")
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def units_in_figures(product: Product, units: Units) -> str:
    """Short, for a table: ``60+15``, ``2x100``, ``½x10``, ``2.5 mL``."""
    if product.is_liquid:
        return f"{plain(sum(count for _, count in units))} mL"
    parts = []
    for strength, count in units:
        whole, rest = divmod(count, THOUSAND)
        number = (str(whole) if whole else "") + ("½" if rest else "")
        parts.append(strength.label if number == "1" else f"{number}x{strength.label}")
    return " + ".join(parts)


def when_in_words(time: str) -> str:
    """``in the morning``, ``at noon``, ``at 06:00``."""
    return _WHEN.get(time, f"at {time}")


def _amount(product: Product, amount: int, units: Units) -> str:
    """The units with the amount they make: ``one 60 mg tablet (60 mg)`` says it once."""
    words = units_in_words(product, units)
    text = product.text(amount)
    if product.is_liquid:
        volume = plain(sum(count for _, count in units))
        return f"{text} ({volume} mL of the {units[0][0].label} liquid)"
    if words == f"one {text} {product.kind}":
        return words
    return f"{words} ({text})"


def how_often(product: Product, hours: int) -> str:
    """``every 8 hours``, ``once a day``, ``every 7 days``.

    In the UK ordinary products are taken ``twice a day``, as the BNF says it; modified-release
    ones go by the hour there, too.
    """
    said = product.words["often"].get(str(hours)) if product.release == "ir" else None
    if said is not None:
        return str(said)
    if hours == 24:  # noqa: PLR2004 - hours of a day
        return "once a day"
    if hours > 24 and hours % 24 == 0 and hours != 72:  # noqa: PLR2004 - labels say 72 hours
        return f"every {hours // 24} days"
    return f"every {hours} hours"


def prescription_in_words(product: Product, written: Prescription) -> str:
    """A dose as prescribed: ``90 mg q8h``; in the UK ``60 mg every 12 hours``."""
    text = str(written)
    if not product.words["often"]:
        return text
    if written.hours is not None:
        text = text.replace(f" {frequency(written.hours)}", f" {how_often(product, written.hours)}")
    return text.replace(f" {product.unit} ", f" {product.unit_text} ").replace(
        " prn", " when required"
    )


def _spread(regimen: Regimen, verb: str, where: str) -> str:
    """The administrations: alike through the day in one clause, else one clause a time."""
    product = regimen.product
    taken = [
        (time, amount, units)
        for time, amount, units in zip(regimen.times, regimen.amounts, regimen.units, strict=True)
        if amount
    ]
    same = len({(amount, units) for _, amount, units in taken}) == 1
    if same:
        _, amount, units = taken[0]
        what = f"{verb} {_amount(product, amount, units)} {where}"
        if regimen.most_often:
            return f"{what} {_as_needed(regimen)}."
        if len(taken) > 1 and is_regular(regimen):
            return f"{what} {how_often(product, regimen.interval)}."
        times = [when_in_words(time) for time, _, _ in taken]
        if len(taken) == 1:
            return f"{what} once a day, {times[0]}."
        return f"{what} {', '.join(times[:-1])} and {times[-1]}."
    clauses = [
        f"{when_in_words(time)} {_amount(product, amount, units)}" for time, amount, units in taken
    ]
    return f"{verb} {where}: {'; '.join(clauses)}."


def is_regular(regimen: Regimen) -> bool:
    """Whether the hours between administrations tell when they are: at the usual times."""
    number = len(regimen.times)
    return regimen.times == TIMES[number] and number * regimen.interval == HOURS_OF_DAY


def as_needed(regimen: Regimen) -> str:
    """``as needed, at least 6 hours apart, at most 3 times a day``."""
    often = regimen.most_often
    times = "once" if often == 1 else f"{often} times"
    return f"as needed, at least {regimen.interval} hours apart, at most {times} a day"


def _as_needed(regimen: Regimen) -> str:
    """The same, with the most that a day may hold."""
    daily = f" ({regimen.product.text(regimen.daily)})" if regimen.most_often > 1 else ""
    return as_needed(regimen) + daily


def directions(regimen: Regimen) -> str:
    """The sig of a regimen in one sentence; zero is an instruction to stop."""
    product = regimen.product
    if not regimen.daily:
        if product.is_patch:
            return f"Stop: remove the patch, and apply no more {product.name}."
        return f"Stop: take no more {product.name}."
    if product.is_patch:
        patches = units_in_words(product, regimen.units[0])
        how = f"Apply {patches} to the skin"
        if len(regimen.units[0]) > 1 or regimen.units[0][0][1] > THOUSAND:
            how += f" ({product.text(regimen.daily)} together)"
        return f"{how}; change {how_often(product, regimen.interval)}."
    if product.kind == "film":
        return _spread(regimen, "Place", "inside the cheek")
    return _spread(regimen, "Take", "by mouth")
