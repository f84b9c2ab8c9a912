"""What counts if the request does not say: the interval, the fills, the checks (contract 3.3)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from taper.data.limits import length, whole
from taper.formulary.market import formulary
from taper.quantities import Interval, parse_interval
from taper.request.fields import CLOSE_RISKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taper.formulary.product import Product

SLOW_PRODUCT_INTERVAL = length("default-interval-of-slow-products")
FILL = Interval(whole("fill"), "d")
SHORT_INTERVAL_DAYS = whole("short-interval-for-fills")
FILL_AT_SHORT_INTERVALS = Interval(whole("fill-at-short-intervals"), "d")
FILL_AT_RISK = Interval(whole("fill-at-risk"), "d")
STANDARD, CLOSE, NO_CHECKS = "standard", "close", "none"


@lru_cache(maxsize=4096)
def default_interval(product: Product, known: Interval | None) -> Interval:
    """How often a product is reduced, after ``known`` on opioids; None is an unknown time.

    Each market has its own figures, dated and cited, under ``[every]`` in its data file.
    """
    every = _of_market(formulary(product.market).facts["every"], known)
    acts_slowly = product.is_patch or product.release == "long-acting"
    if acts_slowly and every.days < SLOW_PRODUCT_INTERVAL.days:
        return SLOW_PRODUCT_INTERVAL
    return every


def _of_market(entry: dict[str, Any], known: Interval | None) -> Interval:
    """The interval of a market's entry; the default if no duration fits."""
    for other in entry["by_duration"] if known is not None else ():
        assert known is not None
        is_long = "from" in other and known.reaches(parse_interval(other["from"], units="d w mo y"))
        is_short = "under" in other and not known.reaches(parse_interval(other["under"]))
        if is_long or is_short:
            return parse_interval(other["every"])
    return parse_interval(entry["default"])


def default_fill(risks: Iterable[str], intervals: Iterable[Interval]) -> Interval:
    """How long one dispensing lasts: less at risk, and while the dose falls often."""
    if not CLOSE_RISKS.isdisjoint(risks):
        return FILL_AT_RISK
    if any(every.days < SHORT_INTERVAL_DAYS for every in intervals):
        return FILL_AT_SHORT_INTERVALS
    return FILL


def default_checks(risks: Iterable[str]) -> str:
    """How closely the patient is followed."""
    return STANDARD if CLOSE_RISKS.isdisjoint(risks) else CLOSE
