"""The ideal curve is exact, falls as the rule says, and never below its goal."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taper.engine.curve import Curve
from taper.quantities import Interval, Ratio
from taper.request.rule import BASES, Part

WEEK = Interval(1, "w")


def first(points: int, curve: Curve) -> list[Fraction]:
    """The ideal doses at the first opportunities."""
    found = []
    for _ in range(points):
        point = curve.next()
        found.append(Fraction(point.ideal, point.denominator))
    return found


@pytest.mark.parametrize(
    ("of", "weeks", "doses"),
    [
        ("original", 1, [90, 80, 70, 60, 50, 40, 30, 20]),
        # every week of what is left from 30% on, the percentage asked for
        ("mixed", 1, [90, 80, 70, 60, 50, 40, 30, 27]),
        # from two weeks on of what is left once 10 would be over a quarter of it: a quarter
        ("mixed", 2, [90, 80, 70, 60, 50, 40, 30, 22.5]),
        ("mixed", 4, [90, 80, 70, 60, 50, 40, 30, 22.5]),
        ("current", 4, [90, 81, 72.9, 65.61]),
    ],
)
def test_ten_percent_of_a_hundred(of, weeks, doses):
    curve = Curve((Part(Ratio.of_ppm(100_000), Interval(weeks, "w")),), of, 100_000, 0)
    assert first(len(doses), curve) == [1000 * Fraction(str(dose)) for dose in doses]


def test_what_other_opioids_add_delays_the_slowing_down_of_mixed():
    # of 100 mg, with as much as 40 mg of other opioids: 30 mg alone, 70 with them
    parts = (Part(Ratio.of_ppm(100_000), WEEK),)
    curve = Curve(parts, "mixed", 100_000, 0, beside=(40_000, 1))
    assert first(10, curve)[-3:] == [20_000, 10_000, 0]
    # with 10 mg of others slow once 20 mg are left: 10% of 30 mg
    slower = Curve(parts, "mixed", 100_000, 0, beside=(20_000, 2))
    assert first(10, slower)[-3:] == [20_000, 17_000, 14_300]


def test_a_reason_for_the_pace_allows_the_percentage_asked_for():
    parts = (Part(Ratio.of_ppm(500_000), Interval(2, "w")),)
    assert first(3, Curve(parts, "mixed", 100_000, 0, override=True)) == [50_000, 25_000, 12_500]
    gentle = (Part(Ratio.of_ppm(100_000), Interval(2, "w")),)
    curves = [Curve(gentle, "mixed", 100_000, 0, override=reason) for reason in (True, False)]
    assert first(12, curves[0]) == first(12, curves[1])


@given(st.integers(1, 10**7), st.integers(1, 400), st.integers(1, 30))
def test_of_what_is_left_is_exact(start, tenths, points):
    curve = Curve((Part(Ratio.of_ppm(1000 * tenths), WEEK),), "current", start, 0)
    assert first(points, curve)[-1] == start * (1 - Fraction(tenths, 1000)) ** points


@given(st.integers(1, 10**7), st.integers(1, 10**6), st.integers(1, 30))
def test_amounts_are_subtracted(start, amount, points):
    curve = Curve((Part(amount, WEEK),), "original", start, 0)
    assert first(points, curve)[-1] == max(start - amount * points, 0)


@given(st.sampled_from(BASES), st.integers(10, 10**6), st.integers(1, 1000), st.data())
def test_it_falls_and_never_below_its_goal(of, start, tenths, data):
    goal = data.draw(st.integers(0, start - 1))
    curve = Curve((Part(Ratio.of_ppm(1000 * tenths), WEEK),), of, start, goal)
    doses = [Fraction(start), *first(40, curve)]
    assert doses == sorted(doses, reverse=True)
    assert min(doses) >= goal


@given(st.integers(1000, 10**6), st.integers(10, 300), st.integers(1, 60))
def test_mixed_is_never_below_the_curve_of_the_original(start, tenths, points):
    parts = (Part(Ratio.of_ppm(1000 * tenths), WEEK),)
    mixed = first(points, Curve(parts, "mixed", start, 0))
    original = first(points, Curve(parts, "original", start, 0))
    assert all(a >= b for a, b in zip(mixed, original, strict=True))


def test_a_phase_ends_where_the_curve_reaches_its_end():
    parts = (
        Part(Ratio.of_ppm(100_000), WEEK, until_share=Ratio(1, 2)),
        Part(Ratio.of_ppm(50_000), Interval(2, "w")),
    )
    curve = Curve(parts, "original", 100_000, 0)
    points = [curve.next() for _ in range(7)]
    doses = [Fraction(point.ideal, point.denominator) / 1000 for point in points]
    assert doses == [90, 80, 70, 60, 50, 45, 40]
    assert [str(point.every) for point in points] == ["1w"] * 4 + ["2w"] * 3


@pytest.mark.parametrize(
    ("ppm", "falls", "doses"),
    [
        # 30.5% is left and more than 30%: once more of the original
        (69_500, 9, [305, 235.5, 219.13275]),
        # a cut of 20.32 is 25.5% of the 79.68 that are left: of those from here
        (203_200, 0, [796.8, 634.89024]),
    ],
)
def test_where_mixed_slows_down(ppm, falls, doses):
    curve = Curve((Part(Ratio.of_ppm(ppm), WEEK),), "mixed", 1000, 0)
    found = first(falls + len(doses), curve)[-len(doses) :]
    assert found == [Fraction(str(dose)) for dose in doses]


@pytest.mark.parametrize("until", [{"until_share": Ratio(1, 2)}, {"until_dose": 50_000}])
def test_a_phase_ends_exactly_at_its_end(until):
    parts = (
        Part(Ratio.of_ppm(100_000), WEEK, **until),
        Part(Ratio.of_ppm(50_000), Interval(2, "w")),
    )
    doses = first(7, Curve(parts, "original", 100_000, 0))
    assert doses == [1000 * dose for dose in (90, 80, 70, 60, 50, 45, 40)]


@given(st.integers(1, 10**6), st.sampled_from([(10, 9), (9, 10)]), st.integers(1, 20))
def test_another_salt_is_the_same_curve_in_other_numbers(start, salt, points):
    parts = (Part(Ratio.of_ppm(100_000), WEEK),)
    ours, theirs = Curve(parts, "mixed", start, 0), Curve(parts, "mixed", start, 0)
    first(3, ours)
    first(3, theirs)
    theirs.rescale(*salt)
    ratio = Fraction(*salt)
    assert [dose * ratio for dose in first(points, ours)] == first(points, theirs)


@given(st.sampled_from(BASES), st.integers(1, 10**6), st.integers(1, 300), st.integers(1, 40))
def test_skipping_is_the_same_as_stepping(of, start, tenths, times):
    parts = (Part(Ratio.of_ppm(1000 * tenths), WEEK),)
    stepped, skipped = Curve(parts, of, start, 0), Curve(parts, of, start, 0)
    expected = first(times, stepped)[-1]
    point = skipped.skip(times)
    assert max(Fraction(point.ideal, point.denominator), Fraction(0)) == expected


# --- against the rule of contract 4.6, worked out in plain fractions ----------------------------


def slows_down(start, share, left, most, *, is_weekly) -> bool:
    """Whether `mixed` takes percentages of what is left from here on."""
    return start * share > left * most or (is_weekly and left <= start * Fraction(30, 100))


def by_hand(
    parts, of: str, start: int, goal: int, dose: Fraction | None = None, *, override=False, beside=0
):
    """Each opportunity as (ideal, reduction asked for, next interval, rule)."""
    slow = of == "current"
    now = Fraction(start) if dose is None else dose
    waiting = list(parts)

    def enter() -> None:
        while len(waiting) > 1:
            part = waiting[0]
            end = part.until_dose
            if end is None:
                end = start * Fraction(*part.until_share)
            if now > end:
                return
            del waiting[0]

    if dose is not None:
        enter()
    while True:
        rule = waiting[0].reduce
        if isinstance(rule, int):
            asked = Fraction(rule)
        else:
            share = Fraction(rule.numerator, rule.denominator)
            left = now
            if of == "mixed":
                left, is_weekly = now + beside, waiting[0].every.days < 14
                most = max(share, Fraction(1, 4)) if override else Fraction(1, 4)
                slow = slow or slows_down(start, share, left, most, is_weekly=is_weekly)
                share = most if slow and not is_weekly else share
            asked = (left if slow else start) * share
        now = max(now - asked, Fraction(goal))
        enter()
        yield now, asked, waiting[0].every, rule


def seen(point, salt: Fraction = Fraction(1)):
    """The same of a point of the curve, counted in the first salt."""
    ideal, asked = (Fraction(n, point.denominator) / salt for n in (point.ideal, point.asked))
    return ideal, asked, point.every, point.rule


@st.composite
def phases(draw, start: int):
    """One to three parts, each down to a share or a dose below the one before."""
    number = draw(st.integers(1, 3))
    ends = sorted(draw(st.sets(st.integers(1, 99), min_size=number - 1, max_size=number - 1)))
    parts = []
    for place in range(number):
        reduce = draw(
            st.integers(1000, 400_000).map(Ratio.of_ppm) | st.integers(1, max(start // 4, 1))
        )
        until: dict = {}
        if place + 1 < number:
            end = ends[-1 - place]
            until = draw(
                st.sampled_from(
                    [{"until_share": Ratio(end, 100)}, {"until_dose": start * end // 100}]
                )
            )
        parts.append(Part(reduce, Interval(place + 1, "w"), **until))
    return tuple(parts)


@given(st.sampled_from(BASES), st.integers(100, 10**6), st.data())
def test_every_opportunity_is_as_the_rule_says(of, start, data):
    parts = data.draw(phases(start))
    goal = data.draw(st.sampled_from([0, start // 10, start // 2]))
    curve, expected = Curve(parts, of, start, goal), by_hand(parts, of, start, goal)
    for _ in range(25):
        assert seen(curve.next()) == next(expected)


@given(st.integers(100, 10**6), st.fractions(0, 10**6), st.booleans(), st.data())
def test_every_opportunity_beside_other_opioids(start, beside, override, data):
    parts = data.draw(phases(start))
    given = {"override": override, "beside": (beside.numerator, beside.denominator)}
    curve = Curve(parts, "mixed", start, 0, **given)
    expected = by_hand(parts, "mixed", start, 0, override=override, beside=beside)
    for _ in range(25):
        assert seen(curve.next()) == next(expected)


@given(st.sampled_from(BASES), st.integers(100, 10**6), st.data())
def test_a_change_of_salt_changes_only_the_numbers(of, start, data):
    parts = data.draw(phases(start))
    salt = Fraction(data.draw(st.sampled_from([Fraction(10, 9), Fraction(9, 10), Fraction(3, 7)])))
    goal = data.draw(st.sampled_from([0, start // 10]))
    curve, expected = Curve(parts, of, start, goal), by_hand(parts, of, start, goal)
    for _ in range(data.draw(st.integers(0, 8))):
        assert seen(curve.next()) == next(expected)
    curve.rescale(salt.numerator, salt.denominator)
    for _ in range(10):
        assert seen(curve.next(), salt) == next(expected)


@given(st.sampled_from(BASES), st.integers(100, 10**6), st.data())
def test_a_taper_under_way_goes_on_from_its_dose(of, start, data):
    parts = data.draw(phases(start))
    salt = data.draw(st.sampled_from([(1, 1), (10, 9), (3, 7)]))
    dose = data.draw(st.integers(1, start))
    goal = data.draw(st.sampled_from([0, dose // 2]))
    curve = Curve(parts, of, start, goal)
    curve.resume(dose, salt)
    expected = by_hand(parts, of, start, goal, dose / Fraction(*salt))
    for _ in range(15):
        assert seen(curve.next(), Fraction(*salt)) == next(expected)


@given(st.sampled_from(BASES), st.integers(100, 10**6), st.data())
def test_a_taper_under_way_is_counted_in_another_salt_once_more(of, start, data):
    parts = data.draw(phases(start))
    first, second = data.draw(st.permutations([(10, 9), (3, 7), (4, 5)]))[:2]
    dose = data.draw(st.integers(1, start))
    curve = Curve(parts, of, start, 0)
    curve.resume(dose, first)
    curve.rescale(*second)
    expected = by_hand(parts, of, start, 0, dose / Fraction(*first))
    for _ in range(10):
        assert seen(curve.next(), Fraction(*first) * Fraction(*second)) == next(expected)


@given(st.integers(100, 10**6), st.integers(1, 30), st.data())
def test_falls_of_the_original_may_be_skipped(start, times, data):
    parts = data.draw(phases(start))
    goal = data.draw(st.sampled_from([0, start // 10]))
    curve, expected = Curve(parts, "original", start, goal), by_hand(parts, "original", start, goal)
    for _ in range(times - 1):
        next(expected)
    assert seen(curve.skip(times)) == next(expected)
    assert seen(curve.next()) == next(expected)
