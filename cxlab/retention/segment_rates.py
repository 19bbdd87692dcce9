"""Chances and rates of one segment beside another: intervals and tests. Arrays in, figures out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit, logit

from cxlab.estimate.intervals import kish_base
from cxlab.retention.log_rank import chi_squared
from cxlab.retention.probability_calibration import EDGE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
REACH = 80.0
"""Shifts of the logit are sought within this: beyond it no chance moves any more."""


def observed_interval(score: Floats, y: Floats, w: Floats, quantile: float) -> tuple[float, float]:
    """Return the interval of the share that leaves, given the chances.

    Parameters
    ----------
    score, y, w
        Chances, who left (1 or 0) and weights above 0, shape (n,) each.
    quantile
        Of the normal.

    Returns
    -------
    tuple of float
        Σ w p(δ)/Σ w at the shifts δ of the logit with |Σ w (y − p(δ))| = q √Σ w² p(δ)(1 − p(δ)).

    Notes
    -----
    Where all chances are the same it is Wilson's interval (of Kish's base, under weights), and like it it is
    sound where nobody left.
    """
    index = logit(np.clip(score, EDGE, 1 - EDGE))
    low = _shift(index, y, w, quantile) if y.any() else -np.inf
    high = _shift(index, y, w, -quantile) if not y.all() else np.inf
    ends = [float(np.average(expit(index + shift), weights=w)) for shift in (low, high)]
    return ends[0], ends[1]


def calibration_test(score: Floats, y: Floats, w: Floats, segment: Ints, count: int) -> tuple[float, int]:
    """Return χ² and degrees of freedom of the null that all segments want the same shift of the logit.

    Parameters
    ----------
    score, y, w
        As in `observed_interval`, with both outcomes there.
    segment, count
        Number of each row's segment, shape (n,), and how many there are.

    References
    ----------
    Rao (1948), Mathematical Proceedings of the Cambridge Philosophical Society 44, 50–57 (the score test);
    Boos (1992), American Statistician 46, 327–333 (under weights).
    """
    index = logit(np.clip(score, EDGE, 1 - EDGE))
    shift = _shift(index, y, w, 0.0)
    p = expit(index + shift)
    spread = p * expit(-index - shift)
    gained = np.bincount(segment, w * (y - p), count).astype("float64")
    told, noise = (np.bincount(segment, part * spread, count) for part in (w, w**2))
    share = told / told.sum()
    covariance = np.diag(noise) - np.outer(share, noise) - np.outer(noise, share)
    return chi_squared(gained, covariance + noise.sum() * np.outer(share, share), told > 0)


def rates_test(rate: Floats, base: Floats) -> tuple[float, int]:
    """Return χ² and degrees of freedom of the null that rates are the same: Pearson's, on effective bases.

    Parameters
    ----------
    rate, base
        Rates, 0–1, and their bases, shape (K,); a base of 0 does not count.
    """
    rate, base = rate[base > 0], base[base > 0]
    if len(rate) < 2:
        return np.nan, 0
    middle = float(np.average(rate, weights=base))
    spread = middle * (1 - middle)
    # Where all or none are taken there is nothing that could differ.
    return float((base * (rate - middle) ** 2).sum() / spread) if spread > 0 else np.nan, len(rate) - 1


def areas_test(auc: Floats, std_error: Floats) -> tuple[float, int]:
    """Return Cochran's Q of AUCs on the logit and its degrees of freedom; none without an error counts.

    Parameters
    ----------
    auc, std_error
        Shape (K,).

    References
    ----------
    Cochran (1954), Biometrics 10, 101–129.
    """
    known = (auc > 0) & (auc < 1) & (std_error > 0)
    if known.sum() < 2:
        return np.nan, 0
    auc, std_error = auc[known], std_error[known]
    weight = (auc * (1 - auc) / std_error) ** 2
    far = logit(auc) - np.average(logit(auc), weights=weight)
    return float((weight * far**2).sum()), len(auc) - 1


def flagged(score: Floats, w: Floats, threshold: float) -> tuple[float, float]:
    """Return the share that scores the threshold or more, and Kish's base; NaN and 0 without rows."""
    if not len(score):
        return np.nan, 0.0
    return float(np.average(score >= threshold, weights=w)), kish_base(w)


def _shift(index: Floats, y: Floats, w: Floats, target: float) -> float:
    """Return the shift of the logit at which the residuals stand so many of their deviations above 0."""

    def gap(shift: float) -> Any:
        moved = index + shift
        # 1 − p by its own tail: near 1 a difference would lose all digits.
        up, down = expit(moved), expit(-moved)
        residual = np.where(y == 1, down, -up)
        return (w @ residual) / np.sqrt(w**2 @ (up * down)) - target

    return float(brentq(gap, -REACH, REACH, xtol=1e-10))
