"""The attack finds what does not hold; its page is that of a run in which everything did."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from scripts.attack.__main__ import MEANING, page  # noqa: E402
from scripts.attack.files import _hostile  # noqa: E402
from scripts.attack.plans import saved_plans  # noqa: E402
from scripts.attack.tool import Attack, Ran  # noqa: E402


def test_the_page_says_how_many_of_each_and_that_all_held():
    text = (ROOT / "docs" / "verification" / "attack.md").read_text(encoding="utf-8")
    for kind in MEANING:
        row = re.search(
            rf"^\| {re.escape(kind)} \|.*\| ([0-9,]+) \| ([0-9,]+) \|$", text, re.MULTILINE
        )
        assert row, kind
        assert int(row[1].replace(",", "")) > 0
        assert row[2] == "0"


def test_what_did_not_hold_is_counted(tmp_path):
    attack = Attack(ROOT, tmp_path)
    attack.count("hostile files", held=True, what="")
    attack.count("hostile files", held=False, what="this one")
    assert attack.faults == {"hostile files": ["this one"]}
    assert "| 2 | 1 |" in page(attack, 60)


def test_a_command_ends_well_or_not(tmp_path):
    attack = Attack(ROOT, tmp_path)
    assert attack.ends_well(Ran(2, "", "error: not a plan\n"))
    for ran in (
        Ran(-1, "", ""),
        Ran(-9, "", ""),
        Ran(120, "", ""),
        Ran(1, "", "Traceback (most recent call last):"),
        Ran(1, "", "error: a fault of taper itself: KeyError"),
        Ran(1, "\x1b[2J", ""),
    ):
        assert not attack.ends_well(ran)


def test_changed_plans_are_refused_by_this_version(tmp_path):
    attack = Attack(ROOT, tmp_path)
    saved_plans(attack, 6)
    assert sum(attack.tried.values()) > 40
    assert not attack.faults


def test_hostile_files_are_of_every_kind_that_is_read():
    assert {Path(name).suffix for name in _hostile()} == {".json", ".toml", ".csv", ".xlsx"}
