"""Plan a Parquet panel on Spark: the planning of `taper batch` as one function over Arrow batches.

    python examples/spark/plan_panel.py panel.parquet schedules.parquet errors.parquet

The columns of the panel are the request fields (see `taper batch --help`). That an id stands
twice is found by Spark, which has the whole table: as with `taper batch`, the first row of an id
is planned and the others are errors, and a row without an id is `row-N`.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812 - what Spark calls it

from taper import TaperError
from taper.batch import plan_batches, schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import DataFrame

_TYPES = {"string": "string", "int32": "int", "date32[day]": "date"}
ROW, FILE, FIRST = "__row", "__file", "__first"


def schedules(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What runs in every Spark worker."""
    return plan_batches(batches, "schedule")


def numbered(panel: DataFrame) -> DataFrame:
    """The panel with the id of every row, where it stands, and where its id stood first."""
    places = (
        "*",
        F.col("_metadata.file_path").alias(FILE),
        F.col("_metadata.row_index").alias(ROW),
    )
    rows = panel.select(*places).withColumn(ROW, F.col(ROW) + 1)
    given = F.lit(None).cast("string")
    if "id" in panel.columns:
        given = F.trim(F.regexp_replace(F.col("id").cast("string"), r"\s+", " "))
    named = F.when(given != "", given).otherwise(F.concat(F.lit("row-"), F.col(ROW)))
    rows = rows.withColumn("id", named)
    place = F.struct(FILE, ROW)
    ids = rows.groupBy("id").agg(F.min(place).alias(FIRST), F.count("*").alias("count"))
    twice = ids.where("count > 1").drop("count")
    return rows.join(twice, "id", "left").withColumn(
        FIRST, F.when(F.col(FIRST) != place, F.col(FIRST))
    )


def main(panel: str, output: str, errors: str) -> None:
    """Plan a panel into a table of schedules and one of errors."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark = SparkSession.builder.appName("taper").getOrCreate()
    try:
        table = spark.read.parquet(panel)
        empty = pa.record_batch({name: pa.array([], pa.string()) for name in table.columns})
        list(plan_batches([empty]))  # columns that are no fields are an error before the work
        rows = numbered(table)
        schema = ", ".join(f"`{field.name}` {_TYPES[str(field.type)]}" for field in schema_of())
        only = rows.where(F.col(FIRST).isNull()).drop(ROW, FILE, FIRST)
        workers = spark.sparkContext.defaultParallelism
        if only.rdd.getNumPartitions() < workers:  # a panel is small: Spark would use one of them
            only = only.repartition(workers)
        planned = only.mapInArrow(schedules, schema).cache()
        steps = planned.where(F.col("error").isNull()).drop("error_field", "error")
        steps.write.mode("overwrite").parquet(output)
        again = rows.where(F.col(FIRST).isNotNull()).select(
            F.col("id").alias("plan_id"),
            F.lit("id").alias("error_field"),
            F.format_string("the id '%s' is already that of row %d", "id", F.col(FIRST)[ROW]).alias(
                "error"
            ),
        )
        failed = planned.where(F.col("error").isNotNull())
        failed = failed.select("plan_id", "error_field", "error").unionByName(again)
        failed.write.mode("overwrite").parquet(errors)
    except TaperError as error:
        raise SystemExit(str(error)) from None
    finally:
        spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:4])
