"""The book of plans: the same requests, the same lines."""

from __future__ import annotations

import json
import os

import pytest

from golden.book import page, pages, write


def _name(request: str) -> str:
    fields = json.loads(request)
    return " ".join(fields[name] for name in ("product", "dose", "start"))


@pytest.mark.parametrize("request_", pages(), ids=_name)
def test_a_plan_is_as_it_stands_in_the_book(request_):
    made = page(request_)
    if os.environ.get("TAPER_GOLDEN") == "write":
        write({**pages(), request_: made})
    assert made == pages()[request_]
