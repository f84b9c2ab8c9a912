"""What falls due over many saved plans: reductions, checks, fills, and checks without a record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from taper.course.records import without_record
from taper.data.limits import whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from taper.planning.plan import Plan

UNRECORDED = "unrecorded"
KINDS = ("reduction", "stop", "change", "hold", "step-back", "goal", "check", UNRECORDED, "fill")
UNRECORDED_DAYS = whole("unrecorded-for")
ARROW = "\N{RIGHTWARDS ARROW}"
_OF_STEP = {
    "reduce": "reduction",
    "stop": "stop",
    "change": "change",
    "hold": "hold",
    "step-back": "step-back",
    "maintain": "goal",
}


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """One thing that falls due: ``kind`` is one of :data:`KINDS`, ``what`` is in words."""

    date: date
    plan: str
    label: str
    kind: str
    what: str
    file: str

    def to_dict(self) -> dict[str, str]:
        """As plain values."""
        return {
            "date": self.date.isoformat(),
            "plan": self.plan,
            "label": self.label,
            "kind": self.kind,
            "what": self.what,
            "file": self.file,
        }


def due(plan: Plan, file: str, first: date, days: int) -> list[Due]:
    """What a plan has on the ``days`` days from ``first``, by date; ``file`` is its name.

    A check of the four weeks before, of which the plan has no record, falls due on ``first``.
    """
    document = plan.to_dict()
    last = first + timedelta(days=days - 1)
    label = str(document["request"].get("label") or "")
    return sorted(
        Due(day, document["id"], label, kind, what, file)
        for day, kind, what in _dated(document, first)
        if first <= day <= last
    )


def _dated(document: Mapping[str, Any], first: date) -> Iterator[tuple[date, str, str]]:
    """Everything in a plan that has a day; a check that was made is done."""
    before: dict[str, str] = {}
    for step in document["steps"]:
        kind = _OF_STEP.get(step["kind"])
        if kind and step["start"]:
            yield date.fromisoformat(step["start"]), kind, _changed(step, before)
        for each in (step, *step["companions"]):
            before[each["product"]] = each["daily_dose"]
    checks = {date.fromisoformat(check["date"]): check for check in document["checks"]}
    records = [date.fromisoformat(r["date"]) for r in document["records"] if not r["replaced"]]
    for day in without_record(sorted(checks), records):
        check = checks[day]
        what = f"{check['reason'].replace('-', ' ')}: {check['how']}"
        if day >= first:
            yield day, "check", what
        elif (first - day).days <= UNRECORDED_DAYS:
            yield first, UNRECORDED, f"no record yet of {day.isoformat()}, {what}"
    units = _units_of(document)
    for fill in document["supply"]:
        yield date.fromisoformat(fill["date"]), "fill", _dispensed(fill, units)


def _changed(step: Mapping[str, Any], before: Mapping[str, str]) -> str:
    """``morphine-er 90 → 75 mg: Take ...``: from what, to what, and the directions."""
    was, now = before.get(step["product"]), step["daily_dose"]
    if was is None or was == now:
        return str(step["directions"])
    return f"{step['product']} {was} {ARROW} {now} {step['unit']}: {step['directions']}"


def _dispensed(fill: Mapping[str, Any], units: Mapping[str, str]) -> str:
    """``morphine-er 42 x 60 mg, 28 x 15 mg``, for so many days; ``units`` of each product."""
    by_product: dict[str, list[str]] = {}
    for item in fill["items"]:
        name, strength, number = item["product"], item["strength"], item["quantity"]
        is_liquid = item["unit"] == "mL"
        text = f"{number} mL of {strength}" if is_liquid else f"{number} x {strength} {units[name]}"
        by_product.setdefault(name, []).append(text)
    items = "; ".join(f"{name} {', '.join(parts)}" for name, parts in by_product.items())
    days = fill["days_supply"]
    return f"{items} ({days} day{'s' * (days != 1)})"


def _units_of(document: Mapping[str, Any]) -> dict[str, str]:
    """The unit of the doses of each product."""
    rows = [row for step in document["steps"] for row in (step, *step["companions"])]
    return {row["product"]: row["unit"] for row in rows}
