"""The one pass: rows of any engine in, a small sorted pandas frame of sums out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.model.strict import code_text
from cxlab.model.weights import WeightKind
from cxlab.tally.entry import (
    finite,
    lazy_rows,
    name_or_code,
    refuse_bad_weights,
    require_names,
    require_numbers,
)

Places = npt.NDArray[np.intp]
SUMS = ["n", "sum_w", "sum_w2"]
Key = Literal["score", "value", "answered"]


def sum_by(
    frame: Any,
    column: str,
    *,
    key: Key,
    by: Sequence[str],
    weight: str | None,
    weight_kind: WeightKind = "sampling",
) -> pd.DataFrame:
    """Count rows and sum their weights by the values of a column and by segments.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, a Dask or Spark frame, or any other that narwhals knows.
    column
        Column to group by; its missing rows are kept as a group.
    key
        What to group by, and what it is called in the result: a `score` (a number), a `value` (a name or
        code, spelt as text) or whether the row is `answered` (1 or 0).
    by
        Segment columns.
    weight
        Column of weights, or None where every row weighs 1.
    weight_kind
        `sampling`, or `frequency` where a row of weight 3 stands for three equal rows; n, Σw and Σw² are then
        all the sum of the weights.

    Returns
    -------
    pandas.DataFrame
        `by…`, the key, `n` (rows, int64; rows of weight zero do not count), `sum_w`, `sum_w2` (Σw and Σw²,
        float64), one row per combination, sorted, nulls last. Segment levels are texts.

    Raises
    ------
    MeasureError
        Where a column is absent, no number where it should be one or cannot be told from a column of the
        result, or where an answer has no weight, a negative one or, of frequencies, a part of a row.
    """
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    require_names([column, *by, *([] if weight is None else [weight])], schema)
    require_distinct(by, [key, *SUMS])
    for name in ([column] if key == "score" else []) + ([] if weight is None else [weight]):
        require_numbers(rows, name, schema[name])
    segments = [name_or_code(name, schema[name]).alias(f"by_{place}") for place, name in enumerate(by)]
    keyed = [*segments, _key(column, key, schema[column]).alias("key")]
    if weight is None:
        return tidied(_counted(rows.select(*keyed), len(by)), key, by)
    whole = weight_kind == "frequency"
    summed = _summed(rows.select(*keyed, finite(weight).alias("w")), len(by), whole=whole)
    refuse_bad_weights(int(numbers(summed["bad"]).sum()), weight)
    if whole:
        refuse_parts(int(numbers(summed["parts"]).sum()), weight)
        summed = summed.with_columns(n=nw.col("sum_w"), sum_w2=nw.col("sum_w"))
    return tidied(summed, key, by)


def _key(column: str, key: Key, dtype: nw.dtypes.DType) -> nw.Expr:
    if key == "score":
        # Whole numbers are grouped as they are: an engine finds their groups faster than those of floats.
        return nw.col(column) if dtype.is_integer() else finite(column)
    value = name_or_code(column, dtype)
    return value if key == "value" else nw.when(value.is_null()).then(nw.lit(0)).otherwise(nw.lit(1))


def _counted(keyed: nw.LazyFrame[Any], segments: int) -> nw.DataFrame[Any]:
    groups = [*(f"by_{place}" for place in range(segments)), "key"]
    counts = keyed.group_by(*groups).agg(nw.len().alias("n"))
    return counts.with_columns(sum_w=nw.col("n"), sum_w2=nw.col("n")).collect()


def _summed(keyed: nw.LazyFrame[Any], segments: int, *, whole: bool) -> nw.DataFrame[Any]:
    no_weight = nw.col("w").is_null() | (nw.col("w") < 0)
    one, none = nw.lit(1, dtype=nw.Int64), nw.lit(0, dtype=nw.Int64)
    # The columns are made before they are summed: a sum of an expression is not the same on every engine.
    made = {
        "n": nw.when(nw.col("w") > 0).then(one).otherwise(none),
        "sum_w": nw.col("w"),
        "sum_w2": nw.col("w") * nw.col("w"),
        "bad": nw.when(no_weight & ~nw.col("key").is_null()).then(one).otherwise(none),
    }
    if whole:
        made["parts"] = nw.when(nw.col("w") != nw.col("w").round(0)).then(one).otherwise(none)
    ready = keyed.with_columns(**made)
    sums = ready.group_by(*(f"by_{place}" for place in range(segments)), "key").agg(
        *(nw.col(name).sum() for name in made)
    )
    return sums.collect()


def refuse_parts(parts: int, weight: str | None) -> None:
    """Raise MeasureError where frequencies are not whole numbers."""
    if parts:
        raise MeasureError(
            f"{parts:,} frequencies are not whole numbers",
            where=f"column '{weight}'",
            remedy='round them, or say weight_kind="sampling" where they are weights of sampling',
        )


def require_distinct(by: Sequence[str], taken: Sequence[str]) -> None:
    """Raise MeasureError where a segment column is named twice or as a column of the result."""
    for place, name in enumerate(by):
        if name in by[:place]:
            raise MeasureError(f"by= names '{name}' twice", remedy="name each segment column once")
        if name in taken:
            raise MeasureError(f"a segment column cannot be called '{name}'", remedy="rename the column")


def tidied(summed: nw.DataFrame[Any], key: Key, by: Sequence[str]) -> pd.DataFrame:
    """Return the groups of an engine as a sorted frame with one spelling for each level."""
    levels = {name: spelt(summed[f"by_{place}"]) for place, name in enumerate(by)}
    keys = spelt(summed["key"]) if key == "value" else numbers(summed["key"])
    sums = {name: numbers(summed[name]).fillna(0.0).to_numpy() for name in SUMS}
    groups = pd.DataFrame({**levels, key: keys})
    order, starts = _sorted_groups(groups)
    # Values that were two to the engine may be one when spelt: 1 and "1.0", NaN and null, 0.0 and -0.0.
    merged = {name: np.add.reduceat(values[order], starts) for name, values in sums.items()}
    tidy = groups.iloc[order[starts]].reset_index(drop=True)
    return tidy.assign(**merged).astype({"n": "int64"})


def _sorted_groups(groups: pd.DataFrame) -> tuple[Places, Places]:
    """Return the order that sorts the rows, missing values last, and where in it each group starts."""
    codes = []
    for name in groups:
        code, found = pd.factorize(groups[name], sort=True)
        codes.append(np.where(code < 0, len(found), code))
    order = np.lexsort(codes[::-1])
    first = np.zeros(len(order), dtype=bool)
    first[:1] = True
    for code in codes:
        first[1:] |= np.diff(code[order]) != 0
    return order, np.flatnonzero(first)


def numbers(column: nw.Series[Any]) -> pd.Series:
    """Return a column of numbers of any engine as float64, with NaN where they are missing."""
    values = column.cast(nw.Float64).to_arrow().to_numpy(zero_copy_only=False)
    # A sum of -0.0 and of 0.0 is 0.0: they are one score.
    return pd.Series(values, dtype="float64") + 0.0


def spelt(column: nw.Series[Any]) -> pd.Series:
    """Spell values as texts from the values themselves: engines differ in how they write a number."""
    values = column.to_list()
    if column.dtype == nw.Object:  # where 1 and True may stand side by side, and to a set are one value
        return pd.Series([_text(value) for value in values], dtype="str")
    texts = {value: _text(value) for value in set(values)}
    return pd.Series([texts[value] for value in values], dtype="str")


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else code_text(value)
