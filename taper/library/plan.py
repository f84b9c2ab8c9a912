"""The plan that :func:`taper.plan` returns."""

from __future__ import annotations

import warnings
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

from taper.library import records
from taper.planning import document

if TYPE_CHECKING:
    from datetime import date
    from os import PathLike

    from taper.library.keywords import Writing
    from taper.planning.plan import Plan as Made


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """A tapering plan; nothing in it changes, and two are equal if their documents are.

    Amounts are exact decimals in the product's unit, dates are dates. The fields have the names of
    the plan document (contract 6); :meth:`to_json` prints it. Made by :func:`taper.plan`, or read
    back with :meth:`from_json`.
    """

    _made: Made

    @classmethod
    def from_json(cls, text: str | bytes) -> Plan:
        """The plan of a document, as :meth:`to_json` or ``taper plan -o plan.json`` wrote it.

        Raises :class:`taper.InputError` if it is none, or names the first value that does not fit
        the others. Of a plan of another version the rows stand, and a warning says so.
        """
        from taper.course.saved import read_saved  # noqa: PLC0415 - if a plan is read back

        saved = read_saved(text.decode() if isinstance(text, bytes) else text)
        if saved.said:
            warnings.warn(saved.said, stacklevel=2)
        return cls(saved.plan)

    @property
    def id(self) -> str:
        """The id that was given, or one made from the content of the request."""
        return self._made.id

    @property
    def start(self) -> date:
        """Day 1."""
        return self._made.start

    @property
    def stop_date(self) -> date | None:
        """The first day without the drug; None if the plan has a goal."""
        return self._made.stop_date

    @property
    def request(self) -> dict[str, Any]:
        """The request, complete: planned again with the same version it gives the same plan."""
        return deepcopy(self._made.request.text)

    @cached_property
    def product(self) -> records.Product:
        """The main product, with the strengths that the plan uses."""
        return records.Product.of(document.product_document(self._made))

    @cached_property
    def summary(self) -> records.Summary:
        """The plan in a few figures."""
        return records.Summary.of(document.summary(self._made))

    @cached_property
    def steps(self) -> tuple[records.Step, ...]:
        """The rows of the schedule; row 0 is the current regimen."""
        return tuple(map(records.Step.of, document.step_documents(self._made)))

    @cached_property
    def checks(self) -> tuple[records.Check, ...]:
        """The withdrawal checks, by date."""
        return tuple(map(records.Check.of, document.check_documents(self._made)))

    @cached_property
    def supply(self) -> tuple[records.Fill, ...]:
        """The fills: what to dispense, and when."""
        return tuple(map(records.Fill.of, document.supply_documents(self._made)))

    @cached_property
    def leftover(self) -> tuple[records.SupplyItem, ...]:
        """What is dispensed and never needed."""
        return tuple(map(records.SupplyItem.of, document.leftover_documents(self._made)))

    @cached_property
    def findings(self) -> tuple[records.Finding, ...]:
        """The safety findings, the worst first."""
        return tuple(map(records.Finding.of, document.finding_documents(self._made)))

    def to_dict(self) -> dict[str, Any]:
        """The plan document (``taper-plan/2``), as plain values."""
        return self._made.to_dict()

    def to_json(self) -> str:
        """The plan document as JSON text, the same bytes for the same plan."""
        return self._json

    @cached_property
    def _json(self) -> str:
        return self._made.to_json()

    def to_frame(self, table: str = "schedule", kind: str | None = None) -> Any:
        """A table of the plan: ``schedule``, ``checks``, ``supply``, ``daily`` or ``summary``.

        ``kind`` is ``pandas`` (a DataFrame) or ``arrow`` (a pyarrow Table, which Polars, DuckDB and
        other Arrow consumers take); by default pandas if it is installed, else Arrow. Doses, MME,
        percentages and quantities are exact decimals, dates are dates. Raises
        :class:`taper.InputError` for another table, or if neither library is installed.
        """
        from taper.library.frames import frame  # noqa: PLC0415 - only if it is asked for

        return frame(self._made, table, kind)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The schedule for any Arrow consumer: ``polars.DataFrame(made)``."""
        return self.to_frame("schedule", "arrow").__arrow_c_stream__(requested_schema)

    def write(self, path: str | PathLike[str], **options: Unpack[Writing]) -> None:
        """Write the plan by suffix, as ``-o`` does: ``.json``, ``.csv``, ``.pdf``, ``.ics``, ...

        The options are those of the command, by name: ``language="es"``, ``large_print=True``.
        The file is written whole or not at all, and replaced if it exists. Raises
        :class:`taper.InputError` for an unknown suffix or option, :class:`taper.TaperError` if the
        file cannot be written.
        """
        from taper.library.files import write  # noqa: PLC0415 - only if a file is asked for

        write(self._made, path, options)

    def __eq__(self, other: object) -> bool:
        """Whether it is the same plan: the same document."""
        return isinstance(other, Plan) and self._json == other.to_json()

    def __hash__(self) -> int:
        """The same for equal plans."""
        return hash(self._json)

    def __repr__(self) -> str:
        """One line: the medicine, from which dose to which, the dates, the warnings."""
        figures, last = self.summary, self.stop_date
        until = f"stops {last}" if last else f"{figures.days} days"
        warnings = sum(finding.level != "note" for finding in self.findings)
        return (
            f"<Plan {self.id}: {self.product.id} {figures.start_daily_dose} to "
            f"{figures.end_daily_dose} {figures.unit} a day, from {self.start}, {until}, "
            f"{figures.reductions} reductions, {warnings} warnings>"
        )

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        """It is pickled as its document, and read back as a saved plan is."""
        return Plan.from_json, (self._json,)

    def __copy__(self) -> Plan:
        """The plan itself: nothing in it changes."""
        return self

    def __deepcopy__(self, memo: object) -> Plan:
        """The plan itself: nothing in it changes."""
        return self

    def _repr_html_(self) -> str:
        """The schedule and the findings, in a notebook; every text is escaped."""
        from taper.library.notebook import page  # noqa: PLC0415 - notebooks only

        return page(self)
