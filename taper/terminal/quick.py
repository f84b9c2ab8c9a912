"""Plain options of `taper plan`, read without Typer, which takes longer to load than a plan takes.

Whatever is not plain (an option that is not known, given twice, without its value, help) is left to
Typer, whose messages are the ones to read. A test compares what both make of the same words.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from taper.terminal.plan_fields import FIELDS

_FIELDS = {field.option: field for field in FIELDS.values()}
_WRITING = {f"--{name}": name for name in ("language", "paper", "subject", "bundle")}
_WRITING_FLAGS = {
    "--large-print": "large_print",
    "--one-request-per-step": "one_request_per_step",
}
_OUTPUT = ("-o", "--output")
_FORMAT = "--format"
_FULL = "--full"


class Words(NamedTuple):
    """What stands on the command line of `taper plan`."""

    arguments: list[str]
    fields: dict[str, Any]
    writing: dict[str, Any]
    shown: dict[str, Any]  # output, format, full


def read(words: list[str]) -> Words | None:
    """What the words after ``plan`` say; None if they are for Typer to read."""
    found = Words([], {}, {}, {})
    rest = iter(words)
    for word in rest:
        if not word.startswith("-") or word == "-":
            found.arguments.append(word)
        elif not _flag(word, found):
            name, sign, value = word.partition("=")
            value = value if sign else next(rest, "-")
            if value.startswith("-") or not _value(name, value, found):
                return None
    return found if found.arguments else None


def _flag(word: str, found: Words) -> bool:
    """Keep an option that has no value."""
    if word in _WRITING_FLAGS:
        found.writing[_WRITING_FLAGS[word]] = True
    elif word == _FULL:
        found.shown["full"] = True
    else:
        return False
    return True


def _value(name: str, value: str, found: Words) -> bool:
    """Keep the value of an option; False if it is not known, or given twice."""
    if name in _OUTPUT:
        found.shown.setdefault("output", []).append(value)
        return True
    field = _FIELDS.get(name)
    if field is not None and field.is_many:
        found.fields.setdefault(field.name, []).append(value)
        return True
    if field is not None:
        part, key = found.fields, field.name
    elif name in _WRITING:
        part, key = found.writing, _WRITING[name]
    elif name == _FORMAT:
        part, key = found.shown, "format"
    else:
        return False
    if key in part:
        return False
    part[key] = value
    return True
