"""Fuzzing of what reads text: doses, intervals, requests, and the rows of CSV and JSONL files.

    python fuzz/readers.py --seconds 600

With atheris (pip install atheris) the search is guided by coverage; without it, the inputs are
those of a mutation of the seeds. Whatever comes in, only the errors that are meant for people
may come out, and a file must have the same rows however it is cut up. A short run is part of the
tests (tests/batch/test_fuzz.py).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

try:
    import atheris
except ImportError:  # the same targets, without a guide
    atheris = None

if atheris is not None:
    with atheris.instrument_imports(include=["taper"], enable_loader_override=False):
        pass

from taper.batch import cells, lines
from taper.batch.source import Window
from taper.errors import InputError, TaperError
from taper.planning import make_plan
from taper.prescription import parse_frequency, parse_prescription
from taper.quantities import parse_day, parse_dose, parse_interval, parse_percent
from taper.reading import read
from taper.request import ALIASES, FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = [
    b"\x0090 mg q8h",
    b"\x002 x 15 mg q8h",
    b"\x0060/45/60 mg",
    b"\x0010/325 mg q6h prn",
    b"\x0112.5 mcg/h",
    b"\x0110 mo",
    b"\x017.5%",
    b"\x02product\x00morphine-er\x00dose\x0090 mg q8h\x00start\x002026-12-07\x00every\x001mo",
    b"\x02product\x00fentanyl patch\x00dose\x0075 mcg/h\x00start\x002026-12-07\x00holds\x002w@9%",
    b"\x02drug\x00oxycodone\x00form\x00ir\x00dose\x005 mg q6h\x00start\x002026-12-07\x00to\x005 mg",
    b"\x02product\x00morphine-ir\x00dose\x0030 mg q8h\x00phases\x0010%/1w until 50%;5%/2w",
    b'\x03id,product,dose,start\r\n1,morphine-er,"90 mg\r\nq8h",2026-12-07\r\n"a""b",x,,\n',
    b"\x03\xef\xbb\xbfproduct;dose;start\nmorphine-er;7,5 mg;\n",
    b'\x04{"id": 1, "product": "morphine-er", "dose": "90 mg q8h", "holds": ["2w@50%"]}\n\n[1]\n{',
]
WORDS = ["mg", "mcg/h", "q8h", "prn", "tid", "until", "@every", "..", "%", "µg", '"', "\r\n", ",;"]


def dose(data: bytes) -> None:
    """A dose in each of the units."""
    text = data.decode("utf-8", "surrogateescape")
    for unit in ("mg", "mcg", "mcg/h"):
        _people(lambda unit=unit: parse_prescription(text, unit))
        _people(lambda unit=unit: parse_prescription(text, unit, combination=True))


def quantity(data: bytes) -> None:
    """An amount, a percentage, a length of time, a day, a frequency."""
    text = data.decode("utf-8", "surrogateescape")
    _people(lambda: parse_dose(text, "mg"))
    _people(lambda: parse_percent(text))
    _people(lambda: parse_interval(text))
    _people(lambda: parse_interval(text, "on_opioids_for", "d w mo y"))
    _people(lambda: parse_day(text))
    parse_frequency(text)


def request(data: bytes) -> None:
    """Fields and values, one after another; what can be read is planned."""
    texts = data.decode("utf-8", "surrogateescape").split("\x00")
    values: dict[str, Any] = {}
    for name, value in zip(texts[::2], texts[1::2], strict=False):
        known = (*FIELDS, *ALIASES)
        values[name if name in known else known[len(name) % len(known)]] = value
    values.pop("over", None)  # a search over many plans: too slow here
    values.pop("by", None)
    _people(lambda: make_plan(read(values)).to_json())


def csv_rows(data: bytes) -> None:
    """A CSV file: its rows do not depend on how it is cut up."""

    def rows(window: Window, size: int) -> list[Any]:
        layout, names, start = cells.read_header(window, keep=True)
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


TARGETS: tuple[Callable[[bytes], None], ...] = (dose, quantity, request, csv_rows, jsonl_rows)


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
    with tempfile.TemporaryDirectory() as folder:
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
        one(mutated(random))
        tried += 1
    return tried


def main() -> None:
    """Search for a crash; the input that made one is shown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=600)
    args = parser.parse_args()
    if atheris is None:
        print(f"{unguided(args.seconds):,} inputs, none of which found a fault")
        return
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(SEEDS):
            (Path(folder) / f"seed-{number}").write_bytes(seed)
        words = Path(folder).with_suffix(".dict")
        quoted = ("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in WORDS)
        words.write_text("".join(f'"{word}"\n' for word in quoted))
        limits = [f"-max_total_time={args.seconds}", "-timeout=30", "-max_len=400"]
        atheris.Setup([sys.argv[0], *limits, f"-dict={words}", folder], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
