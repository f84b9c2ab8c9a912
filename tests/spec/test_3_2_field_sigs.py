"""Contract 3.2: directions as records and labels write them, each with what it must be.

Written before anything was read, from the styles of Epic, Cerner, pharmacy labels and NHS
prescriptions. ``None`` is refused: no dose of a day follows from the words.
"""

from __future__ import annotations

import pytest

from taper.errors import InputError
from taper.formulary.market import formulary
from taper.reading.dose import read_dose

US = [
    (
        "oxycodone-ir",
        "5",
        "TAKE ONE TABLET BY MOUTH EVERY 6 HOURS AS NEEDED FOR PAIN",
        "1 x 5 mg q6h prn",
    ),
    (
        "oxycodone-ir",
        "5",
        "1-2 TABS PO Q4-6H PRN MAX 8 TABS PER DAY",
        "1-2 x 5 mg q4-6h prn max 40 mg a day",
    ),
    (
        "oxycodone-ir",
        "5",
        "Take 1 tab in the morning and 2 tabs at bedtime",
        "1 x 5 mg / 2 x 5 mg q12h in the morning and at bedtime",
    ),
    ("fentanyl-patch", "25", "Apply 1 patch every 72 hours", "1 x 25 mcg/h q72h"),
    (
        "oxycodone-ir",
        "10",
        "take 1 tablet (10 mg total) by mouth every 6 (six) hours as needed for moderate pain (4-6)",
        "1 x 10 mg q6h prn",
    ),
    (
        "oxycodone-ir",
        "5",
        "Take 2 tablets (10 mg total) by mouth every 4 (four) hours as needed for severe pain (7-10). Max daily amount: 60 mg",
        "2 x 5 mg q4h prn max 60 mg a day",
    ),
    ("oxycodone-ir", "5", "Take 1 tablet by mouth 4 (four) times daily", "1 x 5 mg q6h"),
    ("oxycodone-ir", "5", "Take one tablet by mouth four times daily.", "1 x 5 mg q6h"),
    ("oxycodone-ir", "5", "TAKE 1 TABLET(S) BY MOUTH EVERY 4 HOURS AS NEEDED", "1 x 5 mg q4h prn"),
    ("oxycodone-ir", "5", "T1T PO Q6H PRN", None),
    ("oxycodone-ir", "5", "1 TAB PO QID PRN", "1 x 5 mg q6h prn"),
    ("oxycodone-ir", "5", "1 TABLET ORALLY EVERY 8 HOURS", "1 x 5 mg q8h"),
    ("oxycodone-ir", "5", "1 tab Oral q6hr PRN pain", "1 x 5 mg q6h prn"),
    ("oxycodone-ir", "5", "5 mg = 1 tab, PO, q6hr, PRN pain, # 20 tab, 0 Refill(s)", None),
    ("oxycodone-ir", "5", "5 mg, Oral, Every 4 hours PRN", "5 mg q4h prn"),
    ("oxycodone-ir", "5", "5 mg, oral, q6h PRN, moderate pain", "5 mg q6h prn"),
    (
        "oxycodone-ir",
        "5",
        "Take 1 to 2 tablets by mouth every 4 to 6 hours as needed",
        "1-2 x 5 mg q4-6h prn",
    ),
    (
        "oxycodone-ir",
        "5",
        "take one (1) tablet by mouth every six (6) hours as needed",
        "1 x 5 mg q6h prn",
    ),
    (
        "oxycodone-ir",
        "5",
        "take one or two tablets every 6 hours as needed for pain",
        "1-2 x 5 mg q6h prn",
    ),
    ("oxycodone-ir", "5", "TK 1 T PO Q 6 H PRN P", None),
    (
        "oxycodone-ir",
        "5",
        "Take 1 tablet every morning and 1 tablet every evening",
        "1 x 5 mg q12h",
    ),
    ("oxycodone-ir", "5", "Take 1 tablet by mouth at bedtime", "1 x 5 mg q24h at bedtime"),
    (
        "oxycodone-ir",
        "5",
        "Take 1 tablet (5 mg) by mouth nightly as needed",
        "1 x 5 mg q24h at bedtime prn",
    ),
    (
        "oxycodone-ir",
        "5",
        "one po q 4-6 h prn pain no more than 6 a day",
        "1 x 5 mg q4-6h prn max 30 mg a day",
    ),
    (
        "oxycodone-ir",
        "5",
        "Take 1 tablet by mouth every 6 hours as needed for pain, not to exceed 4 tablets per day",
        "1 x 5 mg q6h prn max 20 mg a day",
    ),
    (
        "oxycodone-ir",
        "5",
        "Take 1 tablet every 6 hours as needed for pain. Do not exceed 4 tablets in 24 hours",
        "1 x 5 mg q6h prn max 20 mg a day",
    ),
    (
        "oxycodone-ir",
        "5",
        "Take 1 tablet by mouth every 6 hours as needed for up to 7 days",
        "1 x 5 mg q6h prn",
    ),
    (
        "oxycodone-ir",
        "5",
        "Take 1 tablet by mouth every 6 hours as needed for pain for up to 5 days. Max Daily Amount: 20 mg",
        "1 x 5 mg q6h prn max 20 mg a day",
    ),
    ("oxycodone-ir", "5", "Take 0.5 tablets by mouth every 6 hours", "0.5 x 5 mg q6h"),
    ("oxycodone-ir", "5", "take 1/2 tablet twice a day", "0.5 x 5 mg q12h"),
    ("oxycodone-ir", "5", "take one and a half tablets bid", "1.5 x 5 mg q12h"),
    ("oxycodone-ir", "5", "1 tab BID", "1 x 5 mg q12h"),
    ("oxycodone-ir", "5", "1 t.i.d.", "1 x 5 mg q8h"),
    ("oxycodone-ir", "5", "i tab po tid", None),
    (
        "morphine-er",
        "30",
        "Take 1 tablet (30 mg total) by mouth 2 (two) times daily",
        "1 x 30 mg q12h",
    ),
    (
        "morphine-er",
        "30",
        "Take 1 tablet (30 mg total) by mouth every 12 (twelve) hours. Do not crush, chew, or split.",
        "1 x 30 mg q12h",
    ),
    ("morphine-er", "30", "30 mg PO BID", "30 mg q12h"),
    ("morphine-er", "30", "TAKE 1 TABLET TWICE DAILY", "1 x 30 mg q12h"),
    ("morphine-er", "30", "1 tablet 12 hourly", "1 x 30 mg q12h"),
    ("morphine-er", "30", "TAKE 1 TAB BY MOUTH EVERY 8 HRS", "1 x 30 mg q8h"),
    (
        "morphine-er",
        "30",
        "Take 2 tablets by mouth in the morning, 1 tablet at noon and 2 tablets in the evening",
        "2 x 30 mg / 1 x 30 mg / 2 x 30 mg q8h",
    ),
    ("morphine-er", "30", "2 tabs qAM and 1 tab qPM", "2 x 30 mg / 1 x 30 mg q12h"),
    (
        "hydrocodone-apap",
        "5/325",
        "Take 1 tablet by mouth every 6 (six) hours as needed for moderate pain or severe pain.",
        "1 x 5/325 mg q6h prn",
    ),
    ("hydrocodone-apap", "5/325", "1 TAB PO Q 4-6 HRS PRN PAIN", "1 x 5/325 mg q4-6h prn"),
    ("hydrocodone-apap", "5/325", "1-2 po q6h prn", None),
    (
        "hydrocodone-apap",
        "5/325",
        "TAKE 1 TABLET BY MOUTH EVERY 4 TO 6 HOURS AS NEEDED FOR PAIN. MDD: 6",
        "1 x 5/325 mg q4-6h prn max 30 mg a day",
    ),
    (
        "hydrocodone-apap",
        "5/325",
        "Take 1 tablet by mouth 3 times a day as needed",
        "1 x 5/325 mg q8h prn",
    ),
    ("hydrocodone-apap", "5/325", "TAKE ONE TABLET THREE TIMES A DAY", "1 x 5/325 mg q8h"),
    (
        "hydrocodone-apap",
        "5/325",
        "Take 1-2 Tabs by mouth every four (4) hours as needed for Pain. Max Daily Amount: 12 Tabs.",
        "1-2 x 5/325 mg q4h prn max 60 mg a day",
    ),
    ("fentanyl-patch", "25", "Place 1 patch onto the skin every 72 hours", "1 x 25 mcg/h q72h"),
    ("fentanyl-patch", "25", "Place 1 patch onto the skin every third day", "1 x 25 mcg/h q72h"),
    ("fentanyl-patch", "25", "APPLY ONE PATCH TO SKIN EVERY THREE DAYS", "1 x 25 mcg/h q72h"),
    ("fentanyl-patch", "25", "Apply 1 patch topically every 48 hours", "1 x 25 mcg/h q48h"),
    (
        "fentanyl-patch",
        "25",
        "Place 1 Patch on the skin every 3 (three) days. Remove old patch.",
        "1 x 25 mcg/h q72h",
    ),
    ("fentanyl-patch", "25", "1 patch transdermal q72hr", "1 x 25 mcg/h q72h"),
    ("fentanyl-patch", "25", "apply 2 patches every 72 hours", "2 x 25 mcg/h q72h"),
    ("buprenorphine-patch", "10", "Apply 1 patch once weekly", "1 x 10 mcg/h q7d"),
    (
        "buprenorphine-patch",
        "10",
        "Place 1 patch onto the skin every 7 (seven) days",
        "1 x 10 mcg/h q7d",
    ),
    (
        "tramadol-ir",
        "50",
        "Take 1 tablet (50 mg total) by mouth every 6 (six) hours as needed for pain",
        "1 x 50 mg q6h prn",
    ),
    (
        "tramadol-ir",
        "50",
        "TAKE 1 TO 2 TABLETS BY MOUTH THREE TIMES A DAY AS NEEDED",
        "1-2 x 50 mg q8h prn",
    ),
    ("tramadol-ir", "50", "100 mg PO TID", "100 mg q8h"),
    (
        "tramadol-ir",
        "50",
        "50-100 mg every 4 to 6 hours, max 400 mg/day",
        "50-100 mg q4-6h max 400 mg a day",
    ),
    ("tramadol-ir", "50", "Take 1 tablet by mouth twice a day, may increase to 2 tablets", None),
    ("tramadol-ir", "50", "Take 1 tablet daily for 3 days, then 2 tablets daily", None),
    ("tramadol-ir", "50", "Take as directed", None),
    ("tramadol-ir", "50", "use as directed per taper", None),
    ("tramadol-ir", "50", "Take 1 tablet every other day", "1 x 50 mg q48h"),
    ("oxycodone-ir", "5", "Take 1 tablet every 6 hours alternating with ibuprofen", None),
    ("oxycodone-ir", "5", "take 1-2 tablets by mouth every 4 hours; 3 tablets at bedtime", None),
    (
        "morphine-solution",
        None,
        "Take 5 mL (10 mg total) by mouth every 4 hours as needed",
        "10 mg q4h prn",
    ),
    ("morphine-solution", None, "Take 2.5 mL by mouth every 6 hours", "5 mg q6h"),
    ("morphine-solution", None, "10 mg (5 mL) po q4h prn pain", "10 mg q4h prn"),
    ("methadone-tablet", "10", "Take 1 tablet by mouth every 8 (eight) hours", "1 x 10 mg q8h"),
    ("methadone-tablet", "10", "2 tabs po q8h for chronic pain", "2 x 10 mg q8h"),
    (
        "hydromorphone-ir",
        "2",
        "Take 1-2 tablets (2-4 mg total) by mouth every 4 (four) hours as needed for severe pain",
        "1-2 x 2 mg q4h prn",
    ),
    ("oxycodone-ir", "5", "Take 1 tablet by mouth daily as needed", "1 x 5 mg q24h prn"),
    (
        "oxycodone-ir",
        "5",
        "Take 1 tablet by mouth every 4-6 hours as needed for pain - max 5 per day",
        None,
    ),
    ("oxycodone-ir", "5", "Take 1 tablet by mouth 30 minutes before physical therapy", None),
    (
        "oxycodone-ir",
        "5",
        "Take 1 Tablet by mouth every 6 hours, as needed, for breakthrough pain; max of 3 tablets daily",
        "1 x 5 mg q6h prn max 15 mg a day",
    ),
    (
        "oxycodone-ir",
        "5",
        "1 tablet by mouth every 6 hrs as needed for post-op pain",
        "1 x 5 mg q6h prn",
    ),
    ("oxycodone-ir", "5", "Take 1 tablet by mouth 2 times daily with food", "1 x 5 mg q12h"),
    ("oxycodone-ir", "5", "Take 3 tablets daily", "3 x 5 mg q24h"),
    ("oxycodone-ir", "5", "Take 1 tablet 5 times daily", "1 x 5 mg 5 times a day"),
    ("oxycodone-ir", "5", "Take 15 mg every 6 hours (3 tablets)", None),
    ("oxycodone-ir", "5", "Dispense 30 tablets. Take 1 tablet every 6 hours.", "1 x 5 mg q6h"),
    ("oxycodone-ir", "5", "1 tab po q6h prn pain #28 no refills", "1 x 5 mg q6h prn"),
    ("oxycodone-ir", "5", "Take 1 tablet (5 mg) every six hours scheduled", "1 x 5 mg q6h"),
    (
        "oxycodone-ir",
        "5",
        "Take one tablet in AM, one tablet at noon, one tablet in PM and one at bedtime",
        "1 x 5 mg q6h",
    ),
    ("oxycodone-ir", "5", "5mg q6", None),
    ("oxycodone-ir", "5", "5mg q 6 hrs prn", "5 mg q6h prn"),
    ("oxycodone-ir", "5", "5 mg every 6-8 hours as needed", "5 mg q6-8h prn"),
    ("oxycodone-ir", "5", "Take 1 tablet up to 3 times a day as needed", "1 x 5 mg q8h prn"),
    ("oxycodone-ir", "5", "Take up to 2 tablets every 6 hours as needed", "1-2 x 5 mg q6h prn"),
]
UK = [
    ("morphine-mr-mst-continus", "30", "ONE to be taken TWICE a day", "1 x 30 mg q12h"),
    ("morphine-mr-mst-continus", "30", "Take ONE tablet every 12 hours", "1 x 30 mg q12h"),
    (
        "morphine-mr-mst-continus",
        "30",
        "one to be taken every 12 hours, swallow whole, do not chew",
        "1 x 30 mg q12h",
    ),
    ("morphine-mr-mst-continus", "30", "1 BD", "1 x 30 mg q12h"),
    ("co-codamol", "30/500", "ONE to be taken FOUR times a day", "1 x 30/500 mg q6h"),
    (
        "co-codamol",
        "30/500",
        "Take 1 or 2 tablets up to 4 times a day when required",
        "1-2 x 30/500 mg q6h prn",
    ),
    (
        "co-codamol",
        "30/500",
        "Two to be taken every 4 to 6 hours when required for pain. Maximum 8 in 24 hours",
        "2 x 30/500 mg q4-6h prn max 240 mg a day",
    ),
    ("co-codamol", "30/500", "1-2 QDS PRN", "1-2 x 30/500 mg q6h prn"),
    ("co-codamol", "30/500", "TAKE ONE OR TWO 4 TIMES/DAY", "1-2 x 30/500 mg q6h"),
    ("fentanyl-patch-matrifen", "25", "Apply ONE patch every 72 hours", "1 x 25 mcg/h q72h"),
    ("fentanyl-patch-matrifen", "25", "Change every third day", "1 x 25 mcg/h q72h"),
]


@pytest.mark.parametrize(
    ("market", "product", "label", "text", "dose"),
    [*(("us", *case) for case in US), *(("uk", *case) for case in UK)],
)
def test_directions_are_read_as_this_dose_or_refused(market, product, label, text, dose):
    of = formulary(market).products[product]
    strength = next((each for each in of.strengths if each.label == label), None)
    for said in (text, text.upper(), f"  {text.lower()} "):
        if dose is None:
            with pytest.raises(InputError):
                read_dose(said, of, strength)
        else:
            found = read_dose(said, of, strength)
            assert str(found) == dose
            assert read_dose(str(found), of, strength) == found
