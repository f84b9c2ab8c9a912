"""`taper check`: what is wrong in a schedule that somebody wrote, all of it at once.

The rows come from a table (:mod:`taper.lint.handwritten`), from a plan document
(:mod:`taper.lint.plan`) or from FHIR (:mod:`taper.lint.fhir`); the rules are the same
(:mod:`taper.lint.rules`). Nothing is wrong in a plan that the tool itself wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.formulary.market import formulary
from taper.lint.entries import chains
from taper.lint.handwritten import Asked, Reader
from taper.lint.rules import check
from taper.lint.sheet import Sheet, from_csv, from_workbook
from taper.reading.workbook import WORKBOOK

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from taper.formulary.market import Formulary
    from taper.lint.entries import Entry
    from taper.lint.faults import Fault
    from taper.request.model import Calendar


@dataclass(frozen=True, slots=True)
class Report:
    """What was found; ``where`` is what a row is called: a ``row`` of a file, a ``step``."""

    faults: tuple[Fault, ...]
    where: str

    @property
    def wrong(self) -> bool:
        """Whether there is an error among it."""
        return any(fault.level == "error" for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Options:
    """What the file itself may not say: its market, its product, the start of its weeks.

    ``avoid`` are the days on which no reduction is to begin, ``halves`` whether halves of
    tablets known to be scored are allowed, ``local`` the clinic's own products.
    """

    market: str = "us"
    product: str | None = None
    avoid: Calendar | None = None
    start: date | None = None
    halves: bool = False
    local: str = ""

    @property
    def formulary(self) -> Formulary:
        """The products of the market, and the clinic's own."""
        return formulary(self.market, self.local)


def lint(
    text: str | bytes,
    name: str,
    *,
    market: str = "us",
    local: str = "",
    product: str | None = None,
    avoid: Calendar | None = None,
    start: date | None = None,
    halves: bool = False,
) -> Report:
    """Check a schedule: CSV, a workbook (XLSX), a plan (JSON) or FHIR.

    ``local`` holds the clinic's own products (:class:`taper.formulary.local.Local`).
    ``product`` is what is meant where a table does not say, ``start`` dates its weeks, ``avoid``
    are the days on which no reduction is to begin. Raises :class:`~taper.InputError` where the
    text is none of these.
    """
    options = Options(market, product, avoid, start, halves, local)
    if isinstance(text, bytes):
        if text.startswith(WORKBOOK):
            return _of_table(from_workbook(text, name), name, options)
        text = _decoded(text, name)
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        if '"resourceType"' in text:
            from taper.lint.fhir import entries_of  # noqa: PLC0415 - only for FHIR

            return _of_entries(*entries_of(text, name, options.formulary), "dosage", options)
        from taper.lint.plan import faults_of  # noqa: PLC0415 - loads pydantic

        return Report(ordered(faults_of(text, name, avoid)), "step")
    return _of_table(from_csv(text, name), name, options)


def _decoded(data: bytes, name: str) -> str:
    """Text as spreadsheets save it."""
    marked = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for encoding in ("utf-8-sig", "utf-16" if marked else "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    hint = "a table (CSV, XLSX), a plan (JSON) or FHIR"
    raise InputError(Problem(name, "not a text file", hint))


def _of_table(sheet: Sheet, name: str, options: Options) -> Report:
    known = options.formulary
    named = known.identify(options.product) if options.product else None
    labels = {s.label: s for s in named.product.strengths} if named else {}
    asked = Asked(
        named.product if named else None,
        labels.get(named.strength) if named else None,
        options.start,
        options.halves,
    )
    reader = Reader(known, asked)
    entries = reader.read(sheet, name)
    if not entries:
        raise InputError(Problem(name, "there is no row below the header", "one row a step"))
    return _of_entries(entries, reader.faults, "row", options)


def _of_entries(entries: list[Entry], known: list[Fault], where: str, options: Options) -> Report:
    from taper.lint.findings import further  # noqa: PLC0415 - of what can be read

    faults = [*known, *check(entries, options.avoid)]
    faults += further(chains(entries), options.formulary)
    return Report(ordered(faults), where)


def ordered(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """By row, each fault once; what is about the whole comes last."""
    unique = dict.fromkeys(faults)
    return tuple(sorted(unique, key=lambda fault: (fault.row is None, fault.row or 0)))
