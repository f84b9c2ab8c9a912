"""Saved plans in which one value was changed, or a key stands twice."""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from scripts.attack.tool import START

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.attack.tool import Attack


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value of a document that holds no others."""
    if isinstance(value, (dict, list)) and value:
        for name, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(each, (*path, name))
    else:
        yield path


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The document with another value at a path."""
    other = copy.deepcopy(document)
    within = other
    for part in path[:-1]:
        within = within[part]
    within[path[-1]] = value
    return other


# Reads many documents in one process: to start one for each would take hours.
READER = """
import json, sys
from importlib import import_module
for module in ("taper.course.saved", "taper.planning.saved", "taper.saved"):  # as it was called
    try:
        parse_plan = import_module(module).parse_plan
        break
    except (ImportError, AttributeError):
        continue
from taper import TaperError
from taper.export import render
for line in sys.stdin:
    try:
        plan = parse_plan(line)
        same = render(plan, ".supply.csv") and plan.to_dict() == json.loads(line)
        said = "read" if same else "read otherwise"
    except TaperError:
        said = "refused"
    except Exception as error:
        said = "fault " + type(error).__name__
    print(said, flush=True)
"""
FREE = {("id",), ("request", "label"), ("request", "specialist"), ("revisions", "why")}


def is_free(path: tuple[Any, ...]) -> bool:
    """Whether a value is an input from which no other value follows."""
    names = tuple(part for part in path if isinstance(part, str))
    return names in FREE or names[:1] == ("made_with",)


def saved_plans(attack: Attack, share: int) -> None:
    """Change one value of a saved plan: it is refused, unless nothing follows from the value."""
    texts = _plans(attack)
    jobs: list[tuple[str, Any]] = []
    picked = random.Random(17)
    for name, text in texts.items():
        document = json.loads(text)
        paths = [path for path in leaves(document) if not is_free(path)]
        chosen = picked.sample(paths, min(share, len(paths)))
        changes = [(path, value) for path in chosen for value in _others(document, path)]
        for key in ("checks", "findings", "supply", "leftover", "steps"):
            changes += [((key,), short) for short in ([], document[key][:-1])]
        jobs += [
            (f"{name} {path} {value!r}", other)
            for path, value in changes
            if (other := changed(document, path, value)) != document
        ]
    lines = "".join(json.dumps(document) + "\n" for _, document in jobs)
    done = subprocess.run(
        [sys.executable, "-c", READER],
        cwd=attack.folder,
        env=attack.environment,
        input=lines.encode(),
        capture_output=True,
        check=False,
    )
    said = done.stdout.decode().splitlines()
    said += ["killed"] * (len(jobs) - len(said))
    for (what, _), answer in zip(jobs, said, strict=True):
        kind = "saved plans with one value changed"
        attack.count(kind, held=answer == "refused", what=f"{what}: {answer}")


def _others(document: Any, path: tuple[Any, ...]) -> list[Any]:
    value = document
    for part in path:
        value = value[part]
    if isinstance(value, str):
        return [value + "0", "Take ten 60 mg tablets by mouth every hour."]
    return [value + 1, str(value)] if isinstance(value, int) else ["something"]


def _plans(attack: Attack) -> dict[str, str]:
    """Three saved plans: a simple one, one of two opioids, one that was changed twice."""
    plans = {
        "simple": ("morphine-er", "60 mg q12h", "--every", "2w"),
        "two": ("morphine-er", "30 mg q12h", "--every", "2w", "--also", "oxycodone-ir 5 mg q6h"),
    }
    for name, words in plans.items():
        attack.run("plan", *words, *START, "-o", f"{name}.json")
    attack.run("revise", "simple.json", "--from", "2027-01-12", "--hold", "2w", "-o", "held.json")
    attack.run("revise", "held.json", "--from", "2027-02-20", "--reduce", "5%", "-o", "held.json")
    return {name: (attack.folder / f"{name}.json").read_text() for name in (*plans, "held")}


def repeated_keys(attack: Attack) -> None:
    """A key twice, with two values: never the last one in silence."""
    doses = '"dose": "60 mg q12h", "dose": "15 mg q12h"'
    line = f'{{"product": "morphine-er", {doses}, "start": "2026-12-07"}}'
    (attack.folder / "twice.jsonl").write_text(line + "\n")
    ran = attack.run("batch", "twice.jsonl", "-o", "twice-out.csv")
    attack.count("repeated keys", held=ran.status == 4, what=f"JSONL: status {ran.status}")
    for name in ("simple", "held"):
        text = (attack.folder / f"{name}.json").read_text()
        for key in ("daily_dose", "id", "directions", "quantity"):
            twice = text.replace(f'"{key}": ', f'"{key}": "9", "{key}": ', 1)
            (attack.folder / "twice-plan.json").write_text(twice)
            ran = attack.run("export", "twice-plan.json", "--format", "json")
            attack.count("repeated keys", held=ran.status == 2, what=f"{name} {key}: {ran.status}")
