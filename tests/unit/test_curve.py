"""The ideal curve is exact, falls as the rule says, and never below its goal."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taper.curve import BASES, Curve, Part
from taper.quantities import Interval, Percent

WEEK = Interval(1, "w")


def first(points: int, curve: Curve) -> list[Fraction]:
    """The ideal doses at the first opportunities."""
    found = []
    for _ in range(points):
        point = curve.next()
        found.append(Fraction(point.ideal, point.denominator))
    return found


@pytest.mark.parametrize(
    ("of", "doses"),
    [("original", [90, 80, 70, 60, 50, 40, 30, 20]), ("mixed", [90, 80, 70, 60, 50, 40, 30, 27])],
)
def test_ten_percent_of_a_hundred(of, doses):
    curve = Curve((Part(Percent.of_ppm(100_000), WEEK),), of, 100_000, 0)
    assert first(8, curve) == [1000 * dose for dose in doses]


@given(st.integers(1, 10**7), st.integers(1, 400), st.integers(1, 30))
def test_of_what_is_left_is_exact(start, tenths, points):
    curve = Curve((Part(Percent.of_ppm(1000 * tenths), WEEK),), "current", start, 0)
    assert first(points, curve)[-1] == start * (1 - Fraction(tenths, 1000)) ** points


@given(st.integers(1, 10**7), st.integers(1, 10**6), st.integers(1, 30))
def test_amounts_are_subtracted(start, amount, points):
    curve = Curve((Part(amount, WEEK),), "original", start, 0)
    assert first(points, curve)[-1] == max(start - amount * points, 0)


@given(st.sampled_from(BASES), st.integers(10, 10**6), st.integers(1, 1000), st.data())
def test_it_falls_and_never_below_its_goal(of, start, tenths, data):
    goal = data.draw(st.integers(0, start - 1))
    curve = Curve((Part(Percent.of_ppm(1000 * tenths), WEEK),), of, start, goal)
    doses = [Fraction(start), *first(40, curve)]
    assert doses == sorted(doses, reverse=True)
    assert min(doses) >= goal


@given(st.integers(1000, 10**6), st.integers(10, 300), st.integers(1, 60))
def test_mixed_is_never_below_the_curve_of_the_original(start, tenths, points):
    parts = (Part(Percent.of_ppm(1000 * tenths), WEEK),)
    mixed = first(points, Curve(parts, "mixed", start, 0))
    original = first(points, Curve(parts, "original", start, 0))
    assert all(a >= b for a, b in zip(mixed, original, strict=True))


def test_a_phase_ends_where_the_curve_reaches_its_end():
    parts = (
        Part(Percent.of_ppm(100_000), WEEK, until_share=(1, 2)),
        Part(Percent.of_ppm(50_000), Interval(2, "w")),
    )
    curve = Curve(parts, "original", 100_000, 0)
    points = [curve.next() for _ in range(7)]
    doses = [Fraction(point.ideal, point.denominator) / 1000 for point in points]
    assert doses == [90, 80, 70, 60, 50, 45, 40]
    assert [str(point.every) for point in points] == ["1w"] * 4 + ["2w"] * 3


@given(st.integers(1, 10**6), st.sampled_from([(10, 9), (9, 10)]), st.integers(1, 20))
def test_another_salt_is_the_same_curve_in_other_numbers(start, salt, points):
    parts = (Part(Percent.of_ppm(100_000), WEEK),)
    ours, theirs = Curve(parts, "mixed", start, 0), Curve(parts, "mixed", start, 0)
    first(3, ours)
    first(3, theirs)
    theirs.rescale(*salt)
    ratio = Fraction(*salt)
    assert [dose * ratio for dose in first(points, ours)] == first(points, theirs)


@given(st.sampled_from(BASES), st.integers(1, 10**6), st.integers(1, 300), st.integers(1, 40))
def test_skipping_is_the_same_as_stepping(of, start, tenths, times):
    parts = (Part(Percent.of_ppm(1000 * tenths), WEEK),)
    stepped, skipped = Curve(parts, of, start, 0), Curve(parts, of, start, 0)
    expected = first(times, stepped)[-1]
    point = skipped.skip(times)
    assert max(Fraction(point.ideal, point.denominator), Fraction(0)) == expected
