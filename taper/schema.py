"""The plan document as pydantic models: its JSON Schema, and the check of a saved plan.

pydantic is imported here only, where a plan file comes in or its schema is asked for.
"""

from __future__ import annotations

from datetime import date as Day  # noqa: N812, TC003 - pydantic reads the annotations
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from taper.errors import InputError, Problem

Decimal = Annotated[str, Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,12})?$")]
Percentage = Annotated[str, Field(pattern=r"^[0-9]{1,9}\.[0-9]$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)


class MadeWith(_Model):
    """The versions a plan was made with."""

    taper: str
    formulary: str
    formulary_date: str


class Part(_Model):
    """One part of the rule that was planned with."""

    reduce: str
    every: str
    until: str | None


class Rule(_Model):
    """The rule that was planned with."""

    of: Literal["original", "current", "mixed"]
    parts: list[Part]


class Product(_Model):
    """The main product, with the strengths that the plan uses."""

    id: str
    drug: str
    form: str
    name: str
    market: str
    unit: Literal["mg", "mcg", "mcg/h"]
    strengths: list[str]
    handling: str
    schedule: str
    rxnorm: dict[str, str]
    sources: list[str]


class Summary(_Model):
    """The plan in a few figures."""

    start: Day
    stop_date: Day | None
    days: int
    reductions: int
    holds: int
    start_daily_dose: Decimal
    end_daily_dose: Decimal
    unit: str
    start_mme: Decimal | None
    largest_cut_percent_of_current: Percentage
    largest_cut_percent_of_original: Percentage


class Units(_Model):
    """How many of one strength."""

    strength: str
    count: Decimal


class Dose(_Model):
    """One administration of the day; of a patch the one entry ``patch``."""

    time: str
    amount: Decimal
    units: list[Units]


class Companion(_Model):
    """Another opioid that is taken as well."""

    product: str
    daily_dose: Decimal
    unit: str
    doses: list[Dose]
    directions: str


class Step(_Model):
    """One row of the schedule; ``end`` is inclusive."""

    step: int
    kind: Literal["current", "baseline", "reduce", "hold", "change", "maintain", "stop"]
    start: Day | None
    end: Day | None
    days: int | None
    product: str
    daily_dose: Decimal
    unit: str
    doses: list[Dose]
    directions: str
    mme: Decimal | None
    percent_of_original: Percentage
    cut_percent_of_original: Percentage
    cut_percent_of_current: Percentage
    why: str
    findings: list[str]
    companions: list[Companion]


class Check(_Model):
    """One withdrawal check."""

    date: Day
    step: int
    reason: Literal["after-reduction", "before-reduction", "contact", "hold-review", "after-stop"]
    how: str
    items: list[str]


class SupplyItem(_Model):
    """How much of one strength."""

    product: str
    strength: str
    quantity: Decimal
    unit: str
    directions: str


class Fill(_Model):
    """One dispensing."""

    fill: int
    date: Day
    not_before: Day
    days_supply: int
    items: list[SupplyItem]


class Finding(_Model):
    """One safety finding; ``step`` is null where it is about the plan."""

    id: str
    level: Literal["error", "warning", "note"]
    step: int | None
    message: str
    source: str


class Plan(_Model):
    """A tapering plan."""

    schema_: Literal["taper-plan/1"] = Field(alias="schema")
    id: str
    made_with: MadeWith
    request: dict[str, Any]
    rule: Rule
    product: Product
    summary: Summary
    steps: list[Step] = Field(min_length=2)
    checks: list[Check]
    supply: list[Fill]
    leftover: list[SupplyItem]
    findings: list[Finding]
    revisions: list[dict[str, Any]]


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of the plan document."""
    schema = Plan.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "taper-plan/1",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def validated(document: Any) -> None:
    """Check a document; raises :class:`~taper.InputError` with every fault and its place."""
    try:
        Plan.model_validate(document)
    except ValidationError as error:
        raise InputError(
            Problem(".".join(str(part) for part in fault["loc"]), fault["msg"])
            for fault in error.errors(include_url=False, include_input=False)
        ) from None
