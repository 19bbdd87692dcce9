"""Tango's score interval of a difference between two shares of one sample. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
# T has no limit at a difference of ±1 itself, where only one outcome is possible.
EDGE = 1 - 1e-12


def net_score_interval(
    promoters: Floats, detractors: Floats, n: Floats, quantile: Floats
) -> tuple[Floats, Floats]:
    """Return the differences P − D that Tango's score test does not reject.

    Parameters
    ----------
    promoters, detractors
        Shares P and D, shape (k,).
    n
        Bases, or effective bases, shape (k,); NaN where there is none.
    quantile
        How many standard errors the interval reaches, shape (k,).

    Returns
    -------
    tuple of arrays
        Ends between −1 and 1, shape (k,) each; NaN where there is no base.

    References
    ----------
    Tango (1998), Statistics in Medicine 17, 891–908, equations 11 and 12.
    """
    # Promoters and detractors exchanged: the mirror image.
    return _low(promoters, detractors, n, quantile), -_low(detractors, promoters, n, quantile)


def _low(promoters: Floats, detractors: Floats, n: Floats, quantile: Floats) -> Floats:
    from scipy.optimize import elementwise  # takes a second to import, and few methods ask for it

    low = np.where(np.isnan(n + quantile), np.nan, -1.0)
    observed = promoters - detractors
    at = (observed > -EDGE) & (_excess(np.full_like(n, -EDGE), promoters, detractors, n, quantile) > 0)
    if at.any():
        start = np.full(int(at.sum()), -EDGE)
        found = elementwise.find_root(
            _excess,
            (start, observed[at]),
            args=(promoters[at], detractors[at], n[at], quantile[at]),
            tolerances={"xatol": 1e-14, "xrtol": 0, "fatol": 0, "frtol": 0},
        )
        low[at] = found.x
    return low


def _excess(delta: Floats, promoters: Floats, detractors: Floats, n: Floats, quantile: Floats) -> Floats:
    """Return T² − z² at some differences: 0 at an end of the interval."""
    b = -promoters - detractors + (2 - promoters + detractors) * delta
    c = -detractors * delta * (1 - delta)
    # The share of detractors that is most likely where the difference is delta.
    share = (np.sqrt(np.maximum(b * b - 8 * c, 0)) - b) / 4
    variance = 2 * share + delta * (1 - delta)
    distance = n * (promoters - detractors - delta) ** 2
    same = np.where(np.abs(promoters - detractors - delta) < 1e-9, 0.0, np.inf)
    ratio = np.divide(distance, variance, out=same, where=variance > 0)
    # A root needs a number on both sides of it.
    return np.minimum(ratio, 1e300) - quantile**2
