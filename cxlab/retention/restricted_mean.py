"""The mean time there up to a horizon, and the mean time lost by each cause. Counts in, a frame out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.finite_number import finite_number
from cxlab.estimate.intervals import normal_quantile
from cxlab.model.errors import MeasureError
from cxlab.retention.curve_variance import squared, units_of
from cxlab.retention.followed_counts import FollowedCounts
from cxlab.retention.risk_sets import RiskSets, risk_sets
from cxlab.retention.unit_sums import Influence

Floats = npt.NDArray[np.float64]


def restricted_means(
    counts: FollowedCounts, levels: Sequence[str], horizon: float, conf_level: float
) -> pd.DataFrame:
    """Return the mean time there up to a horizon of each group, with error and normal interval.

    Parameters
    ----------
    counts
        Counts of all groups.
    levels
        Their names.
    horizon
        Time > 0.
    conf_level
        Confidence level.

    Returns
    -------
    pandas.DataFrame
        `level`, `horizon`, `mean`, `std_error`, `conf_low`, `conf_high`; NaN where nobody was followed so
        long and somebody was left.

    Raises
    ------
    MeasureError
        Where the horizon is no number above 0.
    """
    require_horizon(horizon)
    figures = [_mean(counts.of_group(place), horizon) for place in range(len(levels))]
    mean, std_error = np.array(figures).T
    reach = normal_quantile(conf_level) * std_error
    return pd.DataFrame(
        {
            "level": pd.Series(levels, dtype="str"), "horizon": float(horizon), "mean": mean,
            "std_error": std_error, "conf_low": np.maximum(mean - reach, 0.0),
            "conf_high": np.minimum(mean + reach, horizon),
        }
    )  # fmt: skip


def require_horizon(horizon: float) -> None:
    """Raise MeasureError where a horizon is no number above 0."""
    if not finite_number(horizon) or horizon <= 0:
        raise MeasureError(f"a horizon of {horizon!r} is none", remedy="give a time above 0, such as 12")


def times_lost(
    counts: FollowedCounts, levels: Sequence[str], horizon: float, conf_level: float
) -> pd.DataFrame:
    """Return the mean time lost by each cause up to a horizon, of each group: the area under its incidence.

    Parameters
    ----------
    counts, levels, horizon, conf_level
        As in `restricted_means`.

    Returns
    -------
    pandas.DataFrame
        `level`, `cause`, `horizon`, `mean`, `std_error`, `conf_low`, `conf_high`.

    References
    ----------
    Andersen (2013), Statistics in Medicine 32, 5278–5285. As R's `print(…, rmean=)` of several states.
    """
    require_horizon(horizon)
    rows = []
    for place, level in enumerate(levels):
        group = counts.of_group(place)
        sets = risk_sets(group)
        incidence = sets.incidence()
        for end, cause in enumerate(counts.ends):
            mean, std_error = _lost(group, sets, incidence[end], end, horizon)
            reach = normal_quantile(conf_level) * std_error
            low, high = np.maximum(mean - reach, 0.0), np.minimum(mean + reach, horizon)
            rows.append((level, cause, float(horizon), mean, std_error, low, high))
    columns = ["level", "cause", "horizon", "mean", "std_error", "conf_low", "conf_high"]
    return pd.DataFrame(rows, columns=columns).astype({"level": "str", "cause": "str"})


def is_known(sets: RiskSets, horizon: float) -> bool:
    """Return whether the curves are known up to a horizon."""
    return horizon <= sets.last or sets.is_over


def _mean(counts: FollowedCounts, horizon: float) -> tuple[float, float]:
    sets = risk_sets(counts)
    if not is_known(sets, horizon):
        return float("nan"), float("nan")
    width = _widths(sets, horizon)
    ahead = _ahead(sets.survival * width)
    first = min(horizon, sets.time[0]) if len(sets.time) else horizon
    mean = float(first + (sets.survival * width).sum())
    if not len(sets.time):
        return mean, 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        jump = np.where(sets.left > 0, ahead / sets.left, 0.0)
    leaving = sets.w_gone
    if not counts.robust:
        return mean, float(np.sqrt((ahead * jump * leaving / sets.w_risk).sum()))
    return mean, _error(counts, sets, Influence(_drift(jump * leaving / sets.w_risk), jump, 0 * jump, -1))


def _lost(
    counts: FollowedCounts, sets: RiskSets, incidence: Floats, end: int, horizon: float
) -> tuple[float, float]:
    if not is_known(sets, horizon):
        return float("nan"), float("nan")
    if not len(sets.time):
        return 0.0, 0.0
    width = _widths(sets, horizon)
    # ∫ (F(t) − F(u)) dt from each time u up to the horizon.
    beyond = _ahead(incidence * width) - incidence * _ahead(width)
    with np.errstate(divide="ignore", invalid="ignore"):
        jump = np.where(sets.left > 0, -beyond / sets.left, 0.0)
    own = sets.before / sets.w_risk * _ahead(width)
    drift = _drift((own * sets.w_event[end] + jump * sets.w_gone) / sets.w_risk)
    return float((incidence * width).sum()), _error(counts, sets, Influence(drift, jump, own, end))


def _widths(sets: RiskSets, horizon: float) -> Floats:
    """Return for how long each step lasts up to the horizon, shape (T,)."""
    return np.diff(np.minimum(sets.time, horizon), append=horizon)


def _ahead(area: Floats) -> Floats:
    """Return the area from each time on, shape (T,)."""
    return np.cumsum(area[::-1])[::-1]


def _drift(gone: Floats) -> Floats:
    return np.concatenate([[0.0], -np.cumsum(gone)])


def _error(counts: FollowedCounts, sets: RiskSets, influence: Influence) -> float:
    total = squared(units_of(counts, sets), [influence], [np.ones(len(sets.time))])
    return float(np.sqrt(total[-1]))
