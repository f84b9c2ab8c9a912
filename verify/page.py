"""The page of the documentation that says what the sweep found."""

from __future__ import annotations

from collections import Counter
from textwrap import fill
from typing import TYPE_CHECKING

from taper.version import VERSION
from verify.asking import BASES, BEGIN, RATES, RULES, WEEKS, WITH_HOLDS
from verify.laws import LAWS
from verify.laws.findings import NOTES, WARNINGS
from verify.medicine import formulary, market_facts
from verify.shelf import MOST_MEASURES
from verify.starts import MOST_UNITS, all_uneven, can_be_asked, multisets
from verify.sweep import plans_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from verify.medicine import Medicine
    from verify.starts import Start
    from verify.tally import Tally

OF_PRODUCTS = ("unavoidable-cut", "cut-over-25-percent", "large-last-dose", "long-row")
_TOP = """# The exhaustive sweep

<!-- Written by `make verify` from what it found: change nothing here by hand. -->

Every starting regimen of every US product, the same at each administration, is planned with every
common rule, and every law of the contract is held against every plan. What is expected of a plan is
worked out by a second, independent reading of the rules (the `verify/` folder of the repository),
in another way than the engine works: tables in place of search, fractions in place of scaled
integers, and the plan as a plain JSON document. A mistake in the contract itself, or in the
formulary's facts, would be in both.

"""
_MEANT = """
## What is planned

**Starting regimens.** Up to {most} tablets or capsules (patches and films: three), of any
strengths, at each administration, at each interval that the label gives: {multisets:,} regimens of
units. A request says an amount, and not which tablets make it up, so that many are one request
(`105 mg q8h`). Each is asked for in every way that there is: by its amount, with all usual
strengths to go on with; as `3 x 15 mg q8h` where all units are of one strength; and with only the
strengths at hand that it is made of (`stock`). Of liquids, every amount on the scale of the oral
syringe up to {millilitres} mL, from each concentration.

| starts | |
|---|---:|
| by amount, all usual strengths in use | {by_amount:,} |
| so many of one strength | {counted:,} |
| only the strengths at hand | {at_hand:,} |
| different amounts over the day | {uneven:,} |
| **all** | **{all:,}** |

**Rules.** {rates}; every {weeks} weeks; of the base `{bases}`;
without holds, and with `{holds}` in one request: {rules} rules.
All begin on {begin}. Starts with only the strengths at hand take every seventh of the rules, from
one of the first seven by turns. That makes **{plans:,} plans**.

**Left out.** There are {all_uneven:,} starts whose amounts differ over the day (`60/45/60 mg`):
{uneven:,} of them are planned, at even distances through all of each product and interval. Halves
of tablets, and different tablets of a combination in one regimen, are not. What a request has
no word for cannot be: {unsaid}. The tests draw uneven days, halves and
mixed contents at random, and goals, changes of product, several opioids and avoided days as well.
"""
_AGAIN = """
## Running it again

```text
make verify                                     # all of it, on one core, and this page
python -m verify --jobs 2                       # two processes
python -m verify --part 1/3                     # one machine of three: put the results together
python -m verify --products morphine-er         # one product
python -m verify --sample 100                   # every hundredth start
```

Parts that are done are kept in `build/verify` and not done again unless the program, its data or
the laws have changed. The same program gives this page again, byte for byte. A short sample runs
in the test suite, with a plan for every law that breaks it, to show that each law can fail.
"""


def text(tally: Tally, starts: Sequence[Start], *, sampled: bool = False) -> str:
    """The page, in Markdown; the same for the same results."""
    parts = [_TOP, *_short(tally, sampled=sampled), _meant(starts)]
    parts += ["\n## Laws\n\n", *_laws(tally), "\n## Findings\n\n", *_findings(tally)]
    parts += ["\n## By product\n\n", *_products(tally), *_refusals(tally), _AGAIN]
    return "".join(parts)


def _short(tally: Tally, *, sampled: bool) -> Iterator[str]:
    """The result in a few lines."""
    plans, faults = sum(tally.counts["plans"].values()), broken(tally)
    sums, version = tally.counts["sums"], market_facts("us")["formulary"]["version"]
    if sampled:
        yield "**A sample only.**\n\n"
    refused = sum(tally.counts.get("refused", Counter()).values()) or "none"
    yield f"**{plans:,} plans, {len(LAWS)} laws, {faults or 'none'} broken.** "
    yield f"Requests refused: {refused}.\n\n"
    yield _wrapped(
        f"They have {sums['rows']:,} rows, {sums['supply']:,} fills and {sums['checks']:,} checks. "
        f"The longest plan lasts {tally.most['longest plan, in days'][0]:,} days, and the one with "
        f"most rows has {tally.most['most rows'][0]:,}."
    )
    yield f"\nMade with taper {VERSION} and US formulary {version}. Digest of all rows, "
    yield f"fills, checks and\nfindings, the same for the same plans: `{tally.digest:016x}`.\n"
    if faults:
        yield "\n" + "".join(f"- {fault}\n" for fault in tally.faults)


