"""The columns of an input that is not written for this tool, by the names of its own fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.formulary.columns import KINDS, plain, recognised
from taper.request.fields import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NAMED = 8  # columns that are passed over, by name
_UNUSED = frozenset({"strength", "form"})  # what a history tells apart, and a request does not
_MAP = "drug_name=product, their name before ours"


@dataclass(frozen=True, slots=True)
class Mapping:
    """How columns are called: by a kind of extract, and one by one (``their`` name, ours)."""

    kind: str = ""
    pairs: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        """Whether columns may have other names; those that are not known are then passed over."""
        return bool(self.kind or self.pairs)

    def names(self, theirs: Sequence[str]) -> tuple[str, ...]:
        """The columns by our names; those that are not known keep their own.

        Raises :class:`~taper.InputError` if a column that is mapped is not there, or if no
        column is known.
        """
        if not self:
            return tuple(theirs)
        found = self._known([name for name in theirs if name])
        if not found:
            message = "no column is known"
            hint = f"--map {_MAP}; the columns are named in the documentation"
            raise InputError(Problem("input", message, hint))
        ours = {*found.values()}
        return tuple(
            found.get(name) or (f"their {name}" if name in ours else name) for name in theirs
        )

    def _known(self, theirs: Sequence[str]) -> dict[str, str]:
        own = {name: name for name in theirs if name in NAMES}
        found = dict(own)
        if self.kind:
            by_kind = recognised(theirs, self.kind)
            taken = {*own.values()}
            found |= {
                name: ours
                for name, ours in by_kind.items()
                if ours not in _UNUSED and (ours not in taken or name in own)
            }
        for their, ours in self.pairs:
            match = [name for name in theirs if plain(name) == plain(their)]
            if not match:
                message = f"there is no column '{their}'"
                raise InputError(Problem("map", message, "the names of the first line", their))
            found = {name: kept for name, kept in found.items() if kept != ours}
            found[match[0]] = ours
        return found


AS_OURS = Mapping()  # the columns have our names


def mapping(kind: str | None, pairs: Iterable[str]) -> Mapping:
    """The mapping of ``--columns`` and ``--map``; raises :class:`~taper.InputError`."""
    problems = []
    found = []
    if kind and kind.lower() not in KINDS:
        hint = "one of " + ", ".join(KINDS)
        problems.append(Problem("columns", f"'{kind}' is not known", hint, kind))
    for pair in pairs:
        their, sign, ours = (part.strip() for part in pair.partition("="))
        if not (their and sign and ours):
            problems.append(Problem("map", f"'{pair}' is not a pair of names", _MAP, pair))
        elif ours.lower() not in NAMES:
            hint = "ours are " + ", ".join(NAMES)
            problems.append(Problem("map", f"'{ours}' is no field of a request", hint, pair))
        else:
            found.append((their, ours.lower()))
    if problems:
        raise InputError(problems)
    return Mapping((kind or "").lower(), tuple(found))


def said(theirs: Sequence[str], ours: Sequence[str]) -> list[str]:
    """Which columns were read as which fields, and which were passed over."""
    pairs = [(a, b) for a, b in zip(theirs, ours, strict=True) if a]
    read = [f"{b} from '{a}'" for a, b in pairs if b in NAMES and a != b]
    rest = [a for a, b in pairs if b not in NAMES]
    lines = [f"columns: {', '.join(read)}"] if read else []
    if rest:
        names = ", ".join(rest[:_NAMED]) + (", ..." if len(rest) > _NAMED else "")
        lines.append(f"columns passed over: {names}")
    return lines
