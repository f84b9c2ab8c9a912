"""The rules of findings by id, and the facts of a plan that they look at."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from taper.safety.catalogue import US, Finding, is_raised_in, ranks
from taper.safety.equivalents import total_mme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from taper.engine.steps import Step
    from taper.formulary.product import Product
    from taper.quantities import Ratio
    from taper.regimen.table import Regimen
    from taper.request.model import Request
    from taper.safety.remedies import Lazy
    from taper.supply import Supply


class Found(NamedTuple):
    """What a rule found: the rows that it is about, and what fills the message."""

    steps: tuple[int, ...] = ()
    values: tuple[tuple[str, object], ...] = ()
    variant: str = ""


def about_plan(variant: str = "", **values: object) -> Found:
    """Something about the plan as a whole; ``values`` fill the message."""
    return Found((), tuple(values.items()), variant)


def about_rows(rows: Iterable[Step], **values: object) -> Found:
    """Something about these rows; ``values`` fill the message."""
    return Found(tuple(row.number for row in rows), tuple(values.items()))


class Cut(NamedTuple):
    """A reduction, and what share it is of the dose before it or of the total in MME."""

    step: Step
    share: Ratio
    of_total: bool


class Facts:
    """What the rules look at: the request, its rows and what is dispensed.

    Whatever several rules need is worked out once, when one asks for it.
    """

    def __init__(
        self,
        request: Request,
        steps: tuple[Step, ...],
        dispensing: Supply | None = None,
        *,
        as_asked: bool = True,
        ran_out: tuple[date, ...] = (),
    ) -> None:
        """``dispensing`` is None for the rules that look at single rows.

        The rows are not ``as_asked`` by the request if the plan was changed since, or if a person
        wrote them. ``ran_out`` are the days on which more was taken than planned.
        """
        self.request = request
        self.steps = steps
        self.dispensing = dispensing
        self.as_asked = as_asked
        self.ran_out = ran_out
        self.remedies: dict[Product, Lazy] = {}
        self.large_cuts: list[Cut] | None = None

    @property
    def now(self) -> Step:
        """What is taken before the plan begins."""
        return self.steps[0]

    @property
    def daily(self) -> int:
        """The daily dose of the main product before the plan begins, in thousandths."""
        return self.request.regimen.daily

    @property
    def risks(self) -> frozenset[str]:
        """The risks that the request states."""
        return self.request.risks

    @property
    def market(self) -> str:
        """The market whose words and sources count."""
        return self.request.formulary.market

    @property
    def words(self) -> dict[str, Any]:
        """What people read in that market."""
        return self.request.formulary.words

    @property
    def equivalents(self) -> dict[str, str]:
        """What morphine equivalents are called in the market, and whose table they are from."""
        return {"equivalent": self.words["equivalent"], "table": self.words["table"]}

    @cached_property
    def regimens(self) -> list[Regimen]:
        """Everything that is taken in any row, each regimen once."""
        taken = (each for step in self.steps for each in (step.regimen, *step.companions))
        return list({id(regimen): regimen for regimen in taken}.values())

    @cached_property
    def products(self) -> list[Product]:
        """Every product that is taken, in the order of the rows."""
        return list(dict.fromkeys(regimen.product for regimen in self.regimens))

    @cached_property
    def mme(self) -> Ratio | None:
        """MME of everything taken before the plan begins; None if a factor is missing."""
        return total_mme(self.now)


class Rule(NamedTuple):
    """One finding: its id, and the function that looks for it."""

    id: str
    search: Callable[[Facts], Found | None]
    of_rows: bool

    def look(self, facts: Facts) -> Finding | None:
        """The finding in the words of the market; None if there is none."""
        found = self.search(facts)
        if found is None:
            return None
        market = "" if facts.market == US else facts.market
        return Finding(self.id, found.steps, found.values, found.variant, market=market)


_RULES: dict[str, Rule] = {}


def finding(
    name: str, *, of_rows: bool = False
) -> Callable[[Callable[[Facts], Found | None]], Callable[[Facts], Found | None]]:
    """Register the function of a finding; ``of_rows`` if it needs nothing but the rows."""

    def register(search: Callable[[Facts], Found | None]) -> Callable[[Facts], Found | None]:
        assert name not in _RULES, name
        _RULES[name] = Rule(name, search, of_rows)
        return search

    return register


@lru_cache(maxsize=16)
def rules(market: str, *, of_rows: bool = False) -> tuple[Rule, ...]:
    """Every rule that is raised in a market, in the order in which findings are printed.

    With ``of_rows`` those alone that need nothing but the rows.
    """
    wanted = (rule for rule in _RULES.values() if rule.of_rows or not of_rows)
    raised = (rule for rule in wanted if is_raised_in(rule.id, market))
    place = ranks()
    return tuple(sorted(raised, key=lambda rule: place[rule.id]))
