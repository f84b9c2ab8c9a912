"""Goes through the text of a dose by named patterns.

The text is read in lower case at the same places, so that an error can point at the words that
were written.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.quantities import THOUSAND
from taper.reading.dose.beginnings import may_begin
from taper.reading.dose.patterns import SOURCES, TWICE, WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

# Characters that are written for others; each stands for one, so that places stay.
_ALIKE = str.maketrans(
    "\u2010\u2011\u2012\u2013\u2014\u2212\u00d7\u00b5\u03bc\u00a0\u2019\n\t" + ascii_uppercase,
    "------xuu ';" + " " + ascii_lowercase,
)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """A pattern, compiled when it is needed first: all of them take longer than a plan."""
    return re.compile(SOURCES[name])


@lru_cache(maxsize=4096)
def _that_may_begin(names: tuple[str, ...], sign: str) -> tuple[str, ...]:
    """Those patterns that can match a text which begins with this character."""
    return tuple(name for name in names if may_begin(name, sign))


def plain_text(text: str) -> str:
    """The text in lower case and with one sign for alike ones, each at the place it had.

    A number that stands twice, ``4 (four)``, stands once.
    """
    plain = text.translate(_ALIKE)
    return TWICE.sub(_once, plain) if "(" in plain else plain


def _once(match: re.Match[str]) -> str:
    first, second = (int(n) if n.isdigit() else WORDS.get(n) for n in (match[1], match[3]))
    if first is None or first != second:
        return match.group()
    return match[1].ljust(len(match.group()))


class Tokenizer:
    """Goes through a text by named patterns, and points at what is wrong."""

    __slots__ = ("end", "place", "source", "text", "words")

    def __init__(self, source: str, words: Callable[[], frozenset[str]] = frozenset) -> None:
        """``words`` gives those of the product's own name, which are passed over."""
        self.source = source
        self.text = plain_text(source)
        self.words = words
        self.end = 0  # of what was taken last
        self.place = 0  # behind the spaces after it
        self.go_to(0)

    def go_to(self, end: int) -> None:
        """Go on at a place, and behind the spaces there."""
        self.end = place = end
        text, size = self.text, len(self.text)
        while place < size and text[place].isspace():
            place += 1
        self.place = place

    def match(self, name: str) -> re.Match[str] | None:
        """The pattern at this place; nothing is taken."""
        text, place = self.text, self.place
        if not may_begin(name, text[place : place + 1]):
            return None
        return _pattern(name).match(text, place)

    def take(self, name: str) -> re.Match[str] | None:
        """The pattern at this place, and go on behind it."""
        match = self.match(name)
        if match is not None and match.end() > self.place:
            self.go_to(match.end())
            return match
        return None

    def which(self, names: tuple[str, ...]) -> str | None:
        """The first of several patterns that is at this place."""
        text, place = self.text, self.place
        for name in _that_may_begin(names, text[place : place + 1]):
            if _pattern(name).match(text, place) is not None:
                return name
        return None

    def take_any(self, names: tuple[str, ...]) -> tuple[str, re.Match[str]] | None:
        """The first of several patterns that is at this place, with its name."""
        name = self.which(names)
        match = self.take(name) if name is not None else None
        return None if name is None or match is None else (name, match)

    @property
    def at_end(self) -> bool:
        """Whether nothing but spaces is left."""
        return self.place >= len(self.text)

    def written(self, start: int, end: int) -> str:
        """The words between two places as they were written."""
        return self.source[start:end].strip()

    def wrong(self, message: str, hint: str, span: tuple[int, int] | None = None) -> InputError:
        """The error with a caret under the words."""
        return InputError(Problem("dose", message, hint, self.source, span))


_FRACTIONS = {"1/4": 250, "3/4": 750, "1/2": 500, "½": 500}
_WHOLE = re.compile(r"(\d+)(?:\.(\d+))?(?!/)|[a-z]+")
_DECIMALS = 3  # of a thousandth


def number(text: str) -> int | None:
    """A number, a fraction or a number word in thousandths; None if it is finer than that."""
    known = WORDS.get(text)
    if known is not None:
        return known * THOUSAND
    if text in _FRACTIONS or "quarter" in text:
        return _FRACTIONS.get(text, 250)
    halves = THOUSAND // 2 if any(half in text for half in ("half", "½", "1/2")) else 0
    found = _WHOLE.match(text)
    if found is None or not (found[1] or found.group() in WORDS) or text.startswith("one half"):
        return halves or None
    if not found[1]:
        alone = found.group() in {"a", "an"} or re.match(r"one[\s-]half", text)
        return halves + (0 if alone else WORDS[found.group()] * THOUSAND)
    part = (found[2] or "").rstrip("0")
    if len(part) > _DECIMALS:
        return None
    return int(found[1]) * THOUSAND + int(part.ljust(_DECIMALS, "0")) + halves
