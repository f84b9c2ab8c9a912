"""Any character in an id or a label gives every file, and is never left out unseen."""

# ruff: noqa: RUF001 - the characters are what is tested
from __future__ import annotations

import io
from dataclasses import replace

import pytest
from handouts import START
from icalendar import Calendar
from openpyxl import load_workbook
from pypdf import PdfReader

from taper import InputError
from taper.export import FORMATS, Options, render
from taper.export.characters import _known, in_fonts, visible
from taper.planning.make import planned as plan

# what is typed: what a PDF shows of it
LABELS = {
    "Ünïcödé ½ – “x”": "Ünïcödé ½ – “x”",
    "emoji 😀": "emoji [U+1F600]",
    "family 👨\u200d👩\u200d👧": "family [U+1F468 U+200D U+1F469 U+200D U+1F467]",
    "flag 🏳\ufe0f": "flag [U+1F3F3 U+FE0F]",
    "ＷＡＲＤ": "WARD",  # full-width
    "中文": "[U+4E2D U+6587]",
    "ไทย": "[U+0E44 U+0E17 U+0E22]",
    "عربي": "[U+0639 U+0631 U+0628 U+064A]",
    "שלום": "[U+05E9 U+05DC U+05D5 U+05DD]",
    "क्षि": "[U+0915 U+094D U+0937 U+093F]",
    "Русский": "[U+0420 U+0443 U+0441 U+0441 U+043A U+0438 U+0439]",
    "e\u0301": "é",
    "𝕏 → ☐": "[U+1D54F] [U+2192] [U+2610]",
    "x" * 200: "x" * 60,
}


def made(label: str):
    return plan(
        product="morphine-er",
        dose="30 mg q12h",
        every="2w",
        start=START,
        on_opioids_for="8w",
        id=label,
        label=label,
    )


def pdf_text(data: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("label", LABELS)
def test_every_file_is_written_and_the_pdf_shows_it(label):
    one = made(label)
    files = {suffix: render(one, suffix) for suffix in FORMATS}
    assert squeezed(LABELS[label]) in squeezed(pdf_text(files[".pdf"]))
    assert label.replace("&", "&amp;") in files[".html"]
    calendar = Calendar.from_ical(files[".ics"])
    assert label in str(calendar["x-wr-calname"])
    book = load_workbook(io.BytesIO(files[".xlsx"]))
    assert book.properties.subject == label


def test_every_character_of_the_list_has_a_glyph():
    """Typst refuses a PDF/UA with a character that no font has."""
    known = sorted(_known() - {" ", "\u00a0", "\u2009"})
    assert [mark for mark in known if in_fonts(mark) != mark] == []
    shown = ""
    for start in range(0, len(known), 150):
        page = replace(made("x"), id="".join(known[start : start + 150]))
        shown += pdf_text(render(page, ".pdf"))
    missing = [mark for mark in known if mark not in shown and mark.isalnum()]
    assert missing == []


@pytest.mark.parametrize("text", ["a\x07b", "\x1b[2J", "a\u202eb", "\ud800", "\ue000", "\ufffe"])
def test_what_steers_a_terminal_is_refused_and_shows_as_its_code_if_it_comes(text):
    with pytest.raises(InputError, match="cannot be printed"):
        made(text)
    one = replace(made("x"), id=text)  # as no reader makes it
    code = f"[U+{next(ord(m) for m in text if not m.isprintable()):04X}]"
    assert code in render(one, ".html")
    assert code in pdf_text(render(one, ".pdf"))
    assert code in load_workbook(io.BytesIO(render(one, ".xlsx"))).properties.subject


def test_codes_that_follow_each_other_stand_in_one_bracket():
    assert visible("a\u202e\u202db") == "a[U+202E U+202D]b"
    assert in_fonts("Ward 5") == "Ward 5"


def test_the_clinic_is_shown_in_the_same_way():
    text = pdf_text(render(made("x"), ".pdf", Options(clinic="診療所", telephone="☎ 555")))
    assert "[U+8A3A U+7642 U+6240]" in squeezed(text).replace("U+7642U", "U+7642 U").replace(
        "U+8A3AU", "U+8A3A U"
    )
    assert "[U+260E]" in text
