"""The patient's hand-out: plain, right for the plan, safe to print, readable by a machine."""

from __future__ import annotations

import re

import pytest
import textstat
from handouts import PLANS, START, plan_of

from taper import InputError
from taper.export import Options, render
from taper.export.handout.page import Handout, handout
from taper.planning.make import planned as plan

GRADE = 6  # Flesch-Kincaid, of the English text


def sections(page: Handout) -> list:
    advice = page.advice
    found = [page.important, advice.take, advice.patch, advice.expect, advice.now]
    found += [advice.crisis, advice.call, advice.naloxone, page.store]
    return [section for section in found if section]


def sentences(page: Handout) -> list[str]:
    """The prose of a hand-out: what is read as sentences, not tables and dates."""
    found = [*page.intro, page.steps_lead, page.chart_text]
    for section in sections(page):
        found += [section.title, section.lead, *section.items, section.last]
    for card in page.steps:
        found += [card.title, *card.notes, card.ticks.lead]
    return [text if text[-1] in ".?!:" else text + "." for text in found if text]


def advice_of(name: str, **options) -> str:
    return " ".join(sentences(handout(plan_of(name), Options(**options))))


# --- plain language ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLANS)
def test_english_is_read_at_grade_six_or_below(name):
    prose = "\n".join(sentences(handout(plan_of(name), Options())))
    assert textstat.flesch_kincaid_grade(prose) <= GRADE


@pytest.mark.parametrize("name", PLANS)
def test_no_sentence_is_long(name):
    prose = " ".join(sentences(handout(plan_of(name), Options())))
    longest = max(re.split(r"(?<=[.?!:])\s+", prose), key=lambda text: len(text.split()))
    assert len(longest.split()) <= 26, longest


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", PLANS)
def test_nothing_blames(name, language):
    text = advice_of(name, language=language).lower()
    blaming = r"addict|abuse|misuse|complian|drug[- ]seek|\bfail to\b|adict|abus|incumpl"
    assert re.findall(blaming, text) == []


# --- right for the plan --------------------------------------------------------------------------


def card_of(name: str, number: int, **options):
    page = handout(plan_of(name), Options(**options))
    return next(card for card in page.steps if card.number.endswith(f" {number}"))


def test_a_step_says_what_to_take_when():
    card = card_of("er", 1)
    assert card.title == "A lower dose"
    assert card.dates == "Monday, December 7 to Sunday, December 13, 2026"
    assert card.amount == "In all: 240 mg a day (before: 270 mg)"
    (medicine,) = card.medicines
    assert [dose.time for dose in medicine.doses] == ["Morning", "Afternoon", "Evening"]
    assert [unit.text for unit in medicine.doses[0].units] == [
        "1 tablet of 60 mg",
        "1 tablet of 15 mg",
    ]
    assert medicine.doses[0].units[0].shapes == ("tablet",)
    assert card.ticks.kind == "week"
    assert card.ticks.columns == ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def test_the_same_in_spanish():
    card = card_of("er", 1, language="es")
    assert card.dates == "Del lunes 7 de diciembre al domingo 13 de diciembre de 2026"
    assert card.amount == "En total: 240 mg al día (antes: 270 mg)"
    assert card.medicines[0].doses[0].units[0].text == "1 tableta de 60 mg"


def test_a_hold_is_a_pause():
    page = handout(plan_of("er"), Options())
    card = next(card for card in page.steps if card.quiet)
    assert card.title == "A pause: your dose stays the same"
    assert "time to settle" in card.notes[0]
    assert "before" not in card.amount


def test_the_stop_says_that_an_old_dose_can_kill():
    card = handout(plan_of("er"), Options()).steps[-1]
    assert card.title == "No more morphine"
    assert card.dates.startswith("From ")
    assert "even one old dose could kill you" in card.notes[0]
    assert card.medicines == ()


