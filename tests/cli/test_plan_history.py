"""`taper plan --history FILE`: what is taken, from a pharmacy's or a programme's report."""

from __future__ import annotations

import json

FILLS = """Drug,Date Filled,Quantity,Days Supply
Oxycodone Hcl (Ir) 5 Mg Tablet,10/08/2026,120,30
Oxycodone Hcl (Ir) 5 Mg Tablet,11/07/2026,120,30
Tramadol Hcl 50 Mg Tablet,11/20/2026,30,10
Gabapentin 300 Mg Capsule,11/20/2026,90,30
"""
PLAN = ("plan", "oxycodone-ir", "1-2 x 5 mg q4-6h prn", "--start", "2026-12-07")
KNOWN = ("--on-opioids-for", "8w")


def file(tmp_path, text=FILLS):
    path = tmp_path / "fills.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_it_prints_how_it_was_reckoned_and_what_it_did_not_use(taper, tmp_path):
    ran = taper(*PLAN, *KNOWN, "--history", file(tmp_path))
    assert ran.status == 0
    shown = " ".join(ran.out.split())
    assert "20 mg a day, 30 MME" in shown
    assert "120 tablets of 5 mg from 2026-10-08 to 2026-11-07 (30 days), 20 mg a day" in shown
    lines = ran.err.splitlines()
    assert "3 fills of opioids (product from 'Drug', start from 'Date Filled'" in lines[0]
    assert "dates are read month first: as in 11/20/2026" in lines[1]
    assert lines[2] == "passed over: 1 fill of no opioid (Gabapentin 300 Mg Capsule)"
    assert lines[3] == "history: there are fills of tramadol-ir, which is not in this plan"


def test_the_plan_holds_the_fills_and_needs_the_file_no_more(taper, tmp_path):
    where, saved = file(tmp_path), str(tmp_path / "plan.json")
    ran = taper(*PLAN, *KNOWN, "--history", where, "-o", saved)
    assert ran.status == 0
    assert "warning: What was dispensed is not what is taken" in ran.err
    (tmp_path / "fills.csv").unlink()
    again = taper("plan", saved, "--format", "json")
    assert again.out == (tmp_path / "plan.json").read_text(encoding="utf-8")


def test_a_dose_that_is_known_says_that_its_fills_do_not_count(taper, tmp_path):
    ran = taper("plan", "oxycodone-ir", "5 mg q6h", *PLAN[3:], "--history", file(tmp_path))
    assert ran.status == 0
    assert "history: the dose of oxycodone-ir is known" in ran.err


def test_a_file_that_is_not_there_or_not_one(taper, tmp_path):
    ran = taper(*PLAN, "--history", str(tmp_path / "no.csv"))
    assert ran.status == 1
    assert "cannot be read" in ran.err
    ran = taper(*PLAN, "--history", file(tmp_path, "a,b\n1,2\n"))
    assert ran.status == 2
    assert "no columns of a dispensing history" in ran.err


def test_an_order_and_its_history(taper, tmp_path):
    order = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "medicationCodeableConcept": {"text": "oxyCODONE 5 mg immediate release tablet"},
        "dosageInstruction": [{"text": "1-2 tablets every 4-6 hours as needed for pain"}],
    }
    path = tmp_path / "order.json"
    path.write_text(json.dumps(order), encoding="utf-8")
    ran = taper(
        *("plan", str(path), "--start", "2026-12-07", *KNOWN, "--history", file(tmp_path)),
        *("--format", "json"),
    )
    assert ran.status == 0
    assert json.loads(ran.out)["steps"][0]["daily_dose"] == "20"
