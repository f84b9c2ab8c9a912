"""Contract 3.1 and 3.2: cases from the field, each with what it must give.

The kinds, and what else each mends (more cases of each stand in the named tests):

- *a combination read as two doses* (combo): any pair that is a strength of a marketed combination,
  in either order, or has a content of the other ingredient (test_3_2_grammar, laws of the grammar);
- *a name answered with another medicine* (name-1, name-2): a drug that is not in the formulary
  names no other drug (test_3_1_names); *names as records write them* (name-4 to name-6): every name
  of RxNorm, the NDC directory and dm+d of a product here, and codes;
- *directions as records write them* (sig): a hundred more in test_3_2_field_sigs, in three letter
  cases each; *as the tool prints them* (liquid-1): print and read back is a law;
- *a hint that leads to the next error* (hint-1), *the total of a day* (daily-1), *a patch beyond its
  time* (patch-7d): units that are never cut, amounts a day of what has no 24-hour interval, any
  interval over twice the label's;
- *what a spreadsheet does*, *the same through batch*, *neutralising* (excel, combo-5, csv-1):
  tests/batch/test_extracts.py; *records of health systems* (fhir-in-1): test_3_6_irregular_orders;
- cases of `taper check`: the tests of `taper/lint`.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from taper.errors import InputError
from taper.reading import read

CASES = {
    case["id"]: case
    for case in json.loads(
        (Path(__file__).parent.parent / "data" / "field-cases.json").read_text(encoding="utf-8")
    )
}
PLANNED = {
    "combo-1": ("codeine-apap", "30/300 mg q12h"),
    "name-4": ("codeine-apap", "1 x 30/300 mg q6h"),
    "name-5": ("oxycodone-ir", "5 mg q6h"),
    "name-6": ("morphine-er", "60 mg q12h"),
    "sig-1": ("oxycodone-ir", "10 mg q6h"),
    "sig-2": ("morphine-er", "30 mg q12h"),
    "sig-3": ("oxycodone-ir", "10 mg q6h"),
    "sig-4": ("methadone-tablet", "10 mg q8h"),
    "sig-5": ("hydromorphone-er", "16 mg q24h"),
    "sig-6": ("hydrocodone-apap", "10/325 mg q6h"),
    "sig-7": ("buprenorphine-patch", "10 mcg/h q7d"),
    "sig-8": ("fentanyl-patch", "25 mcg/h q72h"),
    "sig-9": ("fentanyl-patch", "25 mcg/h q72h"),
    "sig-11": ("morphine-er", "1 x 30 mg q12h"),
    "liquid-1": ("morphine-solution", "5 mg q4h"),
}
REFUSED = {
    "combo-2": ("dose", "strength of a combination", "oxycodone-apap"),
    "combo-4": ("dose", "strength of a combination", "oxycodone-apap"),
    "name-1": ("product", "naloxone reverses an overdose", ""),
    "name-2": ("product", "not in the us formulary", ""),
    "sig-10": ("taking", "range", "--taking"),
    "hint-1": ("dose", "never cut", "whole tablets"),
    "daily-1": ("dose", "total of a day", "10 mg q4h"),
    "patch-7d": ("dose", "does not last q7d", "q72h"),
}


def asked(case: str) -> dict[str, str]:
    """The request of a case's command."""
    _, _, product, dose, *options = shlex.split(CASES[case]["command"])
    fields = {"product": product, "dose": dose}
    for name, value in zip(options[::2], options[1::2], strict=True):
        fields[name.removeprefix("--").replace("-", "_")] = value
    return fields


@pytest.mark.parametrize("case", PLANNED)
def test_a_case_is_read_as(case):
    request = read(asked(case))
    assert (request.product.id, str(request.prescription)) == PLANNED[case]


@pytest.mark.parametrize("case", REFUSED)
def test_a_case_is_refused_with_what_to_do(case):
    field, message, hint = REFUSED[case]
    with pytest.raises(InputError) as caught:
        read(asked(case))
    (problem,) = caught.value.problems
    assert problem.field == field
    assert message in problem.message
    assert hint in problem.hint
