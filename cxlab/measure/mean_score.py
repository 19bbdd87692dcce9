"""Mean of a score."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates, Scale, rows_of, weighting_of
from cxlab.estimate.intervals import student
from cxlab.estimate.linearised import Precision, effective_base, linearised
from cxlab.estimate.sample import Sample, sample_of
from cxlab.measure.score_table import (
    By,
    ScoreTable,
    require_within,
    scale_for,
    score_table,
    segment_names,
)
from cxlab.model.weights import WeightKind, Weights

Floats = npt.NDArray[np.float64]


def mean_score(
    frame: Any,
    score: str,
    *,
    scale: Scale | None = None,
    by: By = None,
    weight: str | Weights | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
    weight_kind: WeightKind = "sampling",
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
        Column of sampling weights ≥ 0; only their ratios matter. Or the result of a calibration, such as
        `cxlab.rake`, row for row (pandas and polars): the variance is then that of its residuals.
    cluster, stratum, fpc, nest, lonely
        How the sample was drawn: see `cxlab.estimate.design.Design`.
    weight_kind
        `sampling`, or `frequency` where a row of weight 3 stands for three equal rows.
    conf_level
        Confidence level of the t interval, on n − 1 degrees of freedom; by design, on clusters less strata.

    Returns
    -------
    Estimates
        Means. The variance is linearised, n/(n − 1) · Σ w²(x − x̄)² / (Σw)², which is s²/n where all weights
        are equal; by design, see `cxlab.estimate.linearised`. One answer, or one cluster, has a mean and no
        interval. By design `n_eff` is n over the design effect, S²/SE².

    Raises
    ------
    MeasureError
        Where the column is absent or holds no numbers, an answer lies outside the scale, a weight is missing
        or negative, or the design contradicts itself or the rows.

    References
    ----------
    Särndal, Swensson, Wretman (1992), Model Assisted Survey Sampling, section 5.7; the same as R survey's
    `svymean`.
    """
    scale = scale_for(score, scale)
    design = Design(cluster, stratum, fpc, nest=nest, lonely=lonely)
    sample = sample_of(frame, weight, design, weight_kind)
    table = score_table(sample, score, by=by)
    if scale is not None:
        require_within(table, scale, score)
    total = np.where(table.base > 0, table.sum_w.sum(axis=1), np.nan)
    mean = table.sum_w @ table.scores / total
    segments = tuple(segment_names(by))
    if sample.plain:
        precision, n_eff = _independent(table, mean, total), table.n_eff
    else:
        precision = _by_design(sample, table, score, segments, mean, total)
        n_eff = effective_base(_spread(table, mean, total), precision, table.n_eff)
    low, high = student(mean, precision.std_error, precision.df, conf_level)
    rows = rows_of(
        table.levels,
        estimate=mean,
        std_error=precision.std_error,
        conf_low=low,
        conf_high=high,
        n=table.base,
        n_eff=n_eff,
    )
    weighting = weighting_of(sample.weight)
    return Estimates(
        "mean_score", score, segments, "score", "linearised_t", conf_level, weighting, rows, scale
    )


def _independent(table: ScoreTable, mean: Floats, total: Floats) -> Precision:
    """Return the precision where every answer is an independent draw: counts of scores are enough."""
    n = table.base.astype("float64")
    squares = (table.sum_w2 * (table.scores - mean[:, None]) ** 2).sum(axis=1)
    correction = np.divide(n, n - 1, out=np.full_like(n, np.nan), where=n > 1)
    return Precision(np.sqrt(correction * squares) / total, n - 1, n)


def _by_design(
    sample: Sample, table: ScoreTable, score: str, by: tuple[str, ...], mean: Floats, total: Floats
) -> Precision:
    everyone = np.nansum(total)
    centre = float(np.nansum(mean * total) / everyone) if everyone > 0 else 0.0
    sums = sample.sums(score, by, centre=centre)
    return linearised(sample, sums, table.levels, offset=mean - centre, total=total)


def _spread(table: ScoreTable, mean: Floats, total: Floats) -> Floats:
    """Return S², the variance of the answers in the population; 0 where all are equal."""
    n = table.base.astype("float64")
    several = (table.n > 0).sum(axis=1) > 1
    squares = (table.sum_w * (table.scores - mean[:, None]) ** 2).sum(axis=1) / total
    return np.divide(n * squares, n - 1, out=np.zeros_like(n), where=several)