def test_a_goal_is_not_a_stop():
    page = handout(plan_of("goal"), Options())
    assert any("does not end at zero" in line for line in page.intro)
    assert page.steps[-1].title == "Your goal: stay on this dose"
    assert ("Your goal for methadone", "45 mg a day, from Monday, May 17, 2027") in [
        (fact.label, fact.value) for fact in page.facts
    ]
    assert not any("no methadone" in fact.label for fact in page.facts)


def test_a_baseline_says_when_it_ends():
    card = card_of("goal", 1)
    assert card.title == "Your dose stays the same for now"
    assert card.notes == ("The next lower dose starts on Monday, December 28, 2026.",)


def test_a_change_of_product_says_what_to_leave():
    page = handout(plan_of("liquid at the end"), Options())
    card = next(card for card in page.steps if card.title == "A change of medicine")
    assert "You now take morphine liquid." in card.notes[0]
    assert "Do not take morphine long-acting tablets any more." in card.notes[0]
    assert card.medicines[0].doses[0].units[0].text.endswith("of the 2 mg/mL liquid")


def test_six_a_day_are_clock_times():
    doses = card_of("clock", 1).medicines[0].doses
    assert [dose.time for dose in doses] == ["6 am", "10 am", "2 pm", "6 pm", "10 pm", "2 am"]
    assert len({dose.icon for dose in doses}) == 6


def test_halves_are_said_in_words():
    assert "half (½) a tablet of 5 mg" in {
        unit.text
        for card in handout(plan_of("halves"), Options()).steps
        for medicine in card.medicines
        for dose in medicine.doses
        for unit in dose.units
    }
    assert "½ means half a tablet" in advice_of("halves")
    assert "½" not in advice_of("er")


def test_only_the_times_with_a_dose_are_shown():
    last = handout(plan_of("er"), Options()).steps[-2].medicines[0].doses
    assert [(dose.time, dose.units[0].text) for dose in last] == [("Evening", "1 tablet of 15 mg")]
    assert [dose.taken for dose in last] == [True]


def test_patches_are_worn_and_ticked_on_the_days_of_change():
    card = card_of("patch", 1)
    (dose,) = card.medicines[0].doses
    assert (dose.icon, dose.note) == ("patch", "Change every 3 days")
    assert card.ticks.kind == "list"
    labels = [cell.label for cell in card.ticks.rows[0]]
    assert labels[:3] == ["Mon, Dec 7", "Thu, Dec 10", "Sun, Dec 13"]
    text = advice_of("patch")
    for words in ("sticky sides together", "away from heat", "Never cut a patch"):
        assert words in text
    assert "sticky" not in advice_of("er")
    assert "Take the last patch off" in handout(plan_of("patch"), Options()).steps[-1].notes[0]


def test_several_opioids_stand_on_every_step():
    page = handout(plan_of("two"), Options())
    assert page.title == "Your plan for taking less morphine and oxycodone"
    assert [medicine.name for medicine in page.steps[0].medicines] == [
        "Morphine long-acting tablets",
        "Oxycodone short-acting tablets",
    ]
    assert page.steps[0].title == "A lower dose: morphine long-acting tablets"
    stops = [fact.label for fact in page.facts if fact.label.startswith("First day with no")]
    assert stops == ["First day with no morphine", "First day with no oxycodone"]
    stopped = next(card for card in page.steps if card.title.startswith("No more morphine"))
    assert [medicine.name for medicine in stopped.medicines] == ["Oxycodone short-acting tablets"]
    assert stopped.notes[-1] == "Keep taking your other medicine as shown here."


def test_what_is_kept_is_neither_tapered_nor_taken_back():
    page = handout(plan_of("kept"), Options())
    assert page.title == "Your plan for taking less fentanyl"
    assert "Your oxycodone with acetaminophen tablets will stay the same." in page.intro
    assert not any("xycodone" in row.medicine for row in page.leaving)
    patched = [cell.patch for row in page.steps[0].ticks.rows for cell in row]
    assert patched[:4] == [True, False, False, True]


