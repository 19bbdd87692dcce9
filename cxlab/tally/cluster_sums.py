"""Weighted sums of a score by stratum and cluster: what a variance by design is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.tally.entry import (
    finite,
    lazy_rows,
    name_or_code,
    refuse_bad_weights,
    require_names,
    require_numbers,
)
from cxlab.tally.one_pass import numbers, require_distinct, spelt

SUMS = ["n", "sum_w", "sum_wx", "sum_w2", "sum_w2x", "sum_w2x2"]
DESIGN = ["stratum", "cluster", "fpc"]


@dataclass(frozen=True, slots=True, eq=False)
class ClusterSums:
    """Sums over the rows of each stratum, cluster and segment.

    Parameters
    ----------
    levels
        Level of each segment column, g rows; no columns where there are no segments.
    cells
        The sums, g rows in the same order: `stratum`, `cluster` (texts), `fpc` (each 0 where none was named),
        `rows` (all of them), `n` (answers of positive weight), and over the answers `sum_w`, `sum_wx`,
        `sum_w2`, `sum_w2x`, `sum_w2x2`.
    """

    levels: pd.DataFrame
    cells: pd.DataFrame


def cluster_sums(
    frame: Any,
    score: str | None,
    *,
    by: Sequence[str] = (),
    weight: str | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    centre: float = 0.0,
    at_least: float | None = None,
) -> ClusterSums:
    """Sum a score and its weights by stratum, cluster and segment, in one pass.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, a Dask or Spark frame, or any other that narwhals knows.
    score
        Numeric column x. A row without an answer counts in `rows` only: its cluster was drawn all the same.
        None takes every row for an answer and x for 1.
    by
        Segment columns; a row without a level has a level of its own (missing).
    weight
        Column of weights ≥ 0, or None where every row weighs 1.
    cluster, stratum
        Columns of names or codes, without gaps, or None.
    fpc
        Numeric column without gaps, or None.
    centre
        Subtracted from every x before it is summed, so that a large mean does not swallow a small spread.
    at_least
        Where given, x is 1 for a score of at least this and 0 for a lower one.

    Returns
    -------
    ClusterSums
        One row per stratum, cluster, value of `fpc` and segment, sorted. Every engine gives the same
        integers, and the same floats to 1e-12 relative to the sum of their absolute terms.

    Raises
    ------
    MeasureError
        Where a column is absent or holds no numbers where it should, a segment column is named twice, an
        answer has no weight or a negative one, or a row has no cluster, stratum or `fpc`.
    """
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    named = {"stratum": stratum, "cluster": cluster, "fpc": fpc}
    numeric = [name for name in (score, weight, fpc) if name is not None]
    require_names([*numeric, *by, *(name for name in (cluster, stratum) if name is not None)], schema)
    require_distinct(by, [])
    for name in numeric:
        require_numbers(rows, name, schema[name])
    keys = [name_or_code(name, schema[name]).alias(f"by_{place}") for place, name in enumerate(by)]
    keys += [_key(role, name, schema) for role, name in named.items()]
    w = nw.lit(1.0) if weight is None else finite(weight)
    x = _number(score, centre, at_least)
    summed = _summed(rows.select(*keys, x.alias("x"), w.alias("w")), len(by))
    _refuse_gaps(summed, named)
    if score is not None:
        refuse_bad_weights(int(numbers(summed["bad"]).sum()), weight)
    return _tidied(summed, by)


def _key(role: str, name: str | None, schema: nw.Schema) -> nw.Expr:
    if name is None:
        return nw.lit(0).alias(role)
    return (finite(name) if role == "fpc" else name_or_code(name, schema[name])).alias(role)


def _number(score: str | None, centre: float, at_least: float | None) -> nw.Expr:
    if score is None:
        return nw.lit(1.0)
    x = finite(score)
    if at_least is not None:
        high, low = nw.when(x >= at_least).then(nw.lit(1.0)), nw.lit(0.0)
        x = nw.when(~x.is_null()).then(high.otherwise(low))
    return x - centre


def _summed(keyed: nw.LazyFrame[Any], segments: int) -> nw.DataFrame[Any]:
    x, w = nw.col("x"), nw.col("w")
    one, none = nw.lit(1, dtype=nw.Int64), nw.lit(0, dtype=nw.Int64)
    answered = ~x.is_null()
    # The columns are made before they are summed: a sum of an expression is not the same on every engine.
    ready = (
        keyed.with_columns(
            rows=one,
            n=nw.when(answered & (w > 0)).then(one).otherwise(none),
            bad=nw.when(answered & (w.is_null() | (w < 0))).then(one).otherwise(none),
        )
        .with_columns(
            sum_w=nw.when(nw.col("n") == 1).then(w).otherwise(nw.lit(0.0)),
            sum_wx=nw.when(nw.col("n") == 1).then(w * x).otherwise(nw.lit(0.0)),
        )
        .with_columns(
            sum_w2=nw.col("sum_w") * nw.col("sum_w"),
            sum_w2x=nw.col("sum_w") * nw.col("sum_wx"),
            sum_w2x2=nw.col("sum_wx") * nw.col("sum_wx"),
        )
    )
    sums = ["rows", "bad", *SUMS]
    grouped = ready.group_by(*(f"by_{place}" for place in range(segments)), *DESIGN)
    return grouped.agg(*(nw.col(name).sum() for name in sums)).collect()


def _refuse_gaps(summed: nw.DataFrame[Any], named: dict[str, str | None]) -> None:
    for role, name in named.items():
        gaps = pd.isna(pd.Series(summed[role].to_list(), dtype=object)).to_numpy()
        if gaps.any():
            rows = sum(int(count) for count, gap in zip(summed["rows"].to_list(), gaps, strict=True) if gap)
            raise MeasureError(
                f"{rows:,} rows have no {role}",
                where=f"column '{name}'",
                remedy=f"name the {role} of every row, or leave these rows out",
            )


def _tidied(summed: nw.DataFrame[Any], by: Sequence[str]) -> ClusterSums:
    keys = [f"by_{place}" for place in range(len(by))]
    columns = {key: spelt(summed[key]) for key in [*keys, "stratum", "cluster"]}
    columns["fpc"] = numbers(summed["fpc"])
    columns |= {name: numbers(summed[name]).astype("int64") for name in ("rows", "n")}
    columns |= {name: numbers(summed[name]).fillna(0.0) for name in SUMS[1:]}
    # Values that were two to the engine may be one when spelt: 1 and "1.0".
    tidy = pd.DataFrame(columns).groupby([*keys, *DESIGN], dropna=False, sort=True, as_index=False).sum()
    levels = tidy[keys].set_axis(list(by), axis="columns")
    return ClusterSums(levels, tidy[[*DESIGN, "rows", *SUMS]])
