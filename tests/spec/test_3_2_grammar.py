"""Contract 3.2: doses and directions as people write them, and what they are read as."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from taper.errors import InputError
from taper.formulary.market import formulary
from taper.reading.dose import read_dose

DATA = Path(__file__).parent.parent / "data"


def prescription(product: str, text: str, strength: str = "", market: str = "us"):
    """What is read; ``strength`` is the one that the product's name told."""
    found = formulary(market).products[product]
    named = {one.label: one for one in found.strengths}
    return read_dose(text, found, named[strength] if strength else None)


def refusal(product: str, text: str, strength: str = "", market: str = "us"):
    """The problem of a dose that cannot be read."""
    with pytest.raises(InputError) as caught:
        prescription(product, text, strength, market)
    (problem,) = caught.value.problems
    assert problem.field == "dose"
    assert problem.hint
    if problem.span is not None:
        assert 0 <= problem.span[0] < problem.span[1] <= len(text)
    return problem


# product, the strength in its name, what is written, what is read
READ = [
    # amounts
    ("morphine-er", "", "90 mg q8h", "90 mg q8h"),
    ("morphine-er", "", "2 x 15 mg bid", "2 x 15 mg q12h"),
    ("morphine-er", "", "2x15mg bid", "2 x 15 mg q12h"),
    ("morphine-er", "", "2 \u00d7 15 mg bid", "2 x 15 mg q12h"),
    ("morphine-er", "15", "1 tab q12h", "1 x 15 mg q12h"),
    ("morphine-er", "15", "take 1 tablet q12h", "1 x 15 mg q12h"),
    ("morphine-er", "", "one tablet (30 mg) q12h", "1 x 30 mg q12h"),
    ("morphine-er", "15", "2 tabs q12h", "2 x 15 mg q12h"),
    ("morphine-er", "15", "two tablets every 12 hours", "2 x 15 mg q12h"),
    ("morphine-er", "", "1 tablet (30 mg) by mouth every 12 hours", "1 x 30 mg q12h"),
    ("morphine-er", "", "Take two 15 mg tablets by mouth every 12 hours", "2 x 15 mg q12h"),
    ("morphine-er", "", "2 tablets of 15 mg each, twice daily", "2 x 15 mg q12h"),
    ("morphine-er", "", "Take 2 tablets (60 mg total) by mouth every 12 hours", "2 x 30 mg q12h"),
    ("morphine-er", "15", "2 tablets (30 mg) bid", "2 x 15 mg q12h"),
    ("morphine-er", "", "15 mg tablet, one bid", "1 x 15 mg q12h"),
    ("morphine-er", "", "30 mg tablet po bid", "30 mg q12h"),
    ("morphine-solution", "", "5 mg (2.5 mL) q4h", "5 mg q4h"),
    ("morphine-solution", "", "2.5 mL (5 mg) q4h", "5 mg q4h"),
    ("morphine-solution", "", "10 mL q4h", "20 mg q4h"),
    ("morphine-solution", "20 mg/mL", "0.5 mL q4h", "10 mg q4h"),
    ("morphine-solution", "", "20 mg (1 mL) q4h", "20 mg q4h"),
    ("morphine-solution", "", "5 mL of 10 mg/5 mL q4h", "10 mg q4h"),
    ("oxycodone-solution", "", "5 mg/5 mL: 5 mL every 6 hours", "5 mg q6h"),
    ("fentanyl-patch", "25", "1 patch", "1 x 25 mcg/h q72h"),
    ("fentanyl-patch", "", "75 mcg/h", "75 mcg/h q72h"),
    ("fentanyl-patch", "", "75 mcg/hr", "75 mcg/h q72h"),
    ("fentanyl-patch", "", "75 mcg per hour every 72 hours", "75 mcg/h q72h"),
    ("fentanyl-patch", "", "75 micrograms/hour", "75 mcg/h q72h"),
    ("fentanyl-patch", "", "0.025 mg/h", "25 mcg/h q72h"),
    ("fentanyl-patch", "", "0.0375 mg/hr q72h", "37.5 mcg/h q72h"),
    ("fentanyl-patch", "", "25 + 12 mcg/h", "25 + 12 mcg/h q72h"),
    ("fentanyl-patch", "", "25 mcg/h + 12 mcg/h every 3 days", "25 + 12 mcg/h q72h"),
    ("fentanyl-patch", "", "2 x 50 mcg/h q48h", "2 x 50 mcg/h q48h"),
    ("fentanyl-patch", "", "one 25 mcg/h patch q72h", "1 x 25 mcg/h q72h"),
    ("fentanyl-patch", "", "Apply 1 patch (25 mcg/hr) every 3 days", "1 x 25 mcg/h q72h"),
    ("fentanyl-patch", "", "25 mcg patch q72h", "25 mcg/h q72h"),
    ("fentanyl-patch", "50", "Place 1 patch on the skin every third day", "1 x 50 mcg/h q72h"),
    ("fentanyl-patch", "50", "", None),
    ("buprenorphine-patch", "10", "apply weekly", "1 x 10 mcg/h q7d"),
    ("buprenorphine-patch", "", "10 mcg/h once a week", "10 mcg/h q7d"),
    ("buprenorphine-patch", "", "10 mcg/h every 7 days", "10 mcg/h q7d"),
    ("buprenorphine-patch", "", "10 mcg/h q week", "10 mcg/h q7d"),
    # one amount for each administration
    ("morphine-ir", "", "30/15/15/30 mg", "30/15/15/30 mg q6h"),
    ("morphine-er", "", "2 x 15 mg / 15 mg / 2 x 15 mg", "2 x 15 mg / 1 x 15 mg / 2 x 15 mg q8h"),
    ("morphine-er", "15", "2 tabs am, 1 noon, 2 pm", "2 x 15 mg / 1 x 15 mg / 2 x 15 mg q8h"),
    ("morphine-er", "15", "1-0-0-1", "1 x 15 mg q12h in the morning and at bedtime"),
    ("morphine-er", "15", "1-0-1", "1 x 15 mg q12h"),
    ("morphine-er", "15", "2-0-1 tabs", "2 x 15 mg / 1 x 15 mg q12h"),
    ("oxycodone-ir", "5", "1-1-1-1", "1 x 5 mg q6h"),
    ("morphine-er", "", "60-45-60 mg", "60/45/60 mg q8h"),
    ("morphine-er", "", "30 mg in the morning and 15 mg in the evening", "30/15 mg q12h"),
    ("morphine-er", "", "30 mg qam and 15 mg qpm", "30/15 mg q12h"),
    ("morphine-er", "", "30 mg qAM, 30 mg qHS", "30 mg q12h in the morning and at bedtime"),
    (
        "oxycodone-ir",
        "5",
        "one in the morning, one at noon, two at bedtime",
        "1 x 5 mg / 1 x 5 mg / 2 x 5 mg q8h in the morning and at noon and at bedtime",
    ),
    (
        "oxycodone-ir",
        "5",
        "Take 1 tablet in the morning and 2 tablets at bedtime",
        "1 x 5 mg / 2 x 5 mg q12h in the morning and at bedtime",
    ),
    ("oxycodone-ir", "5", "Take 1 tablet each morning and evening", "1 x 5 mg q12h"),
    ("oxycodone-ir", "5", "1 tab am and pm", "1 x 5 mg q12h"),
    (
        "oxycodone-ir",
        "5",
        "1 tablet twice daily, morning and bedtime",
        "1 x 5 mg q12h in the morning and at bedtime",
    ),
    ("methadone-tablet", "", "10 mg am / 5 mg noon / 10 mg pm", "10/5/10 mg q8h"),
    # combinations, in either order
    ("hydrocodone-apap", "", "7.5/325 mg q6h", "7.5/325 mg q6h"),
    ("hydrocodone-apap", "", "325/7.5 mg q6h", "7.5/325 mg q6h"),
    ("hydrocodone-apap", "", "5-325 q6h", "5/325 mg q6h"),
    ("codeine-apap", "", "300/30 mg bid", "30/300 mg q12h"),
    ("codeine-apap", "", "30/300 mg bid", "30/300 mg q12h"),
    ("codeine-apap", "", "300-30 mg 1 tab bid", "1 x 30/300 mg q12h"),
    ("oxycodone-apap", "", "2 x 5/325 mg q6h", "2 x 5/325 mg q6h"),
    ("oxycodone-apap", "", "2 tabs 5/325 q6h", "2 x 5/325 mg q6h"),
    ("oxycodone-apap", "", "5/325 mg 2 tablets q.4 h. p.r.n.", "2 x 5/325 mg q4h prn"),
    ("oxycodone-apap", "", "5 mg-325 mg, 1 tablet every 6 hours", "1 x 5/325 mg q6h"),
    ("hydrocodone-apap", "10/325", "10 mg q6h", "10 mg q6h"),
    ("hydrocodone-apap", "10/325", "1 tab q6h prn", "1 x 10/325 mg q6h prn"),
    ("tramadol-apap", "", "1 tab q6h", "1 x 37.5/325 mg q6h"),
    # how often
    *[
        ("oxycodone-ir", "", f"10 mg {often}", f"10 mg {read}")
        for often, read in [
            ("qd", "q24h"),
            ("q.d.", "q24h"),
            ("once daily", "q24h"),
            ("once a day", "q24h"),
            ("q24h", "q24h"),
            ("every 24 hours", "q24h"),
            ("one time a day", "q24h"),
            ("bid", "q12h"),
            ("b.i.d.", "q12h"),
            ("BID", "q12h"),
            ("bd", "q12h"),
            ("twice daily", "q12h"),
            ("twice a day", "q12h"),
            ("2x/day", "q12h"),
            ("2 times a day", "q12h"),
            ("two times daily", "q12h"),
            ("2x daily", "q12h"),
            ("x2/day", "q12h"),
            ("every 12 hours", "q12h"),
            ("q 12 hours", "q12h"),
            ("q12hrs", "q12h"),
            ("12 hourly", "q12h"),
            ("12-hourly", "q12h"),
            ("twice per day", "q12h"),
            ("every twelve hours", "q12h"),
            ("tid", "q8h"),
            ("t.i.d.", "q8h"),
            ("tds", "q8h"),
            ("three times daily", "q8h"),
            ("3 times a day", "q8h"),
            ("3x a day", "q8h"),
            ("3 x daily", "q8h"),
            ("3 times per day", "q8h"),
            ("every 8 hrs", "q8h"),
            ("q8", None),
            ("qid", "q6h"),
            ("q.i.d.", "q6h"),
            ("qds", "q6h"),
            ("four times a day", "q6h"),
            ("4x/day", "q6h"),
            ("every 6 hrs", "q6h"),
            ("every six hours", "q6h"),
            ("q 6h", "q6h"),
            ("q 6 h", "q6h"),
            ("q.6 h.", "q6h"),
            ("q6hr", "q6h"),
            ("five times a day", "5 times a day"),
            ("5x/day", "5 times a day"),
            ("six times a day", "q4h"),
            ("every 4 hours", "q4h"),
            ("q4h", "q4h"),
            ("every four hours", "q4h"),
            ("every 3 hours", "q3h"),
            ("nightly", "q24h at bedtime"),
            ("qhs", "q24h at bedtime"),
            ("hs", "q24h at bedtime"),
            ("at bedtime", "q24h at bedtime"),
            ("every night", "q24h at bedtime"),
            ("at night", "q24h at bedtime"),
            ("nocte", "q24h at bedtime"),
            ("every morning", "q24h"),
            ("qam", "q24h"),
            ("q am", "q24h"),
            ("mane", "q24h"),
            ("in the evening", "q24h in the evening"),
            ("every evening", "q24h in the evening"),
            ("daily at bedtime", "q24h at bedtime"),
            ("once daily in the evening", "q24h in the evening"),
        ]
        if read
    ],
    (
        "hydrocodone-apap",
        "5/325",
        "2 tabs am, 0 noon, pm",
        "2 x 5/325 mg / 0 x 5/325 mg / 0 x 5/325 mg q8h",
    ),
    # as a plan of q3h prints its doses, which fall to seven a day
    ("hydromorphone-solution", "", "1/1/1/1/1/1/1/0.5 mg", "1/1/1/1/1/1/1/0.5 mg q3h"),
    ("hydromorphone-solution", "", "1/1/1/1/1/1/1 mg", "1/1/1/1/1/1/1 mg 7 times a day"),
    ("hydromorphone-solution", "", "1 mg 7 times a day", "1 mg 7 times a day"),
    # of films in mcg no pair is a combination, whose contents are in mg
    ("buprenorphine-buccal", "", "75/300 mcg", "75/300 mcg q12h"),
    ("hydromorphone-er", "", "16 mg every morning", "16 mg q24h"),
    ("hydromorphone-er", "", "16 mg daily", "16 mg q24h"),
    ("hydromorphone-er", "", "16 mg a day", "16 mg q24h"),
    ("hydromorphone-er", "", "16 mg", "16 mg q24h"),
    ("tramadol-er", "", "100 mg/day", "100 mg q24h"),
    ("oxycodone-ir", "5", "1 tablet daily", "1 x 5 mg q24h"),
    ("oxycodone-ir", "5", "4 tablets a day", "4 x 5 mg q24h"),
    # routes, reasons, advice, durations
    ("oxycodone-ir", "", "10 mg PO q6h", "10 mg q6h"),
    ("oxycodone-ir", "", "Take 10 mg by mouth every 6 hours for severe back pain.", "10 mg q6h"),
    ("oxycodone-ir", "", "10 mg orally q6h with food", "10 mg q6h"),
    ("morphine-er", "", "30 mg q12h. Do not crush or chew.", "30 mg q12h"),
    (
        "morphine-er",
        "",
        "Swallow whole. 30 mg twice daily. Do not break, crush, or chew.",
        "30 mg q12h",
    ),
    ("oxycodone-ir", "", "10 mg q6h. May cause drowsiness.", "10 mg q6h"),
    ("tramadol-ir", "", "50 mg PO QID x 14 days", "50 mg q6h"),
    ("tramadol-ir", "", "50 mg q6h for 7 days", "50 mg q6h"),
    ("tramadol-ir", "", "50 mg q6h #60 no refills", "50 mg q6h"),
    ("oxycodone-ir", "", "oxycodone 10 mg q6h", "10 mg q6h"),
    ("morphine-er", "", "MS Contin 30 mg po bid", "30 mg q12h"),
    ("oxycodone-ir", "5", "Take 1 tablet by mouth four times daily as directed", "1 x 5 mg q6h"),
    # as needed and ranges
    ("oxycodone-ir", "", "10 mg q6h prn", "10 mg q6h prn"),
    ("oxycodone-ir", "", "10 mg q6h as needed for pain", "10 mg q6h prn"),
    ("oxycodone-ir", "", "10 mg every 6 hours when required", "10 mg q6h prn"),
    ("oxycodone-ir", "", "10 mg q6h if needed for moderate to severe pain (4-6)", "10 mg q6h prn"),
    ("morphine-ir", "", "30 mg every 4 hours for breakthrough pain", "30 mg q4h prn"),
    ("oxycodone-ir", "5", "1-2 tabs q4-6h prn max 8/day", "1-2 x 5 mg q4-6h prn max 40 mg a day"),
    ("oxycodone-ir", "5", "1 to 2 tablets every 4 to 6 hours as needed", "1-2 x 5 mg q4-6h prn"),
    ("oxycodone-ir", "5", "one or two tablets every 6 hours prn pain", "1-2 x 5 mg q6h prn"),
    ("oxycodone-ir", "", "5-10 mg q4h", "5-10 mg q4h"),
    ("oxycodone-ir", "", "5 mg to 10 mg every 4 hours", "5-10 mg q4h"),
    ("oxycodone-ir", "", "1-2 tablets (5-10 mg) q4h prn", "1-2 x 5 mg q4h prn"),
    ("oxycodone-ir", "", "5 mg 1-2 tabs q4h prn", "1-2 x 5 mg q4h prn"),
    ("oxycodone-ir", "5", "1 tab bid-tid prn", "1 x 5 mg q8-12h prn"),
    ("oxycodone-ir", "5", "1 tab 2-3 times a day", "1 x 5 mg q8-12h"),
    ("oxycodone-ir", "5", "1 tablet up to 4 times a day", "1 x 5 mg q6h prn"),
    ("oxycodone-ir", "5", "up to 2 tablets every 6 hours as needed", "1-2 x 5 mg q6h prn"),
    ("oxycodone-ir", "", "10 mg q4h prn, max 40 mg/day", "10 mg q4h prn max 40 mg a day"),
    (
        "oxycodone-ir",
        "",
        "10 mg q4h prn, no more than 4 doses a day",
        "10 mg q4h prn max 40 mg a day",
    ),
    ("oxycodone-ir", "5", "1 tab q4h prn. MDD 6 tabs", "1 x 5 mg q4h prn max 30 mg a day"),
    (
        "oxycodone-ir",
        "5",
        "1 tab q6h prn. Do not take more than 4 tablets per day.",
        "1 x 5 mg q6h prn max 20 mg a day",
    ),
    (
        "hydrocodone-apap",
        "5/325",
        "1-2 tabs q6h prn, not to exceed 8 tabs in 24 hours",
        "1-2 x 5/325 mg q6h prn max 40 mg a day",
    ),
    (
        "hydrocodone-apap",
        "5/325",
        "1 tab q6h prn. Do not exceed 4 g of acetaminophen per day",
        "1 x 5/325 mg q6h prn",
    ),
]


