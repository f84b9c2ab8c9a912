"""What a check found: read, kept in the plan under its day, and judged (contract 10)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from taper.data.files import data_file
from taper.data.limits import whole
from taper.errors import InputError, Problem
from taper.quantities import THOUSAND, plain, thousandths
from taper.reading.values import LONGEST_TEXT
from taper.safety.cows import band, in_order, score

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from taper.planning.plan import Plan

BAD_COWS = whole("bad-check-cows")
HOLDS = whole("holds-before-referral")
SYMPTOM_DAYS = whole("symptoms-before-referral")
# what a record holds, in the order of the document; what was not asked is None
FIELDS = (
    *("cows", "sows16", "sows10", "peg", "pain", "sleep", "mood"),
    *("suicidal_thoughts", "not_reached", "note", "then", "reason"),
)
_SCORES = ("cows", "sows16", "sows10", "pain")
_NAMES = {
    "cows": "COWS",
    "sows16": "16-item Subjective Opiate Withdrawal Scale",
    "sows10": "10-item Short Opiate Withdrawal Scale",
    "peg": "PEG",
    "pain": "pain",
    "sleep": "sleep",
    "mood": "mood",
}
_ANSWERS = ("cows", "sows16", "sows10", "peg", "pain", "sleep", "mood", "suicidal_thoughts", "note")


def read_values(given: Mapping[str, object]) -> dict[str, Any]:
    """What was found, as it is kept; raises :class:`~taper.InputError` with every fault."""
    values: dict[str, Any] = dict.fromkeys(FIELDS)
    problems: list[Problem] = []
    for name, value in given.items():
        if value is None or name not in FIELDS:
            continue
        try:
            values[name] = value if isinstance(value, bool) else read_value(name, str(value))
        except InputError as error:
            problems += error.problems
    if values["not_reached"] and any(values[name] is not None for name in _ANSWERS[:-1]):
        message = "the patient was not reached, and answers are given"
        problems.append(Problem("not_reached", message, "one of the two"))
    if not problems and not values["not_reached"] and all(values[n] is None for n in _ANSWERS):
        options = ", ".join(f"--{name.replace('_', '-')}" for name in _ANSWERS)
        problems.append(Problem("", "nothing is recorded", f"{options}, --not-reached"))
    if problems:
        raise InputError(problems)
    return values


def read_value(name: str, text: str) -> int | str | None:
    """One answer: a score within its scale, or a text; None for an empty one."""
    text = " ".join(text.split())
    if not text:
        return None
    if name == "cows" and ("," in text or " " in text):
        return score(in_order(text.replace(",", " ").split())).total
    if name == "peg":
        return _peg(text)
    if name in _SCORES:
        most = most_of(name)
        if not (text.isascii() and text.isdigit()) or int(text) > most:
            message = f"'{text}' is not a score of the {_NAMES[name]}"
            raise InputError(Problem(name, message, f"a whole number from 0 to {most}", text))
        return int(text)
    if name in {"sleep", "mood"} and text.isascii() and text.isdigit():
        most = most_of(name)
        if int(text) > most:
            message = f"'{text}' is over {most}"
            raise InputError(Problem(name, message, f"0 to {most}, or a few words", text))
        return int(text)
    if len(text) > LONGEST_TEXT or not text.isprintable():
        hint = f"one line of at most {LONGEST_TEXT} characters"
        raise InputError(Problem(name, "the text cannot be printed", hint))
    return text


def _peg(text: str) -> str:
    """The mean of three ratings from 0 to 10, as an exact decimal."""
    amount, most = thousandths(text), most_of("peg")
    if amount is None or amount > most * THOUSAND:
        message = f"'{text}' is not a PEG score"
        raise InputError(Problem("peg", message, f"0 to {most}, such as 5.3", text))
    return plain(amount)


def most_of(name: str) -> int:
    """The most that a scale gives."""
    return int(data_file("observations.toml")[name]["most"])


def recorded(plan: Plan, on: date, values: Mapping[str, Any]) -> Plan:
    """The plan with a record; an earlier one of the same day stays, and is marked ``replaced``."""
    _check_day(plan, on)
    kept = [
        {**each, "replaced": True} if each["date"] == on.isoformat() else each
        for each in plan.records
    ]
    new = {"date": on.isoformat(), **values, "replaced": False}
    return replace(plan, records=tuple(sorted((*kept, new), key=lambda each: str(each["date"]))))


def _check_day(plan: Plan, on: date) -> None:
    days = [check.date for check in plan.checks]
    first = min([plan.start - timedelta(days=SYMPTOM_DAYS), *days])
    last = max([*days, *(step.end or step.start or on for step in plan.steps[1:])])
    if not first <= on <= last + timedelta(days=SYMPTOM_DAYS):
        message = f"the plan goes from {plan.start.isoformat()} to {last.isoformat()}"
        raise InputError(Problem("on", message, "the day of the check", on.isoformat()))


def in_force(plan: Plan) -> list[dict[str, Any]]:
    """The records that count, by day."""
    return [each for each in plan.records if not each["replaced"]]


def without_record(checks: Sequence[date], records: Iterable[date]) -> list[date]:
    """The days of checks that no record belongs to; each belongs to the nearest check."""
    found = set()
    for day in records:
        place = bisect_right(checks, day)
        near = checks[max(place - 1, 0) : place + 1]
        if near:
            found.add(min(near, key=lambda check: (abs((check - day).days), check)))
    return [day for day in checks if day not in found]


# --- what a record says -------------------------------------------------------------------------


def alarms(record: Mapping[str, Any]) -> list[str]:
    """Why going on is not offered; empty if nothing speaks against it."""
    found = []
    if record["suicidal_thoughts"]:
        found.append("thoughts of suicide: assess the risk the same day, and do not leave it")
    if record["cows"] is not None and record["cows"] >= BAD_COWS:
        found.append(f"COWS {record['cows']}, {band(record['cows'])}: {BAD_COWS} or more")
    if record["not_reached"]:
        found.append("the patient was not reached: try again the same day")
    return found


def is_long_hard(plan: Plan, on: date) -> str:
    """Why staying and referring come first: two holds, or a month of symptoms; else empty."""
    holds = [
        each
        for each in plan.revisions
        if each["from"] <= on.isoformat() and each["change"].get("hold", "none") != "none"
    ]
    if len(holds) >= HOLDS:
        return f"the plan was held {len(holds)} times"
    since = None
    for record in in_force(plan):
        if record["date"] > on.isoformat() or record["cows"] is None:
            continue
        if not _has_symptoms(record):
            since = None
        elif since is None:
            since = date.fromisoformat(record["date"])
    if since is not None and (on - since).days >= SYMPTOM_DAYS:
        return f"withdrawal at every check since {since.isoformat()}"
    return ""


def _has_symptoms(record: Mapping[str, Any]) -> bool:
    """Whether COWS is in one of its bands; the first is none."""
    return band(record["cows"]) != band(0)


def in_words(record: Mapping[str, Any]) -> str:
    """``COWS 14 (moderate), pain 6``: the scores of a record."""
    if record["not_reached"]:
        return "not reached"
    words = [
        f"{_NAMES[name]} {record[name]}" + (f" ({band(record[name])})" if name == "cows" else "")
        for name in _NAMES
        if record[name] is not None
    ]
    words += ["thoughts of suicide"] if record["suicidal_thoughts"] else []
    return ", ".join(words) or str(record["note"] or "")
