"""Fuzzing of what reads text: doses, intervals, requests, and the rows of CSV and JSONL files.

    python fuzz/readers.py --seconds 600 --keep fuzz/corpus

With atheris (pip install 'opioid-taper[fuzz]'; Linux, CPython 3.11 and later; on a Mac it is built
with clang) the search is guided by coverage; without it, the inputs are mutations of the seeds.
Whatever comes in, only the errors that are meant for people may come out, a file must have the
same rows however it is cut up, and a batch must make of them what single plans do. An input that
brings something down is written to ``crash-...`` in this folder, and shown. A short run is part
of the tests (tests/batch/test_fuzz.py).
"""

from __future__ import annotations

import argparse
import json
import os
import pkgutil
import sys
import tempfile
import time
from contextlib import nullcontext
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from pyarrow import RecordBatch

try:
    import atheris
except ImportError:  # the same targets, without a guide
    atheris = None

NOT_READERS = (
    "taper.commands",
    "taper.export.",
    "taper.__main__",
    "taper.cli",
    "taper.terminal.show",
)

with atheris.instrument_imports(include=["taper"]) if atheris else nullcontext():
    # all of it now: what is loaded outside of this block, or later, shows no coverage
    import taper

    for _each in pkgutil.walk_packages(taper.__path__, "taper."):
        if not _each.name.startswith(NOT_READERS):
            import_module(_each.name)
    from taper.batch import plan_batches
    from taper.batch.reading import csv as cells
    from taper.batch.reading import jsonl as lines
    from taper.batch.reading.source import Window
    from taper.batch.writing.tables import ERRORS, TABLES, error_rows
    from taper.errors import InputError, TaperError
    from taper.formulary.market import MARKETS, formulary
    from taper.planning.make import make_plan, planned
    from taper.quantities import parse_day, parse_dose, parse_interval, parse_percent
    from taper.reading import read
    from taper.reading.dose import parse_frequency, parse_prescription, read_dose
    from taper.request.fields import NAMES as FIELD_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

QUICK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # files that are in memory
_FIELD, _MESSAGE = ERRORS.index("field"), ERRORS.index("message")
_FILL = {"quantity": "60", "days_supply": "30"}
REQUEST = {"product": "morphine-er", "dose": "90 mg q8h", "start": "2026-12-07"}
# a value of every field; what is planned together with it, where the first request does not do
VALUES: dict[str, tuple[str, dict[str, str]]] = {
    "id": ("p-1, 2", {}),
    "label": ("=ward 7", {}),
    "market": ("uk", {"product": "morphine-mr-mst-continus", "dose": "60 mg q12h"}),
    "product": ("fentanyl patch", {"dose": "75 mcg/h"}),
    "drug": ("oxycodone", {"product": "", "form": "ir", "dose": "5 mg q6h"}),
    "form": ("solution", {"product": "", "drug": "morphine", "dose": "20 mg q6h"}),
    "release": ("ir", {"product": "Oxycodone 10mg", "dose": "10 mg q6h"}),
    "dose": ("7.5/325 mg q6h", {"product": "oxycodone-apap"}),
    "taking": ("30 mg", {"product": "morphine-ir", "dose": "15 mg q6h prn"}),
    "start": ("2027-01-31", {"every": "1mo"}),
    "history": (
        "2026-10-08 morphine-ir 60 x 15 mg for 30d;2026-11-07 60 x 15 for 30d",
        {"product": "morphine-ir", "dose": "15 mg q6h prn"},
    ),
    "sig": ("1 tab po q6h prn", {"product": "oxycodone 5 mg tablet", "dose": "", **_FILL}),
    "quantity": (
        "60",
        {"product": "morphine-ir", "dose": "1 x 15 mg q6h prn", "days_supply": "30"},
    ),
    "days_supply": ("28", {"product": "morphine-ir", "dose": "1 x 15 mg q6h prn", **_FILL}),
    "code": ("891893", {"product": "morphine ER 60 mg"}),
    "as_needed": ("keep", {"product": "morphine-ir", "dose": "15 mg q6h prn", "taking": "30 mg"}),
    "indication": ("pain", {}),
    "guideline": ("va-slower", {}),
    "pace": ("gentle", {"guideline": "va-slower"}),
    "reduce": ("15 mg", {"of": "original"}),
    "every": ("10d", {"of": "current"}),
    "of": ("mixed", {"reduce": "7.5%"}),
    "to": ("45 mg", {}),
    "over": ("26w", {}),
    "by": ("2027-12-01", {}),
    "phases": ("10%/1w until 50%;5%/2w", {}),
    "holds": ("2w@every4;2w@50%;2026-12-24..2027-01-03;1w@45mg", {}),
    "baseline": ("2w", {}),
    "avoid": ("weekends;holidays:US-CA", {}),
    "reduce_on": ("tue;thu", {}),
    "last_dose_for": ("1mo", {"of": "current"}),
    "stock": ("15;30;60", {}),
    "max_units": ("6", {}),
    "split": ("halves", {"product": "morphine-ir", "dose": "15 mg q6h"}),
    "prefer": ("fewest-strengths", {}),
    "favor": ("morning", {}),
    "on_hand": ("10 x 30 mg", {}),
    "finish_with": ("morphine-solution q8h", {}),
    "finish_at": ("50%", {"finish_with": "morphine-solution"}),
    "also": ("oxycodone-ir 10 mg q6h", {}),
    "keep": ("oxycodone-ir", {"also": "oxycodone-ir 10 mg q6h"}),
    "fill": ("step", {}),
    "on_opioids_for": ("14mo", {}),
    "risks": ("oud;pregnancy", {"specialist": "x"}),
    "specialist": ("Dr. A", {"risks": "suicide-risk"}),
    "override_rate": ("asked for", {"reduce": "40%", "every": "1w"}),
    "checks": ("close", {}),
}


