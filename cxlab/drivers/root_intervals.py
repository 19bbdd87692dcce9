"""Intervals of importances that are positive and skewed, from resamples. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit, stdtr, stdtrit

from cxlab.drivers.importance_intervals import Bools, Floats, Spread
from cxlab.estimate.rank_bounds import RankBounds, one_sided_holm, rank_bounds

TINY = 1e-12


def root_interval(
    estimate: Floats,
    draws: Floats,
    conf_level: float,
    *,
    widen: float,
    df: int,
    may_be_none: Bools | None = None,
    extra: Floats | float = 0.0,
) -> Spread:
    """Return intervals that are symmetric on the scale of fourth roots.

    What a driver adds to a log-likelihood is skewed as χ² is, and the fourth root of χ² is nearly normal,
    also with few degrees of freedom.

    Parameters
    ----------
    estimate, draws
        m positive figures, shape (m,), and their resamples, (m, r).
    conf_level
        Confidence level.
    widen
        n / (n − q − 1) for q fitted parameters, by which resamples vary too little.
    df
        Units drawn less 1. Student's quantile on this, or on r − 1 where that is less, allows for the error
        of the standard error.
    may_be_none
        Which figures may be 0 in truth, shape (m,). Their interval starts at 0, and ends no earlier than the
        quantile of the resamples.
    extra
        Standard error that the resamples do not show, as of an approximation.

    References
    ----------
    Hawkins and Wixley (1986), The American Statistician 40, 296–298 (fourth root). Hesterberg (2015), The
    American Statistician 69, 371–386, section 3.3 (widening).
    """
    std_error, reach = _reach(draws, conf_level, widen, df, extra)
    root = np.maximum(estimate, TINY) ** 0.25
    half = reach / (4 * root**3)
    low, high = np.maximum(root - half, 0) ** 4, (root + half) ** 4
    if may_be_none is not None:
        tail = np.maximum(np.quantile(draws, (1 + conf_level) / 2, axis=1), estimate)
        low, high = np.where(may_be_none, 0.0, low), np.where(may_be_none, tail, high)
    return Spread(std_error, low, high)


def share_interval(
    share: Floats,
    draws: Floats,
    conf_level: float,
    *,
    widen: float,
    df: int,
    may_be_none: Bools,
    extra: Floats | float = 0.0,
) -> Spread:
    """Return intervals of shares that are symmetric on the scale of log odds.

    Parameters
    ----------
    share, draws, conf_level, widen, df, may_be_none, extra
        As in `root_interval`.
    """
    std_error, reach = _reach(draws, conf_level, widen, df, extra)
    inner = np.clip(share, TINY, 1 - TINY)
    half = reach / (inner * (1 - inner))
    low, high = expit(logit(inner) - half), expit(logit(inner) + half)
    tail = np.clip(np.quantile(draws, (1 + conf_level) / 2, axis=1), share, 1)
    low, high = np.where(may_be_none, 0.0, low), np.where(may_be_none, tail, high)
    # The only one that shares has all of it, without error.
    return Spread(std_error, np.where(share >= 1, 1.0, low), np.where(share >= 1, 1.0, high))


def _reach(
    draws: Floats, conf_level: float, widen: float, df: int, extra: Floats | float
) -> tuple[Floats, Floats]:
    """Return standard errors, and how far an interval reaches, shape (m,) each."""
    std_error = np.sqrt(widen * draws.var(axis=1, ddof=1) + np.square(extra))
    return std_error, stdtrit(min(draws.shape[1] - 1, df), (1 + conf_level) / 2) * std_error


def joint_ranks(
    estimate: Floats, draws: Floats, conf_level: float, *, widen: float, df: int, extra: Floats | float = 0.0
) -> RankBounds:
    """Return the ranks that the differences of all pairs leave open, all of them at once, shape (k,)."""
    k = len(estimate)
    a, b = np.triu_indices(k, 1)
    unseen = np.square(np.broadcast_to(extra, k))
    difference = estimate[a] - estimate[b]
    std_error = np.sqrt(widen * (draws[a] - draws[b]).var(axis=1, ddof=1) + unseen[a] + unseen[b])
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = np.where(std_error > 0, 2 * stdtr(df, -np.abs(difference) / std_error), np.nan)
    return rank_bounds(difference, one_sided_holm(p_value), a, b, levels=k, alpha=1 - conf_level)
