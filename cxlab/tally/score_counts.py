"""How often each score was given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from cxlab.model.weights import WeightKind
from cxlab.tally.one_pass import sum_by


def score_counts(
    frame: Any,
    score: str,
    *,
    by: Sequence[str] = (),
    weight: str | None = None,
    weight_kind: WeightKind = "sampling",
) -> pd.DataFrame:
    """Count every score by segment and weight, in one pass.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    score
        Numeric column; flags count as 0 and 1. NaN and infinite values count as missing.
    by
        Segment columns; a row without a level has a level of its own (missing).
    weight
        Column of weights ≥ 0, or None.
    weight_kind
        `sampling`, or `frequency` where a row of weight 3 stands for three equal rows.

    Returns
    -------
    pandas.DataFrame
        `by…`, `score` (float64; missing for the rows without one), `n`, `sum_w`, `sum_w2`, sorted. Every
        engine gives the same integers, and the same floats to 1e-12 relative.

    Raises
    ------
    MeasureError
        Where a column is absent or holds no numbers, a segment column has a name the result needs or is named
        twice, or an answer has no weight or a negative one.
    """
    return sum_by(frame, score, key="score", by=by, weight=weight, weight_kind=weight_kind)
