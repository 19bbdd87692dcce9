"""The Net Promoter Score and its interval."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates, rows_of, weighting_of
from cxlab.estimate.intervals import normal_quantile, student_quantile
from cxlab.estimate.linearised import Precision, effective_base, linearised
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
from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightKind, Weights
from cxlab.tally.recode import Recode

Floats = npt.NDArray[np.float64]
NpsMethod = Literal["adjusted_wald", "score", "wald"]
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
    method: NpsMethod = "adjusted_wald",
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
        `adjusted_wald` adds ¾ promoter, 1½ passives and ¾ detractor, and never leaves the estimate out;
        `score` inverts Tango's score test; `wald` is the textbook interval, too short on small bases.
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
    Reichheld (2003), Harvard Business Review 81(12). Rocks (2016), The American Statistician 70(4),
    365–372 (adjusted Wald). Tango (1998), Statistics in Medicine 17, 891–908, equations 11 and 12 (score).
    """
    if method not in get_args(NpsMethod):
        raise MeasureError(
            f"unknown method '{method}'", remedy="take one of " + ", ".join(get_args(NpsMethod))
        )
    design = Design(cluster, stratum, fpc, nest=nest, lonely=lonely)
    sample = sample_of(frame, weight, design, weight_kind)
    table = score_table(sample, score, by=by)
    require_within(table, SCALE, score)
    require_whole(table, score)
    segments = tuple(segment_names(by))
    promoters, detractors = promoter_detractor_shares(table)
    if sample.plain:
        precision, n_eff = _independent(table, promoters, detractors), table.n_eff
    else:
        precision, n_eff = _by_design(sample, table, score, segments, promoters, detractors)
    low, high = nps_interval(
        promoters,
        detractors,
        _interval_base(promoters, detractors, precision, n_eff),
        method=method,
        quantile=_quantile(sample, precision, conf_level),
    )
    rows = rows_of(
        table.levels,
        estimate=100 * (promoters - detractors),
        std_error=100 * precision.std_error,
        conf_low=100 * low,
        conf_high=100 * high,
        n=table.base,
        n_eff=n_eff,
    )
    interval, weighting = interval_name(sample, method), weighting_of(sample.weight)
    return Estimates("nps", score, segments, "points", interval, conf_level, weighting, rows)


def promoter_detractor_shares(table: ScoreTable) -> tuple[Floats, Floats]:
    """Return the weighted shares of promoters and of detractors of each segment, shape (k,) each."""
    return table.share_of(table.scores >= 9), table.share_of(table.scores < 7)


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
    if method == "score":
        return _score_interval(promoters, detractors, n, quantile)
    added = 3.0 if method == "adjusted_wald" else 0.0
    total = n + added
    p = (promoters * n + added / 4) / total
    d = (detractors * n + added / 4) / total
    half = quantile * np.sqrt(_variance(p, d) / total)
    # What is added pulls the centre to 0. Where all answers are of one class and n is 1, or the level low,
    # it pulls it away from the estimate, which then ends the interval.
    observed = promoters - detractors
    low, high = np.minimum(p - d - half, observed), np.maximum(p - d + half, observed)
    return np.clip(low, -1, 1), np.clip(high, -1, 1)


def _independent(table: ScoreTable, promoters: Floats, detractors: Floats) -> Precision:
    base = np.where(table.n_eff > 0, table.n_eff, np.nan)
    std_error = np.sqrt(_variance(promoters, detractors) / base)
    return Precision(std_error, np.full_like(base, np.inf), table.base.astype("float64"))


def _by_design(
    sample: Sample,
    table: ScoreTable,
    score: str,
    by: tuple[str, ...],
    promoters: Floats,
    detractors: Floats,
) -> tuple[Precision, Floats]:
    sums = sample.sums(score, by, recode=NET)
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


def _score_interval(
    promoters: Floats, detractors: Floats, n: Floats, quantile: Floats | float
) -> tuple[Floats, Floats]:
    ends = [
        (np.nan, np.nan) if np.isnan(base) else _score_ends(p * base, d * base, base, z)
        for p, d, base, z in np.broadcast(promoters, detractors, n, quantile)
    ]
    low, high = np.array(ends, dtype="float64").reshape(-1, 2).T
    return low, high


def _score_ends(promoters: float, detractors: float, n: float, z: float) -> tuple[float, float]:
    """Invert Tango's score test: the differences δ at which |T(δ)| = z."""
    from scipy.optimize import brentq  # takes a second to import, and only this method asks for it

    observed = (promoters - detractors) / n

    def excess(delta: float) -> float:
        return _score_statistic(delta, promoters, detractors, n) ** 2 - z**2

    # T has no limit at δ = ±1 itself, where only one outcome is possible.
    edge = 1 - 1e-12
    low = brentq(excess, -edge, observed, xtol=1e-13) if observed > -edge and excess(-edge) > 0 else -1.0
    high = brentq(excess, observed, edge, xtol=1e-13) if observed < edge and excess(edge) > 0 else 1.0
    return low, high


def _score_statistic(delta: float, promoters: float, detractors: float, n: float) -> float:
    """Tango (1998), equations 11 and 12, with p21 the share of detractors under the null."""
    a = 2 * n
    b = -promoters - detractors + (2 * n - promoters + detractors) * delta
    c = -detractors * delta * (1 - delta)
    p21 = (np.sqrt(max(b * b - 4 * a * c, 0)) - b) / (2 * a)
    variance = n * (2 * p21 + delta * (1 - delta))
    distance = promoters - detractors - n * delta
    if variance <= 0:
        return 0.0 if abs(distance) < 1e-9 * n else np.inf
    return float(distance / np.sqrt(variance))
