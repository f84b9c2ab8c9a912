"""The plans of common regimens, with what is measured in them: ``python -m scripts.plans``.

It writes docs/plans.md. What a cut could have been is judged by the second reading of the
contract (``verify``), from every even day between the two doses, not by the engine's own labels.
"""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement
from pathlib import Path

from taper.engine.steps import HOLD, MAINTAIN, Step
from taper.planning.document import summary
from taper.planning.make import planned as plan
from taper.planning.plan import Plan
from taper.safety.catalogue import Finding
from taper.terminal.cells import administration, cut
from verify.shelf import Amounts, Shelf, tablets
from verify.view import Plan as Document
from verify.view import Step as Row

PAGE = Path(__file__).parent.parent / "docs" / "plans.md"
START = "2026-12-07"
DURATIONS = {"8w": "eight weeks", "3y": "three years"}
REGIMENS = {
    "morphine-er": "15 q12h, 30 q12h, 60 q12h, 100 q12h, 30 q8h, 60 q8h, 90 q8h",
    "oxycodone-er": "10 q12h, 20 q12h, 30 q12h, 40 q12h, 60 q12h, 80 q12h",
    "oxycodone-ir": (
        "5 q6h, 10 q6h, 15 q6h, 20 q6h, 30 q6h, 10 q8h, 5 q4h, 15 q4h, 30/15/15/30, 30/15/30"
    ),
    "hydrocodone-apap": "5/325 q6h, 7.5/325 q6h, 10/325 q6h, 10/325 q8h, 10/325 q4h",
    "oxycodone-apap": "5/325 q6h, 10/325 q6h",
    "tramadol-ir": "50 q6h, 100 q6h, 50 q8h",
    "tramadol-er": "200 daily, 300 daily",
    "tapentadol-er": "100 q12h, 200 q12h",
    "tapentadol-ir": "75 q6h",
    "hydromorphone-ir": "2 q6h, 4 q6h, 8 q4h",
    "methadone-tablet": "10 q8h, 10 q12h, 20 q8h",
    "fentanyl-patch": "25, 50, 75, 100",
    "buprenorphine-patch": "10, 20",
    "buprenorphine-buccal": "450 q12h, 900 q12h",
    "codeine-apap": "30/300 q6h, 60/300 q6h",
    "oxymorphone-ir": "10 q6h",
}
# the commonest ten of the other markets, by the project's judgement: no count of use was seen
ELSEWHERE = {
    "uk": {
        "co-codamol": "2 x 30/500 q6h",
        "codeine-ir": "30 q6h",
        "dihydrocodeine-ir": "30 q6h",
        "tramadol-ir": "50 q6h",
        "morphine-mr-mst-continus": "30 q12h, 60 q12h",
        "morphine-mr-zomorph": "30 q12h",
        "oxycodone-mr-longtec": "20 q12h",
        "fentanyl-patch-matrifen": "25",
        "buprenorphine-patch-butec": "10",
    },
    "ca": {
        "hydromorphone-ir": "2 q6h",
        "hydromorphone-cr": "6 q12h, 12 q12h",
        "oxycodone-ir": "10 q6h",
        "oxycodone-apap": "2 x 5/325 q6h",
        "oxycodone-er": "20 q12h",
        "morphine-er": "30 q12h",
        "codeine-apap": "2 x 30/300 q6h",
        "tramadol-apap": "37.5/325 q6h",
        "fentanyl-patch": "25",
    },
    "au": {
        "oxycodone-naloxone-mr": "10/5 q12h, 20/10 q12h",
        "oxycodone-mr": "20 q12h",
        "oxycodone-ir": "5 q6h",
        "tapentadol-mr": "100 q12h",
        "tramadol-mr-tramal-sr": "100 q12h",
        "morphine-mr": "30 q12h",
        "codeine-paracetamol": "2 x 30/500 q6h",
        "buprenorphine-patch": "10",
        "fentanyl-patch": "25",
    },
}
PLACES = {"uk": "In the United Kingdom", "ca": "In Canada", "au": "In Australia"}
UNITS = {"patch": "mcg/h", "buccal": "mcg"}  # of the last word of an id; else mg
OF_THE_MEDICINE = {  # warnings that the medicine brings, whatever the plan
    "methadone",
    "fentanyl-depot",
    "atypical-withdrawal",
    "high-dose-specialist",
    "above-labelled-maximum",
}
LARGE, SMALL = 4, 4  # a quarter of the dose: what makes a cut large, and a dose small
NIGHT = ("22:00", "06:00")
MANY = 4  # strengths in a row


