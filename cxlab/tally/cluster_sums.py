"""Weighted sums of a score by stratum and cluster: what a variance by design is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightKind
from cxlab.tally.entry import (
    finite,
    lazy_rows,
    name_or_code,
    refuse_bad_weights,
    require_names,
    require_numbers,
)
from cxlab.tally.one_pass import numbers, refuse_parts, require_distinct, spelt
from cxlab.tally.recode import Recode

SUMS = ["n", "sum_w", "sum_wx", "sum_w2", "sum_w2x", "sum_w2x2"]
DESIGN = ["stratum", "cluster", "fpc"]
ONE, NONE = nw.lit(1, dtype=nw.Int64), nw.lit(0, dtype=nw.Int64)


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
    weight_kind: WeightKind = "sampling",
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    centre: float = 0.0,
    recode: Recode | None = None,
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
    weight_kind
        `sampling`, or `frequency` where a row of weight 3 stands for three equal rows.
    cluster, stratum
        Columns of names or codes, without gaps, or None.
    fpc
        Numeric column without gaps, or None.
    centre
        Subtracted from every x before it is summed, so that a large mean does not swallow a small spread.
    recode
        Where given, x is not the score but its number by these steps.

    Returns
    -------
    ClusterSums
        One row per stratum, cluster, value of `fpc` and segment, sorted. Every engine gives the same
        integers, and the same floats to 1e-12 relative to the sum of their absolute terms.

    Raises
    ------
    MeasureError
        Where a column is absent or holds no numbers where it should, a segment column is named twice, an
        answer has no weight, a negative one or, of frequencies, a part of a row, or where a row has no
        cluster, stratum or `fpc`.
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
    x = _number(score, centre, recode)
    keyed = rows.select(*keys, x.alias("x"), w.alias("w"))
    if weight_kind == "frequency" and weight is not None:
        summed = _summed(_repeated(keyed), len(by))
        refuse_parts(int(numbers(summed["parts"]).sum()), weight)
    else:
        summed = _summed(_weighed(keyed), len(by))
    _refuse_gaps(summed, named)
    if score is not None:
        refuse_bad_weights(int(numbers(summed["bad"]).sum()), weight)
    return _tidied(summed, by)


def _key(role: str, name: str | None, schema: nw.Schema) -> nw.Expr:
    if name is None:
        return nw.lit(0).alias(role)
    return (finite(name) if role == "fpc" else name_or_code(name, schema[name])).alias(role)


def _number(score: str | None, centre: float, recode: Recode | None) -> nw.Expr:
    if score is None:
        return nw.lit(1.0)
    x = finite(score)
    return (x if recode is None else recode.expression(x)) - centre


def _weighed(keyed: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Give each row what it adds where weights are those of sampling."""
    x, w = nw.col("x"), nw.col("w")
    answered = ~x.is_null()
    return (
        keyed.with_columns(
            rows=ONE,
            n=nw.when(answered & (w > 0)).then(ONE).otherwise(NONE),
            bad=nw.when(answered & (w.is_null() | (w < 0))).then(ONE).otherwise(NONE),
            parts=NONE,
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


def _repeated(keyed: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Give each row what it adds where it stands for as many equal rows as its weight says."""
    x, w = nw.col("x"), nw.col("w")
    answered = ~x.is_null()
    times = nw.when(w > 0).then(w).otherwise(nw.lit(0.0))
    answers = nw.when(answered).then(times).otherwise(nw.lit(0.0))
    return keyed.with_columns(
        rows=times,
        n=answers,
        bad=nw.when(answered & (w.is_null() | (w < 0))).then(ONE).otherwise(NONE),
        parts=nw.when(w != w.round(0)).then(ONE).otherwise(NONE),
        sum_w=answers,
        sum_w2=answers,
        sum_wx=nw.when(answered).then(times * x).otherwise(nw.lit(0.0)),
    ).with_columns(
        sum_w2x=nw.col("sum_wx"),
        sum_w2x2=nw.when(answered).then(nw.col("sum_wx") * x).otherwise(nw.lit(0.0)),
    )


def _summed(ready: nw.LazyFrame[Any], segments: int) -> nw.DataFrame[Any]:
    # The columns were made before they are summed: a sum of an expression is not the same on every engine.
    grouped = ready.group_by(*(f"by_{place}" for place in range(segments)), *DESIGN)
    return grouped.agg(*(nw.col(name).sum() for name in ("rows", "bad", "parts", *SUMS))).collect()


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
