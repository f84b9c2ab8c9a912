"""One output as text: what is shared of a plan in it, and the bytes of the rows of a chunk."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from taper.batch.reading.source import library
from taper.batch.sharing.days import day_of
from taper.batch.sharing.moved_start import shifted
from taper.batch.sharing.template import Template, Windows, cut
from taper.batch.writing.formats import Csv, text_format
from taper.export.csv import row_dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taper.batch.sharing.planner import Planned
    from taper.batch.writing.tables import Table
    from taper.planning.plan import Plan

_WEEK = 7
_CUT = b"\x00"  # a byte that no text has
MOST_REMEMBERED = 48 * 2**20  # bytes of plans on one day, twice


class TextOutput:
    """Collects the rows of a table as CSV or JSONL, compressed or not."""

    def __init__(self, kind: str, compression: str, table: Table, kept: tuple[str, ...]) -> None:
        """``kept`` are the columns that are copied from the input."""
        self.text = text_format(kind, table, kept)
        self._compression = compression
        self._labelled = table.name == "plans"
        self._windows = Windows()
        self._made: list[bytes] = []
        # plans on one day, those that were used lately, and those before them
        self._only_ids = not kept and not self._labelled
        self._young: dict[tuple[Template, int], list[bytes]] = {}
        self._old: dict[tuple[Template, int], list[bytes]] = {}
        self._size = 0

    def head(self) -> bytes:
        """What the file begins with, as it is written."""
        head = self.text.head()
        return compressed(head, self._compression) if head else b""

    def shared(self, plan: Plan, start: int | None, like: Template | None) -> Template | None:
        """The template of a plan that starts on day ``start``; None: for that day only.

        ``like`` is that of the same plan begun on another weekday.
        """
        if like is not None and self.text.table.steps and start is not None:
            base = plan.start.toordinal()
            days = [[day.toordinal() - base for day in row if day] for row in row_dates(plan)]
            moved = like.moved(days)
            if moved is not None:
                return moved
        if isinstance(self.text, Csv) and self.text.table.steps and start is not None:
            return self.text.of_steps(plan, start)
        if isinstance(self.text, Csv) and self.text.table.dates_in_cells:
            return self.text.template(plan, start)
        later = None
        if start is not None:
            later = self.text.marked(shifted(plan, day_of(start + _WEEK)))
        return cut(self.text.marked(plan), start, later)

    def add(
        self,
        planned: Sequence[Planned],
        templates: Sequence[Template],
        kept: Sequence[tuple[Any, ...]],
    ) -> None:
        """The plans of the next rows, and of each the columns that are kept, if there are any."""
        if self._only_ids:
            self._add_ids(planned, templates)
            return
        for (ident, label, start, _), template, values in zip_longest(planned, templates, kept):
            window = self._windows.of(start, template.reach)
            window[0] = self.text.ident(ident)
            if values:
                window[1] = self.text.kept(values)
            if self._labelled:
                window[2] = self.text.label(label)
            self._made.append(template.render(window))

    def _add_ids(self, planned: Sequence[Planned], templates: Sequence[Template]) -> None:
        """The same where nothing but ids is filled in."""
        young, ident, add = self._young, self.text.ident, self._made.append
        for (name, _, start, _), template in zip(planned, templates, strict=True):
            pieces = young.get((template, start))
            if pieces is None:
                pieces = self._between_ids(template, start)
                young = self._young
            add(ident(name).join(pieces))

    def _between_ids(self, template: Template, start: int) -> list[bytes]:
        """The text of a plan on one day, without its ids; that of common days is remembered."""
        pieces = self._old.get((template, start))
        if pieces is None:
            window = self._windows.of(start, template.reach)
            window[0] = _CUT
            pieces = template.render(window).split(_CUT)
        self._size += template.size
        if self._size > MOST_REMEMBERED:
            self._old, self._young, self._size = self._young, {}, 0
        self._young[template, start] = pieces
        return pieces

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
