"""What a part of the sweep found: counts that add up over parts, whatever the parts are."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from verify.laws import LAWS

if TYPE_CHECKING:
    from pathlib import Path

    from verify.case import Asked, Case
    from verify.starts import Start

MOST_FAULTS = 200  # kept word for word of a part; all are counted
_BITS = 64


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

    def planned(self, case: Case) -> None:
        """Count a plan, what it shows, and what it is."""
        plan, name = case.plan, case.product.id
        self.add("plans", name)
        self.counts.setdefault(f"findings of {name}", Counter()).update(
            finding.id for finding in plan.findings
        )
        rows = plan.steps
        sums = self.counts.setdefault("sums", Counter())
        sums["rows"] += len(rows) - 1
        sums["fills"] += len(plan.supply)
        sums["checks"] += len(plan.checks)
        days = case.rows[-1].first - case.begin
        words = f"{case.start.dose} {case.start.stock} {case.asked}"
        self.record("longest plan, in days", days, f"{name} {words}")
        self.record("most rows", len(rows) - 1, f"{name} {words}")
        kept = [(row.kind, row.first, row.amounts, row.marks) for row in case.rows]
        fills = [
            (fill.days_supply, [(item.strength.label, item.quantity) for item in fill.items])
            for fill in plan.supply
        ]
        found = [finding.id for finding in plan.findings]
        self.enter(f"{name} {words} {kept} {case.looks} {fills} {found}")

    def refused(self, start: Start, asked: Asked, message: str) -> None:
        """Count a request that was refused, by the reason without its numbers."""
        reason = re.sub(r"\d[\d,.]*", "N", message.replace(start.product.id, "PRODUCT"))
        self.add("refused", start.product.id)
        self.add("refusals", reason)
        self.enter(f"{start.fields} {asked.fields} {message}")

    def enter(self, text: str) -> None:
        """Add what came out of one request to the digest."""
        value = int.from_bytes(blake2b(text.encode(), digest_size=_BITS // 8).digest())
        self.digest = (self.digest + value) % 2**_BITS

    def fault(self, law: str, start: Start, asked: Asked, text: str) -> None:
        """Count a broken law."""
        self.add("faults", law)
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(f"{law}: {text} | {start.fields} {asked.fields}")

    def check(self, case: Case) -> None:
        """Hold every law against a plan."""
        self.add("checked", "looked into", case.looked_into)
        for law in LAWS.values():
            if law.sampled and not case.looked_into:
                continue
            for text in law.check(case):
                self.fault(law.name, case.start, case.asked, text)

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
