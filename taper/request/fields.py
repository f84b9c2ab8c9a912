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
    "history",
    "as_needed",
    "start",
    "guideline",
    "pace",
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
    "on_hand",
    "favor",
    "finish_with",
    "finish_at",
    "also",
    "keep",
    "fill",
    "on_opioids_for",
    "risks",
    "indication",
    "specialist",
    "override_rate",
    "checks",
)
PRODUCTS = "products"  # a clinic's own: tables, or their file; in a request only if it needs them
LISTS = frozenset(
    {
        *("phases", "holds", "avoid", "reduce_on", "stock", "on_hand", "risks", "also", "keep"),
        "history",
    }
)
RATES = ("reduce", "over", "by", "phases", "guideline")  # one of them says how fast
ALIASES = ("drug", "form", "release")  # they say which product, and are not kept
# What a row of an extract has: a dose in the words of a label, what was dispensed, and a code
# beside the name. They are read as the fields that they stand for, and are not kept.
COLUMNS = ("sig", "quantity", "days_supply", "code")
NAMES = (*FIELDS, *ALIASES, *COLUMNS)
RISKS = (
    "benzodiazepine",
    "gabapentinoid",
    "alcohol",
    "pregnancy",
    "breastfeeding",
    "oud",
    "suicide-risk",
    "sleep-apnea",
    "lung-disease",
    "previous-overdose",
    "renal",
    "hepatic",
    "age-65",
    "age-75",
)
INDICATIONS = ("pain", "cancer", "palliative", "sickle-cell", "oud")
CLOSE_RISKS = frozenset({"oud", "suicide-risk", "previous-overdose"})  # small fills, close checks
PACES = ("gentle", "middle", "fast")  # where in the range of a guideline
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
