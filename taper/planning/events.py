"""What a calendar holds of a plan: dose changes, checks, fills and sets of prescriptions.

An event keeps its key as long as it is the same event: the change to a dose is known by product
and dose, a check by the dose that it belongs to, a fill and a set of prescriptions by its number.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid5

from taper.planning.prescriptions import CONTROLLED
from taper.quantities import plain
from taper.supply import new_prescription_dates

if TYPE_CHECKING:
    from taper.engine.steps import Step
    from taper.formulary.product import Product
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen
    from taper.safety.withdrawal_checks import Check
    from taper.supply import Fill

# Every UID is made in this namespace: a random one, made once for this program.
NAMESPACE = UUID("414b3fb9-adfd-46ef-887f-e11fedf93c82")
START = "start"  # the key of what is taken before the first change


class Change(NamedTuple):
    """A row that begins with something else to take; ``before`` is what was taken of it.

    ``end`` is the last day of it: the last of the rows that follow without a change (a hold).
    """

    key: str
    step: Step
    before: Regimen | None
    end: date | None


def uid(plan_id: str, key: str) -> str:
    """The UID of what a key stands for in a plan: the same wherever it is made."""
    return str(uuid5(NAMESPACE, f"{plan_id}\n{key}"))


def _numbered(key: str, seen: dict[str, int]) -> str:
    """The key itself, and ``key/2`` if it comes again."""
    seen[key] = seen.get(key, 0) + 1
    return key if seen[key] == 1 else f"{key}/{seen[key]}"


def _same(one: Regimen, other: Regimen) -> bool:
    return one.amounts == other.amounts and one.units == other.units


def changes(plan: Plan) -> list[Change]:
    """The rows that begin with another dose, or with other strengths for the same one."""
    found: list[Change] = []
    seen: dict[str, int] = {}
    taken: dict[Product, Regimen] = {}
    for step in plan.steps:
        product = step.regimen.product
        before = taken.get(product)
        if step.start is not None and (before is None or not _same(before, step.regimen)):
            key = _numbered(f"{product.id}/{plain(step.daily)}", seen)
            found.append(Change(key, step, before, step.end))
        elif found:
            found[-1] = found[-1]._replace(end=step.end)
        for regimen in (*step.companions, step.regimen):
            taken[regimen.product] = regimen
    return found


def keyed_checks(plan: Plan) -> list[tuple[str, Check]]:
    """The checks, each with its key: the dose that it belongs to, and its reason."""
    by_step: dict[int, str] = {}
    key, following = START, {change.step.number: change.key for change in changes(plan)}
    for step in plan.steps:
        key = following.get(step.number, key)
        by_step[step.number] = key
    seen: dict[str, int] = {}
    return [
        (_numbered(f"{by_step[check.step]}/{check.reason}", seen), check) for check in plan.checks
    ]


def keyed_fills(plan: Plan) -> list[tuple[str, Fill]]:
    """The fills, each with its key: its number."""
    return [(f"fill/{fill.number}", fill) for fill in plan.supply]


def keyed_sets(plan: Plan) -> list[tuple[str, Fill]]:
    """The fills for which a new set of prescriptions is needed, each with the key of the set."""
    if not any(item.product.schedule == CONTROLLED for fill in plan.supply for item in fill.items):
        return []
    dates = new_prescription_dates(plan.supply, plan.dispensing.renewed)
    first = {fill.date: fill for fill in plan.supply}
    return [(f"prescriptions/{n}", first[day]) for n, day in enumerate(dates, 2)]


def event_keys(plan: Plan) -> dict[str, date]:
    """What the calendar of a plan holds: the key of each event, and its day.

    The keys of an earlier version of a plan that are not among those of the later one are the
    events that fell away; a revision records them under ``replaced``.
    """
    keys: dict[str, date] = {}
    for change in changes(plan):
        assert change.step.start is not None
        keys[change.key] = change.step.start
    keys.update((key, check.date) for key, check in keyed_checks(plan))
    keys.update((key, fill.not_before) for key, fill in keyed_fills(plan) + keyed_sets(plan))
    return keys


def fallen_away(plan: Plan) -> dict[str, date]:
    """What earlier versions of the plan held and this one does not, by key, with its last day."""
    current = event_keys(plan)
    return {
        entry["uid_key"]: date.fromisoformat(entry["date"])
        for revision in plan.revisions
        for entry in revision.get("replaced", ())
        if entry["uid_key"] not in current
    }
