"""The hand-out as files: HTML and PDF, read back by machines."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser

import pytest
from handouts import PLANS, START, labelled, plan_of
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from taper.export import Options, render
from taper.export.handout.page import handout
from taper.planning.make import planned as plan

# --- HTML ----------------------------------------------------------------------------------------

NASTY = '<script>alert("x")</script> & #strong[b] $x$ *b* {{ 7*7 }}'


class Balanced(HTMLParser):
    """Every element that is opened is closed, in order."""

    empty = frozenset({"meta", "br", "path", "rect", "circle", "use"})

    def __init__(self):
        super().__init__()
        self.open, self.faults, self.seen = [], [], Counter()
        self.attributes: list[tuple[str, dict]] = []

    def handle_starttag(self, tag, attrs):
        self.seen[tag] += 1
        self.attributes.append((tag, dict(attrs)))
        if tag not in self.empty:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen[tag] += 1
        self.attributes.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.faults.append((tag, self.getpos()))


def parsed(text: str) -> Balanced:
    parser = Balanced()
    parser.feed(text)
    return parser


@pytest.mark.parametrize("name", PLANS)
def test_html_is_one_well_formed_file(name):
    text = render(plan_of(name), ".html")
    found = parsed(text)
    assert (found.faults, found.open) == ([], [])
    assert found.seen["script"] == found.seen["link"] == found.seen["img"] == 0
    outside = re.findall(r"(?:https?:)?//[^\s\"')]+", text)
    assert set(outside) <= {"http://www.w3.org/2000/svg"}
    assert set(re.findall(r"url\(([^)]*)\)", text)) <= {"#hold"}
    ids = [attributes["id"] for _, attributes in found.attributes if "id" in attributes]
    assert len(ids) == len(set(ids))
    used = {a["href"][1:] for tag, a in found.attributes if tag == "use"}
    assert used <= set(ids)


def test_html_says_its_language_and_describes_its_pictures():
    text = render(plan_of("er"), ".html", Options(language="es"))
    found = parsed(text)
    assert ("html", {"lang": "es"}) in found.attributes
    assert "<title>Su plan para tomar menos morfina</title>" in text
    pictures = [a for tag, a in found.attributes if tag == "svg" and a.get("role") == "img"]
    assert all(a.get("aria-label") or a.get("aria-labelledby") for a in pictures)
    assert {"sol que sale", "sol que se pone"} <= {a.get("aria-label") for a in pictures}


def test_html_shows_text_as_text():
    text = render(labelled("er", NASTY), ".html", Options(clinic=NASTY))
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 2
    assert "{{ 7*7 }}" in text


# --- PDF -----------------------------------------------------------------------------------------


def reader(name: str, **options) -> PdfReader:
    return PdfReader(io.BytesIO(render(plan_of(name), ".pdf", Options(**options))))


def elements(pdf: PdfReader) -> list[dict]:
    """The structure elements of a tagged PDF."""
    found, waiting, seen = [], [pdf.trailer["/Root"]["/StructTreeRoot"]], set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, IndirectObject):
            if node.idnum in seen:
                continue
            seen.add(node.idnum)
            node = node.get_object()
        if isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, dict):
            if "/S" in node:
                found.append(node)
            if "/K" in node:
                waiting.append(node["/K"])
    return found


@pytest.mark.parametrize("language", ["en", "es"])
def test_pdf_is_tagged_and_accessible(language):
    pdf = reader("er", language=language)
    root = pdf.trailer["/Root"]
    page = handout(plan_of("er"), Options(language=language))
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == language
    assert pdf.metadata.title == page.title
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    tags = elements(pdf)
    kinds = {str(tag["/S"]) for tag in tags}
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/L", "/LI", "/Figure"} <= kinds
    figures = [tag for tag in tags if tag["/S"] == "/Figure"]
    assert all(str(tag.get("/Alt", "")) for tag in figures)
    assert page.chart_text in {str(tag["/Alt"]) for tag in figures}


def test_pdf_embeds_its_fonts():
    for page in reader("er").pages:
        for font in page["/Resources"]["/Font"].get_object().values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = inner["/FontDescriptor"].get_object()
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)
            assert "AtkinsonHyperlegibleNext" in descriptor["/FontName"]


def test_pdf_is_dated_by_the_plan():
    assert reader("er").metadata.creation_date.date() == START


@pytest.mark.parametrize(("paper", "size"), [("letter", (612, 792)), ("a4", (595.276, 841.89))])
def test_pdf_paper(paper, size):
    box = reader("er", paper=paper).pages[0].mediabox
    assert (float(box.width), float(box.height)) == pytest.approx(size, abs=0.01)


def drawn(page) -> list[tuple[str, float, float]]:
    """Texts of a page with their height above its foot, and their size."""
    found = []

    def visit(text, outer, matrix, _font, size):
        if text.strip():
            found.append((text, matrix[5] * outer[3] + outer[5], abs(size * matrix[3] * outer[3])))

    page.extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize("name", ["er", "two", "clock"])
def test_large_print_is_at_least_18_points(name):
    sizes = [size for page in reader(name, large_print=True).pages for *_, size in drawn(page)]
    assert min(sizes) >= 17.99
    assert min(size for page in reader(name).pages for *_, size in drawn(page)) < 12


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("paper", ["letter", "a4"])
@pytest.mark.parametrize("name", PLANS)
def test_a_step_never_breaks_across_pages(name, paper, large):
    options = {"paper": paper, "large_print": large}
    pages = [page.extract_text() for page in reader(name, **options).pages]
    for card in handout(plan_of(name), Options(**options)).steps:
        first = next(
            text
            for text in pages
            if any(line.startswith(f"{card.number} ") for line in text.splitlines())
        )
        flowing = " ".join(first.split())
        assert card.dates in flowing
        for check in card.checks:
            assert check.split(":")[0] in flowing, (card.number, check)


@pytest.mark.parametrize("name", ["er", "two", "clock", "many", "kept"])
def test_nothing_runs_off_the_page(name):
    for page in reader(name, large_print=True, language="es").pages:
        feet = sorted(height for _, height, _ in drawn(page))
        assert feet[0] > 15  # the footer
        assert min(height for height in feet if height > 30) > 40


def test_pdf_shows_text_as_text():
    pdf = PdfReader(io.BytesIO(render(labelled("er", NASTY), ".pdf", Options(clinic=NASTY))))
    words = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert words.count(NASTY) == 2


def test_a_saved_plan_gives_the_same_hand_out():
    from taper.course.saved import parse_plan

    for name in ("er", "two", "step back"):
        made = plan_of(name)
        again = parse_plan(made.to_json())
        assert handout(again, Options()) == handout(made, Options())


# --- a browser -----------------------------------------------------------------------------------

BROWSER = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
@pytest.mark.parametrize(
    ("name", "paper", "language", "width"),
    [("er", "letter", "en", 612), ("two", "a4", "es", 595)],
)
def test_a_browser_prints_it_without_breaking_a_step(name, paper, language, width, tmp_path):
    options = Options(language=language, paper=paper)
    source, printed = tmp_path / "handout.html", tmp_path / "printed.pdf"
    source.write_text(render(plan_of(name), ".html", options), encoding="utf-8")
    subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-pdf-header-footer",
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--print-to-pdf={printed}",
            source.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    pdf = PdfReader(printed)
    assert round(float(pdf.pages[0].mediabox.width)) == width
    pages = [" ".join(page.extract_text().split()) for page in pdf.pages]
    for card in handout(plan_of(name), options).steps:
        (page,) = [text for text in pages if f"{card.number} {card.title}" in text]
        for check in card.checks:
            assert check.split(":")[0] in page


# --- pages and access ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("paper", ["letter", "a4"])
def test_twelve_steps_fit_in_four_pages(language, paper):
    made = plan("oxycodone-ir", "20 mg q6h", every="4w", start=START, on_opioids_for="5y")
    assert len(made.steps) - 1 == 12
    pdf = PdfReader(io.BytesIO(render(made, ".pdf", Options(language=language, paper=paper))))
    assert len(pdf.pages) <= 4
    first = " ".join(pdf.pages[0].extract_text().split())
    page = handout(made, Options(language=language))
    for row in page.glance.rows:
        assert row.dates in first
        assert " ".join(row.take[0].split()) in first
    assert page.important.items[1] in first  # lost tolerance
    assert page.important.items[2] in first  # naloxone


@pytest.mark.parametrize("name", ["er", "patch", "two", "clock", "goal"])
def test_every_table_of_the_pdf_has_header_cells(name):
    for options in ({}, {"large_print": True}, {"diary": True}):
        pdf = reader(name, **options)
        tables = [tag for tag in elements(pdf) if tag["/S"] == "/Table"]
        assert tables
        for table in tables:
            assert "/TH" in {str(tag["/S"]) for tag in below(table)}


def below(tag) -> list[dict]:
    found, waiting = [], [tag["/K"]]
    while waiting:
        node = waiting.pop()
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict) and "/S" in node:
            found.append(node)
            waiting.append(node.get("/K", []))
    return found


@pytest.mark.parametrize("name", PLANS)
def test_html_has_landmarks_and_every_link_leads_somewhere(name):
    found = parsed(render(plan_of(name), ".html", Options(diary=True)))
    for landmark in ("header", "nav", "main", "footer"):
        assert found.seen[landmark] == 1, landmark
    assert found.seen["h1"] == 1
    ids = {a["id"] for _, a in found.attributes if "id" in a}
    links = [a["href"][1:] for tag, a in found.attributes if tag == "a"]
    assert links
    assert set(links) <= ids
    assert {a["aria-labelledby"] for tag, a in found.attributes if tag == "section"} <= ids
    assert all(a.get("scope") for tag, a in found.attributes if tag == "th")


def test_a_long_id_and_a_long_label_of_one_word_stay_on_the_page():
    made = plan("morphine-er", "30 mg q12h", every="4w", start=START, label="w" * 180, id="y" * 200)
    for large in (False, True):
        pdf = render(made, ".pdf", Options(large_print=large))
        for page in PdfReader(io.BytesIO(pdf)).pages:
            runs = [text.strip() for text, *_ in drawn(page) if set(text.strip()) in ({"w"}, {"y"})]
            assert max(map(len, runs)) <= (32 if large else 60)
