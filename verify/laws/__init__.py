"""The laws that every plan must obey, each with the section of the contract that it is from.

A law looks at a plan document (SPEC 6), read from JSON, and gives a text for each place where it
is broken. Tests with random requests and the sweep hold the same ones.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from verify.laws.law import LAWS, Law
from verify.view import Plan

if TYPE_CHECKING:
    from verify.planner import Row

__all__ = ["LAWS", "Law", "broken"]

for _name in ("doses", "pace", "days", "document", "checks", "findings", "supply", "labels"):
    import_module(f"verify.laws.{_name}")  # each enters its laws, in the order of the contract


def broken(document: dict[str, Any], wanted: list[Row] | None = None) -> list[str]:
    """Every law that a plan document breaks, with where; ``wanted`` as in :class:`Plan`."""
    plan = Plan(document, wanted)
    return [f"{law.name}: {text}" for law in LAWS.values() for text in law.check(plan)]