def test_strengths_are_taken_back_after_their_last_day():
    rows = handout(plan_of("er"), Options()).leaving
    assert [row.medicine for row in rows] == [
        "Morphine long-acting tablets, 60 mg",
        "Morphine long-acting tablets, 30 mg",
        "Morphine long-acting tablets, 15 mg",
    ]
    assert rows[0].last_day == "Sunday, January 3, 2027"


def test_acetaminophen_has_its_maximum():
    assert "4,000 mg of acetaminophen" in advice_of("clock")
    assert "acetaminophen" not in advice_of("er")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("er", "Never cut, crush, chew or melt them"),
        ("with food", "same amount of food"),
        ("with food", "sprinkle it on soft food"),
        ("empty stomach", "empty stomach"),
        ("film", "inside your cheek"),
        ("liquid at the end", "mouth syringe"),
        ("clock", "Do not stop it or change it on your own"),
        ("atypical", "see or hear things that are not there"),
        ("goal", "3 to 5 days after a lower dose, and last for weeks"),
        ("patch", "3 to 6 days after you change to a weaker patch"),
        ("ir", "1 to 3 days after a lower dose"),
    ],
)
def test_advice_fits_the_medicine(name, words):
    assert words in advice_of(name)


@pytest.mark.parametrize("name", PLANS)
def test_every_hand_out_has_the_lasting_advice(name):
    text = advice_of(name)
    for words in (
        "Call 911 now",
        "Call or text 988",
        "naloxone",
        "Never go back to an older, higher dose",
        "Do not drink alcohol",
        "Never take extra",
        "Never share your medicine",
        "Lock your medicine up",
        "Take what is left back",
        "Missed a whole day or more?",
        "sweating",
    ):
        assert words in text, words


def test_a_step_back_is_said_as_agreed():
    page = handout(plan_of("step back"), Options())
    assert "This is a new version of your plan, changed on Monday, January 11, 2027." in (
        page.new_version
    )
    assert "at first 270 mg a day" in page.facts[0].value
    assert any(card.title == "Back to a dose you had before, as agreed" for card in page.steps)


def test_lines_to_fill_in_or_what_was_given():
    blank = {fact.label: fact.value for fact in handout(plan_of("er"), Options()).phone}
    assert blank["Clinic"] == blank["Pharmacy"] == ""
    given = handout(plan_of("er"), Options(clinic="Riverside", telephone="555-0100")).phone
    assert {"Riverside", "555-0100"} <= {fact.value for fact in given}


def test_without_checks_nobody_is_said_to_call():
    made = plan("morphine-er", "30 mg q12h", start=START, on_opioids_for="8w", checks="none")
    assert all(card.checks == () for card in handout(made, Options()).steps)


def test_one_contact_a_day_and_a_visit_wins():
    checks = [check for card in handout(plan_of("er"), Options()).steps for check in card.checks]
    made = plan_of("er")  # the visit that makes the plan comes before the hand-out
    assert len(checks) == sum(check.date >= made.start for check in made.checks)
    assert "Fri, Jan 22: visit" in checks


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("name", PLANS)
def test_no_step_is_longer_than_a_page(name, large):
    page = handout(plan_of(name), Options(large_print=large))
    assert not any(card.long for card in page.steps)


def test_paper_and_language_must_be_known():
    with pytest.raises(InputError, match="'a5' is not a paper size"):
        render(plan_of("er"), ".html", Options(paper="a5"))
    with pytest.raises(InputError, match="'fr' is not a language"):
        render(plan_of("er"), ".pdf", Options(language="fr"))


def test_another_market_has_its_own_brands_and_numbers():
    made = plan(
        "MST Continus", "60 mg q12h", market="uk", start=START, every="4w", on_opioids_for="2y"
    )
    page = handout(made, Options())
    assert page.facts[0].value == ("MST Continus (morphine long-acting tablets): now 120 mg a day")
    assert page.advice.now.title == "Call 999 now"
    assert "Samaritans on 116 123" in page.advice.crisis.lead
    text = " ".join(sentences(page))
    assert "911" not in text
    assert "988" not in text
