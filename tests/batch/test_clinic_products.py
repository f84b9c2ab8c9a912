"""A clinic's own products in a batch: the same plans as one by one, and a run that knows its file."""

from __future__ import annotations

import pytest
from batches import ran

from taper.batch import plan_batches
from taper.batch.reading.source import BatchError
from taper.errors import FileFault, InputError, TaperError
from taper.formulary.local import Unchecked, load

FILE = """
[[product]]
id = "oxycodon-mga"
drug = "oxycodone"
form = "mr"
unit = "mg"
strengths = ["10", "20", "40"]
intervals_hours = [12]
handling = "swallow-whole"
source = "product information"
"""
PANEL = (
    "id,product,dose,start,market\n"
    "a,oxycodon-mga,40 mg q12h,2026-12-07,uk\n"
    "b,oxycodone-er,40 mg q12h,2026-12-07,us\n"
    "c,oxycodon-mga,20 mg q12h,2026-12-07,au\n"
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "products.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_rows_of_several_markets(tmp_path, file):
    found = ran(tmp_path, PANEL, products=Unchecked.of(load(file)))
    assert found.ids == ["a", "b", "c"]
    assert found.errors == []
    rows = [line for line in found.schedule.splitlines() if line.startswith(("a,", "c,"))]
    assert sum(line.endswith("local-product") or ",local-product" in line for line in rows) > 10
    without = ran(tmp_path, PANEL)
    assert without.ids == ["b"]
    assert {each["field"] for each in without.errors} == {"product"}


def test_a_product_that_one_market_has_already_fails_there_alone(tmp_path, file):
    text = FILE.replace('"oxycodon-mga"', '"oxycodone-cr"')  # an id of the Canadian market
    file.write_text(text, encoding="utf-8")
    panel = PANEL.replace("oxycodon-mga", "oxycodone-cr").replace(",au", ",ca")
    found = ran(tmp_path, panel, products=Unchecked.of(load(file)))
    assert found.ids == ["a", "b"]
    assert {error["id"] for error in found.errors} == {"c"}
    error = found.errors[0]
    assert "is built in and stays" in error["message"]


def test_batches_of_arrow(file):
    arrow = pytest.importorskip("pyarrow")
    batch = arrow.RecordBatch.from_pylist(
        [{"id": "a", "product": "oxycodon-mga", "dose": "40 mg q12h", "start": "2026-12-07"}]
    )
    (made,) = plan_batches([batch], "summary", products=str(file))
    assert made.column("error").to_pylist() == [None]
    (missing,) = plan_batches([batch], "summary")
    assert missing.column("error_field").to_pylist() == ["product"]


def test_a_file_that_is_not_there_is_a_fault_at_once(tmp_path):
    with pytest.raises(FileFault):
        next(plan_batches([], "summary", products=str(tmp_path / "none.toml")), None)
    assert issubclass(BatchError, TaperError)
    with pytest.raises(InputError):
        Unchecked.of([{"id": "x"}])
