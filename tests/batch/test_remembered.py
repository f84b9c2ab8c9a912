"""What a batch remembers from row to row, so that it need not be read or loaded again."""

from __future__ import annotations

import json
import os

import pytest
from batches import GOOD, command, panel, ran

import taper
from taper.batch.sharing import planner
from taper.export.csv import safe
from taper.reading import read

pytest.importorskip("msgspec")
NAMES = ("product", "dose", "start", "risks", "specialist", "reduce")
MORPHINE = ("morphine-er", "90 mg q8h", "2026-12-07", "", "", "")
OXYCODONE = ("oxycodone-ir", "10 mg q6h", "2026-12-07", "", "", "20%")
SAID = "a\nb" + "c" * 300


def row(values, **others) -> dict[str, str]:
    return {
        name: value
        for name, value in {**dict(zip(NAMES, values, strict=True)), **others}.items()
        if value
    }


@pytest.fixture
def reads(monkeypatch):
    """The rows that were read in full."""
    seen: list[str] = []

    def reading(values):
        seen.append(values["id"])
        return read(values)

    monkeypatch.setattr(planner, "read", reading)
    return seen


WRONG = [
    {"start": "22/01/2027"},
    {"start": ""},
    {"start": "1999-12-31"},
    {"start": "2026-12-07 "},  # which is right, but not as it is written
    {"risks": "asthma"},
    {"risks": "asthma;flu"},
    {"specialist": SAID},
    {"risks": "asthma", "specialist": SAID},
    {"start": "soon", "risks": "asthma"},
    {"risks": "pregnancy"},
]


ALONE = [WRONG[number] for number in (0, 1, 2, 4, 5, 6, 7, 9)]  # wrong whatever else is asked for


@pytest.mark.parametrize("wrong", WRONG, ids=[json.dumps(wrong)[:40] for wrong in WRONG])
def test_what_is_wrong_with_a_start_or_a_risk_is_said_of_every_row(tmp_path, reads, wrong):
    rows = [row(MORPHINE), row(MORPHINE, **wrong), row(OXYCODONE), row(OXYCODONE, **wrong)]
    rows += [row(MORPHINE), row(MORPHINE, **wrong)]
    text = "".join(json.dumps({"id": f"r{n}", **each}) + "\n" for n, each in enumerate(rows))
    made = ran(tmp_path, text, ".jsonl")
    for number, each in enumerate(rows):
        found = [error for error in made.errors if error["id"] == f"r{number}"]
        try:
            taper.plan(**each)
        except taper.TaperError as error:
            expected = [
                (p.field, " ".join(p.message.split()), safe(p.hint)) for p in error.problems
            ]
            assert [(e["field"], e["message"], e["hint"]) for e in found] == expected
        else:
            assert not found
            assert f"r{number}" in made.ids
    assert reads[:3] == ["r0", "r1", "r2"]
    if wrong in ALONE:
        assert reads == ["r0", "r1", "r2"]  # the third and the fourth time it is known


def test_what_a_risk_asks_for_is_said_in_the_words_of_the_market(tmp_path, reads):
    american = row(MORPHINE, risks="suicide-risk")
    british = {**american, "market": "uk", "product": "MST Continus", "dose": "60 mg q12h"}
    rows = [row(MORPHINE), {**british, "risks": ""}, *[american, british] * 2]
    text = "".join(json.dumps({"id": f"r{n}", **each}) + "\n" for n, each in enumerate(rows))
    made = ran(tmp_path, text, ".jsonl")
    assert ["behavioral" in error["message"] for error in made.errors] == [True, False] * 2
    assert reads == ["r0", "r1", "r2", "r3"]


def test_only_so_many_wrong_values_are_remembered(tmp_path, reads, monkeypatch):
    monkeypatch.setattr(planner, "_MOST_WRONG", 3)
    starts = [f"day {number % 4}" for number in range(12)]
    text = panel(f"a,{GOOD}", *(f"b{n},morphine-er,90 mg q8h,{s}" for n, s in enumerate(starts)))
    made = ran(tmp_path, text)
    assert [error["value"] for error in made.errors] == starts
    assert len(reads) > 5  # they were forgotten, and read again


def test_pandas_is_not_loaded_for_parquet(tmp_path):
    """It takes longer to load than a thousand plans take to make."""
    pytest.importorskip("pyarrow")
    (tmp_path / "pandas").mkdir()
    mark = tmp_path / "was-loaded"
    code = f"open({str(mark)!r}, 'w').close()\nraise ImportError"
    (tmp_path / "pandas" / "__init__.py").write_text(code)
    (tmp_path / "in.csv").write_text(panel(f"a,{GOOD}", f"b,{GOOD}"))
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    for jobs in (1, 2):
        done = command(
            *(tmp_path / "in.csv", "-o", tmp_path / f"{jobs}.parquet", "--jobs", jobs),
            env={**os.environ, "PYTHONPATH": path},
        )
        assert done.returncode == 0
        assert (tmp_path / f"{jobs}.parquet").exists()
    assert not mark.exists()