def _request(name: str) -> bytes:
    """A request with a field, as the targets take it apart."""
    value, others = VALUES[name]
    fields = {**REQUEST, **others, name: value}
    return "\x00".join(part for pair in fields.items() if pair[1] for part in pair).encode()


SEEDS = [
    b"\x0090 mg q8h",
    b"\x002 x 15 mg q8h",
    b"\x0060/45/60 mg",
    b"\x0010/325 mg q6h prn",
    b"\x0112.5 mcg/h",
    b"\x0110 mo",
    b"\x017.5%",
    b'\x03id,product,dose,start\r\n1,morphine-er,"90 mg\r\nq8h",2026-12-07\r\n"a""b",x,,\n',
    b"\x03\xef\xbb\xbfproduct;dose;start\nmorphine-er;7,5 mg;\n",
    b'\x04{"id": 1, "product": "morphine-er", "dose": "90 mg q8h", "holds": ["2w@50%"]}\n\n[1]\n{',
    *(b"\x02" + _request(name) for name in VALUES),
    *(b"\x05" + _request(name) for name in VALUES),
]
NAMES = (
    "OXYCODONE HCL 5 MG TABLET",
    "HYDROcodone-acetaminophen (NORCO) 5-325 mg per tablet",
    "72 HR Fentanyl 0.025 MG/HR Transdermal System",
    "Tylenol #3",
    "Oramorph  Oral solution  10 mg/5 ml",
    "891893",
    "59385-022-60",
)
SIGS = (
    "Take 1-2 tablets (5-10 mg total) by mouth every 4 (four) hours as needed for pain. Max 8/day",
    "2 x 15 mg / 15 mg / 2 x 15 mg",
    "2 tabs am, 1 noon, 2 pm",
    "25 + 12 mcg/h every 3 days x 30 days",
    "10 mL (20 mg) at 8 am and 8 pm",
)
SEEDS += [b"\x06" + text.encode() for text in (*NAMES, *SIGS)]
WORDS = ["mg", "mcg/h", "q8h", "prn", "tid", "until", "@every", "..", "%", "µg", '"', "\r\n", ",;"]


def dose(data: bytes) -> None:
    """A dose in each of the units."""
    text = data.decode("utf-8", "surrogateescape")
    for unit in ("mg", "mcg", "mcg/h"):
        _people(lambda unit=unit: parse_prescription(text, unit))
        _people(lambda unit=unit: parse_prescription(text, unit, combination=True))


