"""How the prescriptions of a plan are written in its market, where a source was seen (contract 9).

The United States have a finding of their own (``new-prescriptions``). What a market asks stands in
its data file under ``[supply]``, by the schedule of the drug, with its date and sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taper.quantities import THOUSAND, Interval, plain
from taper.regimen.directions import strength_text

if TYPE_CHECKING:
    from taper.formulary.product import Product
    from taper.planning.plan import Plan
    from taper.supply import SupplyItem

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EVERY_SCHEDULE = "narcotic"  # of a market whose rule is not by schedule
_IN_WORDS = "in words and figures"


def prescribing(plan: Plan) -> list[str]:
    """What is asked of the prescriptions of a plan: a sentence a rule, with its source."""
    formulary = plan.request.formulary
    said: dict[str, None] = {}
    for product in _dispensed(plan):
        rule = _rule(plan, product)
        if "says" in rule:
            sources = "; ".join(formulary.sources.get(key, key) for key in rule["sources"])
            said[f"{_filled(rule, plan)} ({sources})"] = None
    return list(said)


def quantity(plan: Plan, item: SupplyItem) -> str:
    """A quantity as a prescription has it: ``28``; where words are asked ``28 (twenty-eight)``."""
    figures = plain(item.quantity)
    if _rule(plan, item.product).get("quantity") != _IN_WORDS:
        return figures
    return f"{figures} ({in_words(item.quantity)})"


def in_words(count: int) -> str:
    """Thousandths in words: ``one hundred and five``, ``two point five``."""
    whole, rest = divmod(count, THOUSAND)
    words = _whole_in_words(whole)
    if not rest:
        return words
    digits = plain(rest).partition(".")[2]
    return f"{words} point {' '.join(_UNITS[int(digit)] for digit in digits)}"


def _whole_in_words(number: int) -> str:
    if number < len(_UNITS):
        return _UNITS[number]
    if number < 100:  # noqa: PLR2004 - tens and units
        tens, units = divmod(number, 10)
        return _TENS[tens - 2] + (f"-{_UNITS[units]}" if units else "")
    name, size = ("thousand", THOUSAND) if number >= THOUSAND else ("hundred", 100)
    many, rest = divmod(number, size)
    words = f"{_whole_in_words(many)} {name}"
    if not rest:
        return words
    return f"{words}{' and ' if rest < 100 else ' '}{_whole_in_words(rest)}"  # noqa: PLR2004


def _dispensed(plan: Plan) -> list[Product]:
    return list(dict.fromkeys(item.product for fill in plan.supply for item in fill.items))


def _rule(plan: Plan, product: Product) -> dict[str, Any]:
    rules: dict[str, dict[str, Any]] = plan.request.formulary.facts.get("supply", {})
    return rules.get(product.schedule) or rules.get(_EVERY_SCHEDULE, {})


def _filled(rule: dict[str, Any], plan: Plan) -> str:
    """The sentence of a rule, with what it needs of the plan."""
    months = Interval(rule.get("approval_after_months", 0), "mo")
    states = "; ".join(
        f"{state} {each['needs']} after {each['after']} ({each['which']})"
        for state, each in rule.get("states", {}).items()
    )
    return str(rule["says"]).format(
        **{key: value for key, value in rule.items() if isinstance(value, int)},
        total=_total(plan),
        fills=len(plan.supply),
        from_day=months.after(plan.start).isoformat() if months.count else "",
        states=states,
    )


def _total(plan: Plan) -> str:
    """What all fills hold of each strength: ``140 x 15 mg, 28 x 30 mg``."""
    totals: dict[tuple[Product, str], int] = {}
    for fill in plan.supply:
        for item in fill.items:
            key = item.product, strength_text(item.product, item.strength)
            totals[key] = totals.get(key, 0) + item.quantity
    several = len({product for product, _ in totals}) > 1
    return ", ".join(
        f"{plain(count)} {'mL of' if product.is_liquid else 'x'} "
        f"{f'{product.id} ' if several else ''}{label}"
        for (product, label), count in totals.items()
    )
