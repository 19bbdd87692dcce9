"""Metrics of a score against what happened, each with the influence of every row. Arrays in, arrays out.

Influence is scaled so that the variance of an estimate is the sum of its squares, and that of a difference of
two scores of the same rows the sum of squares of the differences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, gammaincinv, logit, xlogy

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
NEAR = 0.5
"""Rows around a cut whose rate stands for that at the cut: n to this power, on either side."""


@dataclass(frozen=True, slots=True, eq=False)
class Influenced:
    """An estimate and what each row adds to it.

    Parameters
    ----------
    estimate
        The metric.
    influence
        Shape (n,); the standard error is the root of the sum of squares.
    """

    estimate: float
    influence: Floats

    @property
    def std_error(self) -> float:
        """Standard error; NaN where a row stands alone in its class."""
        return float(np.sqrt((self.influence**2).sum()))


def auc(score: Floats, y: Floats, w: Floats) -> Influenced:
    """Return the area under the ROC curve with the influences of DeLong.

    Parameters
    ----------
    score, y, w
        Scores, outcomes (1 or 0, both there) and weights, shape (n,) each, none missing.

    Returns
    -------
    Influenced
        Share of pairs with unlike outcomes that stand in the right order, ties half. The variance is
        S10/m + S01/n of DeLong, whose divisors are m − 1 and n − 1.

    References
    ----------
    DeLong, DeLong, Clarke-Pearson (1988), Biometrics 44, 837–845, equations 3 to 6.
    """
    _, level = np.unique(score, return_inverse=True)
    ones, noughts = np.bincount(level, w * y), np.bincount(level, w * (1 - y))
    total_1, total_0 = ones.sum(), noughts.sum()
    below = (np.cumsum(noughts) - noughts / 2) / total_0
    above = (total_1 - np.cumsum(ones) + ones / 2) / total_1
    estimate = float((ones * below).sum() / total_1)
    n_1, n_0 = y.sum(), (1 - y).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        by_one = np.sqrt(n_1 / (n_1 - 1)) * (below[level] - estimate) / total_1
        by_nought = np.sqrt(n_0 / (n_0 - 1)) * (above[level] - estimate) / total_0
    return Influenced(estimate, w * np.where(y == 1, by_one, by_nought))


def pr_auc(score: Floats, y: Floats, w: Floats) -> Influenced:
    """Return the average precision: precision at the score of each who left, averaged.

    Notes
    -----
    With A(s) the share that left with a score of s or more, S(s) the share with such a score, G = A/S and π
    the share that left, θ = E[y G]/π, and the influence of row j is {y_j (G_j − θ) + E_i[y_i 1(s_i ≤ s_j)
    (y_j − G_i)/S_i]}/π.

    References
    ----------
    Boyd, Eng, Page (2013), ECML PKDD, 451–466 (the estimator; the influence is derived here).
    """
    w = w / w.sum()
    _, level = np.unique(score, return_inverse=True)
    ones, all_ = np.bincount(level, w * y), np.bincount(level, w)
    reached, many = np.cumsum(ones[::-1])[::-1], np.cumsum(all_[::-1])[::-1]
    precision = reached / many
    rate = ones.sum()
    estimate = float((ones * precision).sum() / rate)
    plain, weighed = np.cumsum(ones / many), np.cumsum(ones * precision / many)
    row = y * (precision[level] - estimate) + y * plain[level] - weighed[level]
    return Influenced(estimate, w * row / rate)


def brier(score: Floats, y: Floats, w: Floats) -> Influenced:
    """Return the mean squared distance of score and outcome."""
    return _mean((y - score) ** 2, w)


def log_loss(score: Floats, y: Floats, w: Floats) -> Influenced:
    """Return the mean negative log-likelihood; infinite where a score of 0 or 1 was wrong."""
    with np.errstate(divide="ignore"):
        return _mean(-xlogy(y, score) - xlogy(1 - y, 1 - score), w)


def base_rate(y: Floats, w: Floats) -> Influenced:
    """Return the share that left."""
    return _mean(y, w)


def capture(score: Floats, y: Floats, w: Floats, top: float) -> Influenced:
    """Return the share of those who left that the top share of scores holds.

    Parameters
    ----------
    score, y, w
        As in `auc`.
    top
        Share of rows that are taken, 0–1; of rows tied at the cut an equal part of each.

    Notes
    -----
    The cut is a quantile of the same rows: with q the share taken, A the share taken that left and m the
    rate at the cut (of the rows tied there; where these are fewer than 2 n^½, with as many on either side),
    row j adds
    {(1_j y_j − A) − m (1_j − q) − θ q' (y_j − π)}/π.
    """
    w = w / w.sum()
    taken, near = _taken(score, w, top)
    rate = (w * y).sum()
    estimate = float((w * taken * y).sum() / rate)
    at_cut = (w * near * y).sum() / (w * near).sum()
    row = taken * y - estimate * rate - at_cut * (taken - top) - estimate * (y - rate)
    return Influenced(estimate, w * row / rate)


def lift(score: Floats, y: Floats, w: Floats, top: float) -> Influenced:
    """Return the rate of leaving in the top share of scores, as a multiple of that of all."""
    held = capture(score, y, w, top)
    return Influenced(held.estimate / top, held.influence / top)


def calibration(score: Floats, y: Floats, w: Floats, *, with_slope: bool) -> Influenced:
    """Return the slope of the outcome on the score's logit, or its intercept where the slope is 1.

    Parameters
    ----------
    score, y, w
        As in `auc`; scores strictly between 0 and 1.
    with_slope
        Whether the slope is asked for.

    Returns
    -------
    Influenced
        By maximum likelihood, with the influences of the sandwich; NaN where there is no maximum: the slope
        of a score that is the same for all, or separates those who left.

    References
    ----------
    Cox (1958), Biometrika 45, 562–565; Van Calster and others (2016), J. Clinical Epidemiology 74, 167–176.
    """
    index = logit(score)
    if with_slope and separates(score, y):
        return Influenced(np.nan, np.full(len(y), np.nan))
    w = w / w.sum()
    if not with_slope:
        x, offset, start = np.ones((len(y), 1)), index, np.zeros(1)
        scale = 1.0
    else:
        scale = float(index.std())
        x, offset = np.column_stack([np.ones_like(index), (index - index.mean()) / scale]), np.zeros(len(y))
        start = np.array([logit((w * y).sum()), 0.0])
    beta, curvature = _likeliest(x, offset, y, w, start)
    p = expit(offset + x @ beta)
    influence = np.linalg.solve(curvature, (x * (w * (y - p))[:, None]).T)[-1]
    return Influenced(float(beta[-1]) / scale, influence / scale)


def separates(score: Floats, y: Floats) -> bool:
    """Tell whether a cut of the score parts those who left from the others, or the score is one for all."""
    ones, noughts = score[y == 1], score[y == 0]
    return bool(ones.min() >= noughts.max() or ones.max() <= noughts.min())


def _likeliest(x: Floats, offset: Floats, y: Floats, w: Floats, beta: Floats) -> tuple[Floats, Floats]:
    """Return the coefficients of a logit that has a maximum, and the curvature there.

    Newton's step goes up, and is halved until it does not go too far: far from the maximum it would leave it.
    """

    def height(beta: Floats) -> float:
        index = offset + x @ beta
        return float(-(w * np.logaddexp(0.0, np.where(y == 1, -index, index))).sum())

    at = height(beta)
    for _ in range(200):
        p = expit(offset + x @ beta)
        curvature = x.T @ (x * (w * p * (1 - p))[:, None])
        step = np.linalg.lstsq(curvature, x.T @ (w * (y - p)), rcond=None)[0]
        reach = np.abs(step).max()
        while height(beta + step) < at - 1e-13 * abs(at) and np.abs(step).max() > 1e-12 * reach:
            step = step / 2
        beta = beta + step
        at = height(beta)
        if np.abs(step).max() < 1e-11 * (1 + np.abs(beta).max()):
            break
    return beta, curvature


def difference(first: Influenced, second: Influenced) -> Influenced:
    """Return what the first exceeds the second by, of scores of the same rows."""
    return Influenced(first.estimate - second.estimate, first.influence - second.influence)


def expected_calibration_error(
    score: Floats, y: Floats, w: Floats, bins: int, conf_level: float
) -> tuple[float, float, float]:
    """Return Σ share × |observed − mean score| over bins of equal width, its reach, and that if calibrated.

    Parameters
    ----------
    score, y, w, bins
        As in `auc`; how many bins there are.
    conf_level
        How sure the reach is.

    Notes
    -----
    What noise adds to or takes from the sum is at most Σ|e|, e the normal error of a bin: true and found lie
    no further apart than a quantile of Σ|e|, taken from the gamma law with its mean √(2/π) Σσ and variance
    (1 − 2/π) Σσ², with σ² the larger of Σ w² (y − p)² and Σ w² p(1 − p) of the bin. The third is the mean of
    Σ|e| of the latter, the scores taken for true. An error of that size says nothing against a score.

    References
    ----------
    Naeini, Cooper, Hauskrecht (2015), AAAI, 2901–2907.
    """
    place = score_bins(score, bins)
    w = w / w.sum()
    gap = np.bincount(place, w * (y - score), minlength=bins)
    seen = np.bincount(place, (w * (y - score)) ** 2, minlength=bins)
    noise = np.bincount(place, w**2 * score * (1 - score), minlength=bins)
    # In a bin of few rows the squared errors may miss the rarer outcome altogether.
    found = np.maximum(seen, noise)
    half = np.sqrt(2 / np.pi)
    mean, variance = half * np.sqrt(found).sum(), (1 - half**2) * found.sum()
    reach = gammaincinv(mean**2 / variance, conf_level) * variance / mean if variance > 0 else 0.0
    return float(np.abs(gap).sum()), float(reach), float(half * np.sqrt(noise).sum())


def score_bins(score: Floats, bins: int) -> Ints:
    """Return in which of so many bins of equal width from 0 to 1 each score lies; a border belongs above."""
    return np.minimum((score * bins).astype("int64"), bins - 1)


def _mean(values: Floats, w: Floats) -> Influenced:
    w = w / w.sum()
    estimate = float((w * values).sum())
    n = len(values)
    if not np.isfinite(estimate) or n < 2:
        return Influenced(estimate, np.full(n, np.nan))
    return Influenced(estimate, np.sqrt(n / (n - 1)) * w * (values - estimate))


def _taken(score: Floats, w: Floats, top: float) -> tuple[Floats, Floats]:
    """Return how much of each row is taken, and how much it tells of the rate at the cut; w sums to 1.

    Rows tied at the cut tell it whole, and alone where they are many. Of other rows tied with each other an
    equal part of each counts, so that the order in which rows are given does not matter.
    """
    _, group, size = np.unique(-score, return_inverse=True, return_counts=True)
    mass = np.bincount(group, w)
    through = np.cumsum(mass)
    cut = min(int(np.searchsorted(through, top - 1e-12)), len(size) - 1)
    part = (top - (through[cut] - mass[cut])) / mass[cut]
    taken = np.where(group < cut, 1.0, np.where(group == cut, part, 0.0))
    reach, end = np.ceil(len(score) ** NEAR), np.cumsum(size)
    at = end[cut] - size[cut] * (1 - part)
    near = np.clip(np.minimum(end, at + reach) - np.maximum(end - size, at - reach), 0.0, None) / size
    if size[cut] > 2 * reach:
        near = np.zeros(len(size))
    near[cut] = 1.0
    return taken, near[group]
