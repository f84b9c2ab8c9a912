"""Plans as text: what is shared of each, and the bytes of one row's plan in every output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.batch.days import day_of
from taper.batch.shift import shifted
from taper.batch.template import Windows, cut

if TYPE_CHECKING:
    from typing import Any

    from taper.batch.formats import Text
    from taper.batch.planner import Planned
    from taper.batch.template import Template
    from taper.planning import Plan

_WEEK = 7


class Texts:
    """The templates of a plan, one an output."""

    __slots__ = ("reach", "size", "templates")

    def __init__(self, templates: list[Template]) -> None:
        """Keep them, with their size in bytes and the days that they reach."""
        self.templates = templates
        self.reach = max((template.reach for template in templates), default=0)
        self.size = sum(template.size for template in templates)


class Renderer:
    """Renders plans for a list of text outputs."""

    def __init__(self, texts: list[Text]) -> None:
        """``texts`` are the outputs in their order."""
        self.texts = texts
        self._windows = Windows()
        self._labelled = any(text.table.name == "plans" for text in texts)

    def render(self, plan: Plan, start: int | None) -> Texts | None:
        """The templates of a plan that starts on day ``start``; None: for that day only."""
        templates = []
        later = None
        for text in self.texts:
            moved = None
            if start is not None and not text.table.only_its_dates:
                later = later or shifted(plan, day_of(start + _WEEK))
                moved = text.marked(later)
            template = cut(text.marked(plan), start, moved)
            if template is None:
                return None
            templates.append(template)
        return Texts(templates)

    def rows(self, planned: Planned, kept: tuple[Any, ...]) -> list[bytes]:
        """The bytes of a row's plan in every output."""
        texts: Texts = planned.rendering
        window = self._windows.of(planned.start, texts.reach)
        made = []
        for text, template in zip(self.texts, texts.templates, strict=True):
            window[0] = text.ident(planned.id)
            if kept:
                window[1] = text.kept(kept)
            if self._labelled:
                window[2] = text.label(planned.label)
            made.append(template.render(window))
        return made
