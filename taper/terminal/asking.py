"""Questions at a terminal: what is missing from a request is asked for, with a preview.

Every answer is checked on the spot, by the same code that reads a request.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import typer

from taper.errors import InputError, Problem, Refused, TaperError
from taper.planning.document import summary
from taper.planning.make import make_plan
from taper.quantities import parse_day, parse_interval
from taper.reading import read
from taper.reading.as_needed import HOW_MUCH
from taper.regimen.prescription import frequency
from taper.request.fields import RISKS
from taper.safety.refusals import NEEDS_SPECIALIST
from taper.terminal.settings import market_of
from taper.terminal.streams import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from taper.formulary.market import Formulary
    from taper.formulary.product import Product

_PACE = re.compile(
    r"(?P<reduce>[^/]*?)\s*(?:/|\bevery\b)?\s*(?P<every>\d+\s*(?:d|w|mo)\w*)?", re.IGNORECASE
)
_RISKS_IN_A_LINE = 5
_OTHER_RULES = ("over", "by", "phases", "guideline", "pace")


def _say(text: str) -> None:
    say(f"  {text}", err=True)


def _question(text: str, check: Callable[[str], object], default: str | None = None) -> str:
    """Ask until the answer can be read; the question stands on standard error."""
    while True:
        answer = str(typer.prompt(text, default=default, show_default=bool(default), err=True))
        try:
            check(answer.strip())
        except TaperError as error:
            for problem in error.problems:
                _say(str(problem))
        else:
            return answer.strip()


def ask(values: dict[str, Any], add_stock: Callable[[], None]) -> list[str]:
    """Fill in what a plan needs and the request does not say; gives the fields asked for.

    ``add_stock`` adds the strengths at hand once the product is known.
    """
    before = dict(values)
    _ask_taking_of_others(values)
    _check_given(values)
    guided = not (values.get("dose") and (values.get("product") or values.get("drug")))
    market = market_of(values)
    if not values.get("product") and not values.get("drug"):
        values["product"] = _question("Product (id, brand or name)", market.find)
        _say(_described(market.find(values["product"])))
    add_stock()
    _ask_dose(values, market)
    _ask_taking(values)
    if not values.get("start"):
        tomorrow = datetime.now().astimezone().date() + timedelta(days=1)
        values["start"] = _question("First day", parse_day, tomorrow.isoformat())
    if not values.get("on_opioids_for"):
        answer = _question("On opioids for how long (8w, 3y; Enter if not known)", _duration, "")
        if answer:
            values["on_opioids_for"] = answer
    if "risks" not in values and _answers(values, before):
        _ask_risks(values)  # a command line that needs no question is not held up
    if guided:
        _preview(values)
    return _answers(values, before)


def _answers(values: dict[str, Any], before: dict[str, Any]) -> list[str]:
    """The fields that were asked for; the strengths at hand were added, not answered."""
    stock = values.get("stock")
    return [n for n, v in values.items() if v != before.get(n) and v is not stock]


def _check_given(values: dict[str, Any]) -> None:
    """Say what is wrong in what was given before anything is asked."""
    given = {name for name, value in values.items() if value is not None}
    if "start" not in given:
        given.discard("by")  # which is compared with it
    _probe(values, *given)


def _described(product: Product) -> str:
    strengths = ", ".join(strength.label for strength in product.usual)
    unit = "" if product.is_liquid else f" {product.unit_text}"
    often = " or ".join(frequency(hours) for hours in product.intervals_hours)
    return f"{product.name}: {strengths}{unit}, {often}"


def _example(product: Product | None) -> str:
    if product is None:
        return "90 mg q8h"
    label = "5" if product.is_liquid else product.usual[len(product.usual) // 2].label
    if product.is_patch:
        return f"{label} {product.unit_text}"
    return f"{label} {product.unit_text} {frequency(product.interval)}"


def _ask_dose(values: dict[str, Any], market: Formulary) -> None:
    if not values.get("dose"):
        name = values.get("product")
        product = market.find(str(name)) if name else None
        # an as-needed dose is complete only with what is taken, which is asked for next
        values["dose"] = _question(
            f"What is taken now (such as {_example(product)})",
            lambda text: _probe({**values, "dose": text}, "dose"),
        )


def _ask_taking(values: dict[str, Any]) -> None:
    """Of a dose as needed or in a range: what is taken, with the most that is allowed."""
    if values.get("taking"):
        return
    try:
        _probe(values, "taking")
    except InputError as error:
        problem = error.problems[0]
        values["taking"] = _question(
            f"{problem.message[:1].upper()}{problem.message[1:]} ({problem.hint})",
            lambda text: _probe({**values, "taking": text}, "taking"),
        )


def _ask_taking_of_others(values: dict[str, Any]) -> None:
    """Of what else is taken as needed or in a range: what is taken, for each."""
    given = values.get("also") or []
    texts = [given] if isinstance(given, str) else [str(text) for text in given]
    complete = [_with_taking({**values, "keep": None}, text) for text in texts]
    if complete != texts:
        values["also"] = complete


def _with_taking(values: dict[str, Any], text: str) -> str:
    """A further opioid with what is taken of it, if that has to be asked for."""

    def check(also: str) -> None:
        _probe({**values, "also": [also]}, "also")

    try:
        check(text)
    except InputError as error:
        message = error.problems[0].message
        if message.endswith(HOW_MUCH):
            answer = _question(f"{text}: {message}", lambda said: check(f"{text} taking {said}"))
            return f"{text} taking {answer}"
    return text


def _ask_risks(values: dict[str, Any]) -> None:
    """The risks, once; those that need it ask for the specialist who was consulted."""
    for place in range(0, len(RISKS), _RISKS_IN_A_LINE):
        _say(", ".join(RISKS[place : place + _RISKS_IN_A_LINE]))
    answer = _question(
        "Risks, of these (beginnings will do; Enter if none)",
        lambda text: _probe({**values, "risks": _list_of(text)}, "risks") if text else None,
        "",
    )
    if not answer:
        return
    values["risks"] = _list_of(answer)
    named = any(risk.startswith(text) for text in values["risks"] for risk in NEEDS_SPECIALIST)
    if named and not values.get("specialist"):
        who = _question("Who was consulted, a specialist (Enter if nobody yet)", str, "")
        if who:
            values["specialist"] = who


def _list_of(text: str) -> list[str]:
    return [part.lower() for part in re.split(r"[,;\s]+", text) if part]


def _probe(values: dict[str, Any], *names: str) -> None:
    """Raise what is wrong with these fields, read with the others; the rest is still to come."""
    try:
        read({"start": "2026-12-07", **values})
    except InputError as error:
        own = [problem for problem in error.problems if problem.field in names]
        if own:
            raise InputError(own) from None


def _duration(text: str) -> None:
    if text:
        parse_interval(text, "on_opioids_for", "d w mo y")


def _preview(values: dict[str, Any]) -> None:
    """Say what the plan would be, and take another pace until it is as wanted."""
    while True:
        try:
            lines = list(_foreseen(values))
        except Refused as error:
            if not any(problem.id == "rate-over-band" for problem in error.problems):
                raise
            lines = [str(problem) for problem in error.problems]
        for line in lines:
            _say(line)
        answer = _question(
            "Enter to plan this, or another pace (such as 5% every 2w)",
            lambda text: _probe(_paced(values, text), "reduce", "every") if text else None,
            "",
        )
        if not answer:
            return
        paced = _paced(values, answer)
        values.clear()
        values.update(paced)


def _foreseen(values: dict[str, Any]) -> Iterator[str]:
    """The plan in three lines."""
    plan = make_plan(read(values))
    figures, request = summary(plan), plan.request
    name = request.formulary.words["equivalent"]
    mme = f", {figures['start_mme']} {name}" if figures["start_mme"] else ""
    product, to = request.product, request.rule.goal
    goal = product.daily_text(to) if to else "a stop"
    rule = plan.to_rule()["parts"]
    pace = ", then ".join(f"{part['reduce']} every {part['every']}" for part in rule)
    daily = product.daily_text(plan.steps[0].daily)
    yield f"Preview: {daily}{mme} to {goal}, {pace}"
    end = f"first day without it {figures['stop_date']}" if plan.stop_date else "then kept"
    yield f"{figures['reductions']} reductions in {figures['days']} days; {end}"
    yield f"largest cut {figures['largest_cut_percent_of_current']}% of the dose then taken"


def _paced(values: dict[str, Any], text: str) -> dict[str, Any]:
    """The values with ``5% every 2w``, ``5%/2w``, ``5%`` or ``2w`` in place of their pace."""
    match = _PACE.fullmatch(text.strip())
    if match is None or not (match["reduce"] or match["every"]):
        raise InputError(Problem("pace", f"'{text}' is not a pace", "5% every 2w", text))
    kept = {name: value for name, value in values.items() if name not in _OTHER_RULES}
    return {**kept, **{name: found for name, found in match.groupdict().items() if found}}
