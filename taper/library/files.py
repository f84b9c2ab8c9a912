"""Writing a plan from Python: by suffix, as ``-o`` does."""

from __future__ import annotations

from dataclasses import fields
from os import fspath
from typing import TYPE_CHECKING, Any

from taper.errors import InputError, Problem
from taper.export import BUNDLES, Options, render, suffix_of
from taper.terminal.deliver import LANGUAGES, PAPERS, one_of, usual_paper
from taper.terminal.files import write_all

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from taper.planning.plan import Plan

OPTIONS = tuple(each.name for each in fields(Options) if each.name != "window")
_CHOICES = {"language": LANGUAGES, "paper": PAPERS, "bundle": BUNDLES}


def write(plan: Plan, path: str | PathLike[str], options: Mapping[str, Any]) -> None:
    """Write a file, whole or not at all."""
    unknown = [name for name in options if name not in OPTIONS]
    if unknown:
        hint = "one of " + ", ".join(OPTIONS)
        raise InputError(Problem(name, "there is no such option", hint) for name in unknown)
    name = fspath(path)
    values = {"paper": usual_paper(plan.request.product.market), **options}
    for option, known in _CHOICES.items():
        if option in values:
            values[option] = one_of(option, str(values[option]), known)
    write_all({name: render(plan, suffix_of(name), Options(**values))})
