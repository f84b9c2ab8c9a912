"""The plan: one frozen record of values, the same whether it was made here or read from a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from taper.engine.steps import STOP
from taper.planning.document import document, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from taper.engine.steps import Step
    from taper.request.model import Request
    from taper.safety.catalogue import Finding
    from taper.safety.withdrawal_checks import Check
    from taper.supply import Fill, Supply

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Later(Generic[T]):
    """What works out a value of a plan when it is first looked at.

    A batch looks at few of the values of each plan, and the others take half of the time.
    ``days`` gives the days of checks alone, in half the time of the checks.
    """

    work: Callable[[Plan], T]
    days: Callable[[Plan], list[date]] | None = None


class _Value(Generic[T]):
    """A value of a plan; if it is given as :class:`Later`, the first look works it out."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, plan: Plan | None, owner: type) -> T:
        if plan is None:  # dataclasses ask the class for a default, and there is none
            raise AttributeError(self.name)
        value: T | Later[T] = plan.__dict__[self.name]
        if isinstance(value, Later):
            value = plan.__dict__[self.name] = value.work(plan)
        return value

    def __set__(self, plan: Plan, value: T | Later[T]) -> None:
        plan.__dict__[self.name] = value


@dataclass(frozen=True, eq=False)
class Plan:
    """A tapering plan; nothing in it changes.

    ``steps`` are the rows (0 is the current regimen), ``checks`` the withdrawal checks, by date,
    ``dispensing`` the fills and what is left over at the end, ``findings`` the safety findings.
    ``revisions`` are the changes that were made on the way, ``records`` what checks found.
    ``made_with`` names the versions of the tool and of the formulary. Doses are integers of a
    thousandth of the unit; :meth:`to_json` prints exact decimals. :class:`taper.Plan` is the plan
    as a program sees it.
    """

    request: Request
    steps: tuple[Step, ...]
    made_with: dict[str, str]
    id: _Value[str] = _Value()
    checks: _Value[tuple[Check, ...]] = _Value()
    dispensing: _Value[Supply] = _Value()
    findings: _Value[tuple[Finding, ...]] = _Value()
    revisions: tuple[dict[str, Any], ...] = ()
    records: tuple[dict[str, Any], ...] = ()

    @property
    def check_days(self) -> list[date]:
        """The days of the checks alone, in their order."""
        checks = self.__dict__["checks"]
        if isinstance(checks, Later) and checks.days is not None:
            return checks.days(self)
        return [check.date for check in self.checks]

    @property
    def supply(self) -> tuple[Fill, ...]:
        """The fills: what to dispense, and when."""
        return self.dispensing.fills

    @property
    def start(self) -> date:
        """Day 1."""
        return self.request.calendar.start

    @property
    def stop_date(self) -> date | None:
        """The first day without any opioid that is tapered; None if one has a goal.

        An opioid that is kept as it is does not count: the taper does not stop it.
        """
        last = self.steps[-1]
        return last.start if last.kind == STOP and not self.request.rule.goal else None

    def to_rule(self) -> dict[str, Any]:
        """The rule that was planned with, also if a guideline or an end was asked for."""
        return rule(self.request)

    def to_dict(self) -> dict[str, Any]:
        """The plan document (``taper-plan/2``), as plain values."""
        return document(self)

    def to_json(self) -> str:
        """The plan document as JSON text, the same bytes for the same plan."""
        import json  # noqa: PLC0415

        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"


def renewals(revisions: Iterable[Mapping[str, Any]]) -> tuple[date, ...]:
    """The days of changes that moved rows: what was prescribed before them is void."""
    return tuple(
        date.fromisoformat(revision["from"])
        for revision in revisions
        if revision.get("moves", True)
    )
