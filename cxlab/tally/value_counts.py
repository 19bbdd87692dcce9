"""How often each value of a column of names occurs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from cxlab.model.weights import WeightKind
from cxlab.tally.one_pass import sum_by


def value_counts(
    frame: Any,
    column: str,
    *,
    by: Sequence[str] = (),
    weight: str | None = None,
    weight_kind: WeightKind = "sampling",
) -> pd.DataFrame:
    """Count every value by segment and weight, in one pass.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    column
        Column of names or codes, each with one spelling: 1, 1.0 and " 1 " are all `1`.
    by
        Segment columns.
    weight
        Column of weights ≥ 0, or None.
    weight_kind
        `sampling`, or `frequency` where a row of weight 3 stands for three equal rows.

    Returns
    -------
    pandas.DataFrame
        `by…`, `value` (text; missing for the rows without one), `n`, `sum_w`, `sum_w2`, sorted.

    Raises
    ------
    MeasureError
        Where a column is absent, a segment column has a name the result needs or is named twice, or an answer
        has no weight or a negative one.
    """
    return sum_by(frame, column, key="value", by=by, weight=weight, weight_kind=weight_kind)
