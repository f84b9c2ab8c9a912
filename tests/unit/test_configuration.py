"""Where the configuration file is looked for, and what it costs to look."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from taper.terminal.settings import Configuration, Settled, load, make_room, place


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch):
    monkeypatch.delenv("TAPER_CONFIG", raising=False)


@pytest.mark.skipif(sys.platform != "linux", reason="the usual place on Linux")
@pytest.mark.parametrize("value", ["", "relative/folder"])
def test_a_useless_xdg_variable_counts_as_none(monkeypatch, tmp_path, value):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", value)
    assert Path(place()) == tmp_path / ".config" / "taper" / "config.toml"


@pytest.mark.skipif(sys.platform != "linux", reason="the usual place on Linux")
def test_xdg_config_home_is_honoured(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert Path(place()) == tmp_path / "taper" / "config.toml"


def test_an_empty_file_sets_nothing(monkeypatch, tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("")
    monkeypatch.setenv("TAPER_CONFIG", str(path))
    assert load() == Configuration(str(path), {}, {})


def test_a_field_that_a_file_names_without_a_value_is_not_filled_in():
    own = Configuration("", {"reduce": "5%", "every": "2w", "fill": "7d"}, {"x": ["1"]}, "uk")
    file = {"reduce": None, "every": "1w", "fill": None, "stock": [], "market": None}
    settled = Settled(file, {}, own)
    settled.add_stock()
    assert settled.values == file


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"reduce": "5%"}, {"every", "of", "product"}),
        ({"guideline": "x"}, {"product"}),
        ({"drug": "morphine"}, {"every", "of", "over"}),
        ({"fill": "7d"}, {"every", "of", "over", "product"}),
    ],
)
def test_an_option_makes_room_for_itself(given, left):
    values = {"every": "1w", "of": "mixed", "over": "26w", "product": "x"}
    make_room(values, given)
    assert set(values) == left


def test_looking_for_the_file_loads_nothing_more():
    code = (
        "import sys, typer, taper.planning.make; before = set(sys.modules)\n"
        "from taper.terminal.settings import load; load(); print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    own = ["taper.request.fields", "taper.terminal", "taper.terminal.settings"]
    assert done.stdout.strip() == str(own)