def record(data: bytes) -> None:
    """A name in each market; directions for a product of each kind, which are read back."""
    text = data.decode("utf-8", "surrogateescape")
    for market in MARKETS:
        _people(lambda market=market: formulary(market).identify(text))
    for name in ("oxycodone-ir", "hydrocodone-apap", "fentanyl-patch", "morphine-solution"):
        product = formulary().products[name]
        for strength in (None, product.strengths[-1]):
            try:
                found = read_dose(text, product, strength)
            except InputError:
                continue
            assert read_dose(str(found), product, strength) == found


def quantity(data: bytes) -> None:
    """An amount, a percentage, a length of time, a day, a frequency."""
    text = data.decode("utf-8", "surrogateescape")
    _people(lambda: parse_dose(text, "mg"))
    _people(lambda: parse_percent(text))
    _people(lambda: parse_interval(text))
    _people(lambda: parse_interval(text, "on_opioids_for", "d w mo y"))
    _people(lambda: parse_day(text))
    parse_frequency(text)


def _fields(text: str) -> dict[str, str]:
    """Fields and values, one after another."""
    texts = text.split("\x00")
    known = FIELD_NAMES
    return {
        name if name in known else known[len(name) % len(known)]: value
        for name, value in zip(texts[::2], texts[1::2], strict=False)
    }


def request(data: bytes) -> None:
    """A request; what can be read is planned."""
    values: dict[str, Any] = _fields(data.decode("utf-8", "surrogateescape"))
    _people(lambda: read(values))
    if not {"over", "by"} & set(values):  # a search over many plans: too slow here
        _people(lambda: make_plan(read(values)).to_json())


def _printed(cell: object) -> str:
    """A cell as the export prints it: percentages with one decimal, amounts without zeros."""
    if isinstance(cell, Decimal) and cell.as_tuple().exponent != -1:
        return f"{cell:f}".rstrip("0").rstrip(".")
    return "" if cell is None else str(cell)


def shared(data: bytes) -> None:
    """Rows of one request on several days: each is what it is by itself."""
    values = _fields(data.decode("utf-8", "replace"))
    if {"over", "by"} & set(values):
        return
    days = (values.get("start", ""), "2026-12-07", "2027-01-30", "2026-12-14", "2026-12-07")
    rows = [{**values, "start": day, "id": f"p{n}"} for n, day in enumerate(days)]
    (found,) = plan_batches([RecordBatch.from_pylist(rows)])
    made = [
        (row["error_field"], row["error"])
        if row["error"] is not None
        else tuple(map(_printed, list(row.values())[:-2]))
        for row in found.to_pylist()
    ]
    assert made == [cells for row in rows for cells in _alone(row)], "a row depends on the others"


def _alone(row: dict[str, str]) -> list[tuple[str, ...]]:
    """The rows of a single plan, or what is wrong with it."""
    try:
        plan = planned(**{name: value for name, value in row.items() if value.strip()})
    except TaperError as error:
        records = error_rows(0, 0, "", list(error.problems))
        return [(record[_FIELD], record[_MESSAGE]) for record in records]
    return [tuple(cells) for cells in TABLES["schedule"].rows(plan)]


def csv_rows(data: bytes) -> None:
    """A CSV file: its rows do not depend on how it is cut up."""

    def rows(window: Window, size: int) -> list[Any]:
        layout, names, _, start = cells.read_header(window, keep=True)
        reader = cells.Cells(layout, names)
        found: list[Any] = []
        line = 1 + bytes(window.data[:start]).count(b"\n")
        window.start = start
        for first, end in cells.split(window, size):
            chunk = reader.decode(window.read(first, end), line, layout)
            count, ids = reader.survey(window.read(first, end), layout)
            assert len(ids) == len(chunk.rows), "the survey counts what is read"
            found += chunk.rows
            line += count
        return found

    _people(lambda: _alike(data, rows))