def _wrapped(paragraph: str) -> str:
    return fill(paragraph, 100, break_on_hyphens=False) + "\n"


def broken(tally: Tally) -> int:
    """How often a law was broken."""
    return sum(tally.counts.get("faults", {}).values())


def _meant(starts: Sequence[Start]) -> str:
    """What was planned, counted."""
    market = list(formulary("us").values())
    counted = sum(" x " in start.dose and not start.stock for start in starts)
    at_hand = sum(bool(start.stock) for start in starts)
    unequal = sum(" q" not in start.dose for start in starts)
    return _MEANT.format(
        most=MOST_UNITS,
        multisets=sum(_regimens(product) for product in market),
        millilitres=MOST_MEASURES // 2,
        by_amount=len(starts) - unequal - at_hand - counted,
        counted=counted,
        at_hand=at_hand,
        uneven=unequal,
        all=len(starts),
        rates=_listed(f"{rate}%" for rate in RATES),
        weeks=_listed(str(weeks) for weeks in WEEKS),
        bases="`, `".join(BASES),
        holds="` and `".join(WITH_HOLDS),
        rules=len(RULES),
        plans=plans_of(starts),
        begin=BEGIN,
        all_uneven=sum(all_uneven(p, hours) for p in market for hours in can_be_asked(p)),
        unsaid=_unsaid(market),
    )


def _regimens(product: Medicine) -> int:
    if product.is_liquid:
        return 0
    return len(can_be_asked(product)) * sum(1 for _ in multisets(product))


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}"


def _unsaid(products: Iterable[Medicine]) -> str:
    """Labelled intervals that a request has no word for."""
    found = [
        f"{product.id} every {hours} hours"
        for product in products
        for hours in product.intervals
        if hours not in can_be_asked(product)
    ]
    return ", ".join(found)


def _laws(tally: Tally) -> Iterator[str]:
    plans = sum(tally.counts["plans"].values())
    faults = tally.counts.get("faults", Counter())
    yield "Each is checked on every plan. The sections are those of the contract.\n\n"
    yield "| section | law | plans | broken |\n|---|---|---:|---:|\n"
    for name, each in sorted(LAWS.items(), key=lambda law: law[1].section):
        said = each.text.removesuffix(".")
        yield f"| {each.section} | {said} | {plans:,} | {faults.get(name, 0)} |\n"


def findings(tally: Tally) -> Counter[str]:
    """In how many plans each finding stands."""
    tables = [table for name, table in tally.counts.items() if name.startswith("findings of ")]
    return sum(tables[1:], start=tables[0])


def _findings(tally: Tally) -> Iterator[str]:
    """How often each finding stands, of all plans."""
    plans, found = sum(tally.counts["plans"].values()), findings(tally)
    yield "In how many plans each finding stands. The requests say nothing of the patient, and\n"
    yield "many starts are over any labelled dose; the frequencies are not those of practice.\n\n"
    yield "| finding | level | plans | share |\n|---|---|---:|---:|\n"
    for name, number in sorted(found.items(), key=lambda each: (-each[1], each[0])):
        level = "warning" if name in WARNINGS else "note"
        yield f"| [`{name}`](../reference/findings.md#{name}) | {level} | {number:,} | "
        yield f"{_share(number, plans)} |\n"
    never = [f"`{name}`" for name in (*sorted(WARNINGS), *sorted(NOTES)) if name not in found]
    if never:
        yield f"\nNever: {', '.join(never)}.\n"


def _share(part: int, whole: int) -> str:
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


def _products(tally: Tally) -> Iterator[str]:
    """Counts by product, and which of them can never be tapered gently to the end."""
    yield f"| product | starts | plans | {' | '.join(f'`{name}`' for name in OF_PRODUCTS)} |\n"
    yield f"|---|---:|---:|{'---:|' * len(OF_PRODUCTS)}\n"
    plans, starts = tally.counts["plans"], tally.counts["starts"]
    harsh = []
    for name in sorted(starts):
        found = tally.counts.get(f"findings of {name}", Counter())
        shares = [_share(found.get(each, 0), plans[name]) for each in OF_PRODUCTS]
        yield f"| `{name}` | {starts[name]:,} | {plans[name]:,} | {' | '.join(shares)} |\n"
        if found.get("unavoidable-cut", 0) == plans[name]:
            harsh.append(f"`{name}`")
    if harsh:
        yield f"\nEvery plan of {_listed(harsh)} has a cut that no strength in use makes smaller:\n"
        yield "the finding says what would (a finer product to finish with, or none marketed).\n"


def _refusals(tally: Tally) -> Iterator[str]:
    """What is refused, and why; numbers are left out of the reasons."""
    yield "\n## Refusals\n\n"
    refused = tally.counts.get("refusals", Counter())
    if not refused:
        yield "None: 25% a week is within the band, and every start leads to a stop.\n"
        return
    for reason, number in sorted(refused.items(), key=lambda each: (-each[1], each[0])):
        yield f"- {number:,}: {reason}\n"
    products = tally.counts["refused"]
    named = [f"`{name}` {number:,}" for name, number in sorted(products.items())]
    yield f"\nOf {', '.join(named)}.\n"
