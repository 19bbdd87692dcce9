"""The Net Promoter Score and its interval."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates, rows_of, weighting_of
from cxlab.estimate.intervals import normal_quantile, student_quantile
from cxlab.estimate.linearised import Precision, effective_base, linearised
from cxlab.estimate.net_posterior import net_credible_interval
from cxlab.estimate.net_score_interval import net_score_interval
from cxlab.estimate.require_option import require_option
from cxlab.estimate.sample import Sample, sample_of
from cxlab.measure.score_table import (
    By,
    ScoreTable,
    require_whole,
    require_within,
    score_table,
    segment_names,
)
from cxlab.measure.shares import EDGE, interval_name
from cxlab.model.weights import WeightKind, Weights
from cxlab.tally.cluster_sums import ClusterSums
from cxlab.tally.recode import Recode

Floats = npt.NDArray[np.float64]
NpsMethod = Literal["score", "adjusted_wald", "bayes", "wald"]
SCALE = (0.0, 10.0)
NET = Recode(-1, ((7, 0), (9, 1)))
"""A promoter counts 1, a passive 0 and a detractor −1; NPS is their mean."""


def nps(
    frame: Any,
    score: str = "nps",
    *,
    by: By = None,
    weight: str | Weights | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
    weight_kind: WeightKind = "sampling",
    method: NpsMethod = "score",
    conf_level: float = 0.95,
) -> Estimates:
    """Estimate the Net Promoter Score: share of promoters (9–10) less share of detractors (0–6).

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    score
        Column of likelihoods to recommend, 0–10. Missing answers are left out of the base.
    by
        Segment column or columns. A respondent without a level is in the level `(missing)`.
    weight
        Column of sampling weights ≥ 0; only their ratios matter. The interval then stands on Kish's
        effective base, so 50 answers of weight 2 count as 50. Or the result of a calibration, such as
        `cxlab.rake`, row for row (pandas and polars): the variance is then that of its residuals.
    cluster, stratum, fpc, nest, lonely
        How the sample was drawn: see `cxlab.estimate.design.Design`. The interval then stands on n over the
        design effect and on clusters less strata degrees of freedom.
    weight_kind
        `sampling`, or `frequency` where a row of weight 3 stands for three equal rows.
    method
        `score` inverts Tango's score test, and has the best coverage where it is worst (docs/coverage.md);
        `adjusted_wald` adds ¾ promoter, 1½ passives and ¾ detractor, and never leaves the estimate out;
        `bayes` is the equal-tailed credible interval under Jeffreys' prior; `wald` is the textbook interval,
        too short on small bases.
    conf_level
        Confidence level.

    Returns
    -------
    Estimates
        In points, −100 to 100. `std_error` is √((P + D − (P − D)²) / n_eff) in points; by design it is
        linearised, and a single cluster has none.

    Raises
    ------
    MeasureError
        Where the column is absent, holds no numbers, or a score that is not one of 0, 1, …, 10, where a
        weight is missing or negative, where the method is unknown, `conf_level` is not between 0 and 1, or
        the design contradicts itself or the rows.

    References
    ----------
    Reichheld (2003), Harvard Business Review 81(12). Tango (1998), Statistics in Medicine 17, 891–908,
    equations 11 and 12 (score). Rocks (2016), The American Statistician 70(4), 365–372 (adjusted Wald).
    """
    require_option("method", method, get_args(NpsMethod))
    design = Design(cluster, stratum, fpc, nest=nest, lonely=lonely)
    sample = sample_of(frame, weight, design, weight_kind)
    table = score_table(sample, score, by=by)
    require_within(table, SCALE, score)
    require_whole(table, score)
    segments = tuple(segment_names(by))
    rows = net_rows(sample, table, score, NET, by=segments, method=method, conf_level=conf_level)
    interval, weighting = interval_name(sample, method), weighting_of(sample.weight)
    return Estimates("nps", score, segments, "points", interval, conf_level, weighting, rows)


def net_rows(
    sample: Sample,
    table: ScoreTable,
    score: str,
    recode: Recode,
    *,
    by: tuple[str, ...],
    method: NpsMethod,
    conf_level: float,
) -> pd.DataFrame:
    """Return the rows of a result: a share of high answers less one of low answers, in points.

    Parameters
    ----------
    sample
        The rows and their design.
    table
        Counts of their k segments on m scores.
    score, by
        Columns of the score and of the segments.
    recode
        1 for a high score, −1 for a low one, 0 between.
    method, conf_level
        As in `nps`.
    """
    counted = recode.numbers(table.scores)
    high_share, low_share = table.share_of(counted == 1), table.share_of(counted == -1)
    if sample.plain:
        precision, n_eff = _independent(table, high_share, low_share), table.n_eff
    else:
        sums = sample.sums(score, by, recode=recode)
        precision, n_eff = _by_design(sample, table, sums, high_share, low_share)
    low, high = nps_interval(
        high_share,
        low_share,
        _interval_base(high_share, low_share, precision, n_eff),
        method=method,
        quantile=_quantile(sample, precision, conf_level),
    )
    return rows_of(
        table.levels,
        estimate=100 * (high_share - low_share),
        std_error=100 * precision.std_error,
        conf_low=100 * low,
        conf_high=100 * high,
        n=table.base,
        n_eff=n_eff,
    )


def nps_interval(
    promoters: Floats, detractors: Floats, n: Floats, *, method: NpsMethod, quantile: Floats | float
) -> tuple[Floats, Floats]:
    """Return the interval of P − D.

    Parameters
    ----------
    promoters, detractors
        Shares P and D, shape (k,).
    n
        Bases, or effective bases, shape (k,); NaN where there is none.
    method
        As in `nps`.
    quantile
        How many standard errors the interval reaches, such as 1.96, shape (k,) or one for all.

    Returns
    -------
    tuple of arrays
        Ends between −1 and 1, shape (k,) each; NaN where there is no base.
    """
    reach = np.broadcast_to(np.asarray(quantile, dtype="float64"), n.shape)
    observed = promoters - detractors
    if method == "score":
        return net_score_interval(promoters, detractors, n, reach)
    if method == "bayes":
        low, high = net_credible_interval(promoters, detractors, n, reach)
        # Where all answers are of one class, both tails may lie on one side of the estimate.
        return np.minimum(low, observed), np.maximum(high, observed)
    added = 3.0 if method == "adjusted_wald" else 0.0
    total = n + added
    p = (promoters * n + added / 4) / total
    d = (detractors * n + added / 4) / total
    half = reach * np.sqrt(_variance(p, d) / total)
    # What is added pulls the centre to 0. Where all answers are of one class and n is 1, or the level low,
    # it pulls it away from the estimate, which then ends the interval.
    low, high = np.minimum(p - d - half, observed), np.maximum(p - d + half, observed)
    return np.clip(low, -1, 1), np.clip(high, -1, 1)


def _independent(table: ScoreTable, promoters: Floats, detractors: Floats) -> Precision:
    base = np.where(table.n_eff > 0, table.n_eff, np.nan)
    std_error = np.sqrt(_variance(promoters, detractors) / base)
    return Precision(std_error, np.full_like(base, np.inf), table.base.astype("float64"))


def _by_design(
    sample: Sample, table: ScoreTable, sums: ClusterSums, promoters: Floats, detractors: Floats
) -> tuple[Precision, Floats]:
    total = table.sum_w.sum(axis=1)
    precision = linearised(sample, sums, table.levels, offset=promoters - detractors, total=total)
    n, variance = table.base.astype("float64"), _variance(promoters, detractors)
    spread = np.divide(n * variance, n - 1, out=np.zeros_like(n), where=(variance > EDGE) & (n > 1))
    return precision, effective_base(spread, precision, table.n_eff)


def _interval_base(promoters: Floats, detractors: Floats, precision: Precision, n_eff: Floats) -> Floats:
    """Return the base on which a Wald interval has the standard error; without one, the effective base."""
    base = np.where((n_eff > 0) & (precision.df > 0), n_eff, np.nan)
    known = precision.std_error > EDGE
    return np.divide(_variance(promoters, detractors), precision.std_error**2, out=base, where=known)


def _quantile(sample: Sample, precision: Precision, conf_level: float) -> Floats:
    if sample.plain:
        return np.full_like(precision.df, normal_quantile(conf_level))
    return student_quantile(precision.df, conf_level)


def _variance(promoters: Floats, detractors: Floats) -> Floats:
    return np.maximum(promoters + detractors - (promoters - detractors) ** 2, 0)
