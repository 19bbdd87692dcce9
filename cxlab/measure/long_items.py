"""Rating questions of a wide frame as items: one row per respondent, attribute and kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.tally.entry import lazy_rows, require_names, require_numbers

Columns = Sequence[str] | Mapping[str, str]


def long_items(
    frame: Any,
    *,
    satisfaction: Columns = (),
    importance: Columns = (),
    expectation: Columns = (),
    respondent: str | None = None,
) -> pd.DataFrame:
    """Turn a frame with one column per question into items, as `gap` and `csi` take them.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows: one row per respondent.
    satisfaction, importance, expectation
        Columns of each kind: attribute → column, or the columns alone, which then name the attributes.
    respondent
        Column that names the respondents; None numbers them from 0 in the order of the rows.

    Returns
    -------
    pandas.DataFrame
        `response_id`, `attribute_id`, `kind`, `score`. Missing answers leave no row.

    Raises
    ------
    MeasureError
        Where a column is absent or holds no numbers, none is named, or a respondent stands in two rows.
    """
    kinds = {"satisfaction": satisfaction, "importance": importance, "expectation": expectation}
    named = [
        (kind, attribute, column)
        for kind, columns in kinds.items()
        for attribute, column in _pairs(columns).items()
    ]
    if not named:
        raise MeasureError("no question is named", remedy='say which: satisfaction=["price", "network"]')
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    own = [] if respondent is None else [respondent]
    require_names([*own, *(column for _, _, column in named)], schema)
    for _, _, column in named:
        require_numbers(rows, column, schema[column])
    names = list(dict.fromkeys([*own, *(column for _, _, column in named)]))
    table = rows.select(*names).collect().to_pandas().reset_index(drop=True)
    ids = pd.Series(table.index) if respondent is None else table[respondent]
    if ids.duplicated().any() or ids.isna().any():
        raise MeasureError(
            "a respondent stands in two rows, or has no name",
            where=f"column '{respondent}'",
            remedy="name a column that tells the respondents apart",
        )
    parts = [
        pd.DataFrame(
            {
                "response_id": ids,
                "attribute_id": attribute,
                "kind": kind,
                "score": table[column].to_numpy(dtype="float64", na_value=np.nan),
            }
        )
        for kind, attribute, column in named
    ]
    items = pd.concat(parts, ignore_index=True)
    return items[np.isfinite(items["score"])].reset_index(drop=True)


def _pairs(columns: Columns) -> Mapping[str, str]:
    """Return attribute → column; a column that stands alone names its attribute."""
    if isinstance(columns, Mapping):
        return columns
    return {name: name for name in ([columns] if isinstance(columns, str) else columns)}
