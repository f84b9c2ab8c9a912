"""The options of commands: each field of a request has one, and a command has those it names."""

from __future__ import annotations

import inspect
from typing import Annotated

import pytest
import typer

from taper.cli import command
from taper.request.fields import ALIASES, FIELDS, LISTS, PRODUCTS
from taper.terminal import completion, options

ARGUMENTS = {"product", "dose"}


def shown(name: str) -> dict[str, typer.core.TyperOption]:
    params = command([name]).commands[name].params
    return {param.name: param for param in params if param.param_type_name == "option"}


def test_every_field_but_the_arguments_is_an_option_of_plan():
    fields = {*FIELDS, *ALIASES, PRODUCTS} - ARGUMENTS
    assert set(options.FIELDS) == fields
    assert fields <= set(shown("plan"))


def test_a_list_is_repeated_in_the_singular():
    for name, option in shown("plan").items():
        if name in options.FIELDS:
            assert option.multiple == (name in LISTS)
    assert {shown("plan")[name].opts[0] for name in ("holds", "phases", "risks")} == {
        "--hold",
        "--phase",
        "--risk",
    }


@pytest.mark.parametrize("name", ["plan", "compare", "check", "revise"])
def test_an_option_of_a_field_takes_the_same_word_in_every_command(name):
    for field, option in shown(name).items():
        if field in options.FIELDS:
            assert option.metavar == options.FIELDS[field].metavar


def test_what_the_shell_proposes_is_there():
    proposed = {field.tabbed for field in options.FIELDS.values() if field.tabbed}
    assert len(proposed) > 10
    assert all(callable(getattr(completion, name)) for name in proposed)


def test_the_fields_stand_between_arguments_and_options():
    def made(
        file: Annotated[str, typer.Argument()],
        day: Annotated[str, typer.Option("--day")],
        loud: Annotated[bool, typer.Option("--loud")] = False,
        **given: object,
    ) -> None:
        seen.append((file, day, loud, given))

    seen: list = []
    called = options.with_fields(made, [options.field("every"), options.field("avoid")])
    assert list(inspect.signature(called).parameters) == ["file", "day", "every", "avoid", "loud"]
    called(file="a", day="b", loud=True, every="2w", avoid=["weekends"])
    assert seen == [("a", "b", True, {"every": "2w", "avoid": ["weekends"]})]
    assert list(inspect.signature(made).parameters)[-1] == "given"  # it can be given them again
    assert options.given_of({"every": "2w", "avoid": [], "to": None}) == {"every": "2w"}
