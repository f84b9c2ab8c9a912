"""Each command's help fits a screen and has an example that runs."""

from __future__ import annotations

import re
import shlex

import pytest

from taper.cli import COMMANDS, command

SCREEN = (24, 80)
SCHEDULE = (
    "start_date,daily_dose,product\n2026-12-07,120 mg,morphine-er\n2026-12-14,105 mg,morphine-er\n"
)
PANEL = "product,dose,start\nmorphine-er,60 mg q12h,2026-12-07\n"


def _all(made, path=()):
    for name, each in made.commands.items():
        yield (*path, name)
        if hasattr(each, "commands"):
            yield from _all(each, (*path, name))


NAMES = [" ".join(words) for words in _all(command(list(COMMANDS)))]
GROUPS = {"formulary", "guidelines"}


def _example(text: str) -> str:
    """The example in a help: the paragraph that begins with the program's name."""
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    return next(part for part in paragraphs if part.startswith("taper "))


@pytest.mark.parametrize("name", ["", *NAMES])
def test_help_fits_a_screen(taper, name):
    ran = taper(*name.split(), "--help", columns=SCREEN[1])
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert len(lines) <= SCREEN[0]
    assert max(map(len, lines)) <= SCREEN[1]
    assert "..." not in "".join(line for line in lines if line.startswith("  ") and not name)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {*GROUPS, "config"}])
def test_every_command_takes_help_all(taper, name):
    ran = taper(*name.split(), "--help-all")
    assert ran.status == 0
    assert ran.out.startswith(f"Usage: taper {name} ")
    listed = set(re.findall(r"--[a-z-]+", taper(*name.split(), "--help").out))
    assert listed <= set(re.findall(r"--[a-z-]+", ran.out)) | {"--help-all"}


@pytest.mark.parametrize("name", NAMES)
def test_what_an_option_takes_is_said_in_a_word_of_the_field(taper, name):
    said = taper(*name.split(), "--help-all").out or taper(*name.split(), "--help").out
    assert "Options:" in said
    assert not re.findall(r"<\w+>", said)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in GROUPS])
def test_the_example_in_the_help_runs(taper, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAPER_CONFIG", str(tmp_path / "config.toml"))
    (tmp_path / "config.toml").write_text('every = "2w"\n')
    (tmp_path / "schedule.csv").write_text(SCHEDULE)
    (tmp_path / "panel.csv").write_text(PANEL)
    (tmp_path / "plans").mkdir()
    plan = ("plan", "morphine-er", "60 mg q12h", "--start", "2026-12-07", "--on-opioids-for", "8w")
    assert taper(*plan, "-o", "plan.json", "-o", "plans/one.json").status == 0
    example = _example(taper(*name.split(), "--help").out)
    assert example.startswith(f"taper {name.split()[0]}")
    ran = taper(*shlex.split(example.replace("plans/*.json", "plans/one.json"))[1:])
    assert ran.status == (1 if name == "check" and "error" in ran.out else 0), ran.err


@pytest.mark.parametrize("name", ["plan", "revise", "batch"])
def test_help_all_shows_every_option(taper, name):
    ran = taper(name, "--help-all")
    assert ran.status == 0
    for param in command([name]).commands[name].params:
        if param.param_type_name == "option":
            assert param.opts[-1] in ran.out


@pytest.mark.parametrize("name", ["", *sorted(GROUPS)])
def test_nothing_given_shows_the_help_as_it_is(taper, name):
    ran = taper(*name.split(), columns=SCREEN[1])
    asked = taper(*name.split(), "--help", columns=SCREEN[1])
    assert ran.status == 2
    assert ran.out == asked.out
    assert not ran.err
