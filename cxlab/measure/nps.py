"""The Net Promoter Score and its interval."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from cxlab.estimate.estimates import Estimates, rows_of, weighting_of
from cxlab.estimate.intervals import normal_quantile
from cxlab.measure.score_table import (
    By,
    ScoreTable,
    require_whole,
    require_within,
    score_table,
    segment_names,
)
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
NpsMethod = Literal["adjusted_wald", "score", "wald"]
SCALE = (0.0, 10.0)


def nps(
    frame: Any,
    score: str = "nps",
    *,
    by: By = None,
    weight: str | None = None,
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
        effective base, so 50 answers of weight 2 count as 50.
    method
        `adjusted_wald` adds ¾ promoter, 1½ passives and ¾ detractor, and never leaves the estimate out;
        `score` inverts Tango's score test; `wald` is the textbook interval, too short on small bases.
    conf_level
        Confidence level.

    Returns
    -------
    Estimates
        In points, −100 to 100. `std_error` is √((P + D − (P − D)²) / n_eff) in points.

    Raises
    ------
    MeasureError
        Where the column is absent, holds no numbers, or a score that is not one of 0, 1, …, 10, where a
        weight is missing or negative, where the method is unknown or `conf_level` is not between 0 and 1.

    References
    ----------
    Reichheld (2003), Harvard Business Review 81(12). Rocks (2016), The American Statistician 70(4),
    365–372 (adjusted Wald). Tango (1998), Statistics in Medicine 17, 891–908, equations 11 and 12 (score).
    """
    if method not in get_args(NpsMethod):
        raise MeasureError(
            f"unknown method '{method}'", remedy="take one of " + ", ".join(get_args(NpsMethod))
        )
    table = score_table(frame, score, by=by, weight=weight)
    require_within(table, SCALE, score)
    require_whole(table, score)
    promoters, detractors = promoter_detractor_shares(table)
    n_eff = np.where(table.n_eff > 0, table.n_eff, np.nan)
    low, high = nps_interval(promoters, detractors, n_eff, method=method, conf_level=conf_level)
    rows = rows_of(
        table.levels,
        estimate=100 * (promoters - detractors),
        std_error=100 * np.sqrt(_variance(promoters, detractors) / n_eff),
        conf_low=100 * low,
        conf_high=100 * high,
        n=table.base,
        n_eff=table.n_eff,
    )
    weighting = weighting_of(weight)
    return Estimates("nps", score, tuple(segment_names(by)), "points", method, conf_level, weighting, rows)


def promoter_detractor_shares(table: ScoreTable) -> tuple[Floats, Floats]:
    """Return the weighted shares of promoters and of detractors of each segment, shape (k,) each."""
    return table.share_of(table.scores >= 9), table.share_of(table.scores < 7)


def nps_interval(
    promoters: Floats, detractors: Floats, n: Floats, *, method: NpsMethod, conf_level: float
) -> tuple[Floats, Floats]:
    """Return the interval of P − D.

    Parameters
    ----------
    promoters, detractors
        Shares P and D, shape (k,).
    n
        Bases, or effective bases, shape (k,); NaN where there is none.
    method, conf_level
        As in `nps`.

    Returns
    -------
    tuple of arrays
        Ends between −1 and 1, shape (k,) each; NaN where there is no base.
    """
    z = normal_quantile(conf_level)
    if method == "score":
        return _score_interval(promoters, detractors, n, z)
    added = 3.0 if method == "adjusted_wald" else 0.0
    total = n + added
    p = (promoters * n + added / 4) / total
    d = (detractors * n + added / 4) / total
    half = z * np.sqrt(_variance(p, d) / total)
    # What is added pulls the centre to 0. Where all answers are of one class and n is 1, or the level low,
    # it pulls it away from the estimate, which then ends the interval.
    observed = promoters - detractors
    low, high = np.minimum(p - d - half, observed), np.maximum(p - d + half, observed)
    return np.clip(low, -1, 1), np.clip(high, -1, 1)


def _variance(promoters: Floats, detractors: Floats) -> Floats:
    return np.maximum(promoters + detractors - (promoters - detractors) ** 2, 0)


def _score_interval(promoters: Floats, detractors: Floats, n: Floats, z: float) -> tuple[Floats, Floats]:
    ends = [
        (np.nan, np.nan) if np.isnan(base) else _score_ends(p * base, d * base, base, z)
        for p, d, base in zip(promoters, detractors, n, strict=True)
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
