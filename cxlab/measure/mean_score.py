"""Mean of a score."""

from __future__ import annotations

from typing import Any

import numpy as np

from cxlab.estimate.estimates import Estimates, Scale, rows_of, weighting_of
from cxlab.estimate.intervals import student
from cxlab.measure.score_table import By, require_within, scale_for, score_table, segment_names


def mean_score(
    frame: Any,
    score: str,
    *,
    scale: Scale | None = None,
    by: By = None,
    weight: str | None = None,
    conf_level: float = 0.95,
) -> Estimates:
    """Estimate the mean of a score, on its own scale.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    score
        Numeric column. Missing answers are left out of the base.
    scale
        Lowest and highest score, such as `(1, 5)`; it is carried along, for a mean says nothing without it.
        May be left out for a score whose scale is fixed (`nps`, `ces`).
    by
        Segment column or columns.
    weight
        Column of sampling weights ≥ 0; only their ratios matter.
    conf_level
        Confidence level of the t interval, on n − 1 degrees of freedom.

    Returns
    -------
    Estimates
        Means. The variance is linearised, n/(n − 1) · Σ w²(x − x̄)² / (Σw)², which is s²/n where all weights
        are equal. One answer has a mean and no interval.

    Raises
    ------
    MeasureError
        Where the column is absent or holds no numbers, an answer lies outside the scale, or a weight is
        missing or negative.

    References
    ----------
    Särndal, Swensson, Wretman (1992), Model Assisted Survey Sampling, section 5.7; the same as R survey's
    `svymean` for independent draws.
    """
    scale = scale_for(score, scale)
    table = score_table(frame, score, by=by, weight=weight)
    if scale is not None:
        require_within(table, scale, score)
    total = np.where(table.base > 0, table.sum_w.sum(axis=1), np.nan)
    mean = table.sum_w @ table.scores / total
    n = table.base.astype("float64")
    squares = (table.sum_w2 * (table.scores - mean[:, None]) ** 2).sum(axis=1)
    correction = np.divide(n, n - 1, out=np.full_like(n, np.nan), where=n > 1)
    std_error = np.sqrt(correction * squares) / total
    low, high = student(mean, std_error, n - 1, conf_level)
    rows = rows_of(
        table.levels,
        estimate=mean,
        std_error=std_error,
        conf_low=low,
        conf_high=high,
        n=table.base,
        n_eff=table.n_eff,
    )
    weighting = weighting_of(weight)
    segments = tuple(segment_names(by))
    return Estimates(
        "mean_score", score, segments, "score", "linearised_t", conf_level, weighting, rows, scale
    )
