"""What a part of the sweep found: counts that add up over parts, whatever the parts are."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from verify.laws import LAWS
from verify.view import Plan

if TYPE_CHECKING:
    from pathlib import Path

    from verify.laws import Law
    from verify.planner import Row

MOST_FAULTS = 200  # kept word for word of a part; all are counted
_BITS = 64
_VERSIONED = ("made_with", "id")  # what may differ between versions of the same plan


def _broken(law: Law, plan: Plan) -> list[str]:
    """What a law finds; a document that it cannot read breaks it too."""
    try:
        return list(law.check(plan))
    except (KeyError, IndexError, TypeError, ValueError) as error:
        return [f"cannot be read: {error!r}"]


@dataclass
class Tally:
    """Counts by name; ``digest`` is a sum over the plans, the same in whatever order."""

    digest: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    most: dict[str, list[Any]] = field(default_factory=dict)  # a record: [value, of what]
    faults: list[str] = field(default_factory=list)

    def add(self, table: str, name: str, number: int = 1) -> None:
        """Count ``number`` more of ``name`` in a table."""
        self.counts.setdefault(table, Counter())[name] += number

    def record(self, name: str, value: int, of: str) -> None:
        """Keep the largest value, of equals the first by name."""
        known = self.most.get(name)
        if known is None or (-value, of) < (-known[0], known[1]):
            self.most[name] = [value, of]

    def planned(
        self, fields: dict[str, Any], document: dict[str, Any], rows: list[Row] | None
    ) -> None:
        """Count a plan, what it shows and what it is, and hold every law against it."""
        name = fields["product"]
        self.add("plans", name)
        found = [each["id"] for each in document["findings"]]
        self.counts.setdefault(f"findings of {name}", Counter()).update(found)
        for table in ("steps", "supply", "checks"):
            self.add("sums", table, len(document[table]))
        self.add("sums", "rows", len(document["steps"]) - 1)
        self.record("longest plan, in days", document["summary"]["days"], f"{fields}")
        self.record("most rows", len(document["steps"]) - 1, f"{fields}")
        kept = {key: value for key, value in document.items() if key not in _VERSIONED}
        self.enter(json.dumps([fields, kept], sort_keys=True))
        plan = Plan(document, rows)
        for law in LAWS.values():
            for text in _broken(law, plan):
                self.fault(law.name, fields, text)

    def refused(self, fields: dict[str, Any], message: str, *, expected: bool) -> None:
        """Count a request that was refused, by the reason without its numbers."""
        reason = re.sub(r"\d[\d,.]*", "N", message.replace(fields["product"], "PRODUCT"))
        self.add("refused", fields["product"])
        self.add("refusals", reason)
        self.enter(f"{fields} {message}")
        if not expected:
            self.fault("refused-only-where-nothing-is-left", fields, message)

    def enter(self, text: str) -> None:
        """Add what came out of one request to the digest."""
        value = int.from_bytes(blake2b(text.encode(), digest_size=_BITS // 8).digest())
        self.digest = (self.digest + value) % 2**_BITS

    def fault(self, law: str, fields: dict[str, Any], text: str) -> None:
        """Count a broken law."""
        self.add("faults", law)
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(f"{law}: {text} | {fields}")

    def join(self, other: Tally) -> None:
        """Add what another part found."""
        self.digest = (self.digest + other.digest) % 2**_BITS
        for table, counts in other.counts.items():
            self.counts.setdefault(table, Counter()).update(counts)
        for name, (value, of) in other.most.items():
            self.record(name, value, of)
        self.faults += other.faults

    def save(self, path: Path, code: str) -> None:
        """Write it aside, then under its name: a part that was killed leaves none."""
        aside = path.with_suffix(".writing")
        document = {
            "code": code,
            "digest": f"{self.digest:016x}",
            "counts": self.counts,
            "most": self.most,
            "faults": self.faults,
        }
        aside.write_text(json.dumps(document, indent=1), encoding="utf-8")
        aside.replace(path)

    @staticmethod
    def read(path: Path, code: str) -> Tally | None:
        """A part that was done before, with the same code; else None."""
        if not path.exists():
            return None
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["code"] != code:
            return None
        counts = {table: Counter(each) for table, each in document["counts"].items()}
        digest = int(document["digest"], 16)
        return Tally(digest, counts, document["most"], document["faults"])
