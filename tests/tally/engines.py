"""One awkward frame, in every engine that a tally must serve alike."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

NULLABLE = {
    pa.int8(): pd.Int8Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.float32(): pd.Float32Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
    pa.string(): pd.StringDtype(),
}
NAN, INF = float("nan"), float("inf")


def awkward_frame(rows: int = 420, seed: int = 20260711) -> pa.Table:
    """NaN beside null, ±inf, int8, float32, null keys, a group without answers, weights of zero.

    Weights are multiples of 1/16, so that their sums are exact in whatever order an engine takes them.
    """
    rng = np.random.default_rng(seed)

    def drawn(values: list[Any], kind: pa.DataType) -> pa.Array:
        return pa.array([values[i] for i in rng.integers(len(values), size=rows)], kind)

    scores = [*map(float, range(11)), 9.0, 10.0]
    region = drawn(["north", "south", "west", None, "empty"], pa.string())
    nps = drawn([*scores, NAN, INF, -INF, None], pa.float64())
    silent = [
        None if where == "empty" else value
        for where, value in zip(region.to_pylist(), nps.to_pylist(), strict=True)
    ]
    return pa.table(
        {
            "nps": pa.array(silent, pa.float64()),
            "nps8": drawn([0, 3, 6, 7, 8, 9, 10, None], pa.int8()),
            "nps32": drawn([0.0, 6.0, 7.0, 9.0, 10.0, NAN, None], pa.float32()),
            "big8": drawn([100, 120, 127, -128, None], pa.int8()),
            "csat": drawn([1, 2, 3, 4, 5, None], pa.int64()),
            "flag": drawn([True, False, None], pa.bool_()),
            "reason": drawn(["price", "service", " price ", None], pa.string()),
            "ratio": drawn([0.5, 1.0, NAN, INF, None], pa.float64()),
            "region": region,
            "store": drawn([1, 2, 10, None], pa.int64()),
            "tier": drawn([1.0, 2.5, -0.0, 0.0, NAN, None], pa.float64()),
            "w": drawn([0.0, 0.0625, 1.0, 2.5, 3.75], pa.float64()),
            "block": drawn([0, 1, 7, 40, 999], pa.int16()),
            "panel": drawn(["b", "a", "", "c d"], pa.string()),
        }
    )


def in_duckdb(table: pa.Table, folder: Path) -> Any:
    connection = duckdb.connect()
    connection.register("answers", table)
    return connection.sql("from answers")


def in_parquet(table: pa.Table, folder: Path) -> Any:
    """Write row groups whose statistics leave NaN out, as Parquet writers do, and read them with DuckDB."""
    path = folder / "answers.parquet"
    pq.write_table(table, path, row_group_size=64, write_statistics=True)
    return duckdb.connect().read_parquet(str(path))


ENGINES: dict[str, Callable[[pa.Table, Path], Any]] = {
    "pandas": lambda table, folder: table.to_pandas(),
    "pandas nullable": lambda table, folder: table.to_pandas(types_mapper=NULLABLE.get),
    "pandas arrow": lambda table, folder: table.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": lambda table, folder: pl.from_arrow(table),
    "polars lazy": lambda table, folder: pl.from_arrow(table).lazy(),
    "duckdb": in_duckdb,
    "duckdb parquet": in_parquet,
}
