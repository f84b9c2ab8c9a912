"""`taper mcp`, with a real client over standard input and output (contract 13)."""

import json
import os
import subprocess
import sys

import pytest

import taper
from taper import InputError
from taper.assistants import server, tools
from taper.request.fields import FIELDS

ASKED = {"product": "morphine-er", "dose": "90 mg q8h", "start": "2026-12-07"}
OF = {"product": "morphine-er"}
NAMES = ["plan", "check", "explain", "product", "compare"]
CALLS = [
    ("plan", {**ASKED, "reduce": "10%", "risks": ["benzodiazepine"], "id": "a-1"}),
    ("plan", {**ASKED, "max_units": 3, "full": True}),
    ("plan", {**ASKED, "reduce": "30%", "every": "1w"}),
    ("plan", {"product": "MS Contin", "dose": "91 mg q8h"}),
    ("plan", {**ASKED, "reduces": "5%"}),
    ("plan", {**ASKED, "indication": "cancer"}),
    ("check", {"schedule": "date,dose\n2026-12-07,60 mg q12h\n2026-12-14,90 mg q12h\n", **OF}),
    ("explain", {"id": "unavoidable-cut"}),
    ("explain", {"id": "nothing-known"}),
    ("product", {"name": "MS Contin"}),
    ("product", {"name": "naloxone"}),
    ("compare", {**ASKED, "reduce": ["5%", "10%", "30%"], "guideline": ["cdc-2022-weekly"]}),
    ("compare", ASKED),
]


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What a client gets for each call, in one session, from a folder where nothing else is."""
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    import anyio
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    folder = tmp_path_factory.mktemp("assistant")
    environment = {**os.environ, "HOME": str(folder), "TAPER_MARKET": "uk"}
    here = StdioServerParameters(
        command=sys.executable, args=["-m", "taper", "mcp"], env=environment, cwd=folder
    )

    async def session():
        async with stdio_client(here) as streams, ClientSession(*streams) as client:
            begun = await client.initialize()
            listed = (await client.list_tools()).tools
            found = [await client.call_tool(name, values) for name, values in CALLS]
            return begun, listed, found

    begun, listed, found = anyio.run(session)
    assert list(folder.iterdir()) == []  # nothing is kept
    return begun, listed, found


def answer(answers, place):
    return answers[2][place]


def test_a_client_meets_five_tools_that_only_read(answers):
    begun, listed, _ = answers
    assert (begun.server_info.name, begun.server_info.version) == ("taper", taper.__version__)
    assert "never converts" in begun.instructions
    assert sorted(each.name for each in listed) == sorted(NAMES)
    for each in listed:
        assert each.description
        assert each.annotations.read_only_hint
        assert not each.annotations.open_world_hint


def test_the_parameters_of_a_plan_are_the_fields_of_a_request(answers):
    (schema,) = (each.input_schema for each in answers[1] if each.name == "plan")
    assert set(schema["properties"]) >= set(FIELDS) - {"history"}
    assert not {"history", "products"} & set(schema["properties"])  # they may name a file
    assert all(each.get("description") for each in list(schema["properties"].values())[:-1])


def test_a_plan_is_that_of_the_library_in_any_environment(answers):
    found = answer(answers, 0).structured_content
    made = taper.plan(**CALLS[0][1])
    document = made.to_dict()
    assert found["plan"] == {name: document[name] for name in found["plan"]}
    assert {"steps", "findings", "summary"} <= set(found["plan"])
    assert "supply" not in found["plan"]
    assert found["note"].startswith("Opioid taper plan a-1\n")
    assert found["plan"]["product"]["sources"]
    assert all(finding["source"] for finding in found["plan"]["findings"])
    assert answer(answers, 1).structured_content["plan"]["supply"]


@pytest.mark.parametrize("place", [2, 3, 5])
def test_what_is_refused_or_wrong_is_said_in_the_words_of_the_command(answers, place):
    values = CALLS[place][1]
    with pytest.raises(taper.TaperError) as caught:
        taper.plan(**values)
    got = answer(answers, place)
    assert got.is_error
    for problem in caught.value.problems:
        kind = "refused" if caught.value.exit_status == 3 else "error"
        assert f"{kind}: {problem}" in got.content[0].text


def test_a_misspelled_field_is_not_dropped(answers):
    got = answer(answers, 4)
    assert got.is_error
    assert "reduces: there is no such field (hint: perhaps reduce)" in got.content[0].text


def test_a_schedule_is_checked(answers):
    got = answer(answers, 6)
    assert not got.is_error, got.content
    faults = got.structured_content["faults"]
    assert faults
    assert all(got.structured_content["sources"][fault["id"]] for fault in faults)


def test_findings_and_products_come_with_their_sources(answers):
    assert answer(answers, 7).structured_content["source"]
    assert "unavoidable-cut" in {each["id"] for each in tools.explain()["findings"]}
    assert answer(answers, 8).is_error
    product = answer(answers, 9).structured_content
    assert product["id"] == "morphine-er"
    assert product["sources_by_fact"]["strengths"]
    assert all(product["sources_by_fact"].values())
    assert "naloxone" in answer(answers, 10).content[0].text


def test_paces_are_compared_and_a_refused_one_says_so(answers):
    found = answer(answers, 11).structured_content
    names = [pace["name"] for pace in found["paces"]]
    assert names == ["5%", "10%", "30%", "cdc-2022-weekly"]
    assert "over the limit of 25% a week" in found["paces"][2]["refused"][0]
    assert found["sources"]["product"]
    assert set(found["paces"][0]["warnings"]) <= set(found["sources"])
    assert "nothing to compare" in answer(answers, 12).content[0].text


def test_the_tools_need_no_library_of_the_protocol_and_read_no_file(tmp_path):
    request = tmp_path / "request.toml"
    request.write_text('product = "morphine-er"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"product: "):
        tools.plan(product=str(request), dose="90 mg q8h", start="2026-12-07")
    assert tools.product()["products"][0]["id"]
    with pytest.raises(InputError, match="market: 'fr' is not known"):
        tools.product("morphine-er", market="fr")


def test_without_the_extra_it_says_which_one(monkeypatch):
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)
    with pytest.raises(InputError, match=r"pip install 'opioid-taper\[mcp\]', or '\.\[mcp\]'"):
        server.library()


def test_it_ends_with_its_input_and_prints_nothing_else(tmp_path):
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    asked = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "t", "version": "1"},
        },
    }
    done = subprocess.run(
        [sys.executable, "-m", "taper", "mcp"],
        input=json.dumps(asked) + "\n",
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr == ""
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1]
