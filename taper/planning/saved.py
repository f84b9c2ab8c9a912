"""A plan of another version, read back from its document: its rows stand (contract 6).

Made again here, its request may give other rows than the patient has taken. What follows from the
rows is worked out again; of the rest only what was dispensed, and the changes, are taken as they
are written. :mod:`taper.planning.consistency` looks at the rows first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from taper.engine.choice import NOTHING, Reason
from taper.engine.steps import CHANGE, CURRENT, Step
from taper.errors import InputError, Problem
from taper.planning.consistency import (
    check_dispensed,
    check_revisions,
    check_rows,
    check_steps,
    product_of,
)
from taper.planning.consistent_records import with_records
from taper.planning.document_reader import standing
from taper.planning.revised import plan_of_rows
from taper.quantities import parse_interval, parse_percent
from taper.reading.revisions import changes_of, with_rule_in_force
from taper.regimen.prescription import HOURS_OF_DAY
from taper.regimen.regimen import Regimen
from taper.request.rule import Part
from taper.safety.withdrawal_checks import checks as checks_of
from taper.supply import as_served

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taper.planning.document_reader import Row, Taken
    from taper.planning.plan import Plan
    from taper.request.model import Request


def rows_stand(document: Mapping[str, Any], request: Request) -> Plan:
    """The plan of the rows that stand in a document; ``request`` is the one that stands in it.

    Raises :class:`~taper.InputError` with every fault that is found in them.
    """
    from taper.planning.schema import standing_part  # noqa: PLC0415 - pydantic, where a file comes in

    document = standing_part(document)
    request = _in_force(document, request)
    found = standing(document, product_of(request))
    _raise(check_rows(document, found))
    steps = _steps(found.rows, request)
    revisions = tuple(document["revisions"])
    _raise([*check_steps(steps, request, revisions), *check_revisions(steps, revisions)])
    moved = [each["from"] for each in revisions if each.get("moves", True)]
    day = moved[-1] if moved else ""
    fills = tuple(fill for fill in found.fills if fill.date.isoformat() < day)
    _raise(check_dispensed(fills, request))
    plan = plan_of_rows(
        request,
        tuple(step.with_findings(()) for step in steps),
        revisions=revisions,
        fills=as_served(fills, steps),
        checks=tuple(c for c in checks_of(request, steps) if c.date.isoformat() < day),
        id=document["id"],
        made_with=dict(document["made_with"]),
        records=(),
    )
    return with_records(plan, document.get("records", []))


def _raise(faults: list[Problem]) -> None:
    if faults:
        raise InputError(faults)


def _in_force(document: Mapping[str, Any], request: Request) -> Request:
    """The request, with the rule that was found for an end, and what revisions made of it."""
    if request.ends_by is not None:  # the rate that was found for it is in the document
        parts = document["rule"]["parts"]
        if len(parts) != 1:
            raise InputError(Problem("rule.parts", "one part is what a taper by a date has"))
        every = parse_interval(parts[0]["every"], "rule.parts.0.every")
        found = Part(parse_percent(parts[0]["reduce"], "rule.parts.0.reduce"), every)
        request = replace(request, rule=replace(request.rule, parts=(found,)))
    if document["revisions"]:
        changes = changes_of(request, document["revisions"])
        request = with_rule_in_force(request, changes)
    return request


# --- from what is written to the records of a plan ---------------------------------------------


def _steps(rows: tuple[Row, ...], request: Request) -> tuple[Step, ...]:
    """The steps of the rows; each is read beside those before it."""
    tables = [request.regimens, *(companion.regimens for companion in request.also)]
    tables += [request.finish.regimens] if request.finish else []
    intervals = {table.product.id: table.interval for table in tables}
    known: dict[str, Regimen] = {}  # what was taken last of each product
    steps: list[Step] = []
    for row in rows:
        assert row.taken is not None  # else there were faults
        regimen = _regimen(row.taken, intervals)
        others = [_regimen(each, intervals) for each in row.companions]
        steps.append(_step(row, regimen, tuple(others), steps[-1] if steps else None, known))
        for each in (*others, regimen):
            known[each.product.id] = each
    return tuple(steps)


def _step(
    row: Row,
    regimen: Regimen,
    companions: tuple[Regimen, ...],
    last: Step | None,
    known: Mapping[str, Regimen],
) -> Step:
    """One row after the ``last`` one: the doses before it are counted in its own product."""
    if row.kind == CURRENT or last is None:
        original = before = regimen.daily
    elif last.regimen.product is regimen.product:
        original, before = last.original, last.daily
    elif row.kind == CHANGE:
        ours, theirs = regimen.product.basis, last.regimen.product.basis
        top, bottom = theirs[0] * ours[1], theirs[1] * ours[0]
        original, before = last.original * top // bottom, last.daily * top // bottom
    else:
        original = before = known.get(regimen.product.id, regimen).daily
    return Step(
        row.number,
        row.kind,
        row.start,
        row.end,
        regimen,
        original,
        before,
        Reason("unavoidable") if "unavoidable-cut" in row.findings else NOTHING,
        row.why,
        companions,
        row.findings,
    )


def _regimen(taken: Taken, intervals: Mapping[str, int]) -> Regimen:
    """What is taken, with the hours between administrations, which are not in a row."""
    product, often = taken.product, taken.most_often
    number = len(taken.amounts)
    if often:
        hours = taken.hours_between
    elif product.is_patch:
        hours = intervals.get(product.id, product.interval)
    else:
        hours = 0 if not number or HOURS_OF_DAY % number else HOURS_OF_DAY // number
    return Regimen(product, hours, taken.amounts, taken.units, taken.daily, taken.times, often)
