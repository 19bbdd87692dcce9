"""How long and how it ended, counted where the data live: a frame of any engine in, cells out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from cxlab.estimate.cluster_codes import label_codes
from cxlab.model.weights import WeightKind
from cxlab.retention.distinct_runs import distinct_runs
from cxlab.tally.entry import finite, known_frame, lazy_rows, name_or_code, require_names, require_numbers
from cxlab.tally.one_pass import numbers, require_distinct, spelt

GLANCE, FEW = 10_000, 1_000
"""Where the first 10,000 durations take more than 1,000 values, rows are not worth grouping by them."""
TAKEN = [
    "level", "cause", "time", "n_risk", "n_event", "survival", "incidence", "std_error", "conf_low",
    "conf_high", "suppressed",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeavingColumns:
    """Which columns say how long, and how it ended.

    Parameters
    ----------
    duration, end
        Names of the columns.
    flags
        Whether `end` holds 1 for an event and 0 for none, rather than a cause.
    censored
        Value of `end` that stands for still there, beside missing and empty ones; of causes only.
    by, entry, cluster, weight, weight_kind
        As in `kaplan_meier`.
    """

    duration: str
    end: str
    flags: bool
    by: tuple[str, ...] = ()
    censored: str | None = None
    entry: str | None = None
    cluster: str | None = None
    weight: str | None = None
    weight_kind: WeightKind = "sampling"

    @property
    def plain(self) -> bool:
        """Whether rows differ in group, duration and end only."""
        return self.entry is None and self.cluster is None and self.weight is None


def leaving_cells(frame: Any, columns: LeavingColumns) -> pd.DataFrame:
    """Read the rows of a frame, counted where that makes them fewer.

    Returns
    -------
    pandas.DataFrame
        `by_0`…, `end`, `time`, and `entry` and `cluster` where named; `rows`, `n` (of positive weight); with
        weights also `sum_w`, `sum_w2`, `bad` (rows without a weight or with a negative one), `parts` (no
        whole weight).

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or of a wrong type.
    """
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    numeric = [name for name in (columns.duration, columns.entry, columns.weight) if name is not None]
    optional = _present(columns.entry, columns.cluster, columns.weight)
    require_names([columns.duration, columns.end, *columns.by, *optional], schema)
    require_distinct(columns.by, TAKEN)
    for name in [*numeric, *([columns.end] if columns.flags else [])]:
        require_numbers(rows, name, schema[name])
    here = _worth_reading(frame, columns)
    keyed = rows.select(*_keys(columns, schema, here=here))
    return _ungrouped(keyed, columns) if here else _grouped(keyed, columns)


def _present(*names: str | None) -> list[str]:
    return [name for name in names if name is not None]


def _keys(columns: LeavingColumns, schema: nw.Schema, *, here: bool) -> list[nw.Expr]:
    """Return the expressions of a row's group, duration, end, entry, cluster and weight.

    What is read `here` stays as it is where it is whole: a cast of every row takes longer than counting it.
    """

    def number(name: str) -> nw.Expr:
        whole = schema[name].is_integer() or schema[name] == nw.Boolean
        return nw.col(name) if here and whole else finite(name)

    keys = [name_or_code(name, schema[name]).alias(f"by_{place}") for place, name in enumerate(columns.by)]
    keys.append(number(columns.duration).alias("time"))
    end = number(columns.end) if columns.flags else name_or_code(columns.end, schema[columns.end])
    keys.append(end.alias("end"))
    if columns.entry is not None:
        keys.append(finite(columns.entry).alias("entry"))
    if columns.cluster is not None:
        keys.append(name_or_code(columns.cluster, schema[columns.cluster]).alias("cluster"))
    if columns.weight is not None:
        keys.append(finite(columns.weight).alias("w"))
    return keys


def _worth_reading(frame: Any, columns: LeavingColumns) -> bool:
    """Tell whether a frame is in memory and grouping by its engine would not be faster or make it smaller."""
    known = known_frame(frame)
    if not isinstance(known, nw.DataFrame):
        return False
    if columns.plain or columns.cluster is not None:
        return True
    return bool(known[columns.duration].head(GLANCE).n_unique() > FEW)


def _grouped(keyed: nw.LazyFrame[Any], columns: LeavingColumns) -> pd.DataFrame:
    """Let the engine count; one row per group, duration, end, entry and cluster."""
    groups = [name for name in keyed.collect_schema().names() if name != "w"]
    if columns.weight is None:
        found = keyed.group_by(*groups).agg(nw.len().alias("rows")).collect()
        counts = numbers(found["rows"])
        sums = {"rows": counts, "n": counts}
    else:
        made = _made(flags=columns.flags)
        ready = keyed.with_columns(**made)
        found = ready.group_by(*groups).agg(*(nw.col(name).sum() for name in made)).collect()
        sums = {name: numbers(found[name]).fillna(0.0) for name in made}
    return pd.concat([_frame(found, columns), pd.DataFrame(sums, copy=False)], axis=1)


def _made(*, flags: bool) -> dict[str, nw.Expr]:
    # The columns are made before they are summed: a sum of an expression is not the same on every engine.
    w = nw.col("w")
    one, none = nw.lit(1, dtype=nw.Int64), nw.lit(0, dtype=nw.Int64)
    known = ~nw.col("time").is_null()
    known = known & ~nw.col("end").is_null() if flags else known
    return {
        "rows": one,
        "n": nw.when(w > 0).then(one).otherwise(none),
        "sum_w": w,
        "sum_w2": w * w,
        "bad": nw.when((w.is_null() & known) | (w < 0)).then(one).otherwise(none),
        "parts": nw.when(w != w.round(0)).then(one).otherwise(none),
    }


def _ungrouped(keyed: nw.LazyFrame[Any], columns: LeavingColumns) -> pd.DataFrame:
    """Take the rows as they are; those that differ in nothing else are counted by duration."""
    if columns.weight is not None:
        made = _made(flags=columns.flags)
        found = keyed.with_columns(**made).collect()
        return _frame(found, columns).assign(**{name: numbers(found[name]).fillna(0.0) for name in made})
    cells = _frame(keyed.collect(), columns)
    if not columns.plain:
        return cells.assign(rows=1.0, n=1.0)
    names = [str(name) for name in cells if name != "time"]
    return distinct_runs(cells, "time", names)


def _frame(found: nw.DataFrame[Any], columns: LeavingColumns) -> pd.DataFrame:
    """Return the keys: texts as categories of one spelling, numbers as floats."""
    keys = {f"by_{place}": _category(found[f"by_{place}"]) for place in range(len(columns.by))}
    keys["end"] = _numbers(found["end"]) if columns.flags else _category(found["end"])
    keys["time"] = _numbers(found["time"])
    if columns.entry is not None:
        keys["entry"] = numbers(found["entry"])
    if columns.cluster is not None:
        keys["cluster"] = pd.Series(label_codes(pd.Series(found["cluster"].to_pandas()), columns.cluster)[0])
    return pd.DataFrame(keys, copy=False)


def _numbers(column: nw.Series[Any]) -> pd.Series:
    """Return whole numbers without gaps as they are, others as floats with NaN where they are missing."""
    values = column.to_pandas()
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iubf":
        array = values.to_numpy()  # without the index of the frame
        return pd.Series(array.view("int8") if values.dtype.kind == "b" else array, copy=False)
    return numbers(column)


def _category(column: nw.Series[Any]) -> pd.Series:
    """Return a column of names or codes with one spelling each, spelt once per value."""
    values = column.to_pandas()
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes, found = values.cat.codes.to_numpy(), pd.Series(values.cat.categories)
    else:
        places, known = pd.factorize(values.to_numpy(dtype=object) if column.dtype == nw.Object else values)
        codes, found = places, pd.Series(known)
    texts = spelt(nw.from_native(found, series_only=True))
    names, places = np.unique(np.asarray(texts, dtype=str), return_inverse=True)
    # The last place is that of −1, of the rows without a value.
    lookup = np.append(places, -1).astype(np.min_scalar_type(-len(names) - 1))
    return pd.Series(pd.Categorical.from_codes(lookup[codes], categories=pd.Index(names, dtype="str")))
