"""The catalogues: as complete in one language as in the other, and nothing in them is dead."""

from __future__ import annotations

import ast
import string
import tomllib
from datetime import date
from pathlib import Path

import pytest
from handouts import PLANS, START, plan_of

from taper import InputError
from taper.export import Options
from taper.export.handout.page import handout
from taper.export.language import FOLDER, Language, available, language
from taper.export.medicine import product_name
from taper.formulary.market import MARKETS, formulary
from taper.planning.window import Window
from taper.safety.withdrawal_checks import facts

PACKAGE = Path(__file__).parents[2] / "taper"
OTHERS = [code for code in available() if code != "en"]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_are_english_and_spanish():
    assert {"en", "es"} <= set(available())


@pytest.mark.parametrize("code", OTHERS)
def test_no_string_is_missing_in_either(code):
    assert set(language(code).strings) == set(language("en").strings)


@pytest.mark.parametrize("code", OTHERS)
def test_placeholders_are_the_same(code):
    english, other = language("en").strings, language(code).strings
    different = [
        key for key in english if placeholders(english[key]) != placeholders(other.get(key, ""))
    ]
    assert different == []


@pytest.mark.parametrize("code", available())
def test_no_string_is_empty(code):
    assert [key for key, text in language(code).strings.items() if not text.strip()] == []


@pytest.mark.parametrize("code", OTHERS)
def test_no_sentence_was_left_in_english(code):
    english, other = language("en").strings, language(code).strings
    same = [key for key, text in english.items() if text == other[key] and len(text.split()) > 2]
    amounts = ("date.", "glance.units", "glance.liquid")
    assert [key for key in same if not key.startswith(amounts)] == []


@pytest.mark.parametrize("code", available())
def test_every_value_is_text(code):
    def texts(table: dict) -> bool:
        return all(texts(v) if isinstance(v, dict) else isinstance(v, str) for v in table.values())

    assert texts(tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8")))


def literal_keys() -> set[str]:
    """Every key that stands in the code as it is."""
    found = set()
    for path in (PACKAGE / "export").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            if name == "say" and isinstance(first, ast.Constant):
                found.add(first.value)
    return found


def test_every_key_in_the_code_is_in_the_catalogue():
    assert len(literal_keys()) > 50
    assert literal_keys() - set(language("en").strings) == set()


def test_every_string_is_used(monkeypatch):
    """Over hand-outs of every kind, each string is said at least once."""
    said = set()

    class Listening(dict):
        def __getitem__(self, key):
            said.add(key)
            return super().__getitem__(key)

        def get(self, key, otherwise=None):
            said.add(key)
            return super().get(key, otherwise)

    words = Language("en", Listening(language("en").strings))
    monkeypatch.setattr("taper.export.handout.page.language", lambda _code, _market: words)
    for name in PLANS:
        handout(plan_of(name), Options(diary=True))
        handout(plan_of(name), Options(window=Window(START, 2)))
    for month in range(1, 13):
        for day in range(1, 8):
            words.day(date(2027, month, day))
            words.short_day(date(2027, month, day))
    unused = set(words.strings) - said
    # of the curve and of other markets; of drugs and forms see below
    elsewhere = ("drug.", "form.", "unit.", "acetaminophen.name_", "call.crisis_", "emergency.")
    assert {key for key in unused if not key.startswith(elsewhere)} <= {
        "how.video",  # a visit by video is never planned by itself
        "chart.legend_ideal",  # on the prescriber's chart only
        "steps.one_day",  # a hold can leave a row of one day
    }


@pytest.mark.parametrize("code", available())
@pytest.mark.parametrize("market", MARKETS)
def test_every_product_has_a_name(code, market):
    words = language(code)
    for product in formulary(market).products.values():
        assert f"drug.{product.drug}" in words.strings, product.id
        combined = any(strength.other for strength in product.strengths)
        release = "combination" if combined else product.release
        assert f"form.{product.kind}.{release}" in words.strings, product.id
        assert words.strings[f"drug.{product.drug}"] in product_name(words, product)
        if not product.is_liquid:
            assert f"unit.{product.kind}.one" in words.strings, product.id


@pytest.mark.parametrize("code", available())
@pytest.mark.parametrize("market", MARKETS)
def test_every_market_has_its_numbers(code, market):
    for key in ("acetaminophen.name_", "call.crisis_", "emergency."):
        assert f"{key}{market}" in language(code).strings


@pytest.mark.parametrize("code", available())
def test_every_way_to_check_has_words(code):
    for kind in facts().kinds.values():
        assert f"how.{kind.how}" in language(code).strings


def test_dates_in_words():
    day = date(2026, 12, 7)
    assert language("en").day(day) == "Monday, December 7, 2026"
    assert language("es").day(day) == "lunes 7 de diciembre de 2026"
    assert language("en").short_day(day) == "Mon, Dec 7"
    assert language("es").short_day(day) == "lun 7 dic"


def test_lists():
    assert language("en").listing(["a"]) == "a"
    assert language("en").listing(["a", "b", "c"]) == "a, b and c"
    assert language("es").listing(["a", "b"]) == "a y b"


def test_a_value_is_never_read_as_a_placeholder():
    assert language("en").say("page.plan_id", id="{drugs} {0}") == "Plan {drugs} {0}"


def test_an_unknown_language_names_those_there_are():
    with pytest.raises(InputError, match="is not a language") as caught:
        language("../en")
    assert caught.value.problems[0].hint == "one of en, es"


# --- the words of a market ----------------------------------------------------------------------


def markets_of(code: str) -> dict[str, dict]:
    return tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8")).get("market", {})


@pytest.mark.parametrize("code", available())
def test_the_words_of_a_market_stand_for_words_that_there_are(code):
    base = language(code).strings
    for market in markets_of(code):
        assert market in MARKETS
        own = language(code, market).strings
        assert set(own) == set(base)
        changed = [key for key in base if own[key] != base[key]]
        assert changed
        assert all(placeholders(own[key]) == placeholders(base[key]) for key in changed)


def test_dates_and_spelling_of_a_market():
    day = date(2026, 12, 7)
    for market in ("uk", "au"):
        words = language("en", market)
        assert words.day(day) == "Monday 7 December 2026"
        assert (words.month_day(day), words.year_day(day)) == ("7 Dec", "7 Dec 2026")
    assert language("en", "ca").day(day) == "Monday, December 7, 2026"
    for market in ("uk", "au", "ca"):
        text = " ".join(language("en", market).strings.values())
        for american in ("gray", "fiber", "take-back site"):
            assert american not in text
    us = " ".join(language("en", "us").strings.values())
    assert "gray" in us
    assert "fibre" not in us
