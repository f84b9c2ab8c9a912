"""The documentation: every command in it runs, and what it shows is what is printed."""

from __future__ import annotations

import re

import pages
import pytest
from cogapp import Cog
from cogapp.errors import CogCheckFailed, CogGeneratedError

RUN_IT = "run: make docs"
RUN = re.compile(r"^<!-- \[\[\[cog .*?^<!-- \[\[\[end\]\]\] -->$", re.DOTALL | re.MULTILINE)


def check(page):
    Cog().callable_main(["cog", "--check", "--diff", *pages.OPTIONS, str(page)])


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: page.stem)
def test_every_command_of_the_page_runs_and_prints_what_is_shown(page):
    assert check(page) is None, RUN_IT  # raises if cog would write something else


def test_there_are_pages_for_everybody():
    names = {page.stem for page in pages.PAGES}
    assert names >= {"README", "index", "tutorial", "prescriber", "pharmacist", "script"}
    assert names >= {"engine", "sources", "limits", "guidelines", "markets", "defaults"}


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: page.stem)
def test_no_command_hides_in_a_block_that_is_not_run(page):
    left = RUN.sub("", page.read_text(encoding="utf-8"))
    blocks = re.findall(r"^```.*?^```", left, re.DOTALL | re.MULTILINE)
    assert not [block for block in blocks if re.search(r"^(\$ )?taper ", block, re.MULTILINE)]


# --- what would be noticed -----------------------------------------------------------------------


def page_of(folder, arguments, block):
    page = folder / "page.md"
    page.write_text(f"<!-- [[[cog run({arguments}) ]]] -->\n{block}<!-- [[[end]]] -->\n")
    return page


def console(command, output=""):
    return f"```console\n$ {command}\n{output}```\n"


@pytest.mark.parametrize(
    ("arguments", "block"),
    [
        ("", "```sh\ntaper plan nonsense\n```\n"),
        ("", "```sh\ntaper schema > /dev/null\nfalse | cat\n```\n"),
        ("", '```python\nraise SystemExit("no")\n```\n'),
        ("2", console("taper explain naloxone")),
        ("", "no block\n"),
    ],
)
def test_a_command_that_ends_otherwise_is_noticed(tmp_path, arguments, block):
    with pytest.raises(CogGeneratedError, match=r"gave \d, not \d|no fenced block"):
        check(page_of(tmp_path, arguments, block))


def test_output_that_has_changed_is_noticed_and_written_anew(tmp_path):
    page = page_of(tmp_path, "first=1", console("taper explain naloxone", "something old\n"))
    with pytest.raises(CogCheckFailed):
        check(page)
    Cog().callable_main(["cog", "-r", *pages.OPTIONS, str(page)])
    assert console("taper explain naloxone", "naloxone (note): Naloxone\n...\n") in page.read_text()
    assert check(page) is None


def test_a_block_that_is_a_file_is_there_for_the_next_commands(tmp_path):
    file = '```toml title="a.toml"\nproduct = "morphine-er"\n```\n'
    page = page_of(tmp_path, "", file)
    commands = page_of(tmp_path, "", console("cat a.toml", 'product = "morphine-er"\n')).read_text()
    page.write_text(page_of(tmp_path, "", file).read_text() + commands)
    assert check(page) is None
