"""A finding: its level, what it says and who says so, of a plan and of a saved one."""

from __future__ import annotations

import pytest

from taper.errors import InputError
from taper.safety.catalogue import Finding, Words, explain


def test_a_finding_that_was_saved_stays_as_it_was_saved():
    saved = Finding("naloxone", words=Words("warning", "as it was said", "who said it"))
    assert (saved.level, saved.message, saved.source) == (
        "warning",
        "as it was said",
        "who said it",
    )


@pytest.mark.parametrize(
    ("finding", "level"),
    [
        (Finding("pregnancy"), "error"),
        (Finding("pregnancy", variant="_with_specialist"), "warning"),
        (Finding("high-dose-specialist", variant="_not_assessed"), "warning"),
        (Finding("naloxone"), "note"),
    ],
)
def test_the_level(finding, level):
    assert finding.level == level


def test_the_source_of_a_market():
    american = Finding("acetaminophen-over-maximum")
    british = Finding("acetaminophen-over-maximum", market="uk")
    assert american.source.startswith("US labels of the acetaminophen combinations")
    assert british.source.startswith("NHS Fife")


def test_the_rows_that_a_finding_is_about():
    values = (("days", "85"), ("most", "12 weeks"))
    assert Finding("long-row", (2,), values).message.endswith("product fits (step 2)")
    assert Finding("long-row", (2, 5), values).message.endswith("product fits (steps 2, 5)")
    assert Finding("long-row", (2, 5), values).step == 2
    assert Finding("long-row", (), values).step is None


def test_an_entry_is_found_by_its_id_and_a_misspelled_one_by_the_nearest():
    assert explain(" Naloxone ")["level"] == "note"
    with pytest.raises(InputError) as caught:
        explain("naloxon")
    (problem,) = caught.value.problems
    assert (problem.field, problem.message) == ("id", "'naloxon' is not a finding")
    assert problem.hint.startswith("one of naloxone")
    assert problem.value == "naloxon"
    with pytest.raises(InputError) as caught:
        explain("zzzzzz")
    assert "rate-over-band, out-of-scope" in caught.value.problems[0].hint
