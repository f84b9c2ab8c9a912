"""The plan document as pydantic models: its JSON Schema, and the check of a saved plan.

pydantic is imported here only (and for its values in :mod:`taper.planning.schema_values`), where a
plan file comes in or its schema is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from taper.errors import InputError, Problem
from taper.planning.schema_values import (  # noqa: TC001 - pydantic evaluates the annotations
    Count,
    Day,
    Decimal,
    Kind,
    Percentage,
    Text,
    TextOrNone,
)

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class _Model(BaseModel):
    # strict: what is read is what is printed again, so nothing is turned into another type
    model_config = ConfigDict(extra="forbid", strict=True)


class MadeWith(_Model):
    """The versions a plan was made with."""

    taper: Text
    formulary: Text
    formulary_date: Text


class Part(_Model):
    """One part of the rule that was planned with."""

    reduce: Text
    every: Text
    until: Text | None


class Rule(_Model):
    """The rule that was planned with."""

    of: Literal["original", "current", "mixed"]
    parts: list[Part]


class Product(_Model):
    """The main product, with the strengths that the plan uses."""

    id: Text
    drug: Text
    form: Text
    name: Text
    market: Text
    mme_table: Text
    unit: Literal["mg", "mcg", "mcg/h"]
    strengths: list[Text]
    handling: Text
    schedule: TextOrNone
    rxnorm: dict[Text, Text]
    sources: list[Text]


class Summary(_Model):
    """The plan in a few figures."""

    start: Day
    stop_date: Day | None
    days: Count
    reductions: Count
    holds: Count
    start_daily_dose: Decimal
    end_daily_dose: Decimal
    unit: Text
    start_mme: Decimal | None
    largest_cut_percent_of_current: Percentage
    largest_cut_percent_of_original: Percentage


class Units(_Model):
    """How many of one strength."""

    strength: Text
    count: Decimal


class Dose(_Model):
    """One administration of the day; of a patch the one entry ``patch``.

    What stays as needed has the one entry ``as-needed``, with the hours between two doses and
    the most of a day.
    """

    time: Text
    amount: Decimal
    units: list[Units]
    hours_between: int | None = None
    most_per_day: Decimal | None = None


class Companion(_Model):
    """Another opioid that is taken as well."""

    product: Text
    daily_dose: Decimal
    unit: Text
    doses: list[Dose]
    directions: Text


class Step(_Model):
    """One row of the schedule; ``end`` is inclusive."""

    step: Count
    kind: Kind
    start: Day | None
    end: Day | None
    days: Count | None
    product: Text
    daily_dose: Decimal
    unit: Text
    doses: list[Dose]
    directions: Text
    mme: Decimal | None
    percent_of_original: Percentage
    cut_percent_of_original: Percentage
    cut_percent_of_current: Percentage
    cut_percent_of_total: Percentage | None
    why: Text
    findings: list[Text]
    companions: list[Companion]


CheckReason = Literal["hold-review", "before-reduction", "after-reduction", "contact", "after-stop"]


class Check(_Model):
    """One withdrawal check."""

    date: Day
    step: Count
    reason: CheckReason
    reasons: list[CheckReason]
    how: Literal["visit", "video", "telephone"]
    items: list[Text]


class SupplyItem(_Model):
    """How much of one strength."""

    product: Text
    strength: Text
    quantity: Decimal
    unit: Text
    rxcui: Text | None
    directions: TextOrNone


class Fill(_Model):
    """One dispensing."""

    fill: Count
    date: Day
    not_before: Day
    days_supply: Count
    items: list[SupplyItem]


class Finding(_Model):
    """One safety finding; ``steps`` is empty if it is about the plan."""

    id: Text
    level: Literal["error", "warning", "note"]
    steps: list[Count]
    message: Text
    source: Text


class Change(_Model):
    """What was changed: only what is given was."""

    hold: TextOrNone = ""
    reduce: TextOrNone = ""
    every: TextOrNone = ""
    of: TextOrNone = ""
    to: TextOrNone = ""
    dose: TextOrNone = ""
    taking: TextOrNone = ""
    missed: TextOrNone = ""
    step_back: TextOrNone = ""
    specialist: TextOrNone = ""
    override_rate: TextOrNone = ""


class Replaced(_Model):
    """An entry of the calendar that the change took away."""

    uid_key: Text
    date: Day


class Held(_Model):
    """How much of one strength a patient holds, or has too much of."""

    product: Text
    strength: Text
    quantity: Decimal
    unit: Text


class Prescribed(Held):
    """A prescription, by the first day that it serves."""

    date: Day


class Revision(_Model):
    """One change of the plan while it was under way."""

    from_: Day = Field(alias="from")
    change: Change
    why: TextOrNone
    moves: bool = True
    findings: list[Text] = []
    cancel: list[Prescribed] = []
    held: list[Held] = []
    return_: list[Held] = Field(default=[], alias="return")
    replaced: list[Replaced] = []


class Record(_Model):
    """What a check found; what was not asked is null.

    Sleep and mood are ratings from 0 to 10, or a few words. A record that a later one of the same
    day took the place of is ``replaced``.
    """

    date: Day
    step: Count
    cows: Annotated[int, Field(ge=0, le=48)] | None
    sows16: Annotated[int, Field(ge=0, le=64)] | None
    sows10: Annotated[int, Field(ge=0, le=30)] | None
    peg: Decimal | None
    pain: Annotated[int, Field(ge=0, le=10)] | None
    sleep: Annotated[int, Field(ge=0, le=10)] | Text | None
    mood: Annotated[int, Field(ge=0, le=10)] | Text | None
    suicidal_thoughts: bool | None
    not_reached: bool | None
    note: Text | None
    then: Text | None
    reason: Text | None
    replaced: bool


class Plan(_Model):
    """A tapering plan."""

    schema_: Literal["taper-plan/2"] = Field(alias="schema")
    id: Text
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
    revisions: list[Revision]
    records: list[Record]


# --- a plan of another version: only what stands of it is looked at ------------------------------


class _Standing(BaseModel):
    # another version may say more of it, and what follows from it is worked out again
    model_config = ConfigDict(extra="ignore", strict=True)


class StandingCompanion(_Standing):
    """Another opioid of a row."""

    product: Text
    daily_dose: Decimal
    doses: list[Dose]


class StandingStep(StandingCompanion):
    """A row."""

    step: Count
    kind: Kind
    start: Day | None
    end: Day | None
    days: Count | None
    why: Text
    findings: list[Text]
    companions: list[StandingCompanion]


class StandingItem(_Standing):
    """How much was dispensed of one strength."""

    product: Text
    strength: Text
    quantity: Decimal


class StandingFill(_Standing):
    """One dispensing."""

    fill: Count
    date: Day
    days_supply: Count
    items: list[StandingItem]


class StandingPlan(_Standing):
    """What stands of a plan of another version."""

    id: Text
    made_with: MadeWith
    rule: Rule
    steps: list[StandingStep] = Field(min_length=2)
    supply: list[StandingFill]
    revisions: list[Revision]
    records: list[Record] = []


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of the plan document."""
    schema = Plan.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "taper-plan/2",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def validated(document: Any) -> None:
    """Check a document; raises :class:`~taper.InputError` with every fault and its place."""
    _checked(lambda: Plan.model_validate(document))


def standing_part(document: Any) -> dict[str, Any]:
    """What stands of the document of another version; the faults are those of that part."""
    plan: StandingPlan = _checked(lambda: StandingPlan.model_validate(document))
    return plan.model_dump(by_alias=True, exclude_unset=True)


def valid_revisions(revisions: Any) -> list[dict[str, Any]]:
    """The changes of a document, checked: their own values, and not yet what they mean."""
    _checked(lambda: TypeAdapter(list[Revision]).validate_python(revisions), "revisions")
    found: list[dict[str, Any]] = revisions
    return found


def check_records(records: Any) -> None:
    """Check what checks found; raises :class:`~taper.InputError`."""
    _checked(lambda: TypeAdapter(list[Record]).validate_python(records), "records")


def _checked(validate: Callable[[], T], *within: str) -> T:
    try:
        return validate()
    except ValidationError as error:
        raise InputError(
            Problem(
                ".".join(str(part) for part in (*within, *fault["loc"])),
                fault["msg"].removeprefix("Value error, "),
            )
            for fault in error.errors(include_url=False, include_input=False)
        ) from None
