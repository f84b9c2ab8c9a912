"""What the Tab key proposes, in the words of each shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from taper.cli import COMMANDS
from taper.formulary.guidelines import guidelines
from taper.formulary.market import formulary
from taper.safety.catalogue import catalogue

TAPER = Path(sys.executable).with_name("taper")


def proposed(line: str, shell: str = "bash") -> list[str]:
    """The words proposed for what is typed; the last word is the one at the cursor."""
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    if shell != "bash":
        asked = {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    environment = {**os.environ, **asked, "_TAPER_COMPLETE": f"complete_{shell}"}
    done = subprocess.run(
        [sys.executable, "-m", "taper"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return done.stdout.split("\n")[:-1] if done.stdout.strip() else []


def test_commands():
    assert set(proposed("taper ")) == set(COMMANDS)
    assert proposed("taper exp") == ["export", "explain"]


def test_products():
    assert proposed("taper plan ") == list(formulary("us").products)
    assert proposed("taper plan oxym") == ["oxymorphone-ir", "oxymorphone-er"]
    assert "oxycodone-er" in proposed("taper formulary show oxy")


def test_products_of_the_users_market(monkeypatch):
    monkeypatch.setenv("TAPER_MARKET", "ca")
    assert proposed("taper plan hydromorphone-c") == ["hydromorphone-cr"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("taper plan morphine-er --stock ", ["15", "30", "60", "100", "200", "all"]),
        ("taper plan morphine-er --stock 15,30,", ["15,30,60", "15,30,100", "15,30,200"]),
        ("taper plan oxycodone-apap --stock 10", ["10/300", "10/325"]),
        ("taper plan morphine-solution --stock ", ["2", "4", "20", "all"]),
        ("taper plan --stock ", []),
    ],
)
def test_strengths_of_the_product(line, words):
    assert proposed(line) == words


def test_doses_of_the_product():
    assert proposed("taper plan fentanyl-patch ")[0] == "12 mcg/h"
    assert "60 mg q12h" in proposed("taper plan morphine-er ")


def test_doses_of_what_is_measured_are_left_to_the_user():
    assert proposed("taper plan morphine-solution ") == []
    assert proposed("taper plan morphium ") == []


def test_a_request_file_is_left_to_the_shell():
    assert proposed("taper plan request.toml") == []
    assert proposed("taper plan folder/mor") == []


def test_a_finer_product_of_what_is_not_named_yet_may_be_any():
    assert proposed("taper plan --finish-with oxym") == ["oxymorphone-ir", "oxymorphone-er"]


def test_a_market_that_is_none_is_taken_for_the_usual_one():
    assert proposed("taper plan --market mars oxym") == ["oxymorphone-ir", "oxymorphone-er"]


def test_settings_of_the_configuration_file():
    assert proposed("taper config set ev") == ["every"]
    assert "stock.morphine-er" in proposed("taper config set stock.mor")
    assert proposed("taper config set teleph", "fish") == ["telephone"]


def test_guidelines_and_findings():
    assert proposed("taper plan --guideline ") == list(guidelines())
    assert proposed("taper explain ") == list(catalogue())


def test_finer_products_are_of_the_same_opioid():
    assert all(
        word.startswith("morphine-") for word in proposed("taper plan morphine-er --finish-with ")
    )


@pytest.mark.parametrize(
    ("option", "word"),
    [
        *(("--of", "mixed"), ("--split", "halves"), ("--checks", "close"), ("--market", "uk")),
        *(("--risk", "oud"), ("--language", "es"), ("--paper", "a4"), ("--format", "csv")),
        *(
            ("--avoid", "weekends"),
            ("--reduce-on", "tue"),
            ("--drug", "morphine"),
            ("--form", "er"),
        ),
    ],
)
def test_fixed_words(option, word):
    assert word in proposed(f"taper plan {option} ")


def test_zsh_and_fish_get_the_names_with_them():
    assert any("(Duragesic)" in line for line in proposed("taper plan fent", "zsh"))
    assert any(line.startswith("fentanyl-patch\t") for line in proposed("taper plan fent", "fish"))


def _script(shell: str) -> str:
    environment = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    command = [str(TAPER), "--show-completion", shell]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
def test_in_bash_itself():
    code = _script("bash") + (
        "\nCOMP_WORDS=(taper plan --guideline fd); COMP_CWORD=3; _taper_completion taper\n"
        'echo "${COMPREPLY[@]}"'
    )
    path = f"{TAPER.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", code],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "fda-label"


@pytest.mark.skipif(not shutil.which("fish"), reason="no fish here")
def test_in_fish_itself(tmp_path):
    code = _script("fish") + '\ncomplete -C "taper plan morphine-er --stock 2"'
    environment = {
        **os.environ,
        "PATH": f"{TAPER.parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
    }
    done = subprocess.run(
        ["fish", "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["200", "mg"]


@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh here")
def test_zsh_can_read_what_it_gets():
    words = "\n".join(proposed("taper plan --guideline cdc", "zsh"))
    code = '_arguments() { print -r -- "$@" }\neval "$WORDS"'
    done = subprocess.run(
        ["zsh", "-f", "-c", code],
        env={**os.environ, "WORDS": words},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "cdc-2022-weekly" in done.stdout
