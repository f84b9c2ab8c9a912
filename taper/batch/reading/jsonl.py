"""JSONL: one request a line, decoded by msgspec."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from taper.batch.reading.row import HEAD, Fault, Layout, Loose, Rows, id_text, places
from taper.batch.reading.source import library, not_too_long
from taper.errors import Problem
from taper.request.fields import LISTS, NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from taper.batch.reading.mapping import Mapping
    from taper.batch.reading.row import Row
    from taper.batch.reading.source import Window

    _Decoder = tuple[Callable[[bytes], Any], Callable[[Any], Row], type[Exception]]

_SAMPLES, _LINES = 16, 64  # places of a file where a sample is taken, lines of each
LAYOUT = Layout((*HEAD, *places(NAMES)))
_SPACE_BEFORE_COLON = re.compile(rb"[ \t\r]:")
_ONCE = "one value a field"
_NOT_AN_OBJECT = Problem(
    "", "the line is not a JSON object", 'one {"product": ..., "dose": ...} a line, no [ ] around'
)


def split(window: Window, size: int) -> Iterator[tuple[int, int]]:
    """Byte ranges of about ``size``, each of whole lines."""
    start, end = window.start, len(window.data)
    while start < end:
        cut = window.line_end(min(start + size, end) - 1)
        not_too_long(cut - start - size)
        window.passed(start, cut)
        yield start, cut
        start = cut


def layout_of(window: Window) -> Layout:
    """The fields that occur in a sample of the lines: the fewer, the quicker rows are read."""
    size = len(window.data)
    found: set[str] = set()
    for place in range(_SAMPLES):
        start = window.start + (size - window.start) * place // _SAMPLES
        start = window.line_end(start) if place else start
        for _ in range(_LINES):
            end = window.line_end(start)
            row = _again(window.data[start:end], LAYOUT)
            if isinstance(row, Loose):
                found.update(row.values)
            start = end
    return Layout((*HEAD, *places(name for name in LAYOUT.names if name in found)))


@lru_cache(maxsize=4)
def decoder(names: tuple[str, ...]) -> _Decoder:
    """The decoder of a line with these fields, a function that makes it a row, and its error."""
    msgspec = library("msgspec")
    text = str | int | None
    many = str | int | tuple[str, ...] | None
    fields = [(name, many if name in LISTS else text, None) for name in names]
    row = msgspec.defstruct("Row", fields, forbid_unknown_fields=True, gc=False)
    return msgspec.json.Decoder(row).decode, msgspec.structs.astuple, msgspec.MsgspecError


def decode(data: bytes, first_line: int, layout: Layout) -> Rows:
    """The rows of a byte range; blank lines are not rows."""
    read, flat, wrong = decoder(layout.names)
    rows: list[Row] = []
    texts = data.split(b"\n")
    if texts and not texts[-1]:
        texts.pop()
    unusual = False
    for text in texts:
        try:
            rows.append(flat(read(text)))
        except (wrong, UnicodeDecodeError, RecursionError):
            unusual = True
            if text.strip():
                rows.append(_again(text, layout))
    lines: Sequence[int] = range(first_line, first_line + len(rows))
    if len(rows) < len(texts):
        lines = [place for place, text in enumerate(texts, first_line) if text.strip()]
    if unusual or data.count(b":") != len(list(filter(None, chain.from_iterable(rows)))):
        _find_repeated(rows, [texts[line - first_line] for line in lines], layout)
    return Rows(rows, lines)


def _find_repeated(rows: list[Row], texts: list[bytes], layout: Layout) -> None:
    """Put a fault in place of every row that has a name twice: its decoder took the last value.

    A name has a colon, so there are at least as many colons as names, and at least as many
    names as values. Where colons and values are equally many, in all rows together or in one,
    no name stands twice. Only rows with more colons are read again, twice at most.
    """
    names_of = _names()
    for place, (row, text) in enumerate(zip(rows, texts, strict=True)):
        if row.__class__ is not tuple or text.count(b":") == len(list(filter(None, row))):
            continue
        found = text.count(b'":')
        if found != len(names_of(text)) or _SPACE_BEFORE_COLON.search(text):
            again = _again(text, layout)
            rows[place] = again if isinstance(again, Fault) else row


def decode_kept(data: bytes, first_line: int, layout: Layout) -> Rows:
    """The same, if unknown names are kept."""
    numbered = [
        (place, text) for place, text in enumerate(data.split(b"\n"), first_line) if text.strip()
    ]
    rows = [_flat(_again(text, layout), layout) for _, text in numbered]
    return Rows(rows, [place for place, _ in numbered])


def _flat(row: Row, layout: Layout) -> Row:
    """Values by name as a flat row, if they are of the usual kinds."""
    if not isinstance(row, Loose) or not row.values.keys() <= set(layout.names):
        return row
    found = []
    for name in layout.names:
        value = row.values.get(name)
        if isinstance(value, list) and name in LISTS and all(type(v) is str for v in value):
            value = tuple(value)
        if value.__class__ not in {str, int, tuple, type(None)}:
            return row
        found.append(value)
    return (*found, *row.kept)


def _read(text: str) -> tuple[Any, list[str]]:
    """The JSON of a line, and the names that stand more than once in an object of it."""
    twice: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice.extend(name for name in found if names.count(name) > 1)
        return found

    return json.loads(text, object_pairs_hook=look), twice


def _again(text: bytes, layout: Layout) -> Row:
    """A line that the decoder refuses: its values by name, or its problems."""
    try:
        document, twice = _read(text.decode())
    except UnicodeDecodeError:
        return Fault((Problem("", "the line is not UTF-8", "save the file as UTF-8"),))
    except json.JSONDecodeError as error:
        where = f"{error.msg} at character {error.pos + 1}"
        shown = text[:80].decode(errors="replace")
        return Fault((Problem("", f"not JSON: {where}", "one JSON object a line", shown),))
    except (RecursionError, ValueError):
        return Fault((Problem("", "not JSON that can be read", "one JSON object a line"),))
    if not isinstance(document, dict):
        return Fault((_NOT_AN_OBJECT,))
    if twice:
        problems = [Problem(name, "is given twice in the line", _ONCE) for name in twice]
        return Fault(tuple(problems), id_text(document.get("id")))
    kept = tuple(document.pop(name, None) for name in layout.kept)
    return Loose(document, kept)


@lru_cache(maxsize=1)
def _names() -> Callable[[bytes], dict[str, Any]]:
    msgspec = library("msgspec")
    decode: Callable[[bytes], dict[str, Any]] = msgspec.json.Decoder(dict[str, Any]).decode
    return decode


@lru_cache(maxsize=1)
def _id_decoder() -> tuple[Callable[[bytes], Any], type[Exception]]:
    msgspec = library("msgspec")
    only = msgspec.defstruct("Id", [("id", Any, None)], gc=False)
    return msgspec.json.Decoder(only).decode, msgspec.MsgspecError


def survey(data: bytes, layout: Layout) -> tuple[int, list[str]]:
    """How many lines a byte range has, and the id of each row (empty if it has none)."""
    del layout
    read, wrong = _id_decoder()
    ids = []
    texts = data.split(b"\n")
    if texts and not texts[-1]:
        texts.pop()
    for text in texts:
        try:
            ident = read(text).id
            ids.append(ident if ident.__class__ is str and ident.isalnum() else id_text(ident))
        except (wrong, UnicodeDecodeError, RecursionError):
            if text.strip():
                ids.append(_id_again(text))
    return len(texts), ids


def _id_again(text: bytes) -> str:
    row = _again(text, LAYOUT)
    return id_text(row.values.get("id")) if isinstance(row, Loose) else ""


def names(data: bytes) -> set[str]:
    """The names in a byte range that are not request fields."""
    found: set[str] = set()
    for text in data.split(b"\n"):
        row = _again(text, LAYOUT) if text.strip() else None
        if isinstance(row, Loose):
            found.update(row.values)
    return found - {*NAMES}


def mapped_names(window: Window, mapping: Mapping) -> dict[str, str]:
    """Our name for each of theirs, by the names of a sample of the lines."""
    theirs: dict[str, None] = {}
    start = window.start
    for _ in range(_SAMPLES * _LINES):
        end = window.line_end(start)
        row = _again(window.data[start:end], LAYOUT)
        if isinstance(row, Loose):
            theirs |= dict.fromkeys(row.values)
        start = end
    return dict(zip(theirs, mapping.names(list(theirs)), strict=True))


def renamed(data: bytes, first_line: int, layout: Layout, names: dict[str, str]) -> Rows:
    """The rows of a byte range whose fields have other names; unknown ones are passed over."""
    rows: list[Row] = []
    lines = []
    for place, text in enumerate(data.split(b"\n"), first_line):
        if text.strip():
            row = _again(text, LAYOUT)
            if isinstance(row, Loose):
                values = {names.get(name, name): value for name, value in row.values.items()}
                known = {name: value for name, value in values.items() if name in layout.names}
                kept = tuple(values.get(name) for name in layout.kept)
                row = _flat(Loose(known, kept), layout)
            rows.append(row)
            lines.append(place)
    return Rows(rows, lines)
