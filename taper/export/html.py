"""The hand-out as one HTML file: no script, no font or image from elsewhere; it prints well."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from taper.data.files import DATA
from taper.export.characters import everywhere, visible
from taper.export.handout.page import handout

if TYPE_CHECKING:
    from taper.export import Options
    from taper.planning.plan import Plan

TEMPLATES = DATA / "templates"
_SVG = '<svg xmlns="http://www.w3.org/2000/svg"'


def symbols(folder: str) -> list[str]:
    """The drawings of a folder as SVG symbols: ``icons``, ``pills``."""
    found = []
    for path in sorted((TEMPLATES / folder).glob("*.svg")):
        text = path.read_text(encoding="utf-8").strip()
        text = text.replace(_SVG, f'<symbol id="{folder[:-1]}-{path.stem}"')
        found.append(text.replace("</svg>", "</symbol>"))
    return found


def render(plan: Plan, options: Options) -> str:
    """The hand-out of a plan; raises :class:`~taper.InputError` for an unknown language."""
    from jinja2 import (  # noqa: PLC0415 - heavy, and of this format only
        Environment,
        FileSystemLoader,
        StrictUndefined,
    )
    from markupsafe import Markup  # noqa: PLC0415

    page = everywhere(asdict(handout(plan, options)), visible)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    drawings = [*symbols("icons"), *symbols("pills")]
    return (
        environment.get_template("handout.html.j2").render(
            h=page,
            css=Markup((TEMPLATES / "handout.css").read_text(encoding="utf-8")),  # noqa: S704
            symbols=[Markup(drawing) for drawing in drawings],  # noqa: S704 - our own files
            chart=Markup(page["chart"]),  # noqa: S704 - every text in it is escaped
        )
        + "\n"
    )
