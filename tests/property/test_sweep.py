"""The exhaustive sweep itself: it runs, it counts, and its second reading of the rules is sound."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from slowly import Kitchen, points
from slowly import choose as choose_slowly

from taper.errors import InputError, Problem
from taper.formulary.market import formulary
from verify import page, rules, sweep
from verify.__main__ import PAGE
from verify.case import planned
from verify.laws import LAWS
from verify.shelf import shelf
from verify.starts import starts
from verify.sweep import RULES, parts_of, plans_of, rules_of
from verify.tally import Tally

US = formulary("us")


def test_a_sample_of_the_sweep_breaks_no_law():
    tally = sweep.sweep(starts()[40::2500])
    assert not page.broken(tally), tally.faults
    assert sum(tally.counts["plans"].values()) == plans_of(starts()[40::2500])
    assert tally.counts["starts"].total() > 5


def test_of_tablets_as_written_the_second_ingredient_counts_as_it_is_taken():
    """Two tablets of 30/300 hold twice the acetaminophen of one of 60/300."""
    written = [start for start in starts(["codeine-apap"]) if start.dose == "2 x 30/300 mg q4h"]
    assert [start.other for start in written] == [12 * 300_000]
    assert not page.broken(sweep.sweep(written))


def test_a_broken_law_and_a_refusal_are_counted_with_what_was_asked(monkeypatch):
    start = starts(["tramadol-apap"])[:1]

    def refuse(start, asked):
        raise InputError(Problem("stock", "no dose below 30 mg a day can be made"))

    monkeypatch.setattr(sweep, "planned", refuse)
    tally = sweep.sweep(start)
    assert tally.counts["refusals"] == {"no dose below N mg a day can be made": len(RULES)}
    assert tally.counts["faults"] == {"refused-only-where-nothing-is-left": len(RULES)}
    assert "'dose'" in tally.faults[0]


def test_a_plan_of_another_rule_is_found_out(monkeypatch):
    def plan_slower(start, asked):
        return planned(start, asked._replace(percent=max(asked.percent - 5, 5)))

    monkeypatch.setattr(sweep, "planned", plan_slower)
    tally = sweep.sweep(starts(["tapentadol-er"])[20:21])
    faster = len([asked for asked in RULES if asked.percent > 5])
    assert tally.counts["faults"]["dated-by-the-rule"] == faster


def test_parts_add_up_to_the_whole_and_are_kept(tmp_path):
    some = starts(["tramadol-apap"])[:3]
    whole = sweep.sweep(some)
    parts = [sweep.sweep([each]) for each in some]
    joined = Tally()
    for number, part in enumerate(reversed(parts)):
        path = tmp_path / f"{number}.json"
        part.save(path, "this code")
        assert Tally.read(path, "other code") is None
        joined.join(Tally.read(path, "this code"))
    assert joined == whole
    assert page.text(joined, some) == page.text(whole, some)


def test_starts_that_share_strengths_are_in_one_part():
    some = starts(["morphine-er", "oxycodone-ir"])
    parts = parts_of(some, 7)
    assert [start for part in parts for start in part] == some
    groups = [{start.group for start in part} for part in parts]
    assert not any(a & b for n, a in enumerate(groups) for b in groups[n + 1 :])


def test_every_rule_has_its_turn_with_the_strengths_at_hand():
    turns: dict = {}
    for start in starts(["morphine-er"]):
        turns.setdefault(bool(start.stock), set()).update([tuple(rules_of(start))])
    assert turns[False] == {RULES}
    assert [len(half) for half in turns[True]] == [45, 45]
    assert set().union(*turns[True]) == set(RULES)
    for half in turns[True]:
        assert {(each.percent, each.of, each.weeks) for each in half} == {
            (each.percent, each.of, each.weeks) for each in RULES
        }


def test_starts_are_every_handful_of_units():
    some = [start for start in starts(["morphine-ir"]) if len(set(start.amounts)) == 1]
    doses = {start.dose for start in some if not start.stock and not start.count}
    assert doses == {f"{15 * n} mg q4h" for n in range(1, 13)}
    assert {start.dose for start in some if start.count} == {
        f"{n} x {label} mg q4h" for n in range(2, 7) for label in (15, 30)
    }
    assert {start.dose for start in some if start.stock} == {
        f"{label * n} mg q4h" for n in range(1, 7) for label in (15, 30)
    }


@pytest.mark.parametrize("of", ["original", "current", "mixed"])
@pytest.mark.parametrize("percent", [5, 15, 25])
def test_the_second_reading_of_the_rules_agrees_with_the_slow_one(percent, of):
    """Both were written from the contract; neither calls the engine."""
    product = US.find("oxycodone-apap")
    made = shelf(product, product.usual, 4, 2)
    kitchen = Kitchen([s.amount for s in product.usual], 4, 2, least=product.least_dose)
    kitchen.other = {s.amount: s.other for s in product.usual}
    now = (20_000, 15_000, 15_000, 20_000)
    original = sum(now)
    slow = points([(Fraction(percent, 100), None)], of, original, 0)
    for asked, point in zip(rules.curve(percent, of), slow, strict=False):
        assert (Fraction(asked.ideal * original, asked.scale), asked.of_current) == (
            point.ideal,
            point.of_current,
        )
        chosen = rules.choose(made, now, asked, original, made.other(now))
        assert chosen == choose_slowly(
            kitchen, now, point, original, most_other=kitchen.other_daily(now)
        )
        now = chosen[0] if chosen else now
        if sum(now) == made.smallest:
            break
    assert sum(now) < 30_000


def test_a_division_and_its_units_are_the_best_of_all():
    product = US.find("morphine-er")
    made = shelf(product, product.usual, 3, 2)
    kitchen = Kitchen([s.amount for s in product.usual], 3, 2, least=product.least_dose)
    for caps in [(10**9,) * 3, (60_000, 45_000, 130_000)]:
        divided = kitchen.divided(caps)
        assert made.totals(caps) == sorted(divided, reverse=True)
        assert {total: made.divided(total, caps) for total in divided} == divided
    for amount, way in kitchen.best().items():
        units = sorted((unit for _, unit, _ in way), reverse=True)
        assert [s.amount for s, n in made.units[amount] for _ in range(n // 1000)] == units


# --- the page ---------------------------------------------------------------------------------


def test_the_page_is_of_this_sweep():
    text = PAGE.read_text(encoding="utf-8")
    every = starts()
    plans = plans_of(every)
    assert f"**{plans:,} plans, {len(LAWS)} laws, none broken.**" in text
    assert f"| **all** | **{len(every):,}** |" in text
    for law in LAWS.values():
        assert law.text.removesuffix(".") in text
    for finding, number in re.findall(r"^\| \[`([\w-]+)`\].*? \| ([\d,]+) \|", text, re.MULTILINE):
        assert 0 < int(number.replace(",", "")) <= plans, finding
    for name in US.products:
        assert f"| `{name}` |" in text
