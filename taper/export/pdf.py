"""The hand-out as PDF: tagged (PDF/UA-1), with our own fonts, the same bytes every time.

Typst refuses a character without a glyph, so what the fonts lack shows as its code.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from taper.export.characters import FONT, FONTS, everywhere, in_fonts
from taper.export.handout.page import PAPERS, handout
from taper.export.html import TEMPLATES

if TYPE_CHECKING:
    from taper.export import Options
    from taper.planning.plan import Plan


def _drawings(folder: str) -> dict[str, str]:
    files = (TEMPLATES / folder).glob("*.svg")
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(files)}


def render(plan: Plan, options: Options) -> bytes:
    """The hand-out of a plan; raises :class:`~taper.InputError` for an unknown language."""
    import typst  # noqa: PLC0415 - heavy, and of this format only

    page = everywhere(asdict(handout(plan, options, FONT)), in_fonts)
    inputs = {
        "handout": json.dumps(page, ensure_ascii=False),
        "art": json.dumps({"icons": _drawings("icons"), "pills": _drawings("pills")}),
        "paper": PAPERS[page["paper"]],
        # the document is dated by the plan: no clock, so the same plan is the same file
        "year": str(plan.start.year),
        "month": str(plan.start.month),
        "day": str(plan.start.day),
    }
    made: bytes = typst.compile(
        str(TEMPLATES / "handout.typ"),
        root=str(TEMPLATES),
        format="pdf",
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs=inputs,
        pdf_standards=["ua-1"],
    )
    return made
