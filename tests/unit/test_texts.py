"""JSON and TOML as they come in: a key stands once, and no text is longer than people write."""

from __future__ import annotations

import json
import resource
import time
from decimal import Decimal

import pytest

from taper import InputError
from taper.data.texts import json_values, toml_values
from taper.formulary.local import load
from taper.formulary.market import formulary
from taper.reading.fill_file import read_fill_file
from taper.reading.orders import read_orders

NAME, HINT = "request.toml", "see examples/"


@pytest.mark.parametrize(
    "text",
    [
        '{"dose": "1 mg", "dose": "2 mg"}',
        '[{"a": {"dose": 1, "x": 2, "dose": 1}}]',
        '{"d\\u006fse": 1, "dose": 1}',
    ],
)
def test_a_key_of_json_stands_once(text):
    with pytest.raises(InputError, match=r"request\.json: not JSON: 'dose' is given twice"):
        json_values(text, "request.json", HINT)


def test_a_key_of_an_order_stands_once():
    order = {"resourceType": "MedicationRequest", "status": "active", "intent": "order"}
    for text in (json.dumps(order, indent=1), json.dumps(order) + "\n" + json.dumps(order)):
        twice = text.replace('"status"', '"intent": "plan", "status"')
        with pytest.raises(InputError, match="'intent' is given twice"):
            read_orders(twice, formulary("us"))


def test_a_key_of_a_history_stands_once():
    line = '{"drug": "morphine-er", "date": "2026-11-01", "quantity": "60", "quantity": "90"}'
    with pytest.raises(InputError, match="'quantity' is given twice"):
        read_fill_file("fills.jsonl", line.encode(), formulary("us"))


def test_a_key_of_a_file_of_products_has_few_parts(tmp_path):
    path = tmp_path / "products.toml"
    path.write_text("a" + ".a" * 20_000 + " = 1")
    with pytest.raises(InputError, match="a key of more than 16 parts"):
        load(path)


def test_numbers_keep_their_digits():
    assert json_values('{"a": 7.50}', NAME, HINT, Decimal) == {"a": Decimal("7.50")}
    assert toml_values("a = 7.50", NAME, HINT) == {"a": Decimal("7.50")}


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 20_000 + " = 1",
        "[" + "a." * 20_000 + "a]",
        "[[" + " a ." * 20_000 + "a]]",
        "x = {" + "a." * 20_000 + "a = 1}",
        "x = [{" + '"a" . ' * 20_000 + "a = 1}]",
        "'a'." * 20_000 + "a = 1",
        'x = """\n"""\n' + "a." * 20_000 + "a = 1",
        "# '''\n" + "a." * 20_000 + "a = 1",
    ],
)
def test_a_key_of_toml_has_few_parts(text):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match="a key of more than 16 parts"):
        toml_values(text, NAME, HINT)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes


@pytest.mark.parametrize(
    "text",
    [
        'x = "' + "a." * 100 + '"',
        "x = '" + "a." * 100 + "'",
        'x = """' + "a.\n" * 100 + '"""',
        "x = '''" + "a." * 100 + "'''",
        "# " + "a." * 100 + "\nx = 1",
        "a.b.c.d = 1",
        'x = "\\"' + "a." * 100 + '"',
    ],
)
def test_a_text_of_toml_may_have_many_dots(text):
    assert toml_values(text, NAME, HINT)


@pytest.mark.parametrize(
    "text",
    ["a" * 900_000, '"' * 900_000, "a-" * 400_000, "x=" + "[" * 900_000, '"""' + '\\"' * 400_000,
     "a =" + " " * 900_000, "x = " + "9" * 900_000, "a" * 2_000_000],
)  # fmt: skip
def test_no_toml_takes_long(text):
    begin = time.perf_counter()
    with pytest.raises(InputError):
        toml_values(text, NAME, HINT)
    assert time.perf_counter() - begin < 5


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000])
def test_what_is_nested_too_deeply_is_one_line(text):
    with pytest.raises(InputError, match="nested too deeply") as caught:
        json_values(text, NAME, HINT)
    assert len(str(caught.value).splitlines()) == 1
