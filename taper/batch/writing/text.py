"""One output as text: what is shared of a plan in it, and the bytes of the rows of a chunk."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from taper.batch.reading.source import library
from taper.batch.sharing.template import Template, Windows, cut
from taper.batch.writing.formats import Csv, text_format
from taper.export.csv import row_dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taper.batch.sharing.planner import Planned
    from taper.batch.writing.tables import Table
    from taper.planning.plan import Plan


class TextOutput:
    """Collects the rows of a table as CSV or JSONL, compressed or not."""

    def __init__(self, kind: str, compression: str, table: Table, kept: tuple[str, ...]) -> None:
        """``kept`` are the columns that are copied from the input."""
        self.table = table
        self.text = text_format(kind, table, kept)
        self._compression = compression
        self._labelled = table.name == "plans"
        self._windows = Windows()
        self._made: list[bytes] = []

    def head(self) -> bytes:
        """What the file begins with, as it is written."""
        head = self.text.head()
        return compressed(head, self._compression) if head else b""

    def shared(self, plan: Plan, start: int | None, like: Template | None) -> Template | None:
        """The template of a plan that starts on day ``start``; None: for that day only.

        ``like`` is that of the same plan begun on another day. Only the rows of the schedule are
        moved: checks and fills look at the working days, and have other forms on other days.
        """
        if like is not None and self.table.steps and start is not None:
            base = plan.start.toordinal()
            days = [[day.toordinal() - base for day in row if day] for row in row_dates(plan)]
            template = like.moved(days)
            if template is not None:
                return template
        if isinstance(self.text, Csv) and self.table.steps and start is not None:
            return self.text.of_steps(plan, start)
        if isinstance(self.text, Csv) and self.table.dates_in_cells:
            return self.text.template(plan, None)
        return cut(self.text.marked(plan), None)

    def add(
        self,
        planned: Sequence[Planned],
        templates: Sequence[Template],
        kept: Sequence[tuple[Any, ...]],
    ) -> None:
        """The plans of the next rows, and of each the columns that are kept, if there are any."""
        of, ident_as, add = self._windows.of, self.text.ident, self._made.append
        for (ident, label, start, _), template, values in zip_longest(planned, templates, kept):
            window = of(start, template.reach)
            window[0] = ident_as(ident)
            if values:
                window[1] = self.text.kept(values)
            if self._labelled:
                window[2] = self.text.label(label)
            add(template.render(window))

    def add_records(self, rows: list[list[str]]) -> None:
        """Rows of cells."""
        self._made.append(self.text.records(rows))

    def take(self) -> list[bytes]:
        """The bytes of everything since the last time."""
        made, self._made = self._made, []
        if not self._compression:
            return made
        whole = b"".join(made)
        return [compressed(whole, self._compression)] if whole else []


def compressed(data: bytes, compression: str) -> bytes:
    """Bytes as a member (gzip) or frame (zstd) of their own: joined they are one file."""
    if not compression:
        return data
    if compression == "gzip":
        import gzip  # noqa: PLC0415 - only where it is needed

        return gzip.compress(data, compresslevel=6, mtime=0)
    frame: bytes = library("pyarrow").Codec("zstd").compress(data, asbytes=True)
    return frame