def jsonl_rows(data: bytes) -> None:
    """A JSONL file: the same."""

    def rows(window: Window, size: int) -> list[Any]:
        found: list[Any] = []
        line = 1
        for first, end in lines.split(window, size):
            chunk = lines.decode(window.read(first, end), line, lines.LAYOUT)
            count, ids = lines.survey(window.read(first, end), lines.LAYOUT)
            assert len(ids) == len(chunk.rows) == len(chunk.lines), "the survey counts what is read"
            found += chunk.rows
            line += count
        return found

    _people(lambda: _alike(data, rows))


TARGETS: tuple[Callable[[bytes], None], ...] = (
    dose,
    quantity,
    request,
    csv_rows,
    jsonl_rows,
    shared,
    record,
)


def one(data: bytes) -> None:
    """One input: its first byte says what it is for."""
    if data:
        TARGETS[data[0] % len(TARGETS)](data[1:])


def _people(call: Callable[[], object]) -> None:
    """Only errors that are meant for people may come out."""
    try:
        call()
    except TaperError as error:
        if not error.problems or not str(error):
            raise AssertionError("an error says what is wrong") from error


def _alike(data: bytes, rows: Callable[[Window, int], list[Any]]) -> None:
    with tempfile.TemporaryDirectory(dir=QUICK) as folder:
        path = Path(folder) / "rows"
        path.write_bytes(data)
        found = []
        for size in (1, 7, 1 << 20):
            window = Window(path)
            try:
                found.append(json.dumps(rows(window, size), default=repr))
            except InputError as error:
                found.append(str(error))
            finally:
                window.close()
        assert found[0] == found[1] == found[2], "the rows do not depend on the chunks"


def mutated(random: Random) -> bytes:
    """A seed with a few things done to it."""
    data = bytearray(random.choice(SEEDS))
    for _ in range(random.randrange(1, 6)):
        place = random.randrange(1, len(data) + 1)
        match random.randrange(4):
            case 0:
                data[place:place] = random.choice(WORDS).encode()
            case 1:
                data[place:place] = bytes([random.randrange(256)])
            case 2:
                del data[place : place + random.randrange(4)]
            case _:
                start = random.randrange(1, len(data) + 1)
                data[place:place] = data[start : start + random.randrange(12)]
    return bytes(data)


def unguided(seconds: float, seed: int = 0, most: int = 10**9) -> int:
    """Try mutations of the seeds; how many were tried."""
    random = Random(seed)
    end = time.monotonic() + seconds
    tried = 0
    while tried < most and time.monotonic() < end:
        data = mutated(random)
        try:
            one(data)
        except BaseException:
            sys.stderr.write(f"an input that brings something down: {data!r}\n")
            raise
        tried += 1
    return tried


def guided(seconds: int, corpus: Path) -> None:
    """Search by coverage, from the seeds and what was found before; ends the process."""
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS):
        (corpus / f"seed-{number}").write_bytes(seed)
    words = corpus.with_suffix(".dict")
    quoted = ("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in WORDS)
    words.write_text("".join(f'"{word}"\n' for word in quoted))
    # a hang is an error as well; the files that the targets write are small and many
    limits = [f"-max_total_time={seconds}", "-timeout=60", "-max_len=400", "-rss_limit_mb=2048"]
    atheris.Setup([sys.argv[0], *limits, f"-dict={words}", str(corpus)], one)
    atheris.Fuzz()


def main() -> None:
    """Search for a crash; the input that made one is shown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--keep", type=Path, help="a folder of inputs worth keeping, used again")
    parser.add_argument("--unguided", action="store_true", help="do not look for coverage")
    parser.add_argument("inputs", nargs="*", type=Path, help="try these inputs, and nothing else")
    args = parser.parse_args()
    for path in args.inputs:
        one(path.read_bytes())
    if args.inputs:
        print(f"{len(args.inputs)} inputs, none of which found a fault")
    elif atheris is None or args.unguided:
        print(f"{unguided(args.seconds):,} inputs, none of which found a fault")
    else:
        with tempfile.TemporaryDirectory() as folder:
            guided(args.seconds, args.keep or Path(folder) / "corpus")


if __name__ == "__main__":
    main()
