"""Rows that an effect of their own does not take up whole. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def not_alone(codes: Sequence[Ints], kept: Bools) -> Bools:
    """Return which rows are left once those alone in their level of a code are out, again until none is.

    Parameters
    ----------
    codes
        Levels of each effect, shape (n,) each, numbered from 0.
    kept
        Rows to begin with, shape (n,).

    References
    ----------
    Correia (2015), Singletons, cluster-robust standard errors and fixed effects: a bad mix.
    """
    left = kept
    while left.any():
        alone = np.zeros(len(left), dtype=bool)
        for code in codes:
            alone |= left & (np.bincount(code[left], minlength=int(code.max()) + 1)[code] == 1)
        if not alone.any():
            break
        left = left & ~alone
    return left
