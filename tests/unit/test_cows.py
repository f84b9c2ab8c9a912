"""COWS: the values an item can have, and the bands as published (Wesson and Ling 2003)."""

from __future__ import annotations

import pytest

from taper import InputError
from taper.safety.cows import band, in_order, items, score

# the published form: which values each item has, in its order
ALLOWED = (
    (0, 1, 2, 4),
    (0, 1, 2, 3, 4),
    (0, 1, 3, 5),
    (0, 1, 2, 5),
    (0, 1, 2, 4),
    (0, 1, 2, 4),
    (0, 1, 2, 3, 5),
    (0, 1, 2, 4),
    (0, 1, 2, 4),
    (0, 1, 2, 4),
    (0, 3, 5),
)


def test_the_items_have_the_values_of_the_form():
    assert tuple(tuple(item.values) for item in items()) == ALLOWED
    assert sum(max(item.values) for item in items()) == 48


@pytest.mark.parametrize(
    ("total", "name"),
    [
        (0, "not conclusive"),
        (4, "not conclusive"),
        (5, "mild"),
        (12, "mild"),
        (13, "moderate"),
        (24, "moderate"),
        (25, "moderately severe"),
        (36, "moderately severe"),
        (37, "severe"),
        (48, "severe"),
    ],
)
def test_the_bands_are_those_that_were_published(total, name):
    assert band(total) == name


@pytest.mark.parametrize("place", range(11))
def test_every_value_of_an_item_is_scored_and_no_other(place):
    for value in range(7):
        values = ["0"] * 11
        values[place] = str(value)
        if value in ALLOWED[place]:
            assert score(in_order(values)).total == value
        else:
            with pytest.raises(InputError):
                score(in_order(values))


def test_an_unknown_item_is_an_error():
    with pytest.raises(InputError, match="not an item"):
        score({item.id: 0 for item in items()} | {"fever": 1})
