"""The documentation: every command in it runs, and what it shows is what is printed."""

from __future__ import annotations

import re

import pytest
import shown

RUN_IT = "run: python scripts/reference.py"
PAGES = shown.pages()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_the_page_runs_and_prints_what_is_shown(page):
    assert page.read_text(encoding="utf-8") == shown.refreshed(page), RUN_IT


def test_there_are_pages_for_everybody():
    names = {page.stem for page in PAGES}
    assert names >= {"index", "tutorial", "prescriber", "pharmacist", "script", "defaults"}
    assert names >= {"engine", "sources", "limits", "guidelines", "markets"}


def test_no_command_hides_in_a_block_that_is_not_run():
    for page in PAGES:
        text = re.sub(shown._BLOCK, "", page.read_text(encoding="utf-8"))
        left = re.findall(r"^```.*?^```", text, re.DOTALL | re.MULTILINE)
        assert not [block for block in left if re.search(r"^(\$ )?taper ", block, re.MULTILINE)], (
            page
        )


def test_a_command_that_fails_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```sh\ntaper plan nonsense\n```\n")
    with pytest.raises(shown.Failed, match="gave 2, not 0"):
        shown.refreshed(page)


def test_output_that_has_changed_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- first: 1 -->\n```console\n$ taper explain naloxone\nsomething old\n```\n")
    assert "naloxone (note)" in shown.refreshed(page)
    assert "something old" not in shown.refreshed(page)
