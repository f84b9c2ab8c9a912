"""The plans of the sweep: with what rules each start is planned, and how the program is asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

import taper
from verify.clock import CannotPlan
from verify.planner import plan
from verify.words import asked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.planner import Row
    from verify.starts import Start

BEGIN = "2026-12-07"  # a Monday
RATES = (5, 10, 15, 20, 25)  # percent
WEEKS = (1, 2, 4)
BASES = ("original", "current", "mixed")
WITH_HOLDS = ("2w@every4", "4w@50%")
HOLDS = ((), WITH_HOLDS)
SOME = 7  # of the rules, for starts with only the strengths at hand: coprime to all that they vary


class Rule(NamedTuple):
    """The rule of one plan."""

    percent: int
    of: str
    weeks: int
    holds: tuple[str, ...]

    @property
    def fields(self) -> dict[str, object]:
        """The rule as fields of a request."""
        found: dict[str, object] = {
            "reduce": f"{self.percent}%",
            "of": self.of,
            "every": f"{self.weeks}w",
            "start": BEGIN,
            "on_opioids_for": "8w",
        }
        return found | ({"holds": list(self.holds)} if self.holds else {})


def _every_rule() -> Iterator[Rule]:
    for percent in RATES:
        for of in BASES:
            for weeks in WEEKS:
                for holds in HOLDS:
                    yield Rule(percent, of, weeks, holds)


RULES = tuple(_every_rule())


def rules_of(start: Start) -> list[Rule]:
    """The rules with which a start is planned.

    Of one with only the strengths at hand it is every seventh of them, as its name falls.
    """
    if not start.stock:
        return list(RULES)
    return list(RULES[crc32(repr(start.fields).encode()) % SOME :: SOME])


def planned(fields: dict[str, Any]) -> dict[str, Any]:
    """The document that the program makes of a request."""
    document: dict[str, Any] = json.loads(taper.plan(**fields).to_json())
    return document


def wanted(fields: dict[str, Any]) -> list[Row] | None:
    """The rows that the second reading works out; None where the rules lead nowhere."""
    try:
        return plan(asked(fields))
    except CannotPlan:
        return None
