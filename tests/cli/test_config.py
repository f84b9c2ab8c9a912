"""A user's own defaults: where they are from, what they change, and what they never change."""

from __future__ import annotations

import json
import os
import tomllib

import pytest

PLAN = ["plan", "morphine-er", "60 mg q12h", "--start", "2026-12-07", "--on-opioids-for", "8w"]


@pytest.fixture
def config(monkeypatch, tmp_path):
    """The user's configuration file: not there yet."""
    path = tmp_path / "of the user" / "config.toml"
    monkeypatch.setenv("TAPER_CONFIG", str(path))
    return path


def settings(ran) -> dict[str, tuple]:
    assert ran.status == 0, ran.err
    return {entry["setting"]: (entry["value"], entry["from"]) for entry in json.loads(ran.out)}


def explained(taper, *args):
    return settings(taper(*PLAN, *args, "--explain-settings", "--format", "json"))


def test_without_a_file_everything_is_the_default(taper, config):
    found = settings(taper("config", "show", "--format", "json"))
    assert set(found.values()) == {(None, "default")}
    assert str(config) in taper("config").out
    assert "there is none yet" in taper("config").out


def test_set_show_unset(taper, config):
    for name, value in (("every", "2w"), ("clinic", 'The "Hill" clinic'), ("paper", "a4")):
        assert taper("config", "set", name, value).status == 0
    assert taper("config", "set", "stock.MS Contin", "15, 30").status == 0
    assert taper("config", "set", "phases", "10%/1w until 50%", "5%/2w").status == 2  # with every
    assert tomllib.loads(config.read_text()) == {
        "every": "2w",
        "clinic": 'The "Hill" clinic',
        "paper": "a4",
        "stock": {"morphine-er": ["15", "30"]},
    }
    found = settings(taper("config", "show", "--format", "json"))
    assert found["every"] == ("2w", "configuration file")
    assert found["stock.morphine-er"] == (["15", "30"], "configuration file")
    assert taper("config", "unset", "stock.morphine-er").status == 0
    assert taper("config", "unset", "every").status == 0
    assert set(tomllib.loads(config.read_text())) - {"stock"} == {"clinic", "paper"}


def test_a_comment_of_the_user_stays(taper, config):
    config.parent.mkdir()
    config.write_text('# ours since June\nreduce = "5%"  # gently\n\n[stock]\nmorphine-er = [15]\n')
    assert taper("config", "set", "every", "2w").status == 0
    assert taper("config", "set", "stock.oxycodone-ir", "5").status == 0
    text = config.read_text()
    assert "# ours since June" in text
    assert "# gently" in text
    assert tomllib.loads(text)["every"] == "2w"
    assert tomllib.loads(text)["stock"] == {"morphine-er": [15], "oxycodone-ir": ["5"]}


def test_a_link_stays_a_link(taper, config, tmp_path):
    real = tmp_path / "dotfiles.toml"
    real.write_text("")
    config.parent.mkdir()
    config.symlink_to(real)
    assert taper("config", "set", "fill", "7d").status == 0
    assert config.is_symlink()
    assert tomllib.loads(real.read_text()) == {"fill": "7d"}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("market", "mars", "one of us"),
        ("reduce", "lots", "reduce"),
        ("every", "2 fortnights", "every"),
        ("fill", "400d", "at most 90d"),
        ("guideline", "cdc", "cdc-2022-weekly"),
        ("language", "fr", "one of en, es"),
        ("paper", "a3", "one of letter, a4"),
        ("stock.morphine-er", "17", "the strengths are"),
        ("stock.aspirin", "17", "not a product"),
        ("start", "2026-12-07", "the settings are"),
        ("clinic", "x" * 300, "at most 200"),
    ],
)
def test_a_value_is_checked_before_it_is_kept(taper, config, name, value, says):
    ran = taper("config", "set", name, value)
    assert ran.status == 2
    assert says in ran.err
    assert not config.exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("every = ", "not TOML"),
        ('evry = "2w"', "there is no setting 'evry'"),
        ("paper = true", "paper is not a text"),
        ('stock = "15"', "stock is a table"),
        ('every = ["2w"]', "one value"),
        ('reduce = "5%"\nguideline = "fda-label"', "both set"),
        ('every = "2w"\nguideline = "fda-label"', "does not go with guideline"),
    ],
)
def test_a_broken_file_is_named_and_nothing_is_planned(taper, config, text, says):
    config.parent.mkdir()
    config.write_text(text)
    ran = taper(*PLAN)
    assert ran.status == 2
    assert says in ran.err
    assert "config.toml" in ran.err
    assert not ran.out


