"""How many rows hold an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from cxlab.model.weights import WeightKind
from cxlab.tally.one_pass import sum_by


def answer_counts(
    frame: Any,
    column: str,
    *,
    by: Sequence[str] = (),
    weight: str | None = None,
    weight_kind: WeightKind = "sampling",
) -> pd.DataFrame:
    """Count the rows with and without an answer by segment and weight, in one pass.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    column
        Column of any kind. NaN and infinite values count as missing.
    by
        Segment columns.
    weight
        Column of weights ≥ 0, or None.
    weight_kind
        `sampling`, or `frequency` where a row of weight 3 stands for three equal rows.

    Returns
    -------
    pandas.DataFrame
        `by…`, `answered` (1 or 0), `n`, `sum_w`, `sum_w2`, sorted.

    Raises
    ------
    MeasureError
        Where a column is absent, a segment column has a name the result needs or is named twice, or a row
        has no weight or a negative one.
    """
    return sum_by(frame, column, key="answered", by=by, weight=weight, weight_kind=weight_kind)