@pytest.mark.parametrize(("product", "strength", "text", "read"), [row for row in READ if row[3]])
def test_directions_are_read_as(product, strength, text, read):
    assert str(prescription(product, text, strength)) == read


@pytest.mark.parametrize(
    ("product", "strength", "read"), sorted({(p, s, read) for p, s, _, read in READ if read})
)
def test_what_is_printed_is_read_as_the_same(product, strength, read):
    first = prescription(product, read, strength)
    assert str(first) == read
    assert prescription(product, str(first), strength) == first


# product, the strength in its name, what is written, what the error says, what the hint says
REFUSED = [
    # a pair of numbers is a combination, or an error
    ("oxycodone-ir", "", "5/325 mg bid", "strength of a combination", "oxycodone-apap"),
    (
        "oxycodone-er",
        "",
        "10/325 mg",
        "strength of a combination",
        "oxycodone-apap or hydrocodone-apap has it",
    ),
    (
        "tapentadol-ir",
        "",
        "50/325 mg bid",
        "strength of a combination",
        "the product that has both ingredients",
    ),
    ("morphine-ir", "", "15/300 mg bid", "strength of a combination", "codeine-apap"),
    ("morphine-ir", "", "500-30 mg bid", "strength of a combination", ""),
    ("hydrocodone-apap", "", "10/500 mg q6h", "not marketed as 10/500", "10/325"),
    ("codeine-apap", "", "5/325 mg q6h", "not marketed as 5/325", "30/300"),
    # one dose, or the total of a day
    ("hydrocodone-apap", "", "60 mg daily", "total of a day", "10 mg q4h"),
    ("oxycodone-ir", "", "40 mg a day", "total of a day", "10 mg q6h"),
    ("oxycodone-ir", "", "37.5 mg daily", "total of a day", "once a day"),
    ("morphine-er", "", "60 mg daily", "total of a day", "write 30 mg q12h, or 60 mg once"),
    ("morphine-er", "", "60 mg/day", "total of a day", "once a day"),
    ("morphine-solution", "", "10 mL daily", "total of a day", ""),
    ("oxycodone-ir", "5", "8 tablets a day", "total of a day", "10 mg q6h"),
    ("hydromorphone-er", "", "320 mg daily", "total of a day", ""),
    # what is left open
    ("oxycodone-ir", "", "1 tab q6h", "of which strength", "1 tab (5 mg)"),
    ("oxycodone-ir", "", "2 tablets (20 mg) q6h", "one unit, or of all", "2 x 20 mg"),
    ("fentanyl-patch", "", "1 patch q72h", "of which strength", "25"),
    ("fentanyl-patch", "", "every 72 hours", "patch of which strength", "mcg/h"),
    ("oxycodone-ir", "", "10 q6h", "has no unit", "write 10 mg q6h"),
    ("oxycodone-ir", "5", "max 8/day", "no amount", ""),
    ("oxycodone-ir", "", "10 mg q4h prn max 8/day", "of what", "mg a day"),
    ("oxycodone-ir", "", "prn", "no amount", ""),
    ("oxycodone-ir", "", "10 mg and 5 mg", "second amount", "in the morning"),
    ("oxycodone-ir", "", "10 mg bid tid", "second frequency", ""),
    ("oxycodone-ir", "", "30/15/30 mg bid", "3 amounts, but q12h", ""),
    ("oxycodone-ir", "", "30 mg am, 15 mg am", "stands twice", ""),
    ("morphine-er", "", "30 mg in the morning tid", "1 amounts|do not fit|but q8h", ""),
    # patches
    ("fentanyl-patch", "", "100 mcg/h every 7 days", "does not last q7d", "q72h"),
    ("buprenorphine-patch", "", "10 mcg/h every 3 weeks", "does not last", "q7d"),
    ("fentanyl-patch", "", "25 mcg q72h", "measured in mcg/h", "mcg/h"),
    # words of a dose behind a reason or a warning are not passed over
    ("oxycodone-ir", "5", "1 tablet tid for pain and two tablets at bedtime", "second amount", ""),
    ("oxycodone-ir", "5", "1 tab tid for pain plus one extra at night", "'plus' is not", ""),
    ("oxycodone-ir", "5", "1 tab bid do not crush, two at night", "second amount", ""),
    (
        "oxycodone-ir",
        "5",
        "2 tablets of 10 mg q6h",
        "not the strength in the product's name|no strength",
        "",
    ),
    (
        "oxycodone-apap",
        "5/325",
        "10/325 mg 1 tablet q6h",
        "not the strength in the product's name",
        "",
    ),
    # what is not understood
    ("oxycodone-ir", "", "10 mg q6h then 5 mg q6h", "'then' is not understood", ""),
    ("oxycodone-ir", "", "10 mg q7h", "not a frequency", ""),
    ("oxycodone-ir", "", "10 mg seldom", "'seldom' is not understood", ""),
    ("oxycodone-ir", "", "10 mg q8", "not understood", ""),
    ("oxycodone-ir", "", "7,5 mg q12h", "comma", "decimal point"),
    ("oxycodone-ir", "", ".5 mg q12h", "leading zero", "0.5 mg"),
    ("oxycodone-ir", "", "-5 mg q12h", "negative", "above 0"),
    ("oxycodone-ir", "", "0 mg q12h", "zero", ""),
    ("oxycodone-ir", "", "10-5 mg q6h", "range does not fall", "5-10 mg"),
    ("oxycodone-ir", "", "10 mcg q6h", "measured in mg", ""),
    ("oxycodone-ir", "", "10 mL q6h", "no liquid", "mg"),
    ("oxycodone-ir", "", "10 mg once", "not understood", ""),
    (
        "oxycodone-ir",
        "",
        "10 mg every 6 hours, may increase to 20 mg",
        "'may' is not understood|second amount",
        "",
    ),
    ("morphine-solution", "", "5 mg (5 mL) q4h", "two amounts differ", "2 mg/mL"),
    ("morphine-solution", "", "5 mL of 3 mg/mL q4h", "no such concentration", "2 mg/mL"),
    ("oxycodone-ir", "", "hydrocodone 10 mg q6h", "'hydrocodone' is not understood", ""),
]


