"""Questions of a check at a terminal: one item after another, each of which may be skipped."""

from __future__ import annotations

from typing import Any

import typer

from taper.course.records import read_value
from taper.errors import TaperError
from taper.terminal.streams import say

_QUESTIONS = {
    "cows": "COWS: the total, or its eleven items",
    "sows16": "16-item Subjective Opiate Withdrawal Scale, 0 to 64",
    "sows10": "10-item Short Opiate Withdrawal Scale, 0 to 30",
    "peg": "PEG, the mean of three, 0 to 10",
    "pain": "Pain, 0 to 10",
    "sleep": "Sleep, 0 to 10 or a few words",
    "mood": "Mood, 0 to 10 or a few words",
}
_YES, _NO = {"y", "yes"}, {"n", "no"}


def ask_check(given: dict[str, Any]) -> None:
    """Fill in what a check found; Enter skips a question, and leaves it not asked."""
    if _yes_or_no("Was the patient reached? y or n") is False:
        given["not_reached"] = True
    else:
        for name, text in _QUESTIONS.items():
            given[name] = _answer(name, text)
        given["suicidal_thoughts"] = _yes_or_no("Thoughts of suicide? y or n")
    given["note"] = _answer("note", "A note")


def _answer(name: str, text: str) -> str | None:
    while True:
        answer = _prompt(text)
        try:
            read_value(name, answer)
        except TaperError as error:
            for problem in error.problems:
                say(f"  {problem}", err=True)
        else:
            return answer or None


def _yes_or_no(text: str) -> bool | None:
    while True:
        answer = _prompt(text).lower()
        if answer in {"", *_YES, *_NO}:
            return None if not answer else answer in _YES


def _prompt(text: str) -> str:
    question = f"{text} (Enter to skip)"
    return str(typer.prompt(question, default="", show_default=False, err=True)).strip()
