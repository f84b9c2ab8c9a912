"""Laws of the directions on labels (SPEC 9): nobody who reads two labels takes a dose twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from verify.label import on, read
from verify.laws.law import law
from verify.laws.supply import changes, regimens
from verify.medicine import exact
from verify.view import day

if TYPE_CHECKING:
    from collections.abc import Iterator

    Span = tuple[int, int]  # the first day, and the day after the last

    from verify.view import Plan, Step

LONGEST, SHORT = 1000, 200  # characters; of a label that serves one step
_AMOUNT = re.compile(r"([\d.]+(?:/[\d.]+)?) (?:mg|mcg/h|mcg|micrograms(?:/hour)?)(?! ?/ ?mL)\b")
_WITH = re.compile(r"with the .*?(?:tablets?|capsules?|films?|patch(?:es)?)", re.IGNORECASE)


def _served(plan: Plan, first: int, end: int) -> list[Step]:
    return [
        row
        for row in plan.rows
        if row.taken or row.entry["companions"]
        if row.first is not None and row.first < end and (row.end or end) > first
    ]


def _items(plan: Plan) -> Iterator[tuple[dict[str, Any], dict[str, Any], list[Step], Span]]:
    for fill in plan.document["supply"]:
        first = day(fill["date"]) or 0
        span = first, first + fill["days_supply"]
        rows = _served(plan, *span)
        for item in fill["items"]:
            yield fill, item, rows, span


@law("9")
def labels_make_the_regimen(plan: Plan) -> Iterator[str]:
    """Each label says what is taken of its own strength; together they are the regimen."""
    for fill, item, rows, (first, end) in _items(plan):
        parts = read(item["directions"])
        for row in rows:
            taken = dict(regimens(row))
            if item["product"] not in taken or not _changed(plan, item, row, first, end):
                continue
            said = on(parts, max(row.first or 0, first))
            wanted = _of(taken[item["product"]], item["strength"])
            if said != wanted:
                where = f"fill {fill['fill']}, {item['strength']}, step {row.number}"
                yield f"{where}: {said}, not {wanted}: {item['directions']}"


def _changed(plan: Plan, item: dict[str, Any], row: Step, first: int, end: int) -> bool:
    """Whether a row takes anything from this fill: a patch that is worn is of an earlier one."""
    span = max(row.first or 0, first), min(row.end or end, end)
    return changes(plan, item["product"], *span) > 0


def _of(doses: list[dict[str, Any]], strength: str) -> dict[str, int]:
    """Thousandths of units of a strength by time of day."""
    found: dict[str, int] = {}
    for dose in doses:
        for unit in dose["units"]:
            if unit["strength"] == strength:
                found[dose["time"]] = found.get(dose["time"], 0) + exact(unit["count"])
    return found


@law("9")
def labels_name_no_other_dose(plan: Plan) -> Iterator[str]:
    """A label names no amount but that of its strength, except in `with the N mg tablets`."""
    for fill, item, _, _ in _items(plan):
        if plan.medicine(item["product"]).is_liquid:
            continue
        text = _WITH.sub("", item["directions"])
        own = {item["strength"], item["strength"].partition("/")[0]}
        others = set(_AMOUNT.findall(text)) - own
        if others:
            yield f"fill {fill['fill']}, {item['strength']}: names {sorted(others)}: {text}"


@law("9")
def labels_are_short(plan: Plan) -> Iterator[str]:
    """Directions have at most 1,000 characters, under 200 where one step is served."""
    for fill, item, rows, _ in _items(plan):
        length = len(item["directions"])
        if not 0 < length <= LONGEST or (len(rows) == 1 and length >= SHORT):
            yield f"fill {fill['fill']}, {item['strength']}: {length} characters"
