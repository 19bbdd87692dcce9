"""Ranks of uncertain values, by their normal distributions. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtr

Floats = npt.NDArray[np.float64]
FEWEST, MOST = 400, 20_000
"""Places at which an integral is summed."""


def expected_ranks(estimate: Floats, std_error: Floats) -> Floats:
    """Return the expected rank of each value, 1 for the highest, shape (k,).

    Parameters
    ----------
    estimate, std_error
        Means and standard deviations > 0 of independent normal values, shape (k,).

    References
    ----------
    Laird, Louis (1989), Journal of Educational Statistics 14, 29–46.
    """
    away = estimate[None, :] - estimate[:, None]
    above = ndtr(away / np.sqrt(std_error[None, :] ** 2 + std_error[:, None] ** 2))
    return np.asarray(1 + above.sum(axis=1) - 0.5)  # a value is not above itself


def p_best(estimate: Floats, std_error: Floats) -> Floats:
    """Return the chance of each value to be the highest, shape (k,); the chances add to 1.

    By the trapezoidal rule, whose error on such smooth functions is that of rounding.
    """
    low, high = (estimate - 9 * std_error).min(), (estimate + 9 * std_error).max()
    places = int(np.clip((high - low) / std_error.min() * 4, FEWEST, MOST))
    value = np.linspace(low, high, places)
    score = (value[:, None] - estimate) / std_error
    below = log_ndtr(score)
    others = below.sum(axis=1, keepdims=True) - below
    chance = (np.exp(others - score**2 / 2) / std_error).sum(axis=0)
    return np.asarray(chance / chance.sum())
