"""The sweep, with documents of the second reading's own rows in place of the program's."""

import pytest
from printed import document

from taper import InputError
from verify import page
from verify.clock import CannotPlan
from verify.starts import starts
from verify.sweep import parts_of, plans_of, sweep
from verify.tally import Tally

SOME = starts(["codeine-apap"])[::9]


def made(fields):
    try:
        return document(fields)[0]
    except CannotPlan as error:
        raise InputError(str(error)) from error


@pytest.fixture(scope="module")
def whole() -> Tally:
    return sweep(SOME, made)


def test_every_plan_is_counted_and_no_law_is_broken(whole):
    assert whole.faults == []
    assert sum(whole.counts["plans"].values()) == plans_of(SOME)


def test_parts_add_up_to_the_whole(whole):
    joined = Tally()
    for part in parts_of(SOME, 3):
        joined.join(sweep(part, made))
    assert (joined.digest, joined.counts, joined.most) == (whole.digest, whole.counts, whole.most)


def test_a_tally_is_kept_for_the_same_code(whole, tmp_path):
    path = tmp_path / "part.json"
    whole.save(path, "code")
    assert Tally.read(path, "code") == whole
    assert Tally.read(path, "another") is None


def test_another_dose_is_a_fault_of_the_second_reading():
    def shifted(fields):
        plan = made(fields)
        plan["steps"][1]["kind"] = "baseline"
        return plan

    found = sweep(SOME[:1], shifted)
    assert found.counts["faults"]["rows-are-those-of-the-second-reading"]


def test_a_document_that_cannot_be_read_is_a_fault():
    def broken(fields):
        plan = made(fields)
        del plan["steps"][1]["doses"]
        return plan

    assert "cannot be read" in sweep(SOME[:1], broken).faults[0]


def test_the_page_says_what_was_found(whole):
    text = page.text(whole, SOME)
    assert "none broken" in text
    assert f"{whole.digest:016x}" in text
