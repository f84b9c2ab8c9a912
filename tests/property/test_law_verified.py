"""The laws of ``verify`` over random requests: of every kind, in every market.

A law looks at the plan document alone. The sweep holds the same laws for every common start.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from strategies import planned, requests

from verify.laws import LAWS
from verify.view import Plan

GROUPS = sorted({law.check.__module__.rpartition(".")[2] for law in LAWS.values()})


def broken(document: dict, names: set[str]) -> list[str]:
    """Which of these laws a document breaks, and where."""
    plan = Plan(document)
    return [f"{name}: {text}" for name in sorted(names) for text in LAWS[name].check(plan)]


def laws_of(group: str) -> set[str]:
    """The names of the laws of one module of ``verify.laws``."""
    return {name for name, law in LAWS.items() if law.check.__module__.endswith(f".{group}")}


@pytest.mark.parametrize("group", GROUPS)
@given(fields=requests())
def test_no_plan_breaks_a_law(group, fields):
    assert broken(planned(fields).to_dict(), laws_of(group)) == []


@given(requests())
def test_without_checks_there_are_none(fields):
    assert planned({**fields, "checks": "none"}).checks == ()
