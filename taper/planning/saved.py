"""A plan read back from its document.

If planning the request of the document gives these very bytes, that plan is the one that was
saved. Otherwise (another version made it, or it was revised) its rows stand as they are written,
after :mod:`taper.planning.consistency` has looked at them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from taper.engine.choice import NOTHING, Reason
from taper.engine.steps import CHANGE, CURRENT, Step
from taper.errors import InputError, Problem, TaperError
from taper.planning.consistency import check_document, check_plan, product_of
from taper.planning.consistent_records import check_records
from taper.planning.document_reader import WRITTEN_BY, check_schema, parsed, written
from taper.planning.make import make_plan
from taper.planning.plan import Plan
from taper.quantities import parse_interval, parse_percent
from taper.reading import read
from taper.reading.revisions import changes_of, with_rule_in_force
from taper.regimen.prescription import HOURS_OF_DAY
from taper.regimen.regimen import Regimen
from taper.request.rule import Part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taper.planning.document_reader import Row, Taken
    from taper.request.model import Request


def parse_plan(text: str) -> Plan:
    """The plan of a JSON text."""
    document = parsed(text)
    if not isinstance(document, dict):
        raise InputError(Problem("", "not a plan", WRITTEN_BY))
    return plan_from(document)


def plan_from(document: Mapping[str, Any]) -> Plan:
    """The plan of a document (``taper-plan/2``), as it was saved.

    Raises :class:`~taper.InputError` if the document is not one, or names what this version of
    the formulary does not know.
    """
    check_schema(document)
    return _made_again(document) or _made_again_with_records(document) or as_written(document)


def _made_again(document: Mapping[str, Any]) -> Plan | None:
    """The plan of the request, if it is the one in the document, byte for byte."""
    if document.get("revisions") != [] or not isinstance(document.get("request"), dict):
        return None
    if document.get("records") != []:
        return None
    try:
        plan = make_plan(read(document["request"]))
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    except (TaperError, RecursionError):
        return None
    return plan if plan.to_json() == text else None


def _made_again_with_records(document: Mapping[str, Any]) -> Plan | None:
    """The plan of the request with what its checks found, if but for that it is the document."""
    records = document.get("records")
    if not records or document.get("revisions") != []:
        return None
    plan = _made_again({**document, "records": []})
    if plan is None:
        return None
    from taper.planning.schema import validated  # noqa: PLC0415 - pydantic, where a file comes in

    validated(document)
    faults = list(check_records(document))
    if faults:
        raise InputError(faults)
    return replace(plan, records=_records(document))


def _records(document: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """What checks found; the row in force follows from the day."""
    return tuple(
        {name: value for name, value in entry.items() if name != "step"}
        for entry in document["records"]
    )


def as_written(document: Mapping[str, Any]) -> Plan:
    """The plan with the rows, and what follows from them, that stand in the document.

    Raises :class:`~taper.InputError` with every fault that is found in them.
    """
    from taper.planning.schema import validated  # noqa: PLC0415 - pydantic, where a file comes in

    validated(document)
    request = _request(document)
    found = written(document, product_of(request))
    faults = check_document(document, found)
    if faults:
        raise InputError(faults)
    plan = Plan(
        request=request,
        steps=_steps(found.rows, request),
        made_with=dict(document["made_with"]),
        id=document["id"],
        checks=found.checks,
        dispensing=found.dispensing,
        findings=found.findings,
        revisions=tuple(document["revisions"]),
        records=_records(document),
    )
    faults = [*check_plan(plan, document), *check_records(document)]
    if faults:
        raise InputError(faults)
    return plan


def _request(document: Mapping[str, Any]) -> Request:
    """The request, with the rule that was found for an end, and what revisions made of it."""
    request = read(document["request"])
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
