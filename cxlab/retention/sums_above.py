"""Sums over points whose value is higher and whose place is in a range. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def sums_above(value: Ints, w: Floats, low: Ints, high: Ints, than: Ints) -> Floats:
    """Return, for each query, Σ w of the points at the places low ≤ place < high whose value is above `than`.

    Parameters
    ----------
    value, w
        Values ≥ 0 and weights of the points in the order of their places, shape (m,) each.
    low, high, than
        Ranges of places and the values to be above, shape (q,) each.

    Returns
    -------
    array
        Shape (q,). O((m + q) log max(value)), by halving the values bit after bit.

    References
    ----------
    Claude, Navarro, Ordóñez (2015), Information Systems 47, 15–32 (the wavelet matrix).
    """
    found = np.zeros(len(than))
    top = int(max(value.max(initial=0), than.max(initial=0)))
    for bit in reversed(range(max(top.bit_length(), 1))):
        upper = (value >> bit) & 1 == 1
        lower = np.concatenate([[0], np.cumsum(~upper)])
        zeros = int(lower[-1])
        order = np.concatenate([np.flatnonzero(~upper), np.flatnonzero(upper)])
        value, w = value[order], w[order]
        total = np.concatenate([[0.0], np.cumsum(w)])
        low0, high0 = lower[low], lower[high]
        low1, high1 = zeros + low - low0, zeros + high - high0
        on = (than >> bit) & 1 == 1
        found += np.where(on, 0.0, total[high1] - total[low1])
        low, high = np.where(on, low1, low0), np.where(on, high1, high0)
    return found
