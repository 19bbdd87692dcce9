"""Comparisons of players over the R² of all models."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

from cxlab.drivers.lmg import sizes_of_models

Floats = npt.NDArray[np.float64]

# Below this two gains in R² are equal but for rounding.
EQUAL = 1e-10


def added_by_level(table: Floats) -> Floats:
    """Return what each player adds on average to the models of s others, shape (k, k), s = 0 … k − 1.

    `table` is that of `r_squared_table`, shape (2^k,).
    """
    k = len(table).bit_length() - 1
    others = sizes_of_models(k - 1)
    models = np.array([comb(k - 1, size) for size in range(k)])
    added = np.empty((k, k))
    for player in range(k):
        split = table.reshape(-1, 2, 1 << player)
        gains = (split[:, 1] - split[:, 0]).ravel()
        added[player] = np.bincount(others, weights=gains, minlength=k) / models
    return added


def models_won(table: Floats) -> Iterator[tuple[int, int, float, float]]:
    """Yield of each pair of players the shares of models of the others to which one adds more than the other.

    Parameters
    ----------
    table
        That of `r_squared_table`, shape (2^k,).

    Yields
    ------
    tuple
        The first player, the second, the share of the 2^(k − 2) models where the first adds more, and where
        the second does. The rest are equal within 1e-10 of R².
    """
    k = len(table).bit_length() - 1
    for low, high in combinations(range(k), 2):
        split = table.reshape(-1, 2, 1 << (high - low - 1), 2, 1 << low)
        ahead = split[:, 0, :, 1] - split[:, 1, :, 0]
        yield low, high, float((ahead > EQUAL).mean()), float((ahead < -EQUAL).mean())