@pytest.mark.parametrize(
    ("text", "name", "value", "after"),
    [
        ('every = """\n2w"""\n', "every", "4w", 'every = "4w"\n'),
        ("every = '2w' # for now\n", "every", "4w", 'every = "4w" # for now\n'),
        (
            'stock = { morphine-er = ["15"] } # ours\n',
            "stock.morphine-er",
            "30",
            'stock = { morphine-er = ["30"] } # ours\n',
        ),
        (
            '[stock] # at hand\nmorphine-er = ["15",\n  "30"] # both\n',
            "stock.morphine-er",
            "15",
            '[stock] # at hand\nmorphine-er = ["15"] # both\n',
        ),
        (
            "# a\n[stock]\n# b\nmorphine-er = [ 15, # small\n  30 ]\n",
            "fill",
            "7d",
            '# a\nfill = "7d"\n\n[stock]\n# b\nmorphine-er = [ 15, # small\n  30 ]\n',
        ),
        (
            'phases = [\n  "10%/1w until 50%", # fast\n  "5%/2w",\n]\n\n# of the page\npaper = "a4"\n',
            "paper",
            "letter",
            'phases = [\n  "10%/1w until 50%", # fast\n  "5%/2w",\n]\n\n# of the page\npaper = "letter"\n',
        ),
    ],
)
def test_a_file_of_any_shape_keeps_its_comments_and_its_arrays(
    taper, config, text, name, value, after
):
    config.parent.mkdir()
    config.write_text(text)
    ran = taper("config", "set", name, value)
    assert ran.status == 0, ran.err
    assert config.read_text() == after
    assert taper("config", "unset", name).status == 0
    key = name.removeprefix("stock.")
    left = tomllib.loads(config.read_text())
    assert key not in (left["stock"] if key != name else left)


@pytest.mark.parametrize("text", ['stock = "15"\n', "stock = 15\n", 'stock = ["15"]\n'])
def test_a_stock_that_is_no_table_is_named_and_stays(taper, config, text):
    config.parent.mkdir()
    config.write_text(text)
    ran = taper("config", "set", "stock.morphine-er", "15")
    assert (ran.status, "stock is a table of products" in ran.err) == (2, True)
    assert taper("config", "unset", "stock.morphine-er").status == 2
    assert config.read_text() == text


def test_what_is_not_set_cannot_be_unset(taper, config):
    for name in ("every", "stock.morphine-er"):
        ran = taper("config", "unset", name)
        assert ran.status == 2
        assert f"'{name}' is not set in {config}" in ran.err


def test_a_folder_that_cannot_be_made_is_named(taper, config):
    config.parent.write_text("a file where the folder should be")
    ran = taper("config", "set", "every", "2w")
    assert ran.status == 1
    assert f"error: {config.parent}: cannot be made: File exists" in ran.err


def test_without_a_place_nothing_is_set(taper, monkeypatch):
    monkeypatch.setenv("TAPER_CONFIG", "")
    for words in (("set", "every", "2w"), ("path",)):
        ran = taper("config", *words)
        assert ran.status == 2
        assert "there is no configuration file (hint: TAPER_CONFIG is empty" in ran.err


def test_settings_that_have_several_values_are_shown_apart(taper, config):
    assert taper("config", "set", "phases", "10%/1w until 50%", "5%/2w").status == 0
    assert taper("config", "set", "stock.morphine-er", "15,30").status == 0
    shown = " ".join(taper("config", "show").out.split())
    assert "phases 10%/1w until 50%, 5%/2w configuration file" in shown
    assert "stock.morphine-er 15, 30 configuration file" in shown


def test_a_bad_value_in_the_file_says_that_it_is_from_there(taper, config):
    config.parent.mkdir()
    config.write_text('every = "soon"')
    ran = taper(*PLAN)
    assert ran.status == 2
    assert f"every is set in {config}" in ran.err


def test_a_stock_that_cannot_make_the_dose_says_where_it_is_set(taper, config):
    taper("config", "set", "stock.morphine-er", "100")
    ran = taper(*PLAN)
    assert ran.status == 2
    assert f"stock is set in {config}" in ran.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(taper, config):
    config.parent.mkdir()
    config.write_text("")
    config.chmod(0)
    assert taper(*PLAN).status == 1


# --- what counts -------------------------------------------------------------------------------


def test_where_each_setting_is_from(taper, config, monkeypatch, tmp_path):
    config.parent.mkdir()
    config.write_text(
        'every = "2w"\nreduce = "5%"\nfill = "7d"\nmarket = "ca"\nlanguage = "es"\n'
        'clinic = "Hill"\n[stock]\nmorphine-er = ["15", "30", "60"]\n'
    )
    request = tmp_path / "request.toml"
    request.write_text('product = "MS Contin"\ndose = "60 mg q12h"\nfill = "14d"\n')
    monkeypatch.setenv("TAPER_MARKET", "us")
    args = ("plan", str(request), "--start", "2026-12-07", "--reduce", "10%", "--paper", "a4")
    found = settings(taper(*args, "--explain-settings", "--format", "json"))
    assert found["product"] == ("morphine-er", "request file")
    assert found["fill"] == ("14d", "request file")
    assert found["start"] == ("2026-12-07", "command line")
    assert found["reduce"] == ("10%", "command line")
    assert found["every"] == ("2w", "configuration file")
    assert found["stock"] == (["15", "30", "60"], "configuration file")
    assert found["market"] == ("us", "environment")
    assert found["of"] == ("mixed", "default")
    assert found["language"] == ("es", "configuration file")
    assert found["paper"] == ("a4", "command line")
    assert found["clinic"] == ("Hill", "configuration file")
    assert found["large_print"] == (False, "default")