@pytest.mark.parametrize(("product", "strength", "text", "message", "hint"), REFUSED)
def test_what_cannot_be_read_is_an_error(product, strength, text, message, hint):
    problem = refusal(product, text, strength)
    assert any(part in problem.message for part in message.split("|")), problem
    assert hint in problem.hint, problem


def test_the_caret_stands_under_the_words_that_are_not_understood():
    problem = refusal("oxycodone-ir", "10 mg PO q6h until better")
    assert problem.value[slice(*problem.span)] == "until"


def test_durations_are_passed_over_and_this_is_kept():
    assert prescription("tramadol-ir", "50 mg QID x 14 days").passed_over == ("x 14 days",)
    assert prescription("tramadol-ir", "50 mg QID for 7 days #28").passed_over == (
        "for 7 days",
        "#28",
    )


def test_uk_patches_twice_weekly_last_four_days():
    read = prescription("buprenorphine-patch-transtec", "35 mcg/h twice weekly", market="uk")
    assert str(read) == "35 mcg/h q96h"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows("sigs.csv"), ids=lambda row: row["sig"])
def test_directions_from_public_records(row):
    read = prescription(row["product"], row["sig"], row["strength"], row["market"])
    number = row["a_day"].partition(" ")[0]
    words = row["sig"].lower().replace(".", "")
    assert read.prn == any(word in words for word in ("prn", "needed", "breakthrough"))
    if row["kind"] == "range":
        assert read.leaves_open
        assert (read.most > read.amounts[0]) == ("5-10" in row["sig"] or "1-2" in row["sig"])
        if row["a_day"] == "max 6":
            assert read.most_per_day == 6 * 5000
    elif row["kind"] == "patch":
        assert read.hours == int(number)
        assert str(read).startswith(f"1 x {row['strength']} ")
    elif row["kind"] == "unit":
        assert read.count * read.administrations == int(number)
        assert read.strength == row["strength"]
    else:
        assert read.amounts[0] * read.administrations == int(number) * 1000


