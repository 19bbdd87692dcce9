"""Log-density of a Tweedie variable with zeros: a Poisson number of Gamma amounts. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

Floats = npt.NDArray[np.float64]
WIDEST = 8.0
"""Terms farther from the largest than so many standard deviations are below 1e-13 of it."""


def tweedie_density(y: Floats, mean: Floats, power: float, dispersion: float) -> Floats:
    """Return the log-density (of 0: the log-chance), shape (n,).

    Parameters
    ----------
    y, mean
        Values ≥ 0 and their means > 0, shape (n,) each.
    power
        1 < power < 2; the variance is dispersion · mean^power.
    dispersion
        Above 0.

    References
    ----------
    Dunn, Smyth (2005), Statistics and Computing 15, 267–280: the series of equation 4 with its terms around
    the largest.
    """
    p = power
    out = (y * mean ** (1 - p) / (1 - p) - mean ** (2 - p) / (2 - p)) / dispersion
    paid = y > 0
    out[paid] += _log_series(y[paid], p, dispersion) - np.log(y[paid])
    return out


def _log_series(y: Floats, p: float, dispersion: float) -> Floats:
    """Return log Σⱼ zʲ / (j! Γ(aj)), the rows sorted into octaves of the place of their largest term."""
    a = (2 - p) / (p - 1)
    log_z = a * (np.log(y) - np.log(p - 1)) - (1 + a) * np.log(dispersion) - np.log(2 - p)
    largest = np.maximum(np.exp((2 - p) * np.log(y) - np.log(dispersion * (2 - p))), 1.0)
    reach = int(largest.max() + _half_width(float(largest.max()), a)) + 2
    j = np.arange(1, reach + 1)
    divisor = np.append(np.inf, gammaln(j + 1) + gammaln(a * j))  # a term at j = 0 is none
    out = np.empty(len(y))
    octave = np.floor(np.log2(largest)).astype("int64")
    for one in np.unique(octave):
        rows = np.flatnonzero(octave == one)
        half = int(_half_width(2.0 ** (one + 1), a)) + 1
        place = np.rint(largest[rows])[:, None].astype("int64") + np.arange(-half, half + 1)
        place = np.clip(place, 0, reach)
        # Clipped places at the upper end stand there more than once; only the first of them counts.
        again = (place[:, 1:] == place[:, :-1]).nonzero()
        place[again[0], again[1] + 1] = 0
        terms = place * log_z[rows][:, None] - divisor[place]
        top = terms.max(axis=1)
        out[rows] = top + np.log(np.exp(terms - top[:, None]).sum(axis=1))
    return out


def _half_width(largest: float, a: float) -> float:
    return WIDEST * np.sqrt(largest / (1 + a)) + 12
