"""How fast the reduction that was asked for is, by each source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.data.limits import length, share, whole
from taper.quantities import DAYS_OF_MONTH
from taper.safety.findings.registry import about_plan, finding
from taper.safety.pace import over_text, pace, reduction_text, too_fast

if TYPE_CHECKING:
    from taper.safety.findings.registry import Facts, Found

LONG_USE = length("long-use")
LONG_USE_PACE = share("cdc-pace-for-long-use")
SHORT_USE = length("short-use")
LABEL_PACE, LABEL_DAYS = share("label-pace"), whole("label-interval")
SLOW_PRODUCT_DAYS = whole("slow-product-interval")


@finding("rate-overridden")
def rate_overridden(facts: Facts) -> Found | None:
    """A pace over the band, with the reason for it."""
    reason = facts.request.rule.override
    over = too_fast(facts.request) if reason else None
    return about_plan(pace=over.text, limit=over.limit_text, reason=reason) if over else None


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
    pace_month = f"{monthly.percent()} every 4 weeks"
    return about_plan(pace_month=pace_month, duration=known.words, limit=LONG_USE_PACE)


@finding("short-use")
def short_use(facts: Facts) -> Found | None:
    """Opioids taken for so short a time that the plan itself prolongs exposure."""
    known = facts.request.on_opioids_for
    if known is None or known.reaches(SHORT_USE) or facts.request.rule.is_short:
        return None
    return about_plan(duration=known.words)


@finding("faster-than-fda-label")
def faster_than_fda_label(facts: Facts) -> Found | None:
    """A faster pace than US labels name; the first such phase counts."""
    for part in facts.request.rule.parts:
        asked = pace(part, facts.daily, LABEL_DAYS)
        if asked > LABEL_PACE:
            reduce, every = reduction_text(facts.request, part), part.every.words
            values = {"reduce": reduce, "every": every, "pace": over_text(asked, LABEL_PACE)}
            return about_plan(**values, limit=LABEL_PACE)
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
