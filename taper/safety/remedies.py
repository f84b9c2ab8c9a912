"""What would avoid a large cut or a large last dose, and what it would make of the plan."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from taper.engine.steps import CHANGE, REDUCE, STOP
from taper.errors import InputError
from taper.formulary.market import home
from taper.quantities import Ratio
from taper.regimen.as_needed import AsNeeded
from taper.regimen.finer import (
    finer_products,
    finishing_table,
    follows_frequency,
    usual_table,
)
from taper.regimen.table import of_strengths
from taper.request.model import Finish
from taper.schedule import schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from taper.engine.steps import Step
    from taper.formulary.product import Product, Strength
    from taper.regimen.table import Regimen, Regimens
    from taper.request.model import Request


MOST_TRIED = 2  # products: each is a whole plan more


class Lazy:
    """A text that is worked out when it is first printed: a remedy takes another plan to know."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], str]) -> None:
        """``make`` returns the text."""
        self._make = make
        self._made: str | None = None

    def __str__(self) -> str:
        """The text."""
        if self._made is None:
            self._made = self._make()
        return self._made


class _Outcome(NamedTuple):
    """What counts of a plan: its largest cut (the stop aside), its last dose, its stop date.

    ``largest`` is None if there is no cut but the stop; ``last`` and ``stop`` if there is no stop.
    """

    largest: Ratio | None
    last: Regimen | None
    stop: date | None

    def compares(self, other: _Outcome) -> int:
        """-1 if its largest cut is smaller than that of another plan, 0 if it is the same, 1."""
        ours, theirs = (
            Ratio(1, 1) if each.largest is None else each.largest for each in (self, other)
        )
        return (ours > theirs) - (ours < theirs)

    def ends_lower(self, other: _Outcome) -> bool:
        """Whether the dose before its stop is smaller, in one salt, than that of another plan."""
        if self.last is None or other.last is None:
            return False
        ours, theirs = (
            Ratio(each.daily * each.product.basis[0], each.product.basis[1])
            for each in (self.last, other.last)
        )
        return ours < theirs


class _Change(NamedTuple):
    """A change of the request, in words, and the request with it; None if it cannot be asked."""

    text: str
    request: Request | None


def remedy(request: Request, steps: tuple[Step, ...], regimen: Regimen, *, as_asked: bool) -> str:
    """What would help at a regimen: the first change that makes the largest cut smaller.

    If none does, the first that leaves it as it is and ends with a smaller dose. Each is tried: the
    request is planned again with it, and what comes of it is printed beside the plan at hand. If
    the rows are not ``as_asked`` by the request, because the plan was changed or a person wrote
    it, what makes smaller steps is named alone.
    """
    made = _table_of(request, regimen.product)
    if not as_asked or made is not request.regimens or isinstance(made, AsNeeded):
        return _without_trial(made)
    now = _outcome(request, steps)
    same, helps_not = "", False
    for change in _changes(request, made):
        then = _tried(change.request)
        if then is None:
            continue
        compares = then.compares(now)
        if compares < 0:
            return f"{change.text}: {_compared(then, now)}"
        helps_not = True
        if not compares and not same and then.ends_lower(now):
            same = f"{change.text}: {_compared(then, now)}"
    nothing_helps = "no marketed product or strength of this opioid makes the largest cut smaller"
    return same or (nothing_helps if helps_not else _nothing(made))


def _table_of(request: Request, product: Product) -> Regimens:
    tables = [request.regimens, *([request.finish.regimens] if request.finish else [])]
    tables += [companion.regimens for companion in request.also]
    return next(table for table in tables if table.product is product)


# --- changes that could be made -----------------------------------------------------------------


def _changes(request: Request, made: Regimens) -> Iterator[_Change]:
    """A finer strength, then a finer product for the end (the finest first), then halves."""
    product = made.product
    strength = _finer_strength(made)
    if strength is not None:
        unit = "" if product.is_liquid else f" {product.unit_text}"
        text = f"adding {strength.label}{unit} to --stock"
        yield _Change(text, _with_strength(request, strength))
    if request.finish is None:
        for name in _finer(made)[:MOST_TRIED]:
            finer = home(product).products[name]
            text = f"--finish-with {name}{_adds(finer, product)}"
            yield _Change(text, _finishing_with(request, finer))
    if product.splittable and not made.halves:
        text = "--split halves, if the tablets are known to be scored"
        yield _Change(text, _with_halves(request))


@lru_cache(maxsize=1024)
def _finer(made: Regimens) -> tuple[str, ...]:
    return tuple(finer_products(made))


