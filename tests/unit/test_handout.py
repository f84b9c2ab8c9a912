"""The patient's hand-out: plain, right for the plan, safe to print, readable by a machine."""

# ruff: noqa: RUF001 - the sign of multiplication is meant
from __future__ import annotations

import re
from datetime import date

import pytest
import textstat
from handouts import PLANS, START, plan_of

from taper import InputError
from taper.export import Options, render
from taper.export.handout.page import Handout, handout
from taper.planning.make import planned as plan
from taper.planning.window import Window

GRADE = 6  # Flesch-Kincaid, of the English text


def sections(page: Handout) -> list:
    advice = page.advice
    found = [page.important, advice.take, advice.patch, advice.expect, advice.now]
    found += [advice.crisis, advice.call, advice.naloxone, page.store]
    return [section for section in found if section]


def sentences(page: Handout) -> list[str]:
    """The prose of a hand-out: what is read as sentences, not tables and dates."""
    found = [*page.intro, page.steps_lead, page.chart_text, page.goals.title, page.goals.lead]
    found += page.goals.items
    if page.diary:
        found += [page.diary.title, page.diary.lead]
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
def test_spanish_is_easy_by_inflesz(name):
    """65 and above is "bastante facil" on the INFLESZ scale (Szigriszt-Pazos)."""
    page = handout(plan_of(name), Options(language="es", diary=True))
    textstat.set_lang("es")
    try:
        found = textstat.szigriszt_pazos("\n".join(sentences(page)))
    finally:
        textstat.set_lang("en")
    assert found >= 65


@pytest.mark.parametrize("market", ["uk", "ca", "au"])
def test_the_english_of_other_markets_is_as_easy(market):
    made = plan("oxycodone-ir", "10 mg q6h", market=market, start=START, on_opioids_for="8w")
    prose = "\n".join(sentences(handout(made, Options(diary=True))))
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


FEW = Window(START, 4)  # steps so few that each has a calendar of boxes


def card_of(name: str, number: int, **options):
    page = handout(plan_of(name), Options(window=FEW, **options))
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
    page = handout(plan_of("two"), Options(window=FEW))
    assert page.title == "Your plan for taking less morphine and oxycodone"
    assert [medicine.name for medicine in page.steps[0].medicines] == [
        "Morphine long-acting tablets",
        "Oxycodone short-acting tablets",
    ]
    assert page.steps[0].title == "A lower dose: morphine long-acting tablets"
    page = handout(plan_of("two"), Options())
    assert page.steps[0].title == "A lower dose: morphine"
    stops = [fact.label for fact in page.facts if fact.label.startswith("First day with no")]
    assert stops == ["First day with no morphine", "First day with no oxycodone"]
    stopped = next(card for card in page.steps if card.title.startswith("No more morphine"))
    assert [medicine.name for medicine in stopped.medicines] == ["Oxycodone"]
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
    assert rows[0].last_day == "Jan 3, 2027"


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
        "sweating",
        "bowels",
        *(("a whole day or more?",) if name != "as needed" else ()),
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


# --- the plan at a glance ------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLANS)
def test_every_step_is_on_the_first_page_with_its_dose(name):
    made = plan_of(name)
    rows = handout(made, Options()).glance.rows
    assert [row.number for row in rows] == ["Now", *(str(step.number) for step in made.steps[1:])]
    for row, step in zip(rows, made.steps, strict=True):
        amount = " ".join(row.amount).replace("\u00a0", " ")
        if step.regimen.daily:
            assert step.regimen.product.text(step.regimen.daily) in amount
        for other in step.companions:
            if other.daily:
                assert other.product.text(other.daily) in amount
        assert row.dates or step.start is None


def test_a_row_says_what_to_take_when():
    row = handout(plan_of("er"), Options()).glance.rows[1]
    assert row.dates == "Dec 7 to Dec 13, 2026"
    assert [line.replace("\u00a0", " ") for line in row.take] == [
        "Morning, afternoon: 1 × 60 mg + 1 × 15 mg",
        "Evening: 1 × 60 mg + 1 × 30 mg",
    ]
    patch = handout(plan_of("patch"), Options()).glance.rows[1]
    assert patch.take == ("1\u00a0×\u00a062.5\u00a0mcg/h. Change every 3 days",)
    halves = handout(plan_of("halves"), Options()).glance.rows
    assert any("½\u00a0×" in line for row in halves for line in row.take)
    assert handout(plan_of("er"), Options()).glance.rows[-1].take == ("No more morphine",)


