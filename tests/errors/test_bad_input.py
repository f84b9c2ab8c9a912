"""One reproducer a message: each bad input is one clear line with the field and a hint."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

import taper
from taper.errors import InputError
from taper.planning.make import make_plan
from taper.reading import read

GOOD = {"product": "morphine-er", "dose": "90 mg q8h", "start": "2026-12-07"}
IR = {"product": "oxycodone-ir", "dose": "10 mg q6h"}
PRN = {**IR, "dose": "10 mg q6h prn"}
PATCH = {"product": "fentanyl-patch", "dose": "75 mcg/h"}

# (what is wrong, the fields that differ, the field named, what the line says, its hint)
BAD = [
    # the product
    ("no product", {"product": None}, "product", "is missing", "morphine-er"),
    ("unknown product", {"product": "morfine"}, "product", "not a product", "morphine-er"),
    ("product and drug", {"drug": "morphine"}, "product", "both", "one of the two"),
    ("unknown drug", {"product": None, "drug": "aspirin"}, "drug", "not a drug", "morphine"),
    (
        "unknown form",
        {"product": None, "drug": "morphine", "form": "tea"},
        "form",
        "no morphine",
        "er",
    ),
    ("form to choose", {"product": None, "drug": "morphine"}, "form", "more than one form", "er"),
    ("unknown market", {"market": "fr"}, "market", "not a market", "us"),
    # the dose
    ("no dose", {"dose": None}, "dose", "is missing", "q"),
    ("impossible dose", {"dose": "50 mg q12h"}, "dose", "50 mg cannot be made", "45 mg and 60 mg"),
    ("negative dose", {"dose": "-5 mg q8h"}, "dose", "is negative", "above 0"),
    ("zero dose", {"dose": "0 mg q8h"}, "dose", "zero", "above 0"),
    ("huge dose", {"dose": "1e9 mg q8h"}, "dose", "", ""),
    ("huge dose in digits", {"dose": "1000000000 mg q8h"}, "dose", "", ""),
    ("too large a dose", {"dose": "50000 mg q8h"}, "dose", "cannot be made", "nearest"),
    ("no unit", {"dose": "90 q8h"}, "dose", "no unit", "90 mg"),
    ("another unit", {"dose": "90 mcg q8h"}, "dose", "mcg given", "in mg"),
    ("unknown unit", {"dose": "90 mgg q8h"}, "dose", "not a unit", "mg"),
    ("no leading zero", {"dose": ".5 mg q8h"}, "dose", "leading zero", "0.5 mg"),
    ("a comma", {"dose": "1,000 mg q8h"}, "dose", "comma", "decimal point"),
    ("too fine", {"dose": "15.0001 mg q8h"}, "dose", "cannot be measured|that can be measured", ""),
    ("no frequency", {"dose": "90 mg"}, "dose", "how often", "q8h"),
    ("unknown frequency", {"dose": "90 mg q7h"}, "dose", "not a frequency", "q8h"),
    ("a patch's frequency", {"dose": "90 mg q72h"}, "dose", "does not fit", "q8h or q12h"),
    ("nine amounts", {"dose": f"{'15/' * 8}15 mg"}, "dose", "9 amounts", "1 to 8"),
    ("amounts against frequency", {"dose": "15/15/15 mg q12h"}, "dose", "3 amounts, but q12h", ""),
    ("strength not in use", {"dose": "2 x 45 mg q8h"}, "dose", "names a strength", "15"),
    ("zero tablets", {"dose": "0 x 15 mg q8h"}, "dose", "zero", ""),
    ("too many tablets", {"dose": "40 x 15 mg q8h"}, "dose", "40 tablets", "20"),
    ("words", {"dose": "a lot"}, "dose", "'a' is not understood", "mg"),
    ("two rates of a patch", {**PATCH, "dose": "75/50 mcg/h"}, "dose", "one rate", "75 mcg/h"),
    ("patch daily", {**PATCH, "dose": "75 mcg/h q24h"}, "dose", "does not fit", "q72h"),
    ("patch of no strength", {**PATCH, "dose": "80 mcg/h"}, "dose", "cannot be made", "75 mcg/h"),
    ("a litre", {"product": "morphine-solution", "dose": "2000 mg q8h"}, "dose", "over 250 mL", ""),
    (
        "wrong acetaminophen",
        {"product": "oxycodone-apap", "dose": "10/650 mg q6h"},
        "dose",
        "325 mg",
        "2 x",
    ),
    ("as needed, not said", {**IR, "dose": "10 mg q6h prn"}, "taking", "how much", "--taking"),
    ("takes more", {**PRN, "taking": "50 mg"}, "taking", "more than is prescribed", "40 mg"),
    ("takes little", {**PRN, "taking": "7 mg"}, "taking", "not close to whole units", "5, 7.5 mg"),
    ("takes nothing", {**PRN, "taking": "0 mg"}, "taking", "not close to whole units", ""),
    ("takes less, not as needed", {**IR, "taking": "20 mg"}, "taking", "not prescribed", "prn"),
    (
        "takes it at night",
        {**PRN, "dose": "10 mg q4h prn", "taking": "60 mg"},
        "taking",
        "do not fit into the waking day",
        "--as-needed keep",
    ),
    # the strengths
    ("strength not marketed", {"stock": ["20"]}, "stock", "not marketed as '20'", "15, 30, 60"),
    ("no number", {"max_units": "many"}, "max_units", "not a number", "1 to 20"),
    ("no units", {"max_units": 0}, "max_units", "not a number", "1 to 20"),
    (
        "units of a liquid",
        {"product": "morphine-solution", "max_units": 3},
        "max_units",
        "liquid",
        "",
    ),
    ("cutting an ER tablet", {"split": "halves"}, "split", "never cut", "scored"),
    ("unknown split", {"split": "thirds"}, "split", "not known", "halves"),
    ("unknown preference", {"prefer": "cheapest"}, "prefer", "not known", "fewest-units"),
    # the rule
    ("a share as a number", {"reduce": "0.1"}, "reduce", "no unit", "10%.*0.1 mg"),
    ("reduction without unit", {"reduce": "10"}, "reduce", "no unit", "10%"),
    ("no reduction", {"reduce": "0%"}, "reduce", "not above 0%", "10%"),
    ("over 100%", {"reduce": "101%"}, "reduce", "at most 100%", ""),
    ("zero amount", {"reduce": "0 mg"}, "reduce", "zero", "10%"),
    ("negative reduction", {"reduce": "-10%"}, "reduce", "not a percentage|negative", ""),
    ("no interval", {"every": "0w"}, "every", "no time", "1d"),
    ("unknown interval", {"every": "weekly"}, "every", "not a length of time", "4w"),
    ("an interval of decades", {"every": "600w"}, "every", "longer than ten years", "unit"),
    ("unknown base", {"of": "half"}, "of", "not known", "original"),
    ("two rules", {"reduce": "10%", "over": "26w"}, "over", "both given", "one of them"),
    (
        "guideline and interval",
        {"guideline": "cdc-2022-weekly", "every": "1w"},
        "every",
        "does not go",
        "",
    ),
    ("unknown guideline", {"guideline": "cdc"}, "guideline", "not a guideline", "cdc-2022-weekly"),
    ("a phase without an end", {"phases": ["10%/1w", "5%/2w"]}, "phases", "until", ""),
    ("not a phase", {"phases": ["fast"]}, "phases", "not a phase", "10%/1w until 50%"),
    ("too short", {"over": "1d"}, "over", "ends by", "later day"),
    ("an end in the past", {"by": "2026-12-01"}, "by", "not after the start", "later"),
    ("a taper of decades", {"reduce": "0.1%", "every": "52w"}, "reduce", "never ends", "larger"),
    # the goal
    ("goal above", {"to": "300 mg"}, "to", "not below the current dose", "270 mg"),
    ("goal of the dose", {"to": "270 mg"}, "to", "not below the current dose", "270 mg"),
    ("goal of no tablets", {"to": "50 mg"}, "to", "50 mg a day cannot be made", "45 mg and 60 mg"),
    ("goal without unit", {"to": "90"}, "to", "no unit", "90 mg"),
    # the calendar
    ("no start", {"start": None}, "start", "is missing", "2026-12-07"),
    ("a start long ago", {"start": "1823-12-07"}, "start", "between 2000 and 2100", "year"),
    ("no such day", {"start": "2026-02-31"}, "start", "not in the calendar", ""),
    ("no date", {"start": "next monday"}, "start", "not a date", "2026-12-07"),
    ("American date", {"start": "12/07/2026"}, "start", "not a date", "year-month-day"),
    ("a time of day", {"start": datetime(2026, 12, 7, 8)}, "start", "has a time of day", ""),  # noqa: DTZ001
    ("a hold of decades", {"holds": ["600w@every4"]}, "holds", "longer than ten years", "unit"),
    (
        "dated decades",
        {"holds": ["2026-12-24..2040-01-03"]},
        "holds",
        "longer than ten years",
        "year",
    ),
    ("a hold backwards", {"holds": ["2027-01-03..2026-12-24"]}, "holds", "before it begins", ""),
    ("a hold without when", {"holds": ["2w"]}, "holds", "when to hold", "2w@every4"),
    ("a hold after none", {"holds": ["2w@every0"]}, "holds", "after none", ""),
    ("a hold of words", {"holds": ["2w@christmas"]}, "holds", "not known after @", ""),
    ("nothing to avoid", {"avoid": ["mondays"]}, "avoid", "not known", "weekends"),
    ("holidays of nowhere", {"avoid": ["holidays:ZZ"]}, "avoid", "not known", "holidays:US"),
    ("no day", {"reduce_on": ["someday"]}, "reduce_on", "not a day", "mon"),
    (
        "only avoided days",
        {"avoid": ["weekends"], "reduce_on": ["sat"]},
        "reduce_on",
        "avoided",
        "",
    ),
    ("baseline of nothing", {"baseline": "0d"}, "baseline", "no time", ""),
    (
        "a patch never due",
        {"product": "buprenorphine-patch", "dose": "10 mcg/h q7d", "reduce_on": ["tue"]},
        "reduce_on",
        "no day is left",
        "every 7 days",
    ),
    # the end, the others, the rest
    ("finish alone", {"finish_at": "50%"}, "finish_at", "no product", "--finish-with"),
    (
        "another opioid",
        {"finish_with": "oxycodone-ir"},
        "finish_with",
        "not a product of morphine",
        "",
    ),
    (
        "coarser",
        {"finish_with": "morphine-ir"},
        "finish_with",
        "no smaller dose",
        "morphine-solution",
    ),
    ("unknown finish", {"finish_with": "nothing"}, "finish_with", "not a product", ""),
    (
        "finish too often",
        {"finish_with": "morphine-solution q72h"},
        "finish_with",
        "does not fit",
        "",
    ),
    (
        "a patch to finish with changed too often",
        {
            "product": "buprenorphine-patch",
            "dose": "20 mcg/h",
            "finish_with": "buprenorphine-patch q4h",
        },
        "finish_with",
        "does not fit",
        "q7d",
    ),
    (
        "a finish that cannot hold the dose",
        {
            "product": "oxycodone-er",
            "dose": "160 mg q12h",
            "finish_with": "oxycodone-ir q24h",
            "finish_at": "95%",
        },
        "finish_with",
        "makes at most 120 mg a day",
        "oxycodone-ir q8h",
    ),
    ("also without a dose", {"also": ["oxycodone-ir"]}, "also", "no dose", "10 mg q6h"),
    ("also unknown", {"also": ["tea 5 mg q6h"]}, "also", "not a product", ""),
    ("also twice", {"also": ["morphine-er 15 mg q12h"]}, "also", "named twice", ""),
    ("also impossible", {"also": ["oxycodone-er 11 mg q12h"]}, "also", "cannot be made", "10 mg"),
    ("keep what is not there", {"keep": ["oxycodone-ir"]}, "keep", "not among --also", ""),
    ("fill of a year", {"fill": "1000d"}, "fill", "too long", "90d"),
    ("no fill", {"fill": "often"}, "fill", "not a length of time", ""),
    ("unknown risk", {"risks": ["smoking"]}, "risks", "not a risk", "benzodiazepine"),
    ("unknown checks", {"checks": "daily"}, "checks", "not known", "standard"),
    ("unknown duration", {"on_opioids_for": "ages"}, "on_opioids_for", "not a length of time", ""),
    ("a long label", {"label": "x" * 300}, "label", "too long", "200"),
    ("a control character", {"label": "a\x07b"}, "label", "cannot be printed", ""),
    ("a misspelled field", {"reduse": "10%"}, "reduse", "no such field", "reduce"),
    ("an unknown field", {"colour": "red"}, "colour", "no such field", ""),
    ("a list for a text", {"dose": ["90 mg q8h"]}, "dose", "list", ""),
    ("a truth for a text", {"split": True}, "split", "not a value", ""),
]


@pytest.mark.parametrize(
    ("fields", "field", "message", "hint"), [row[1:] for row in BAD], ids=[row[0] for row in BAD]
)
def test_bad_input_is_one_clear_line(fields, field, message, hint):
    with pytest.raises(InputError) as caught:
        make_plan(read({**GOOD, **fields}))
    assert caught.value.exit_status == 2
    problems = caught.value.problems
    assert [problem.field for problem in problems] == [field]
    line = str(caught.value)
    assert line == str(problems[0])
    assert line.startswith(f"{field}: ")
    assert "\n" not in line
    assert len(line) < 400
    assert_says(problems[0].message, message)
    assert_says(problems[0].hint, hint)


def assert_says(text: str, pattern: str) -> None:
    assert re.search(pattern, text), f"{pattern!r} is not in {text!r}"


def test_all_problems_of_an_input_are_said_at_once():
    fields = {
        "product": "morphine-er",
        "dose": "50 mg q12h",
        "start": "2026-02-31",
        "every": "0w",
        "reduce": "0.1",
        "holds": ["2w", "600w@every4"],
        "risks": ["smoking"],
        "reduse": "10%",
    }
    with pytest.raises(InputError) as caught:
        read(fields)
    named = [problem.field for problem in caught.value.problems]
    assert sorted(named) == sorted([*(fields.keys() - {"product"}), "holds"])
    assert str(caught.value).count("\n") == len(named) - 1


@pytest.mark.parametrize("values", [{}, {"product": ""}, {"product": None, "dose": None}])
def test_nothing_asked_for_names_what_is_missing(values):
    with pytest.raises(InputError) as caught:
        read(values)
    assert {problem.field for problem in caught.value.problems} == {"product", "dose", "start"}


def test_the_library_raises_one_error_that_is_a_value_error():
    with pytest.raises(ValueError, match="dose: 50 mg cannot be made") as caught:
        taper.plan("morphine-er", "50 mg q12h", start="2026-12-07")
    assert isinstance(caught.value, taper.TaperError)
    assert isinstance(caught.value, taper.InputError)
    assert caught.value.problems[0].id == "dose-not-makeable"


@pytest.mark.parametrize(
    ("dose", "part"),
    [
        ("90 mgg q8h", "mgg"),
        ("90 mg q7h", "q7h"),
        ("90 q8h", "90"),
        (f"{'15/' * 8}15 mg", f"{'15/' * 8}15 mg"),
    ],
)
def test_the_part_that_is_wrong_is_marked(dose, part):
    with pytest.raises(InputError) as caught:
        read({**GOOD, "dose": dose})
    (problem,) = caught.value.problems
    assert problem.span is not None
    assert problem.value[slice(*problem.span)] == part


def test_a_tablet_that_would_have_to_be_split_is_said_to():
    with pytest.raises(InputError) as caught:
        read({**GOOD, **IR, "dose": "2.5 mg q6h"})
    (problem,) = caught.value.problems
    assert problem.id == "needs-splitting"
    assert "--split halves" in problem.hint


def test_a_combination_that_leaves_no_lower_dose_says_so():
    fields = {"product": "oxycodone-apap", "dose": "10 mg q24h", "stock": ["10/300", "2.5/325"]}
    with pytest.raises(InputError, match="no lower dose down to 5 mg a day can be made") as error:
        taper.plan(**fields, start="2026-12-07")
    assert error.value.problems[0].field == "stock"