def test_every_field_is_explained(taper, config):
    from taper.request.fields import FIELDS

    found = explained(taper)
    assert list(found)[: len(FIELDS)] == list(FIELDS)
    assert set(found) - set(FIELDS) == {"language", "paper", "clinic", "telephone", "large_print"}
    table = taper(*PLAN, "--explain-settings").out
    assert all(name in table for name in found)
    assert "Taper of" not in table


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        (["--guideline", "va-slower"], {"guideline": "va-slower", "reduce": None}),
        (["--over", "40w"], {"reduce": None, "over": "40w", "every": "2w"}),
        (["--phase", "10%/1w until 50%", "--phase", "5%/2w"], {"every": None, "reduce": None}),
        (["--every", "4w"], {"every": "4w", "reduce": "5%"}),
    ],
)
def test_a_rule_that_is_given_takes_the_place_of_the_configured_one(taper, config, options, rule):
    config.parent.mkdir()
    config.write_text('every = "2w"\nreduce = "5%"\n')
    found = explained(taper, *options)
    assert {name: found[name][0] for name in rule} == rule


def test_a_configured_guideline_gives_way_to_any_rule(taper, config):
    taper("config", "set", "guideline", "va-slower")
    assert explained(taper)["guideline"] == ("va-slower", "configuration file")
    assert explained(taper, "--reduce", "10%")["guideline"] == (None, "default")
    assert explained(taper, "--every", "2w")["guideline"] == (None, "default")


def test_the_market_of_the_user_is_that_of_the_formulary(taper, config, monkeypatch):
    monkeypatch.setenv("TAPER_MARKET", "uk")
    assert "MST Continus" in taper("formulary", "list").out
    assert "MST Continus" not in taper("formulary", "list", "--market", "us").out
    assert explained(taper, "--market", "us")["market"] == ("us", "command line")


# --- the same plan, whatever the configuration -------------------------------------------------


def test_a_saved_plan_is_planned_again_to_the_byte_under_any_configuration(
    taper, config, monkeypatch, tmp_path
):
    config.parent.mkdir()
    config.write_text('reduce = "20%"\nfill = "7d"\n[stock]\nmorphine-er = ["15", "30"]\n')
    first = taper(*PLAN, "--format", "json").out
    saved, alone = tmp_path / "plan.json", tmp_path / "request.json"
    saved.write_text(first)
    alone.write_text(json.dumps(json.loads(first)["request"]))
    assert json.loads(first)["request"]["stock"] == ["15", "30"]
    for text in ("", 'guideline = "va-faster"\nmarket = "uk"\n[stock]\nmorphine-er = ["200"]\n'):
        config.write_text(text)
        monkeypatch.setenv("TAPER_MARKET", "ca")
        assert taper("plan", saved, "--format", "json").out == first
        assert taper("plan", alone, "--format", "json").out == first


def test_a_plan_without_configuration_stays_as_it_is_under_one(taper, config, tmp_path):
    saved = tmp_path / "plan.json"
    saved.write_text(taper(*PLAN, "--format", "json").out)
    config.parent.mkdir()
    config.write_text('reduce = "20%"\nfill = "7d"\n[stock]\nmorphine-er = ["15", "30"]\n')
    assert taper("plan", saved, "--format", "json").out == saved.read_text()


def test_the_library_reads_no_configuration(config):
    from taper.planning.make import planned as plan

    config.parent.mkdir()
    config.write_text('reduce = "20%"')
    made = plan("morphine-er", "60 mg q12h", start="2026-12-07")
    assert made.request.text["reduce"] == "10%"


def test_clinic_and_telephone_stand_on_the_hand_out(taper, config, tmp_path):
    taper("config", "set", "clinic", "Hill Street Clinic")
    taper("config", "set", "telephone", "555 0100")
    page = tmp_path / "handout.html"
    assert taper(*PLAN, "-o", page).status == 0
    text = page.read_text(encoding="utf-8")
    assert "Hill Street Clinic" in text
    assert "555 0100" in text


def test_paper_follows_the_market(taper, config):
    uk = settings(
        taper(
            *("plan", "MST Continus", "60 mg q12h", "--market", "uk", "--start", "2026-12-07"),
            *("--explain-settings", "--format", "json"),
        )
    )
    assert uk["paper"] == ("a4", "default")
    assert explained(taper)["paper"] == ("letter", "default")


def test_an_empty_variable_means_no_file(taper, monkeypatch):
    monkeypatch.setenv("TAPER_CONFIG", "")
    ran = taper("config", "set", "every", "2w")
    assert ran.status == 2
    assert "TAPER_CONFIG is empty" in ran.err