@pytest.mark.parametrize(("low", "high"), [("5", "10"), ("10", "20"), ("20", "40")])
@pytest.mark.parametrize("market", ["uk", "ca", "au"])
def test_a_range_whose_ends_are_a_combination_there_is_written_with_to(market, low, high):
    # Targin 10/5: a dash between the two would be the combination
    product = formulary(market).products["oxycodone-ir"]
    written = read_dose(f"{low} to {high} mg q6h prn", product)
    assert str(written) == f"{low} to {high} mg q6h prn"
    assert read_dose(str(written), product) == written
    with pytest.raises(InputError) as caught:
        read_dose(f"{low}-{high} mg q6h prn", product)
    assert caught.value.problems[0].hint.endswith(
        f"as a range: {low} to {high} mg; as two doses of a day: {low} mg in the morning and {high} mg in the evening"
    )


@pytest.mark.parametrize("dose", ["5/325 mg bid", "10/325 mg", "15/300 mg bid", "500-30 mg bid"])
def test_no_hint_leads_to_the_content_of_the_other_ingredient_as_a_dose(dose):
    with pytest.raises(InputError) as caught:
        read_dose(dose, formulary().products["morphine-ir"])
    (problem,) = caught.value.problems
    assert not re.search(r"\b(300|325|500)\b", problem.hint)