def test_two_products_of_one_opioid_keep_their_whole_names():
    made = plan(
        "morphine-er",
        "60 mg q12h",
        also=["morphine-ir 15 mg q6h"],
        start=START,
        on_opioids_for="8w",
    )
    first = handout(made, Options()).glance.rows[1].take
    assert first[0].startswith("Morphine long-acting tablets: ")
    assert any(line.startswith("Morphine short-acting tablets: ") for line in first)


def test_what_stays_as_needed_is_said_so():
    made = plan(
        "oxycodone-ir", "10 mg q6h prn", taking="30 mg", as_needed="keep", start=START, every="2w"
    )
    page = handout(made, Options())
    often = "Only if you need it: at least 6 hours apart, no more than 3 in a day"
    assert page.glance.rows[1].take == (f"1\u00a0×\u00a010\u00a0mg. {often}",)
    advice = " ".join(page.advice.take.items)
    assert "Leave out a dose that you do not need" in advice
    assert "at about the same time each day" not in advice
    assert "Missed a dose?" not in advice


@pytest.mark.parametrize("dose", ["15 mg q3h", "15/15/15/15/15/15/15 mg"])
def test_seven_and_eight_times_a_day_have_their_pictures(dose):
    made = plan("morphine-ir", dose, start=START, every="4w", on_opioids_for="3y")
    for suffix in (".html", ".pdf"):
        assert render(made, suffix, Options(window=FEW))
        assert render(made, suffix)


def test_the_first_page_says_who_reviewed_it_and_whom_to_call():
    page = handout(plan_of("er"), Options(telephone="555-0100"))
    assert [fact.label for fact in page.review] == [
        "Reviewed with you by, on",
        "Your next check-in",
        "Call us before you change your dose",
    ]
    assert page.review[2].value == "555-0100"
    assert page.review[1].value == "Friday, December 11, 2026, phone call"


def test_a_missed_patch_is_not_told_two_things():
    text = advice_of("patch")
    assert "Put one new patch on a new spot, and call us" in text
    assert "No patch on for a whole day or more? Do not put one on." in text
    assert "Missed a whole day or more?" not in text  # of medicines that are taken
    assert "Use the places in turn" in text


def test_no_american_number_or_agency_outside_the_united_states():
    for market in ("uk", "au"):
        made = plan("oxycodone-ir", "10 mg q6h", market=market, start=START, on_opioids_for="8w")
        text = render(made, ".html")
        for word in ("911", "988", "FDA", "CDC", "DEA", "acetaminophen"):
            assert word not in text, (market, word)


# --- the next steps, and the diary ---------------------------------------------------------------


def test_the_next_steps_alone():
    page = handout(plan_of("er"), Options(window=Window(date(2027, 1, 6), 2)))
    assert [card.number for card in page.steps] == ["Step 5", "Step 6", "Step 7"]
    assert page.glance.rows[0].number == "Now"
    assert "your next steps only" in " ".join(page.intro)
    assert not any("does not end at zero" in line for line in page.intro)
    assert page.chart == ""
    assert not any(fact.label.startswith("First day with no") for fact in page.facts)
    assert {cell.label for row in page.steps[1].ticks.rows for cell in row}


def test_the_diary_has_a_line_a_day():
    made = plan_of("er")
    page = handout(made, Options(diary=True))
    assert page.diary.columns == (
        "Day",
        "Pain, 0 to 10",
        "Sleep, hours",
        "Withdrawal, 0 to 10",
        "Notes",
    )
    assert (page.diary.days[0], len(page.diary.days)) == ("Mon, Dec 7", 28)
    assert handout(made, Options()).diary is None
    assert "Your diary" in render(made, ".html", Options(diary=True))
