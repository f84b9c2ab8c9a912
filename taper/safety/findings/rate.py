"""How fast the reduction that was asked for is, by each source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.data.limits import length, share, whole
from taper.quantities import DAYS_OF_MONTH
from taper.safety.findings.registry import US, about_plan, finding
from taper.safety.pace import pace, reduction_text, share_of, too_fast, weekly_text

if TYPE_CHECKING:
    from taper.safety.findings.registry import Facts, Found

LONG_USE = length("long-use")
LONG_USE_PACE = share("cdc-pace-for-long-use")
LABEL_CUT = share("label-cut")
LABEL_DAYS = whole("label-interval")
SLOW_PRODUCT_DAYS = whole("slow-product-interval")


@finding("rate-overridden")
def rate_overridden(facts: Facts) -> Found | None:
    """A pace over the band, with the reason for it."""
    reason = facts.request.rule.override
    over = too_fast(facts.request) if reason else None
    return about_plan(pace=weekly_text(over[1]), reason=reason) if over else None


@finding("duration-unknown")
def duration_unknown(facts: Facts) -> Found | None:
    """The pace cannot be compared with the advice for long use."""
    return about_plan() if facts.request.on_opioids_for is None else None


@finding("faster-than-cdc-for-duration")
def faster_than_cdc_for_duration(facts: Facts) -> Found | None:
    """Faster than CDC 2022 suggests after long use; the fastest phase counts."""
    known = facts.request.on_opioids_for
    if known is None or not known.reaches(LONG_USE):
        return None
    monthly = max(pace(part, facts.daily, DAYS_OF_MONTH) for part in facts.request.rule.parts)
    if monthly <= LONG_USE_PACE:
        return None
    return about_plan(pace_month=f"{monthly.percent()} every 4 weeks", duration=known.words)


@finding("faster-than-fda-label")
def faster_than_fda_label(facts: Facts) -> Found | None:
    """Larger or more frequent reductions than US labels name; the first such phase counts."""
    if facts.market != US:
        return None
    for part in facts.request.rule.parts:
        if share_of(part, facts.daily) > LABEL_CUT or part.every.days < LABEL_DAYS:
            return about_plan(reduce=reduction_text(facts.request, part), every=part.every.words)
    return None


@finding("short-interval-for-product")
def short_interval_for_product(facts: Facts) -> Found | None:
    """Reductions close together of a product whose effect changes slowly."""
    product = facts.request.product
    if not (product.is_patch or product.release == "long-acting"):
        return None
    for part in facts.request.rule.parts:
        if part.every.days < SLOW_PRODUCT_DAYS:
            return about_plan(product=product.name, every=part.every.words)
    return None
