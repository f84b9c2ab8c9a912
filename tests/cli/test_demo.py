"""The guided minute: real commands, a made-up patient, and nothing left behind."""

from __future__ import annotations

import json
import os
import re
import shlex
import tempfile

import pytest

from taper.commands.demo import PATIENTS, scenes
from taper.formulary.market import MARKETS


@pytest.mark.parametrize("market", MARKETS)
def test_it_shows_plan_hand_out_hold_and_batch(taper, market):
    ran = taper("demo", "--market", market)
    assert ran.status == 0, ran.err
    for title in ("1. A plan", "2. The hand-out", "3. A hold", "4. A batch"):
        assert title in ran.out
    assert PATIENTS[market].medicine in ran.out
    assert "first day without it" in ran.out
    assert re.search(r"hold \S+ mg a day .* to 2027-05-23", ran.out)
    assert "3 rows: 2 planned, 1 failed" in ran.out
    assert "the nearest are" in ran.out


def test_there_is_a_patient_for_every_market():
    assert set(PATIENTS) == set(MARKETS)


def test_without_a_terminal_it_asks_nothing_and_leaves_nothing(taper, tmp_path, monkeypatch):
    here, temporary = tmp_path / "here", tmp_path / "temporary"
    here.mkdir()
    temporary.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    ran = taper("demo", stdin="")
    assert ran.status == 0, ran.err
    assert "Enter" not in ran.err
    assert not list(here.iterdir())
    assert not list(temporary.iterdir())


def test_the_files_can_be_kept(taper, tmp_path):
    folder = tmp_path / "new" / "demo"
    ran = taper("demo", "--keep", folder)
    assert ran.status == 0
    names = {
        "plan.json",
        "handout.html",
        "revised.json",
        "panel.csv",
        "schedules.csv",
        "errors.csv",
    }
    assert {path.name for path in folder.iterdir()} == names
    revised = json.loads((folder / "revised.json").read_text(encoding="utf-8"))
    assert revised["revisions"][0]["why"] == "a hard month"
    again = taper("demo", "--keep", folder)
    assert again.status == 2
    assert "exists already" in again.err


def test_the_commands_it_shows_are_those_that_run(taper, tmp_path):
    ran = taper("demo")
    shown = [line[2:] for line in ran.out.splitlines() if line.startswith("$ ")]
    assert [tuple(shlex.split(line)) for line in shown] == [s.words for s in scenes("us")]


def test_the_users_own_settings_are_left_out_of_it_and_come_back(taper, tmp_path, monkeypatch):
    config = tmp_path / "config.toml"
    config.write_text('reduce = "5%"\n')
    monkeypatch.setenv("TAPER_CONFIG", str(config))
    monkeypatch.setenv("TAPER_MARKET", "us")
    assert "10% every 4w" in taper("demo").out
    assert os.environ["TAPER_CONFIG"] == str(config)
    assert os.environ["TAPER_MARKET"] == "us"


def test_an_unknown_market(taper):
    ran = taper("demo", "--market", "mars")
    assert ran.status == 2
    assert "one of us, uk, ca, au" in ran.err
