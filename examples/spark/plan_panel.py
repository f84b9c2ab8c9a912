"""Plan a Parquet panel on Spark: the planning of `taper batch` as one function over Arrow batches.

    python examples/spark/plan_panel.py panel.parquet schedules.parquet errors.parquet

The columns of the panel are the request fields (see `taper batch --help`). Every row needs an id
of its own: Spark has the whole table, so it is Spark that looks for ids that stand twice.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812 - what Spark calls it

from taper.batch import plan_batches, schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

_TYPES = {"string": "string", "int32": "int", "date32[day]": "date"}


def schedules(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What runs in every Spark worker."""
    return plan_batches(batches, "schedule")


def main(panel: str, output: str, errors: str) -> None:
    """Plan a panel into a table of schedules and one of errors."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark = SparkSession.builder.appName("taper").getOrCreate()
    try:
        schema = ", ".join(f"`{field.name}` {_TYPES[str(field.type)]}" for field in schema_of())
        rows = spark.read.parquet(panel)
        twice = rows.groupBy("id").count().where("count > 1 or id is null").count()
        if twice:
            raise SystemExit(f"{twice} ids are missing or stand more than once")
        planned = rows.mapInArrow(schedules, schema).cache()
        steps = planned.where(F.col("error").isNull()).drop("error_field", "error")
        steps.write.mode("overwrite").parquet(output)
        failed = planned.where(F.col("error").isNotNull())
        failed.select("plan_id", "error_field", "error").write.mode("overwrite").parquet(errors)
    finally:
        spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:4])
