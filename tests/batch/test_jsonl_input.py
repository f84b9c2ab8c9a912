"""JSON lines as scripts write them, and as they should not."""

from __future__ import annotations

import json

import pytest
from batches import GOOD, command, panel, ran

pytest.importorskip("msgspec")
GOOD_ROW = {"product": "morphine-er", "dose": "90 mg q8h", "start": "2026-12-07"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return ran(tmp_path_factory.mktemp("plain"), panel(f"a,{GOOD}", f"b,{GOOD}"))


def test_jsonl_is_the_same_as_csv(tmp_path, plain):
    rows = [{"id": ident, **GOOD_ROW} for ident in "ab"]
    text = "\ufeff" + "\r\n\r\n".join(map(json.dumps, rows))
    assert ran(tmp_path, text, ".jsonl").schedule == plain.schedule
    assert ran(tmp_path, text, ".jsonl", chunk_bytes=1).schedule == plain.schedule


def test_lines_that_are_no_requests_are_errors(tmp_path):
    good = json.dumps(GOOD_ROW)
    text = (
        f'{good}\n\n{{"product": "morphine-er",\n[1, 2]\nnull\n{{"id": "x", "colour": 1}}\n{good}\n'
    )
    made = ran(tmp_path, text, ".jsonl")
    assert made.ids == ["row-1", "row-6"]  # blank lines are no rows
    assert [(e["line"], e["row"]) for e in made.errors][:3] == [("3", "2"), ("4", "3"), ("5", "4")]
    assert made.errors[0]["message"].startswith("not JSON: ")
    assert {e["field"] for e in made.errors if e["line"] == "6"} >= {"colour", "dose", "start"}
    assert made.result.planned + made.result.failed == made.result.rows == 6


def test_values_of_unusual_kinds_are_looked_at(tmp_path):
    rows = [
        {**GOOD_ROW, "id": 17, "max_units": 5, "stock": [15, 30, "60"]},
        {**GOOD_ROW, "id": 1.5, "risks": ["sleep-apnea", "renal"]},
        {**GOOD_ROW, "id": True},
        {**GOOD_ROW, "id": "a", "reduce": {"percent": 10}},
        {**GOOD_ROW, "id": "b", "dose": ["90 mg q8h"]},
        {**GOOD_ROW, "id": 10**30},
        {**GOOD_ROW, "id": "c", "start": None},
        {**GOOD_ROW, "id": "\ud800"},
    ]
    made = ran(tmp_path, "\n".join(map(json.dumps, rows)), ".jsonl")
    assert made.ids == ["17", "1.5", str(10**30)]
    assert [(e["row"], e["field"]) for e in made.errors] == [
        ("3", "id"),
        ("4", "reduce"),
        ("5", "dose"),
        ("7", "start"),
        ("8", "id"),
    ]


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        ('"max_units": NaN', "max_units", "'nan' is not a number of units"),
        ('"max_units": 1e999', "max_units", "'inf' is not a number of units"),
        (f'"max_units": {"9" * 5000}', "", "not JSON that can be read"),
        ('"dose": "1 mg", "dose": "60 mg q8h", "dose": "7 mg q8h"', "dose", "is given twice"),
        ('"label": {"a": 1}', "label", "a dict is not a value of this field"),
        ('"risks": [["oud"]]', "risks", "a list is not a value of this field"),
        ('"risks": [null]', "risks", "a NoneType is not a value of this field"),
        (r'"label": "\ud800"', "label", "the text has characters that cannot be printed"),
        (r'"label": "a\u202eb"', "label", "the text has characters that cannot be printed"),
        (r'"SEC\nRET": 1', "SEC\ufffdRET", "there is no such field"),
        (f'"{"k" * 99_999}": 1', "k" * 200, "there is no such field"),
        ('"": 1', "", "there is no such field"),
        ('"id": "x",', "", "not JSON: "),
    ],
)
def test_odd_json_is_an_error_of_its_row(tmp_path, text, field, message):
    odd = json.dumps(GOOD_ROW)[:-1] + f", {text}}}"
    made = ran(tmp_path, f"{odd}\n{json.dumps({**GOOD_ROW, 'id': 'ok'})}\n", ".jsonl")
    assert made.ids == ["ok"]
    assert [(entry["line"], entry["field"]) for entry in made.errors] == [("1", field)]
    assert made.errors[0]["message"].startswith(message)


