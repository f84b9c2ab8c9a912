"""Every format a plan can be written in: one module a format, one registry.

A renderer takes a plan and :class:`Options` and returns text or bytes; it writes no file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem

if TYPE_CHECKING:
    from taper.planning.plan import Plan
    from taper.planning.window import Window

# suffix -> module and function: the longest suffix that fits wins
FORMATS = {
    ".json": "taper.export.json:render",
    ".csv": "taper.export.csv:schedule",
    ".checks.csv": "taper.export.csv:checks",
    ".supply.csv": "taper.export.csv:supply",
    ".daily.csv": "taper.export.daily:render",
    ".ics": "taper.export.ics:render",
    ".fhir.json": "taper.export.fhir:render",
    ".xlsx": "taper.export.xlsx:render",
    ".md": "taper.export.md:render",
    ".txt": "taper.export.note:render",
    ".html": "taper.export.html:render",
    ".pdf": "taper.export.pdf:render",
    ".svg": "taper.export.svg:render",
}


# What holds the next steps alone if they are asked for, beside the hand-out, the calendar and the
# note, which do so by themselves. A plan document and a FHIR Bundle are always whole.
LIMITED = frozenset({".csv", ".checks.csv", ".supply.csv", ".daily.csv", ".xlsx", ".md"})

TRANSACTION = "transaction"
BUNDLES = ("collection", TRANSACTION)  # the types of a FHIR Bundle that can be written

# A second suffix of letters before one that has several meanings.
_DOUBLE = re.compile(r"\.[a-z]+\.(?:csv|json)$")


@dataclass(frozen=True, slots=True)
class Options:
    """How to render what has a choice: the hand-out's language, paper and print size.

    ``clinic`` and ``telephone`` stand on the hand-out in place of a line to fill in; ``diary``
    adds a page to it. With ``window`` it, the calendar, the note, the schedule and the supply hold
    the next steps alone. ``subject`` is the reference of the patient in a FHIR Bundle, ``bundle``
    its type, and ``one_request_per_step`` gives each step prescriptions of its own.
    """

    language: str = "en"
    paper: str = "letter"
    large_print: bool = False
    clinic: str = ""
    telephone: str = ""
    diary: bool = False
    window: Window | None = None
    subject: str = ""
    bundle: str = "collection"
    one_request_per_step: bool = False


def suffix_of(name: str) -> str:
    """The format's suffix of a file name; raises :class:`~taper.InputError` that lists them.

    A misspelled double suffix is an error too: ``plan.cheks.csv`` would hold the schedule.
    """
    lower = name.lower()
    fitting = [suffix for suffix in FORMATS if lower.endswith(suffix)]
    doubled = _DOUBLE.search(lower)
    if not fitting or (doubled and doubled[0] not in FORMATS):
        message = f"'{name}' has no suffix of a format that can be written"
        raise InputError(Problem("output", message, "one of " + ", ".join(FORMATS), name))
    return max(fitting, key=len)


def render(plan: Plan, suffix: str, options: Options | None = None) -> str | bytes:
    """A plan in the format of a suffix."""
    options = options or Options()
    if options.window is not None and suffix in LIMITED:
        from taper.planning.window import limited  # noqa: PLC0415 - if it is asked for

        plan = limited(plan, options.window)
    module, _, function = FORMATS[suffix].partition(":")
    rendered: str | bytes = getattr(import_module(module), function)(plan, options)
    return rendered
