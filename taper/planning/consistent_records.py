"""What must hold of the records of a saved plan: their order, their rows, one that counts a day."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from taper.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from taper.planning.plan import Plan

_HINT = "a plan as `taper record -o plan.json` wrote it, unchanged"


def with_records(plan: Plan, records: Any) -> Plan:
    """The plan with what its checks found, as a document has it.

    Raises :class:`~taper.InputError` with every fault. The row in force follows from the day.
    """
    if records == []:
        return plan
    from taper.planning.schema import check_records  # noqa: PLC0415 - pydantic, where a file comes in

    check_records(records)
    faults = list(_faults({"records": records, "steps": plan.to_dict()["steps"]}))
    if faults:
        raise InputError(faults)
    kept = ({name: entry[name] for name in entry if name != "step"} for entry in records)
    return replace(plan, records=tuple(kept))


def _faults(document: Mapping[str, Any]) -> Iterator[Problem]:
    """The faults of the records, after their schema was looked at."""
    records, steps = document["records"], document["steps"]
    for place, record in enumerate(records):
        where = f"records.{place}"
        begun = [s["step"] for s in steps if s["start"] and s["start"] <= record["date"]]
        in_force = max(begun, default=0)
        if record["step"] != in_force:
            message = f"{record['step']} is not the step in force on {record['date']}, {in_force}"
            yield Problem(f"{where}.step", message, _HINT, str(record["step"]))
        answered = [n for n in ("cows", "sows16", "sows10", "peg") if record[n] is not None]
        if record["not_reached"] and answered:
            message = f"the patient was not reached, and {answered[0]} is given"
            yield Problem(f"{where}.not_reached", message, _HINT)
    for place, (before, record) in enumerate(pairwise(records), 1):
        if record["date"] < before["date"]:
            message = f"{record['date']} stands after {before['date']}"
            yield Problem(f"records.{place}.date", message, _HINT, record["date"])
        elif record["date"] == before["date"] and not before["replaced"]:
            message = f"two records of {record['date']} count"
            yield Problem(f"records.{place - 1}.replaced", message, _HINT)
