"""The fields of one request as text, and the problems found in them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from taper.errors import InputError, Problem
from taper.request.fields import ALIASES, COLUMNS, FIELDS, LISTS, NAMES, PRODUCTS
from taper.request.text import is_printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")
LONGEST_TEXT = 200  # characters of a free text
_KNOWN = frozenset(NAMES)
_COMMA_LISTS = frozenset({"stock", "avoid", "reduce_on", "risks", "keep"})


class Fields:
    """Reads plain values under the names of the contract; keeps problems instead of stopping."""

    def __init__(self, values: Mapping[str, object]) -> None:
        """Take the values; unknown names and values of a wrong kind become problems."""
        self.problems: list[Problem] = []
        self._texts: dict[str, str] = {}
        self._lists: dict[str, list[str]] = {}
        self.products: object = values.get(PRODUCTS)  # of the clinic, checked by who reads them
        for name, value in values.items():
            if name == PRODUCTS:
                continue
            if name not in _KNOWN:
                self._unknown(name)
            elif value is not None:
                self._take(name, value)

    def _unknown(self, name: str) -> None:
        from difflib import get_close_matches  # noqa: PLC0415 - on a misspelled field only

        close = get_close_matches(name.replace("-", "_"), NAMES, n=1)
        hint = f"perhaps {close[0]}" if close else "the fields are " + ", ".join(FIELDS)
        self.problem(name, "there is no such field", hint)

    def _take(self, name: str, value: object) -> None:
        if name in LISTS:
            items = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
            texts: list[str] = []
            for item in items:
                text = self._as_text(name, item)
                if text == "":
                    self._empty(name)
                elif text is not None:
                    separated = text.replace(",", ";") if name in _COMMA_LISTS else text
                    texts += [part.strip() for part in separated.split(";") if part.strip()]
            if texts:
                self._lists[name] = texts
            return
        text = self._as_text(name, value)
        if text == "":
            self._empty(name)
        elif text is not None:
            self._texts[name] = text

    def _empty(self, name: str) -> None:
        """An empty text is a slip (a shell variable that is not set), not a default."""
        self.problem(name, "the text is empty", "leave it out where there is no value")

    def _as_text(self, name: str, value: object) -> str | None:
        if isinstance(value, str):
            return " ".join(value.split())
        if isinstance(value, bool):
            self.problem(name, f"{value} is not a value of this field", "plain text")
        elif isinstance(value, datetime) or type(value).__name__ == "datetime64":
            return self._as_day(name, value)
        elif isinstance(value, date):
            return value.isoformat()
        elif isinstance(value, (int, float, Decimal)):
            return str(value)
        else:
            # quantities and the like print themselves as they are read
            if type(value).__module__.startswith("taper."):
                return str(value)
            self.problem(name, f"a {type(value).__name__} is not a value of this field", "text")
        return None

    def _as_day(self, name: str, value: object) -> str | None:
        """The day of a timestamp at midnight, those of pandas and NumPy included."""
        text = value.replace(tzinfo=None).isoformat() if isinstance(value, datetime) else str(value)
        day, _, time = text.partition("T")
        if text == "NaT":
            self.problem(name, "the timestamp is missing (NaT)", "a date: 2026-12-07")
        elif time.strip("0:."):
            self.problem(name, f"{value} has a time of day", "a date: 2026-12-07")
        else:
            return day
        return None

    def problem(self, field: str, message: str, hint: str, value: str = "") -> None:
        """Keep a problem."""
        self.problems.append(Problem(field, message, hint, value))

    def missing(self, field: str, message: str, hint: str) -> None:
        """Keep that a field is missing, unless a value of a wrong kind was given for it."""
        if all(problem.field != field for problem in self.problems):
            self.problem(field, message, hint)

    def attempt(self, read: Callable[[], T]) -> T | None:
        """The value that ``read`` gives, or None after keeping its problems."""
        try:
            return read()
        except InputError as error:
            self.problems.extend(error.problems)
            return None

    def given(self, name: str) -> bool:
        """Whether the field has a value."""
        return name in self._texts or name in self._lists

    def text(self, name: str) -> str | None:
        """The text of a field, or None."""
        return self._texts.get(name)

    def many(self, name: str) -> list[str]:
        """The texts of a list field."""
        return list(self._lists.get(name, ()))

    def put(self, name: str, texts: list[str]) -> None:
        """Keep the texts of a list field in one spelling."""
        self._lists[name] = texts

    def all(self) -> dict[str, object]:
        """Every field of a request in their order; None or an empty list where not given."""
        values: dict[str, object] = dict.fromkeys(FIELDS)
        values.update(self._texts)
        for name in (*ALIASES, *COLUMNS):
            values.pop(name, None)
        for name in LISTS:
            values[name] = self.many(name)
        return values

    def choice(self, name: str, options: Sequence[str], default: str) -> str:
        """One of the options, in any letter case."""
        text = self.text(name)
        if text is None:
            return default
        if text.lower() not in options:
            self.problem(name, f"'{text}' is not known", "one of " + ", ".join(options), text)
            return default
        return text.lower()

    def free_text(self, *names: str) -> None:
        """Text that is printed as it is: no control characters, not too long."""
        for name in names:
            text = self._texts.get(name)
            if text is None:
                continue
            if len(text) > LONGEST_TEXT:
                hint = f"at most {LONGEST_TEXT} characters"
                self.problem(name, "the text is too long", hint, text[:20])
            elif not is_printable(text):
                self.problem(name, "the text has characters that cannot be printed", "plain text")

    def finish(self, *free_texts: str) -> None:
        """Check the free texts, and raise all problems that were kept."""
        self.free_text(*free_texts)
        self.raise_problems()

    def raise_problems(self) -> None:
        """Raise all problems that were kept, if there are any."""
        if self.problems:
            raise InputError(dict.fromkeys(self.problems))
