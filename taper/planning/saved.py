"""A plan read back from its document, row by row as it was saved."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from taper.engine.choice import NOTHING, Reason
from taper.engine.steps import CURRENT, Step
from taper.errors import InputError, Problem
from taper.planning.consistency import check_document, check_plan
from taper.planning.document import SCHEMA
from taper.planning.make import Plan
from taper.quantities import parse_interval, parse_percent, thousandths
from taper.reading import read
from taper.regimen.prescription import HOURS_OF_DAY
from taper.regimen.table import SMALLER_FIRST, TIMES, Regimen
from taper.request.rule import Part
from taper.safety.catalogue import Finding
from taper.safety.withdrawal_checks import Check
from taper.supply import Fill, Supply, SupplyItem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taper.formulary.product import Product, Strength
    from taper.request.model import Request


def is_plan(document: object) -> bool:
    """Whether a JSON document is a saved plan (of any version of its schema)."""
    return isinstance(document, dict) and str(document.get("schema", "")).startswith("taper-plan/")


def plan_from(document: Mapping[str, Any]) -> Plan:
    """The plan of a document (``taper-plan/1``), as it was saved.

    Raises :class:`~taper.InputError` where the document is not one, or names what this
    version of the formulary does not know.
    """
    if document.get("schema") != SCHEMA:
        message = f"'{document.get('schema')}' is not {SCHEMA}"
        raise InputError(Problem("schema", message, "a plan written by `taper plan -o plan.json`"))
    from taper.planning.schema import validated  # noqa: PLC0415 - pydantic, where a file comes in

    validated(document)
    request = _request(document)
    faults = check_document(document, request)
    if faults:
        raise InputError(faults)
    reader = _Reader(request)
    steps: list[Step] = []
    for entry in document["steps"]:
        steps.append(reader.step(entry, steps))
    plan = Plan(
        request=request,
        steps=tuple(steps),
        revisions=tuple(document["revisions"]),
        made_with=dict(document["made_with"]),
        given_checks=tuple(_check(entry) for entry in document["checks"]),
        given_dispensing=reader.supply(document),
        given_findings=tuple(_finding(entry, steps) for entry in document["findings"]),
        given_id=document["id"],
    )
    faults = check_plan(plan, document)
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
        from taper.course.revise import in_force  # noqa: PLC0415 - only where a plan was changed

        request = in_force(request, document["revisions"])
    return request


def parse_plan(text: str) -> Plan:
    """The plan of a JSON text."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        problem = Problem("", f"not JSON: {error}", "a plan written by `taper plan -o plan.json`")
        raise InputError(problem) from None
    if not isinstance(document, dict):
        raise InputError(Problem("", "not a plan", "a plan written by `taper plan -o plan.json`"))
    return plan_from(document)


def _amount(text: str) -> int:
    amount = thousandths(text)
    if amount is None:
        raise InputError(Problem("amount", f"{text} is finer than can be measured", "", text))
    return amount


class _Reader:
    """Rebuilds regimens from what is written in a document."""

    def __init__(self, request: Request) -> None:
        self.formulary = request.formulary
        # the hours between administrations are not in a row, where those of zero are left out
        made = [request.regimens, *(companion.regimens for companion in request.also)]
        made += [request.finish.regimens] if request.finish else []
        self.intervals = {table.product: table.interval for table in made}

    def _strength(self, product: Product, label: str) -> Strength:
        for strength in product.strengths:
            if strength.label == label:
                return strength
        message = f"{product.id} has no strength '{label}' in this version of the formulary"
        raise InputError(Problem("strength", message, "plan again with this version", label))

    def regimen(self, entry: Mapping[str, Any], before: Regimen | None) -> Regimen:
        """What is taken, from ``doses``; ``before`` gives the interval where nothing is."""
        product = self.formulary.find(entry["product"])
        given = {dose["time"]: dose for dose in entry["doses"]}
        times = self._times(product, given, before)
        amounts, units = [], []
        for time in times:
            dose = given.get(time)
            amounts.append(_amount(dose["amount"]) if dose else 0)
            units.append(
                tuple(
                    (self._strength(product, unit["strength"]), _amount(unit["count"]))
                    for unit in (dose["units"] if dose else ())
                )
            )
        number = len(times)
        interval = 24 // number
        if product.is_patch:
            interval = self.intervals.get(product, product.interval)
        return Regimen(product, interval, tuple(amounts), tuple(units), sum(amounts), even=True)

    def _times(
        self, product: Product, given: Mapping[str, Any], before: Regimen | None
    ) -> tuple[str, ...]:
        if product.is_patch:
            return ("patch",)
        if before is not None and before.product is product and set(given) <= set(before.times):
            return before.times
        number = HOURS_OF_DAY // self.intervals.get(product, HOURS_OF_DAY)
        if number > 1 and set(given) <= set(TIMES[number]):
            return TIMES[number]
        for number in SMALLER_FIRST:
            if set(given) <= set(TIMES[number]):
                return TIMES[number]
        times = ", ".join(given)
        raise InputError(Problem("doses", f"'{times}' are not times of a day", "", times))

    def step(self, entry: Mapping[str, Any], before: list[Step]) -> Step:
        """One row; its product's earlier rows give the number of administrations."""
        known: dict[str, Regimen] = {}
        for step in before:
            known[step.regimen.product.id] = step.regimen
            for other in step.companions:
                known.setdefault(other.product.id, other)
        regimen = self.regimen(entry, known.get(entry["product"]))
        last = before[-1] if before else None
        if entry["kind"] == CURRENT or last is None:
            original = previous = regimen.daily
        elif last.regimen.product is regimen.product:
            original, previous = last.original, last.daily
        elif entry["kind"] == "change":
            ours, theirs = regimen.product.basis, last.regimen.product.basis
            top, bottom = theirs[0] * ours[1], theirs[1] * ours[0]
            original, previous = last.original * top // bottom, last.daily * top // bottom
        else:
            now = known.get(entry["product"], regimen)
            original, previous = now.daily, now.daily
        return Step(
            entry["step"],
            entry["kind"],
            _day(entry["start"]),
            _day(entry["end"]),
            regimen,
            original,
            previous,
            Reason("unavoidable") if "unavoidable-cut" in entry["findings"] else NOTHING,
            tuple(self.regimen(each, known.get(each["product"])) for each in entry["companions"]),
            tuple(entry["findings"]),
            entry["why"],
        )

    def supply(self, document: Mapping[str, Any]) -> Supply:
        """The fills as they were saved."""
        fills = tuple(
            Fill(
                entry["fill"],
                date.fromisoformat(entry["date"]),
                entry["days_supply"],
                tuple(self._item(item) for item in entry["items"]),
            )
            for entry in document["supply"]
        )
        return Supply(fills, tuple(self._item(item) for item in document["leftover"]))

    def _item(self, entry: Mapping[str, Any]) -> SupplyItem:
        product = self.formulary.find(entry["product"])
        strength = self._strength(product, entry["strength"])
        quantity = _amount(entry["quantity"])
        return SupplyItem(product, strength, quantity, None, entry["directions"])


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _check(entry: Mapping[str, Any]) -> Check:
    return Check(
        date.fromisoformat(entry["date"]),
        entry["step"],
        tuple(entry["reasons"]),
        entry["how"],
        tuple(entry["items"]),
    )


def _finding(entry: Mapping[str, Any], steps: list[Step]) -> Finding:
    about = tuple(step.number for step in steps if entry["id"] in step.findings)
    numbers = about if entry["step"] is not None else ()
    saved = (entry["level"], entry["message"], entry["source"])
    return Finding(entry["id"], numbers, saved=saved)