@dataclass(frozen=True)
class Made:
    """A regimen, how long it has been taken, and its plan."""

    product: str
    dose: str
    known: str
    plan: Plan
    market: str = "us"

    @property
    def warnings(self) -> list[Finding]:
        """The warnings of the plan, but for those of the medicine."""
        found = self.plan.findings
        return [f for f in found if f.level == "warning" and f.id not in OF_THE_MEDICINE]

    @cached_property
    def avoidable(self) -> list[tuple[Row, Amounts]]:
        """The cuts of over a quarter of the dose, each with an even day that was smaller."""
        document = Document(self.plan.to_dict())
        large = [
            (before, row)
            for before, row in document.cuts
            if (before.daily - row.daily) * LARGE > before.daily
        ]
        found = ((row, between(document.shelf, before, row)) for before, row in large)
        return [(row, day) for row, day in found if day is not None]

    @property
    def longest_row(self) -> int:
        """The days of the longest row that is neither a hold nor a goal."""
        steps = self.plan.steps
        return max(step.days or 0 for step in steps if step.kind not in {HOLD, MAINTAIN})

    @property
    def at_night(self) -> int:
        """How many doses at night the plan has that the patient did not take before."""
        before = set(self.plan.steps[0].regimen.times)
        times = (time for step in self.plan.steps for time in step.regimen.times)
        return sum(is_night(time) and time not in before for time in times)

    @property
    def rows_of_many(self) -> int:
        """The rows that need four strengths or more, the current one left out."""
        return sum(step.regimen.strengths >= MANY for step in self.plan.steps[1:])

    @property
    def days_small(self) -> float:
        """The share of the days at a quarter of the first dose or less."""
        steps = [step for step in self.plan.steps if step.days and step.daily]
        small = sum(step.days or 0 for step in steps if step.daily * SMALL <= step.original)
        return small / sum(step.days or 0 for step in steps)


def between(shelf: Shelf, before: Row, row: Row) -> Amounts | None:
    """An even day between two doses, of every way to take one; None if there is none.

    No administration is above the one of its rank before, and of a combination neither the
    other ingredient nor the tablets rise.
    """
    limits = tablets(before.units) if shelf.product.is_combination else None
    amounts = [amount for amount in shelf.amounts if amount <= before.amounts[0]]
    for number in range(1, len(before.amounts) + 1):
        for rising in combinations_with_replacement(amounts, number):
            day = rising[::-1]
            if not row.daily < sum(day) < before.daily or not shelf.is_even(day, before.amounts):
                continue
            if any(now > then for now, then in zip(day, before.amounts, strict=False)):
                continue
            if limits and any(a > b for a, b in zip(shelf.tablets(day), limits, strict=True)):
                continue
            return day
    return None


def is_night(time: str) -> bool:
    """Whether a clock time lies between 22:00 and 06:00."""
    return time[0].isdigit() and not NIGHT[1] <= time <= NIGHT[0]


def made(market: str = "us") -> list[Made]:
    """The plan of every regimen of a market, for each length of use."""
    fields = {"start": START, "market": market}
    return [
        Made(product, dose, known, plan(product, dose, on_opioids_for=known, **fields), market)
        for product, dose in regimens(market)
        for known in DURATIONS
    ]


def regimens(market: str = "us") -> Iterator[tuple[str, str]]:
    """Every regimen of a market: a product and its dose as it is written."""
    for product, doses in (REGIMENS if market == "us" else ELSEWHERE[market]).items():
        units = (UNITS[word] for word in product.split("-") if word in UNITS)
        unit = next(units, "mg")
        for written in doses.split(", "):
            amount, space, often = written.rpartition(" ")
            yield product, f"{amount} {unit} {often}" if space else f"{often} {unit}"