def test_a_json_list_is_a_clear_error(tmp_path):
    done = command("-", "-o", "-", "--errors", tmp_path / "e.csv", input=b'[{"dose": "1 mg"}]')
    assert done.returncode == 4
    assert "no [ ] around" in (tmp_path / "e.csv").read_text()


def test_names_that_are_no_fields_are_not_logged(tmp_path):
    (tmp_path / "in.jsonl").write_text(json.dumps({**GOOD_ROW, "SECRET": 1}))
    done = command(tmp_path / "in.jsonl", "--summary")
    assert b"SECRET" not in done.stderr + done.stdout
    assert json.loads(done.stdout)["failed_by_field"] == {"unknown": 1}


def test_deeply_nested_json_is_an_error(tmp_path):
    made = ran(
        tmp_path, "[" * 200_000 + "\n" + '{"id":' * 100_000 + "\n" + json.dumps(GOOD_ROW), ".jsonl"
    )
    assert made.ids == ["row-3"]
    assert len(made.errors) == 2


def test_unknown_names_of_jsonl_can_be_kept(tmp_path):
    rows = [{**GOOD_ROW, "mrn": 7}, {**GOOD_ROW, "ward": ["a", 1]}]
    made = ran(tmp_path, "\n".join(map(json.dumps, rows)), ".jsonl", keep_columns=True)
    header, first, *_, last = made.schedule.splitlines()
    assert header.endswith(",findings,mrn,ward")
    assert first.endswith(",7,")
    assert last.endswith(',,"[""a"", 1]"')


def line_of(pairs) -> str:
    return "{" + ", ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in pairs) + "}"


TWICE = [
    [("dose", "60 mg q8h")],
    [("dose", None)],
    [("id", "b")],
    [("risks", None), ("risks", None)],
    [("risks", None), ("risks", [])],
    [("label", 'a "quoted": one'), ("dose", "90 mg q8h")],
    [("dose", {"is": "nested"})],
    [("colour", 1), ("colour", 2)],
]


@pytest.mark.parametrize("more", TWICE, ids=[line_of(more) for more in TWICE])
@pytest.mark.parametrize("others", [GOOD_ROW, {**GOOD_ROW, "avoid": "holidays:US", "label": None}])
@pytest.mark.parametrize("keep", [False, True])
def test_a_name_that_stands_twice_is_an_error_of_its_row(tmp_path, more, others, keep):
    """The last value would win, and nobody would know."""
    good = [("id", "a"), *others.items()]
    spaced = line_of([*good, *more]).replace(": ", " : ")
    lines = [line_of(good), line_of([*good, *more]), spaced, line_of(good).replace('"a"', '"z"')]
    for count, text in enumerate(lines):
        lines[count] = text.replace('"id": "a"', f'"id": "r{count}"')
        lines[count] = lines[count].replace('"id" : "a"', f'"id" : "r{count}"')
    made = ran(tmp_path, "\n".join(lines), ".jsonl", keep_columns=keep)
    assert made.ids == ["r0", "z"]
    assert {error["line"] for error in made.errors} == {"2", "3"}
    assert dict(more).popitem()[0] in {error["field"] for error in made.errors}
    assert {error["message"] for error in made.errors} == {"is given twice in the line"}


def test_a_colon_in_a_value_is_no_name(tmp_path):
    rows = [{"id": f"a{n}", **GOOD_ROW, "label": 'x": y' * n, "avoid": None} for n in range(5)]
    made = ran(tmp_path, "\n".join(map(json.dumps, rows)), ".jsonl")
    assert (len(made.ids), made.errors) == (5, [])
