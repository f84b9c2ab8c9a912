"""Writes `taper/reading/dose/beginnings.py`: with which characters each pattern of a dose begins.

Only those that can match are compiled, which saves a third of the time of a plan. Run it after a
change of ``taper/reading/dose/patterns.py``: ``python scripts/beginnings.py``. A test compares.
"""

import json
import re._constants as op
import re._parser as parser
import string
import sys
from pathlib import Path

from taper.reading.dose.beginnings import fingerprint
from taper.reading.dose.patterns import SOURCES

PLACE = Path(__file__).parent.parent / "taper" / "reading" / "dose" / "beginnings.py"
OTHER = "\N{REPLACEMENT CHARACTER}"  # stands for every character but those looked at
LOOKED_AT = string.ascii_lowercase + string.digits + string.punctuation + " "
EVERY = frozenset(LOOKED_AT + OTHER)
MARK = "# --- written by scripts/beginnings.py ---"
ZERO_WIDTH = {op.AT, op.ASSERT, op.ASSERT_NOT}


def firsts(items: list) -> tuple[frozenset[str], bool]:
    """The characters that a parsed pattern may begin with, and whether it may match nothing."""
    found: frozenset[str] = frozenset()
    for kind, value in items:
        if kind in ZERO_WIDTH:
            continue
        more, empty = _of(kind, value)
        found |= more
        if not empty:
            return found, False
    return found, True


def _of(kind: object, value: object) -> tuple[frozenset[str], bool]:
    if kind is op.LITERAL:
        return frozenset({chr(value) if chr(value) in EVERY else OTHER}), False
    if kind is op.IN:
        return _charset(value), False
    if kind is op.SUBPATTERN:
        return firsts(value[-1])
    if kind is op.BRANCH:
        parts = [firsts(part) for part in value[1]]
        return frozenset().union(*(part for part, _ in parts)), any(empty for _, empty in parts)
    if kind in {op.MAX_REPEAT, op.MIN_REPEAT}:
        part, empty = firsts(value[2])
        return part, empty or value[0] == 0
    return EVERY, True  # whatever else there is: it may be anything


def _charset(items: list) -> frozenset[str]:
    """The characters of a set, by asking the set itself."""
    if any(kind is op.NEGATE for kind, _ in items):
        return EVERY
    found: set[str] = set()
    for kind, value in items:
        if kind is op.LITERAL:
            found.add(chr(value) if chr(value) in EVERY else OTHER)
        elif kind is op.RANGE:
            found |= {c if c in EVERY else OTHER for c in map(chr, range(value[0], value[1] + 1))}
        elif kind is op.CATEGORY and value is op.CATEGORY_SPACE:
            found |= {" ", OTHER}
        elif kind is op.CATEGORY and value is op.CATEGORY_DIGIT:
            found |= {*string.digits, OTHER}
        else:
            return EVERY
    return frozenset(found)


def beginnings() -> dict[str, str]:
    """By pattern, the characters that it may begin with, in order."""
    found = {}
    for name, source in SOURCES.items():
        begin, empty = firsts(list(parser.parse(source)))
        found[name] = "".join(sorted(EVERY if empty else begin))
    return found


def text() -> str:
    """The module."""
    table = {name: each for name, each in beginnings().items() if frozenset(each) != EVERY}
    rows = "".join(f"    {json.dumps(name)}: {json.dumps(each)},\n" for name, each in table.items())
    head = PLACE.read_text(encoding="utf-8").split(MARK)[0]
    return f'{head}{MARK}\n\n_OF = "{fingerprint(SOURCES)}"\n_BEGINNINGS = {{\n{rows}}}\n'


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"wrote {PLACE}\n")
