"""The posterior distribution of a difference between two shares of one sample. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincinv, ndtr

Floats = npt.NDArray[np.float64]
PRIOR = 0.5
"""Answers that Jeffreys' prior adds to each of the three classes."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)


def net_posterior(promoters: Floats, detractors: Floats, n: Floats, value: Floats) -> Floats:
    """Return the probability that P − D is at most a value, given the answers.

    Parameters
    ----------
    promoters, detractors
        Observed shares, shape (k,).
    n
        Bases, or effective bases, shape (k,); NaN where there is none.
    value
        Values of P − D between −1 and 1, shape (k,).

    Returns
    -------
    array
        Probabilities, shape (k,). Under Jeffreys' prior, ½ an answer in each class, the three shares are
        Dirichlet. The share S of those who are not passive is then a Beta variable, the promoters' part R of
        them another, independent one, and P − D = S(2R − 1): the probability is the mean over S of that of
        R ≤ (1 + value/S)/2, by Gauss–Legendre quadrature over the quantiles of S above |value|.

    References
    ----------
    Jeffreys (1946), Proceedings of the Royal Society A 186, 453–461. Gelman et al. (2013), Bayesian Data
    Analysis, section 3.4.
    """
    p, d, rest = promoters * n + PRIOR, detractors * n + PRIOR, (1 - promoters - detractors) * n + PRIOR
    # Rounding may leave the passives a little below none.
    rest = np.maximum(rest, PRIOR)
    reach = np.abs(value)
    below = betainc(p + d, rest, reach)
    level = below[:, None] + (1 - below)[:, None] * (_NODES + 1) / 2
    engaged = np.maximum(betaincinv((p + d)[:, None], rest[:, None], level), reach[:, None])
    half = np.divide(value[:, None], engaged, out=np.sign(value)[:, None] + 0 * engaged, where=engaged > 0)
    part = betainc(p[:, None], d[:, None], np.clip((1 + half) / 2, 0, 1))
    return np.where(value > 0, below, 0.0) + (1 - below) * (part @ (_WEIGHTS / 2))


def net_credible_interval(
    promoters: Floats, detractors: Floats, n: Floats, quantile: Floats
) -> tuple[Floats, Floats]:
    """Return the equal-tailed credible interval of P − D.

    Parameters
    ----------
    promoters, detractors, n
        As in `net_posterior`.
    quantile
        What the normal quantile of the interval would be, shape (k,): 1.96 leaves 2.5 % on either side. A
        larger one, such as Student's, widens the interval as it would widen a normal one.

    Returns
    -------
    tuple of arrays
        Ends between −1 and 1, shape (k,) each; NaN where there is no base.
    """
    # Promoters and detractors exchanged: the mirror image.
    return _low(promoters, detractors, n, quantile), -_low(detractors, promoters, n, quantile)


def _low(promoters: Floats, detractors: Floats, n: Floats, quantile: Floats) -> Floats:
    from scipy.optimize import elementwise  # takes a second to import, and few methods ask for it

    low = np.full_like(n, np.nan)
    at = ~np.isnan(n + quantile)
    if at.any():
        edge = np.full(int(at.sum()), 1 - 1e-12)
        found = elementwise.find_root(
            lambda value, p, d, base, tail: net_posterior(p, d, base, value) - tail,
            (-edge, edge),
            args=(promoters[at], detractors[at], n[at], ndtr(-quantile[at])),
            tolerances={"xatol": 1e-12, "xrtol": 0, "fatol": 0, "frtol": 0},
        )
        # Where even the edge has more probability than the tail, the interval ends there.
        low[at] = np.where(np.isnan(found.x), -1.0, found.x)
    return low
