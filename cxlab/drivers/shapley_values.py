"""Shapley values from the worths of all 2^k coalitions. Arrays in, arrays out."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def shapley_values(worth: Floats) -> Floats:
    """Return the Shapley value of each of k players.

    Parameters
    ----------
    worth
        Of each coalition, shape (2^k,) or (2^k, b); player j is in it where bit j of its place is set.

    Returns
    -------
    ndarray
        Shape (k,) or (k, b).

    References
    ----------
    Shapley (1953), Contributions to the Theory of Games II, 307–317, equation 12.
    """
    k = len(worth).bit_length() - 1
    without, entering = shapley_weights(k)
    sizes = np.bitwise_count(np.arange(len(worth)))
    weighed = worth * entering[sizes].reshape(-1, *[1] * (worth.ndim - 1))
    values = np.empty((k, *worth.shape[1:]))
    for player in reversed(range(k)):
        half = 1 << player
        values[player] = weighed[half:].sum(axis=0)
        weighed = weighed[:half] + weighed[half:]
    return values - without[sizes] @ worth


def shapley_weights(k: int) -> tuple[Floats, Floats]:
    """Return w(s) = s! (k − s − 1)! / k! and u(s) = w(s − 1) + w(s) of s = 0 … k players, shapes (k + 1,).

    The value of a player is the sum of u times the worth of the coalitions with it, less the sum of w times
    that of all.
    """
    without = np.zeros(k + 1)
    for size in range(k):
        without[size] = 1 / (k * math.comb(k - 1, size))
    entering = without.copy()
    entering[1:] += without[:-1]
    return without, entering
