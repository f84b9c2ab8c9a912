"""The fields of a request by name, and the values that some of them take."""

from __future__ import annotations

# Every field of a request, in the order in which a normalised request lists them.
FIELDS = (
    "id",
    "label",
    "market",
    "product",
    "dose",
    "taking",
    "start",
    "guideline",
    "reduce",
    "every",
    "of",
    "to",
    "over",
    "by",
    "phases",
    "holds",
    "baseline",
    "avoid",
    "reduce_on",
    "last_dose_for",
    "stock",
    "max_units",
    "split",
    "prefer",
    "finish_with",
    "finish_at",
    "also",
    "keep",
    "fill",
    "on_opioids_for",
    "risks",
    "specialist",
    "override_rate",
    "checks",
)
LISTS = frozenset({"phases", "holds", "avoid", "reduce_on", "stock", "risks", "also", "keep"})
RATES = ("reduce", "over", "by", "phases", "guideline")  # one of them says how fast
ALIASES = ("drug", "form", "release")  # they say which product, and are not kept
RISKS = (
    "benzodiazepine",
    "pregnancy",
    "oud",
    "suicide-risk",
    "sleep-apnea",
    "previous-overdose",
    "renal",
    "hepatic",
    "age-65",
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
