"""The contract is there to be cited: every number that is cited exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "contract.md"
FOLDERS = ("taper", "tests", "verify", "docs")
KINDS = {".py", ".toml", ".md"}
_NUMBER = r"\d+(?:\.\d+)?[a-z]?"
_HEADING = re.compile(rf"^#{{2,3}} ({_NUMBER})\.? ", re.MULTILINE)
_CLAUSE = re.compile(rf"^\*\*({_NUMBER})\*\* ", re.MULTILINE)
# `contract 4.3`, and what may follow it: `contract 4.1 and 4.5`, `contract 4.1 to 4.8`; a line of
# a docstring or a comment may end between the word and the number
_CITED = re.compile(rf"\b[Cc]ontract\s(?:# )?({_NUMBER}\b(?:(?:, | and | to ){_NUMBER}\b)*)")


def numbers() -> list[str]:
    """Every number of the contract, in the order of the page."""
    text = PAGE.read_text(encoding="utf-8")
    found = [*_HEADING.finditer(text), *_CLAUSE.finditer(text)]
    return [match[1] for match in sorted(found, key=lambda match: match.start())]


def cited(text: str) -> list[str]:
    """Every number of the contract that a text cites."""
    return [number for each in _CITED.findall(text) for number in re.findall(_NUMBER, each)]


def test_numbers_are_unique_and_clauses_are_lettered_without_a_gap():
    known = numbers()
    assert len(known) == len(set(known))
    rule, letter = "", ""
    for number in known:
        if number[-1].isdigit():
            rule, letter = number, "a"
        else:
            assert number == rule + letter
            letter = chr(ord(letter) + 1)


def test_every_number_that_is_cited_exists():
    known = set(numbers())
    seen = 0
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in KINDS or path == PAGE:
                continue
            for number in cited(path.read_text(encoding="utf-8")):
                assert number in known, f"{path.relative_to(ROOT)}: contract {number}"
                seen += 1
    assert seen > 60


def test_the_contract_refers_to_its_own_clauses():
    text = PAGE.read_text(encoding="utf-8")
    known = set(numbers())
    own = re.findall(r"(?<![\d$.,\w*])(\d{1,2}(?:\.\d)?[a-z])(?![\w*:])", text)
    assert own
    assert [number for number in own if number not in known and number not in LENGTHS] == []


LENGTHS = {"5d", "10d", "14d", "28d", "1w", "2w", "4w"}  # of time, not of the contract


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("as contract 4.3 says", ["4.3"]),
        ("(contract 4.3b).", ["4.3b"]),
        ("contract 4.1 and 4.5, once more", ["4.1", "4.5"]),
        ("contract 4.1 to 4.8: all", ["4.1", "4.8"]),
        ("the second ingredient (contract\n4.1f)", ["4.1f"]),
        ("the contract of 2 parties", []),
    ],
)
def test_a_citation_is_recognised(text, found):
    assert cited(text) == found
