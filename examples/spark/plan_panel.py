"""Plan a Parquet panel on Spark: the planning of `taper batch` in the tasks of a cluster.

    python examples/spark/plan_panel.py panel.parquet schedules.parquet errors.parquet

The columns of the panel are the request fields (see `taper batch --help`). Each task writes its
own part of the schedules, and Spark gets counts and failures alone: the rows of the plans are
forty times those of the panel, and would cost more on their way through Spark than to plan.

Spark finds the ids that stand twice, because it alone has the whole table: as with `taper
batch`, the first row of an id is planned and the others are errors, and a row without an id is
`row-N`.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812 - what Spark calls it

from taper import TaperError
from taper.batch import name_parts, outcome_schema, plan_batches, write_batches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import DataFrame

_TYPES = {"string": "string", "int64": "bigint"}
ROW, FILE, FIRST = "__row", "__file", "__first"


def numbered(panel: DataFrame) -> DataFrame:
    """The panel with the id of every row, and where it stands."""
    places = (
        "*",
        F.col("_metadata.file_path").alias(FILE),
        (F.col("_metadata.row_index") + 1).alias(ROW),
    )
    rows = panel.select(*places)
    given = F.lit(None).cast("string")
    if "id" in panel.columns:
        given = F.trim(F.regexp_replace(F.col("id").cast("string"), r"\s+", " "))
    named = F.when(given != "", given).otherwise(F.concat(F.lit("row-"), F.col(ROW)))
    return rows.withColumn("id", named)


def split(rows: DataFrame) -> tuple[DataFrame, DataFrame]:
    """The first row of every id, and the errors of the others.

    Few ids stand twice: they alone are joined with the rows, so that no row moves.
    """
    place = F.struct(FILE, ROW)
    ids = rows.groupBy("id").agg(F.min(place).alias(FIRST), F.count("*").alias("count"))
    twice = F.broadcast(ids.where("count > 1").drop("count"))
    found = rows.join(twice, "id", "left")
    is_first = F.col(FIRST).isNull() | (F.col(FIRST) == place)
    message = F.format_string("the id '%s' is already that of row %d", "id", F.col(FIRST)[ROW])
    again = found.where(~is_first).select(
        F.col("id").alias("plan_id"), F.lit("id").alias("error_field"), message.alias("error")
    )
    return found.where(is_first).drop(ROW, FILE, FIRST), again


def main(panel: str, output: str, errors: str) -> None:
    """Plan a panel into a folder of schedules and a table of errors."""

    def written(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return write_batches(batches, output, "schedule")

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark = SparkSession.builder.appName("taper").getOrCreate()
    try:
        table = spark.read.parquet(panel)
        empty = pa.record_batch({name: pa.array([], pa.string()) for name in table.columns})
        list(plan_batches([empty]))  # columns that are not fields are an error before the work
        first, again = split(numbered(table))
        workers = spark.sparkContext.defaultParallelism
        if first.rdd.getNumPartitions() < workers:  # a small panel is one partition
            first = first.repartition(workers)
        schema = ", ".join(f"{each.name} {_TYPES[str(each.type)]}" for each in outcome_schema())
        outcome = first.mapInArrow(written, schema).cache()  # a row a failure, one a part
        failed = outcome.where("error is not null").select("plan_id", "error_field", "error")
        failed.unionByName(again).write.mode("overwrite").parquet(errors)
        parts = [row["part"] for row in outcome.where("part is not null").collect()]
        name_parts(output, parts)  # those of the last action: whatever was lost, each part once
    except TaperError as error:
        raise SystemExit(str(error)) from None
    finally:
        spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:4])
