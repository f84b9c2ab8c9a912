"""The plan document: the same bytes for the same plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taper.export import Options
    from taper.planning.plan import Plan


def render(plan: Plan, options: Options) -> str:
    """The plan as JSON text (``taper-plan/2``)."""
    del options  # the plan itself has no language
    return plan.to_json()
