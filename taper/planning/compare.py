"""Several paces side by side: how long each takes, in how many steps, with which cuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taper.errors import InputError, Problem, TaperError
from taper.planning.document import summary
from taper.planning.make import make_plan
from taper.quantities import plain
from taper.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from taper.planning.plan import Plan
    from taper.request.model import Request

RATES = ("reduce", "every", "of", "phases", "guideline", "pace", "over", "by")

NONE = "none"  # of --finish-with: no change of product


@dataclass(frozen=True, slots=True)
class Pace:
    """One of the plans, by the name of what it was asked for; or why there is none."""

    name: str
    plan: Plan | None
    refused: tuple[Problem, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Its figures, as plain values."""
        if self.plan is None:
            return {"name": self.name, "refused": [str(problem) for problem in self.refused]}
        figures = summary(self.plan)
        names = ("stop_date", "days", "reductions", "holds", "end_daily_dose", "unit")
        cuts = ("largest_cut_percent_of_current", "largest_cut_percent_of_original")
        return {
            "name": self.name,
            **{name: figures[name] for name in (*names, *cuts)},
            "dispensed": dispensed(self.plan),
            "warnings": [f.id for f in self.plan.findings if f.level == "warning"],
        }


def rates_of(
    reduce: list[str], guideline: list[str], finishes: list[str]
) -> list[tuple[str, dict[str, object]]]:
    """What is compared, with its name: each rate, with each product for the end."""
    rates: list[tuple[str, dict[str, object]]] = [(text, {"reduce": text}) for text in reduce]
    rates += [(name, {"guideline": name}) for name in guideline]
    if not rates and not finishes:
        hint = "--reduce 5% --reduce 10%, --guideline NAME, or --finish-with none --finish-with ID"
        raise InputError(Problem("reduce", "nothing to compare", hint))
    ends: list[tuple[str, dict[str, object]]] = [
        ("no change" if text == NONE else f"then {text}", _end(text)) for text in finishes
    ]
    if not ends:
        return rates
    if len(ends) == 1 and rates:
        return [(name, {**rate, **ends[0][1]}) for name, rate in rates]
    return [
        (f"{name}, {end}" if name else end, {**rate, **product})
        for name, rate in rates or [("", {})]
        for end, product in ends
    ]


def _end(text: str) -> dict[str, object]:
    return {"finish_with": None if text == NONE else text}


def dispensed(plan: Plan) -> dict[str, str]:
    """How much is dispensed in all, by what is counted: tablets, patches, mL."""
    counts: dict[str, int] = {}
    for fill in plan.supply:
        for item in fill.items:
            counts[item.unit] = counts.get(item.unit, 0) + item.quantity
    return {unit: plain(count) for unit, count in counts.items()}


def compare(
    values: Mapping[str, object], rates: Iterable[tuple[str, Mapping[str, object]]]
) -> list[Pace]:
    """A plan of the same request at each of the rates (a name, and fields of a request).

    A rate that a safety rule refuses, or that leads nowhere, says so in its place. Raises
    :class:`~taper.InputError` with everything that is wrong in what was asked for.
    """
    requests: list[tuple[str, Request]] = []
    problems: list[Problem] = []
    for name, rate in rates:
        fields = {key: value for key, value in values.items() if key not in RATES}
        kept = {key: values[key] for key in ("every", "of") if _goes_with(key, values, rate)}
        try:
            requests.append((name, read({**fields, **kept, **rate})))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(dict.fromkeys(problems))
    return [_pace(name, request) for name, request in requests]


def _pace(name: str, request: Request) -> Pace:
    try:
        return Pace(name, make_plan(request))
    except TaperError as error:
        return Pace(name, None, error.problems)


def _goes_with(key: str, values: Mapping[str, object], rate: Mapping[str, object]) -> bool:
    """Whether a common interval or base goes with the rate: not with one that has its own."""
    return bool(values.get(key)) and key not in rate and "guideline" not in rate
