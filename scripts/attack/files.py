"""Hostile files, and devices that are full."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.attack.tool import MOST_MEMORY, START

if TYPE_CHECKING:
    from scripts.attack.tool import Attack


STEER = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"


def _hostile() -> dict[str, bytes]:
    """Files that no tool should trip over, by name."""
    deep = 100_000
    texts = {
        "empty.json": "",
        "zeros.json": "\0" * 100,
        "deep.json": "[" * deep,
        "deep-object.json": '{"a":' * deep,
        "twice.json": '{"product": "morphine-er", "dose": "60 mg q12h", "dose": "1 mg q12h"}',
        "nan.json": '{"product": NaN, "dose": Infinity, "start": -Infinity}',
        "surrogate.json": '{"product": "\\ud800", "dose": "\\udfff", "start": "\\ud800"}',
        "digits.json": '{"product": 1, "dose": ' + "9" * 5000 + ', "start": 1e999999}',
        "steer.json": json.dumps({"product": STEER, "dose": STEER, STEER: STEER}),
        "types.json": json.dumps({"product": [], "dose": {}, "start": None, "also": 7}),
        "number.json": "7",
        "list.json": "[[[]]]",
        "plan.json": '{"schema": "taper-plan/2"}',
        "plan-1.json": '{"schema": "taper-plan/1", "steps": 3}',
        "plan-id.json": '{"schema": "taper-plan/2", "id": 7, "request": [], "steps": {}}',
        "schema.json": json.dumps({"schema": f"taper-plan/{STEER}"}),
        "order.json": '{"resourceType": "Bundle", "entry": [{"resource": 3}, null]}',
        "orders.json": '[{"resourceType": "MedicationRequest"}, 7]',
        "keys.toml": "a" + ".a" * 20_000 + " = 1",
        "keys-quoted.toml": '"a" . ' * 20_000 + "a = 1",
        "keys-inline.toml": "x = {" + "a." * 20_000 + "a = 1}",
        "keys-table.toml": "[" + "a." * 20_000 + "a]",
        "deep.toml": "x = " + "[" * deep,
        "long.toml": "x = '" + "a" * 5_000_000 + "'",
        "steer.toml": f"product = {json.dumps(STEER)}\n{json.dumps(STEER)} = 1\n",
        "twice.toml": 'dose = "1 mg"\ndose = "2 mg"\n',
        "steer.csv": f"start_date,daily_dose,product\n2027-01-01,{STEER},{STEER}\n",
        "header.csv": f"{STEER},{STEER}\n",
        "quote.csv": 'start_date,daily_dose,product\n"2027-01-01,60 mg,morphine-er\n',
        "wide.csv": "start_date,daily_dose,product" + ",a" * 100_000 + "\n",
        "long.csv": "start_date,daily_dose\n2027-01-01," + "9" * 1_000_000 + "\n",
    }
    found = {name: text.encode("utf-8", "surrogatepass") for name, text in texts.items()}
    noise = random.Random(3)
    found["bytes.json"] = found["bytes.csv"] = found["bytes.toml"] = noise.randbytes(5000)
    found["bytes.xlsx"] = b"PK\3\4" + noise.randbytes(5000)
    found["utf16.csv"] = "start_date,daily_dose\n".encode("utf-16")
    found["big.json"] = b'{"schema": "taper-plan/2", "x": [' + b"[]," * 8_000_000 + b"[]]}"
    return found


def hostile(attack: Attack) -> None:
    """Give each hostile file to each command that reads one: one line, in time, within memory."""
    files = _hostile()
    for name, content in files.items():
        (attack.folder / name).write_bytes(content)
    for name in files:
        commands = [("plan", name), ("check", name)]
        if name.endswith(".json"):
            commands += [("export", name), ("due", name, "simple.json", "--on", "2026-12-21")]
        if name.endswith(".csv"):
            commands.append(("batch", name, "--summary"))
        for words in commands:
            memory = MOST_MEMORY if words[0] != "batch" else 0  # its libraries map more
            began = time.monotonic()
            ran = attack.run(*words, memory=memory)
            held = attack.ends_well(ran)
            if words[0] == "due" and ran.status >= 0:
                held = held and "2026-12-21" in ran.out  # the other file is listed all the same
            took = time.monotonic() - began
            what = f"{' '.join(words)}: status {ran.status}, {took:.0f} s, {ran.err[-90:]!r}"
            attack.count("hostile files", held=held, what=what)


def full_disks(attack: Attack) -> None:
    """Print to a device that is full: the fault is named, and the status is 1."""
    plan = ("plan", "morphine-er", "60 mg q12h", *START)
    commands = [
        *(("--version",), ("--help",), (), ("plan", "--help"), ("demo",), ("schema",)),
        *(plan, (*plan, "--format", "json"), (*plan, "--format", "csv"), (*plan, "--format", "md")),
        *(("export", "simple.json"), ("check", "simple.json"), ("config",)),
        ("check", "simple.json", "--format", "json"),
        ("revise", "simple.json", "--from", "2027-01-12", "--hold", "2w"),
        ("due", "simple.json", "--on", "2026-12-21"),
        ("compare", "morphine-er", "60 mg q12h", *START, "--reduce", "5%", "--reduce", "10%"),
        *(("explain",), ("explain", "naloxone"), ("guidelines", "list"), ("formulary", "list")),
        *(("guidelines", "show", "va-slower"), ("formulary", "show", "morphine-er")),
        *(("batch", "panel.csv", "-o", "-"), ("batch", "panel.csv", "--summary")),
    ]
    for words in commands:
        with Path("/dev/full").open("w") as full:
            ran = attack.run(*words, stdout=full)
        held = ran.status == 1 and "No space left" in ran.err and "Traceback" not in ran.err
        what = f"{' '.join(words)} > /dev/full: status {ran.status}, {ran.err[-120:]!r}"
        attack.count("full disks", held=held, what=what)
