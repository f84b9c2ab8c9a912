"""Plain options of `taper plan` are read without Typer, and mean what Typer makes of them."""

import re
import subprocess
import sys
from pathlib import Path
from shlex import split

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import beginnings
import pytest

from taper.cli import command
from taper.commands import plan_options
from taper.reading.dose.beginnings import _is_current, may_begin
from taper.reading.dose.patterns import SOURCES
from taper.reading.dose.tokens import plain_text
from taper.terminal.plan_fields import FIELDS
from taper.terminal.quick import read

PLAIN = [
    'morphine-er "90 mg q8h" --reduce 10% --start 2026-12-07',
    "morphine-er 90 mg q8h --reduce=10% --start 2026-12-07 --format csv",
    "--start 2026-12-07 oxycodone-ir 10 mg q6h -o a.json --output b.csv --full",
    "request.toml --hold 2w@every4 --hold 4w@50% --risk oud --specialist 'Dr A, B' --risk alcohol",
    "- --large-print --language es --paper a4 --subject Patient/1 --bundle transaction",
    "x --one-request-per-step --on-hand '40 x 15 mg' --stock 15,30 --also 'oxycodone-ir 5 mg q6h'",
    "x --label '' --format json",
]
FOR_TYPER = [
    "",
    "--help",
    "x --help-all",
    "x -h",
    "x --reduce",
    "x --reduce --start 2026-12-07",
    "x --reduces 10%",
    "x --reduce 10% --reduce 20%",
    "x --format csv --format json",
    "x -oplan.json",
    "x -- --start",
    "x --start -5",
    "x --explain-settings",
    "x --full=yes",
]


def of_typer(words, monkeypatch):
    """What the command is called with if Typer reads the words."""
    called = {}

    def run(*arguments, **shown):
        called.update(arguments=arguments, shown=shown)

    monkeypatch.setattr(plan_options, "run", run)
    command(["plan"]).main(args=["plan", *words], standalone_mode=False)
    return called


@pytest.mark.parametrize("line", PLAIN)
def test_plain_words_mean_what_typer_makes_of_them(line, monkeypatch):
    words = split(line)
    found, expected = read(words), of_typer(words, monkeypatch)
    product, dose, fields, writing = expected["arguments"]
    assert found.arguments == [product, *(dose or [])]
    assert found.fields == fields
    assert found.writing == {name: value for name, value in writing.items() if value}
    assert found.shown == {name: value for name, value in expected["shown"].items() if value}


@pytest.mark.parametrize("line", FOR_TYPER)
def test_everything_else_is_for_typer(line):
    assert read(split(line)) is None


def test_every_option_of_a_field_is_read_as_typer_reads_it(monkeypatch):
    for field in FIELDS.values():
        words = ["x", field.option, "a", *([field.option, "b"] if field.is_many else [])]
        assert read(words).fields == of_typer(words, monkeypatch)["arguments"][2]


def test_a_plan_of_plain_options_loads_no_typer():
    code = (
        "import sys; from taper.cli import run; run(['plan', 'morphine-er', '90 mg q8h', '--start',"
        " '2026-12-07', '--format', 'csv']); "
        "print({'typer', 'rich', 'pydantic', 'holidays'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("plan_id,step,")
    assert done.stderr.splitlines()[-1] == "set()"


def test_the_beginnings_of_the_patterns_are_current():
    assert beginnings.PLACE.read_text(encoding="utf-8") == beginnings.text(), (
        "run: python scripts/beginnings.py"
    )
    assert _is_current()


SIGS = Path(__file__).parents[1] / "data" / "sigs.csv"


@pytest.mark.parametrize("name", SOURCES)
def test_no_pattern_matches_where_it_is_not_tried(name):
    texts = {plain_text(line) for line in SIGS.read_text(encoding="utf-8").splitlines()[::5]}
    texts |= {f"{sign}1 mg q8h bid (daily)" for sign in map(chr, range(32, 127))}
    pattern = re.compile(SOURCES[name])
    for text in texts:
        for place in range(len(text) + 1):
            if not may_begin(name, text[place : place + 1]):
                assert pattern.match(text, place) is None, text[place : place + 20]