# --- the page ----------------------------------------------------------------------------------

HEAD = """# Plans of common regimens

What the default settings plan for {number} regimens that are often seen in the United States, after
eight weeks and after three years of opioids: {plans} plans from {start} on. After them come the
commonest ten regimens [in the United Kingdom](#in-the-united-kingdom), [in Canada](#in-canada) and
[in Australia](#in-australia), by the project's judgement: no count of use was seen. This page is
generated (`python -m scripts.plans`), so that a change of a rule shows here, and a test fails if it
is not current. The numbers in brackets are the tablets of a dose that takes more than one.

"""


def figures(plans: list[Made]) -> dict[str, str]:
    """What is measured, in the words of the page."""
    warnings = [len(each.warnings) for each in plans]
    longest = max(plans, key=lambda each: each.longest_row)
    share = statistics.median(each.days_small for each in plans)
    return {
        "Cuts of more than 25% of the dose though a smaller even one can be made": str(
            sum(len(each.avoidable) for each in plans)
        ),
        "Warnings a plan, without those that the medicine itself brings": (
            f"{max(warnings)} at most, {statistics.mean(warnings):.1f} on average"
        ),
        "Longest row": f"{longest.longest_row} days ({longest.product} {longest.dose})",
        "New doses between 22:00 and 06:00": str(sum(each.at_night for each in plans)),
        "Rows of four strengths": str(sum(each.rows_of_many for each in plans)),
        "Days at a quarter of the first dose or less, in the median plan": f"{share:.1%}",
    }


def page() -> str:
    """The page: the figures, then every plan."""
    plans = made()
    head = HEAD.format(number=len(plans) // len(DURATIONS), plans=len(plans), start=START)
    text = head + measured(plans)
    product = ""
    for each in plans:
        if each.product != product:
            product = each.product
            text += f"\n## {product}\n"
        text += section(each)
    for market, place in PLACES.items():
        plans = made(market)
        text += f"\n## {place}\n\n`--market {market}`\n\n{measured(plans)}"
        text += "".join(section(each) for each in plans)
    return text


def measured(plans: list[Made]) -> str:
    """The table of what is measured."""
    rows = "".join(f"| {name} | {value} |\n" for name, value in figures(plans).items())
    return f"| measured | |\n|---|---|\n{rows}"


def section(each: Made) -> str:
    """One plan: its line, its table and its warnings."""
    found, part = summary(each.plan), each.plan.to_rule()["parts"][0]
    reductions = f"{found['reductions']} reduction{'s' * (found['reductions'] != 1)}"
    end = f"first day without it {found['stop_date']}, after {found['days']} days"
    lines = [
        "",
        f"### {each.product} {each.dose}, after {DURATIONS[each.known]}",
        "",
        f"{part['reduce']} every {part['every']}; {reductions}; {end}.",
        "",
        "| from | days | taken | cut |",
        "|---|--:|---|--:|",
        *(row(step) for step in each.plan.steps),
        "",
        *(f"- {f.id}: {f.message}" for f in each.plan.findings if f.level == "warning"),
    ]
    return "\n".join(lines).rstrip() + "\n"


def row(step: Step) -> str:
    """A row of the table."""
    first = step.start.isoformat() if step.start else "now"
    return f"| {first} | {step.days or ''} | {taken(step)} | {cut(step).rstrip('!')} |"


def taken(step: Step) -> str:
    """The administrations of a day, each with its unit; equal ones that follow once."""
    regimen = step.regimen
    if not regimen.daily:
        return "nothing"
    parts: list[tuple[str, list[str]]] = []
    for time, amount, units in zip(regimen.times, regimen.amounts, regimen.units, strict=True):
        text = administration(regimen, amount, units)
        if parts and parts[-1][0] == text:
            parts[-1][1].append(time)
        else:
            parts.append((text, [time]))
    if regimen.product.is_patch:
        return parts[0][0]
    return "; ".join(f"{', '.join(times)} {text}" for text, times in parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
