"""The fields that are options of `taper plan`, as a table that loads no Typer."""

from __future__ import annotations

from typing import NamedTuple

from taper.request.fields import LISTS

PATIENT = "The patient and the plan"  # a panel of the help


class Field(NamedTuple):
    """The option of a field; those in a panel are left out of the short help.

    ``tabbed`` names what the shell proposes at the Tab key (:mod:`taper.terminal.completion`).
    An option is ``repeated``, in the singular, if the field is a list.
    """

    name: str
    metavar: str
    help: str
    tabbed: str = ""
    repeated: bool = False
    panel: str | None = None

    @property
    def option(self) -> str:
        """As it is written on the command line: ``--on-hand``."""
        name = self.name.removesuffix("s") if self.name in LISTS else self.name
        return "--" + name.replace("_", "-")

    @property
    def is_many(self) -> bool:
        """Whether it may be given more than once."""
        return self.repeated or self.name in LISTS


# The fields that are options of `taper plan`, by panel, in the order of its help.
_BY_PANEL: dict[str | None, tuple[Field, ...]] = {
    None: (
        Field("start", "DATE", "Day 1: 2026-12-07."),
        Field("reduce", "RATE", "10%, or an amount: 15 mg. Default 10%."),
        Field("every", "LENGTH", "1w, 10d, 1mo. Default by market and length of use."),
        Field("to", "DOSE", "Goal: 0 to stop (default), or a daily dose."),
        Field("holds", "HOLD", "Pause (repeat): 2w@every4, 2w@50%, DATE..DATE."),
        Field("taking", "DOSE", "Of an as-needed dose, the average daily use."),
        Field("on_opioids_for", "LENGTH", "On opioids for how long: 8w, 3y."),
        Field("risks", "RISK", "Repeat: benzodiazepine, oud, pregnancy, ...", "risk"),
    ),
    "How fast": (
        Field("of", "WORD", "The percentage is of: original, current or mixed (default).", "of"),
        Field("over", "LENGTH", "The gentlest percentage that ends within 26w."),
        Field("by", "DATE", "The same, ending by a date."),
        Field("phases", "PHASE", "Repeat: '10%/1w until 50%', then '5%/2w'."),
        Field("guideline", "NAME", "A published rule set: `taper guidelines list`.", "guideline"),
        Field("pace", "WORD", "Where in its range: gentle (default), middle or fast.", "pace"),
        Field("last_dose_for", "LENGTH", "How long the smallest once-daily dose is kept."),
        Field("override_rate", "TEXT", "The reason for a pace over 25% a week."),
    ),
    "Dates": (
        Field("baseline", "LENGTH", "Stay on the current dose this long first."),
        Field("avoid", "DAYS", "weekends, holidays:US, holidays:US-CA.", "avoid"),
        Field("reduce_on", "DAYS", "Reductions begin on these days only: tue.", "weekday"),
    ),
    "The medicine": (
        Field("drug", "NAME", "With --form, instead of a product id.", "drug"),
        Field("form", "NAME", "er, ir, solution, patch, ...", "form"),
        Field("release", "WORD", "ir or er, if the name does not say.", "release"),
        Field("stock", "STRENGTHS", "Only these strengths: 15,30; or all.", "strengths"),
        Field("on_hand", "UNITS", "Repeat: held already, used up first: '40 x 15 mg'."),
        Field("max_units", "NUMBER", "Most tablets at one administration."),
        Field("split", "WORD", "halves: of immediate-release tablets known to be scored.", "split"),
        Field("history", "FILE", "Fills (.csv, .jsonl, .xlsx) that tell what is taken."),
        Field("as_needed", "WORD", "fixed: at fixed times; keep: it stays as needed.", "as_needed"),
        Field("prefer", "WORD", "fewest-units or fewest-strengths.", "prefer"),
        Field("favor", "TIME", "The time that keeps the larger amount longest: evening.", "time"),
        Field("finish_with", "PRODUCT", "A finer product of the same opioid for the end.", "finer"),
        Field("finish_at", "DOSE", "Change to it at this dose or share: 25%."),
        Field("also", "PRODUCT", "Repeat: another opioid, 'oxycodone-ir 10 mg q6h'.", "product"),
        Field("keep", "PRODUCT", "One of --also that stays as it is.", "product"),
        Field("market", "NAME", "us, uk, ca or au.", "market"),
        Field("products", "FILE", "The clinic's own products (TOML)."),
    ),
    PATIENT: (
        Field("indication", "WORD", "pain; anything else is refused, with the reason.", "purpose"),
        Field("specialist", "NAME", "Who was consulted."),
        Field("checks", "WORD", "standard, close (weekly) or none.", "checks"),
        Field("fill", "LENGTH", "Days per dispensing: 28d (default), 14d, 7d; or step."),
        Field("id", "NAME", "The plan's id."),
        Field("label", "TEXT", "A free label printed on the plan."),
    ),
}
FIELDS = {
    field.name: field._replace(panel=panel)
    for panel, fields in _BY_PANEL.items()
    for field in fields
}
