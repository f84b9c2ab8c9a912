"""The Markdown document, read back by a Markdown parser."""

from __future__ import annotations

from itertools import pairwise

import pytest
from golden.plans import NAMES, plan_of
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from taper.export import render
from taper.export.md import escaped
from taper.planning.make import planned as plan

DISCLAIMER = "Decision support for clinicians, not medical advice."
HOSTILE = "a | b \\| *c* _d_ `e` <b>f</b> [g](h) #i ~j~ | &amp; $k$"


def small(**fields: object):
    values = {"product": "morphine-er", "dose": "30 mg q12h", "every": "1w", **fields}
    return plan(start="2026-12-07", on_opioids_for="8w", **values)


def read(made) -> tuple[list[str], list[list[list[str]]]]:
    """The headings, and the cells of every table, as they would be shown."""
    headings, tables = [], []
    tokens = MarkdownIt("commonmark").enable("table").parse(render(made, ".md"))
    for before, token in pairwise(tokens):
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append([])
        elif token.type == "inline":
            text = "".join(child.content for child in token.children)
            if before.type == "heading_open":
                headings.append(text)
            elif before.type in {"td_open", "th_open"}:
                tables[-1][-1].append(text)
    return headings, tables


@pytest.mark.parametrize("name", NAMES)
def test_its_sections_and_tables(name):
    made = plan_of(name)
    headings, (schedule, checks, supply) = read(made)
    sections = ["Schedule", "Checks", "What to dispense", "Findings"]
    assert headings[1:] == sections + ["Revisions"] * bool(made.revisions)
    assert len(schedule) == 1 + len(made.steps)
    assert len(checks) == 1 + len(made.checks)
    assert len(supply) == 1 + sum(len(fill.items) for fill in made.supply)
    for table in (schedule, checks, supply):
        assert len({len(row) for row in table}) == 1
    for row, step in zip(schedule[1:], made.steps, strict=True):
        assert row[0] == str(step.number)
        assert row[5] == step.regimen.product.text(step.daily)
        assert row[8].startswith(step.regimen.directions)


@pytest.mark.parametrize("name", NAMES)
def test_it_says_once_that_it_only_supports_a_decision(name):
    text = render(plan_of(name), ".md")
    assert text.count(DISCLAIMER) == 1
    assert text.count("Never use them to change from one opioid to another") == 1
    assert text.endswith("another.\n")
    assert not text.endswith("\n\n")


def test_every_finding_with_its_source():
    made = plan_of("two-opioids")
    text = render(made, ".md")
    for finding in made.findings:
        assert f"- **{finding.level}** `{finding.id}`: " in text
        assert escaped(finding.source) in text


def test_what_people_wrote_is_shown_as_they_wrote_it():
    made = small(label=HOSTILE, reduce="50%", override_rate=HOSTILE)
    text = render(made, ".md")
    rendered = MarkdownIt("commonmark").enable("table").render(text)
    shown = "a | b \\| *c* _d_ `e` &lt;b&gt;f&lt;/b&gt; [g](h) #i ~j~ | &amp;amp; $k$"
    assert f"Label: {shown}" in rendered
    assert rendered.count(shown) == 3  # the label, the reason, and the finding that repeats it
    assert "<b>" not in rendered


@given(st.text(max_size=60))
def test_a_cell_is_one_cell_and_shows_its_text(text):
    table = f"| a | b |\n| --- | --- |\n| {escaped(text)} | end |\n"
    tokens = MarkdownIt("commonmark").enable("table").parse(table)
    cells = [token for before, token in pairwise(tokens) if before.type == "td_open"]
    shown = ["".join(child.content for child in cell.children) for cell in cells]
    assert len(cells) == 2
    assert shown[1] == "end"
    assert shown[0].split() == text.replace("\0", "\N{REPLACEMENT CHARACTER}").split()


def test_one_unit_is_not_plural_and_millilitres_never_are():
    text = render(small(product="morphine-solution", dose="5 mg q12h"), ".md")
    assert " mL |" in text
    assert "mLs" not in text
    patches = render(plan_of("fentanyl-patch"), ".md")
    assert "| 9 patches |" in patches
    two = small(
        product="fentanyl-patch", dose="100 mcg/h", stock=["50"], every="4w", reduce="50 mcg/h"
    )
    assert "Apply two 50 mcg/h patches to the skin" in render(two, ".md")
    assert "patchs" not in patches + render(two, ".md")


def test_a_patch_is_named_as_its_label_is():
    _, (schedule, _, _) = read(plan_of("fentanyl-patch"))
    assert schedule[-2][5] == "12 mcg/h"


def test_a_plan_without_checks_says_so():
    text = render(small(checks="none"), ".md")
    assert "## Checks\n\nNone.\n" in text


def test_what_is_left_over_is_told():
    made = small(product="oxycodone-ir", dose="12.5 mg q12h", split="halves", fill="7d")
    left = made.dispensing.leftover
    assert ("Left over at the end: " in render(made, ".md")) == bool(left)


def test_where_there_is_no_factor_it_says_so():
    made = small(product="buprenorphine-patch", dose="20 mcg/h", every="4w")
    assert "- MME a day at the start: no factor" in render(made, ".md")
