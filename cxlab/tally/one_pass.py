"""The one pass: rows of any engine in, a small sorted pandas frame of sums out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from cxlab.model.errors import MeasureError, nearest
from cxlab.model.strict import code_text

SUMS = ["n", "sum_w", "sum_w2"]
Key = Literal["score", "value", "answered"]


def sum_by(frame: Any, column: str, *, key: Key, by: Sequence[str], weight: str | None) -> pd.DataFrame:
    """Count rows and sum their weights by the values of a column and by segments.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    column
        Column to group by; its missing rows are kept as a group.
    key
        What to group by, and what it is called in the result: a `score` (a number), a `value` (a name or
        code, spelt as text) or whether the row is `answered` (1 or 0).
    by
        Segment columns.
    weight
        Column of weights, or None where every row weighs 1.

    Returns
    -------
    pandas.DataFrame
        `by…`, the key, `n` (rows, int64; rows of weight zero do not count), `sum_w`, `sum_w2` (Σw and Σw²,
        float64), one row per combination, sorted, nulls last. Segment levels are texts.

    Raises
    ------
    MeasureError
        Where a column is absent, no number where it should be one or cannot be told from a column of the
        result, or where an answer has no weight or a negative one.
    """
    rows = _lazy(frame)
    schema = rows.collect_schema()
    _require_names([column, *by, *([] if weight is None else [weight])], schema)
    _require_distinct(by, [key, *SUMS])
    for name in ([column] if key == "score" else []) + ([] if weight is None else [weight]):
        _require_numbers(rows, name, schema[name])
    value = finite(column) if key == "score" else _value(column, schema[column])
    if key == "answered":
        value = nw.when(value.is_null()).then(nw.lit(0)).otherwise(nw.lit(1))
    segments = [_value(name, schema[name]).alias(f"by_{place}") for place, name in enumerate(by)]
    w = nw.lit(1.0) if weight is None else finite(weight)
    counted = _summed(rows.select(*segments, value.alias("key"), w.alias("w")), len(by))
    _refuse_bad_weights(counted, weight)
    return _tidied(counted, key, by)


def finite(column: str) -> nw.Expr:
    """Return a numeric column as Float64, with null wherever it is not finite.

    DuckDB keeps the NaN of a Parquet file, counts it as larger than any number, and folds `isnan` and
    `between` away where the file's statistics leave NaN out; `isfinite` is not folded.
    """
    value = nw.col(column).cast(nw.Float64)
    return nw.when(value.is_finite()).then(value)


def _value(column: str, dtype: nw.dtypes.DType) -> nw.Expr:
    """Return a column of names or codes; numbers with decimals obey the rule of `finite`."""
    return finite(column) if dtype.is_float() or dtype.is_decimal() else nw.col(column)


def _summed(keyed: nw.LazyFrame[Any], segments: int) -> nw.DataFrame[Any]:
    no_weight = nw.col("w").is_null() | (nw.col("w") < 0)
    one, none = nw.lit(1, dtype=nw.Int64), nw.lit(0, dtype=nw.Int64)
    # The columns are made before they are summed: a sum of an expression is not the same on every engine.
    ready = keyed.with_columns(
        one_row=nw.when(nw.col("w") > 0).then(one).otherwise(none),
        w2=nw.col("w") * nw.col("w"),
        bad=nw.when(no_weight & ~nw.col("key").is_null()).then(one).otherwise(none),
    )
    sums = ready.group_by(*(f"by_{place}" for place in range(segments)), "key").agg(
        nw.col("one_row").sum().alias("n"),
        nw.col("w").sum().alias("sum_w"),
        nw.col("w2").sum().alias("sum_w2"),
        nw.col("bad").sum().alias("bad"),
    )
    return sums.collect()


def _require_names(names: Sequence[str], schema: nw.Schema) -> None:
    for name in names:
        if name not in schema:
            raise MeasureError(f"there is no column '{name}'", remedy=nearest(name, schema))


def _require_distinct(by: Sequence[str], taken: Sequence[str]) -> None:
    for place, name in enumerate(by):
        if name in by[:place]:
            raise MeasureError(f"by= names '{name}' twice", remedy="name each segment column once")
        if name in taken:
            raise MeasureError(f"a segment column cannot be called '{name}'", remedy="rename the column")


def _require_numbers(rows: nw.LazyFrame[Any], name: str, dtype: nw.dtypes.DType) -> None:
    if dtype.is_numeric() or dtype == nw.Boolean:
        return
    # A column without a single value has no type worth refusing.
    if rows.select(nw.col(name).count()).collect().item() == 0:
        return
    raise MeasureError(
        f"the column '{name}' holds {dtype}, not numbers",
        remedy="give its texts scores (codes: in the mapping) or name another column",
    )


def _lazy(frame: Any) -> nw.LazyFrame[Any]:
    try:
        known = nw.from_native(frame)
    except TypeError:
        raise MeasureError(
            f"a {type(frame).__name__} is no frame",
            remedy="give a pandas or polars frame or a DuckDB relation",
        ) from None
    return known.lazy() if isinstance(known, nw.DataFrame) else known


def _refuse_bad_weights(counted: nw.DataFrame[Any], weight: str | None) -> None:
    bad = sum(int(count) for count in counted["bad"].to_list())
    if bad:
        raise MeasureError(
            f"{bad:,} answers have no weight or a negative one",
            where=f"column '{weight}'",
            remedy="weight every answer, or leave weight= away",
        )


def _tidied(counted: nw.DataFrame[Any], key: Key, by: Sequence[str]) -> pd.DataFrame:
    levels = {name: _spelt(counted[f"by_{place}"]) for place, name in enumerate(by)}
    keys = _spelt(counted["key"]) if key == "value" else _numbers(counted["key"])
    sums = {
        "n": pd.Series([int(count) for count in counted["n"].to_list()], dtype="int64"),
        "sum_w": _numbers(counted["sum_w"]).fillna(0.0),
        "sum_w2": _numbers(counted["sum_w2"]).fillna(0.0),
    }
    tidy = pd.DataFrame({**levels, key: keys, **sums})
    # Values that were two to the engine may be one when spelt: 1 and "1.0", NaN and null, 0.0 and -0.0.
    return tidy.groupby([*by, key], dropna=False, sort=True, as_index=False)[SUMS].sum()


def _numbers(column: nw.Series[Any]) -> pd.Series:
    values = [np.nan if pd.isna(value) else float(value) for value in column.to_list()]
    return pd.Series(values, dtype="float64") + 0.0


def _spelt(column: nw.Series[Any]) -> pd.Series:
    """Spell values as texts from the values themselves: engines differ in how they write a number."""
    texts = [None if pd.isna(value) else code_text(value) for value in column.to_list()]
    return pd.Series(texts, dtype="str")