def _finer_strength(made: Regimens) -> Strength | None:
    """The finest usual strength, if the strengths in use leave it out."""
    product = made.product
    finest = min(product.usual, key=lambda strength: strength.amount)
    if product.is_liquid:
        return finest if finest.amount < made.strengths[0].amount else None
    return finest if product.least_dose <= finest.amount < made.smallest else None


def _adds(finer: Product, product: Product) -> str:
    """That a combination adds another ingredient."""
    if product.is_combination or not finer.holds_acetaminophen:
        return ""
    return f" (which adds {product.words['acetaminophen']})"


def _with_strength(request: Request, strength: Strength) -> Request | None:
    """The request with a finer strength too; of a liquid, with that concentration instead."""
    made, taken = request.regimens, request.regimen
    if made.product.is_liquid:
        table = usual_table(made.product, made.interval, taken.daily, number=made.number)
        return _taking(request, table)
    known = {*made.strengths, strength}
    strengths = tuple(each for each in made.product.strengths if each in known)
    return _taking(request, of_strengths(made, strengths, halves=made.halves))


def _with_halves(request: Request) -> Request | None:
    return _taking(request, of_strengths(request.regimens, request.regimens.strengths, halves=True))


def _taking(request: Request, made: Regimens) -> Request | None:
    """The request with another table; what is taken now stays as it is.

    None if the table does not reach so far: 300 mg of a concentrate is 300 mL of the weakest.
    """
    taken = request.regimen
    if any(made.units(amount) is None for amount in taken.amounts):
        return None
    return replace(request, regimens=made, regimen=made.exactly(taken.amounts, times=taken.times))


def _finishing_with(request: Request, finer: Product) -> Request:
    """The request with a finer product for the end, as often as `--finish-with ID` takes it."""
    made = request.regimens
    table = finishing_table(finer, made, request.regimen.daily, halves=made.halves)
    follows = follows_frequency(finer, made.product)
    return replace(request, finish=Finish(table, as_often=follows))


# --- what they would make of the plan -----------------------------------------------------------


def _tried(request: Request | None) -> _Outcome | None:
    """What comes of a request; None if it cannot be planned."""
    if request is None:
        return None
    try:
        return _outcome(request, schedule(request))
    except InputError:
        return None


def _outcome(request: Request, steps: tuple[Step, ...]) -> _Outcome:
    cuts = [
        Ratio(step.cut, step.before)
        for step in steps[1:]
        if step.kind in {REDUCE, CHANGE} and step.before
    ]
    last = steps[-1]
    largest = max(cuts, default=None)
    if last.kind != STOP or request.rule.goal:
        return _Outcome(largest, None, None)
    before = next(step for step in reversed(steps) if step.regimen.daily)
    return _Outcome(largest, before.regimen, last.start)


def _compared(then: _Outcome, now: _Outcome) -> str:
    """``largest cut 25% instead of 50%, stop on 2027-05-01 instead of 2027-04-03``.

    If the largest cut is the same, the last doses are compared too.
    """
    if then.largest is None:
        text = "still a stop at once"
    elif now.largest is None:
        text = f"largest cut {then.largest.percent()} instead of a stop at once"
    elif then.largest == now.largest:
        assert then.last is not None
        assert now.last is not None
        first, second = (each.product.text(each.daily) for each in (then.last, now.last))
        text = f"largest cut {then.largest.percent()} as before"
        text += f", last dose {first} a day instead of {second}"
    else:
        text = f"largest cut {then.largest.percent()} instead of {now.largest.percent()}"
    if then.stop is None or now.stop is None:
        return text
    text += f", stop on {then.stop.isoformat()}"
    return text if then.stop == now.stop else f"{text} instead of {now.stop.isoformat()}"


# --- without a trial ----------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _without_trial(made: Regimens) -> str:
    """What makes smaller steps of another opioid that is tapered, or of the finer product."""
    product = made.product
    strength = _finer_strength(made)
    if strength is not None:
        unit = "" if product.is_liquid else f" {product.unit_text}"
        return f"the {strength.label}{unit} strength is marketed"
    finer = _finer(made)
    if finer:
        added = _adds(home(product).products[finer[0]], product)
        return f"{finer[0]} makes smaller steps{added}"
    return _nothing(made)


def _nothing(made: Regimens) -> str:
    product = made.product
    if product.is_liquid:
        return f"{product.text(made.smallest)} is the smallest dose that is planned of it"
    return "no marketed product of this opioid makes a smaller one"
