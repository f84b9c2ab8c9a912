"""Writes the man page `docs/taper.1` from the help of the commands: ``python scripts/manual.py``.

The wheel installs it (``share/man/man1``), so that ``man taper`` works in a virtual environment
whose ``bin`` is on the path. A test fails if it is not current.
"""

import re
import sys
from pathlib import Path

from reference import walk

from taper.cli import COMMANDS, command
from taper.version import VERSION

PLACE = Path(__file__).parent.parent / "docs" / "taper.1"
STATUS = (
    ("0", "done"),
    ("1", "taper check found an error, or a file cannot be read or written"),
    ("2", "the input is wrong; each problem is one line, with a hint"),
    ("3", "a safety rule refuses"),
    ("4", "some rows of a batch failed"),
    ("130", "interrupted"),
)


def roff(text: str) -> str:
    """Text that troff prints as it is."""
    escaped = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", escaped)


def page() -> str:
    """The man page."""
    app = command(list(COMMANDS))
    lines = [
        f'.TH TAPER 1 "" "taper {VERSION}" "User Commands"',
        ".SH NAME",
        "taper \\- plan a supervised, gradual opioid taper",
        ".SH SYNOPSIS",
        ".B taper",
        ".I command",
        "[\\fIoption\\fR ...]",
        ".SH DESCRIPTION",
        roff(
            "taper goes from the current dose to a dated schedule that is right to the tablet,"
            " checked, explained, and ready to dispense. Decision support for clinicians, not"
            " medical advice: it supports a decision that a clinician has made with the patient,"
            " and never says that a taper should start."
        ),
        ".SH COMMANDS",
    ]
    for words, each in walk(app):
        lines += _command(words, each)
    lines.append(".SH EXIT STATUS")
    for status, meaning in STATUS:
        lines += [".TP", f".B {status}", roff(meaning)]
    lines += [".SH SEE ALSO", roff("taper demo; the documentation in docs/.")]
    return "\n".join(lines) + "\n"


def _command(words: str, each: object) -> list[str]:
    """One command: what it does, and all of its options."""
    context = each.make_context(words, [], resilient_parsing=True)
    text = [part for part in (each.help or "").split("\n\n") if part.strip()]
    lines = [f".SS {roff(' '.join([words, *each.collect_usage_pieces(context)]))}"]
    for part in text:
        example = part.strip().startswith("taper ")
        lines += [".PP", *([".RS", ".nf", roff(part), ".fi", ".RE"] if example else [roff(part)])]
    for param in each.get_params(context):
        record = param.get_help_record(context)
        if record is not None:
            lines += [".TP", f".B {roff(record[0])}", roff(record[1])]
    return lines


if __name__ == "__main__":
    PLACE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"wrote {PLACE}\n")
