"""Findings as they are printed: what one remedy mends stands in one line, with the remedy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taper.safety.catalogue import Finding

# findings that one remedy mends
_TOGETHER = frozenset({"no-smaller-dose", "unavoidable-cut", "large-last-dose"})
# what was found, the remedy after it, and the rows
_MESSAGE = re.compile(r"(.*?): (.*?)( \(steps? [\d, ]+\))?")


class Line(NamedTuple):
    """One line of a list of findings: its level, its text and the ids that it stands for."""

    level: str
    text: str
    ids: tuple[str, ...]


def printed(findings: Iterable[Finding]) -> list[Line]:
    """One line a finding, but one for those that have the same remedy."""
    made: list[Line] = []
    places: dict[str, int] = {}
    for finding in findings:
        line = Line(finding.level, finding.message, (finding.id,))
        match = _MESSAGE.fullmatch(finding.message) if finding.id in _TOGETHER else None
        place = places.get(match[2]) if match else None
        if match is not None and place is not None:
            made[place] = _joined(made[place], line)
            continue
        if match is not None:
            places[match[2]] = len(made)
        made.append(line)
    return made


def _joined(first: Line, other: Line) -> Line:
    """``A cut (step 4); the last dose (step 5): remedy``."""
    parts = []
    remedy = ""
    for line in (first, other):
        match = _MESSAGE.fullmatch(line.text)
        assert match is not None
        found, remedy, rows = match[1], match[2], match[3] or ""
        parts.append(f"{found}{rows}")
    also = parts[1][0].lower() + parts[1][1:]
    return Line(first.level, f"{parts[0]}; {also}: {remedy}", (*first.ids, *other.ids))
