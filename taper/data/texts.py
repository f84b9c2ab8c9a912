"""JSON and TOML as they come in: each key once, no more than people write, one line for a fault."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from taper.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_TOML = 1_000_000  # characters; a request has a few hundred
MOST_KEY_PARTS = 16  # a.b.c has three; the reader of TOML keeps every beginning of a key
# Strings and comments of TOML, whose dots are not those of a key; a string not closed goes on.
_QUOTED = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|\Z)|\'\'\'.*?(?:\'\'\'|\Z)'
    r'|"(?:\\.|[^"\\\n])*"?|\'[^\'\n]*\'?|#[^\n]*',
    re.DOTALL,
)
_LONG_KEY = re.compile(
    rf"(?<![A-Za-z0-9_-])(?:[A-Za-z0-9_-]++[ \t]*+\.[ \t]*+){{{MOST_KEY_PARTS}}}"
)


class Twice(ValueError):
    """A key stands twice in an object."""


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; raises :class:`Twice` if a key stands in it twice.

    Readers of JSON take the last value of such a key, and say nothing of the others.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Twice(f"'{twice[:60]}' is given twice")
    return found


def json_values(
    text: str, name: str, hint: str, parse_float: Callable[[str], Any] | None = None
) -> Any:
    """The values of a JSON text; raises :class:`~taper.InputError` that names the file."""
    try:
        return json.loads(text, parse_float=parse_float, object_pairs_hook=each_once)
    except RecursionError:
        raise InputError(Problem(name, "the JSON is nested too deeply", hint)) from None
    except ValueError as error:
        raise InputError(Problem(name, f"not JSON: {error}", hint)) from None


def toml_values(text: str, name: str, hint: str) -> dict[str, Any]:
    """The values of a TOML text; raises :class:`~taper.InputError` that names the file.

    Numbers keep the digits they are written with.
    """
    import tomllib  # noqa: PLC0415 - where a file comes in
    from decimal import Decimal  # noqa: PLC0415

    if len(text) > LONGEST_TOML:
        most = f"at most {LONGEST_TOML:,} characters"
        raise InputError(Problem(name, "the TOML is too long", most))
    if _LONG_KEY.search(_QUOTED.sub("s", text)):
        message = f"a key of more than {MOST_KEY_PARTS} parts"
        raise InputError(Problem(name, message, hint))
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except RecursionError:
        raise InputError(Problem(name, "the TOML is nested too deeply", hint)) from None
    except ValueError as error:
        raise InputError(Problem(name, f"not TOML: {error}", hint)) from None
