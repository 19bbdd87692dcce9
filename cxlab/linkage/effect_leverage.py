"""How much of each row the effects that are taken out say themselves. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array

from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_LEVELS = 1_000
"""Levels of the smaller of two codes up to which its effects are solved for."""
AT_ONCE = 4_000_000


def effect_leverage(codes: Sequence[Ints], weight: Floats) -> Floats:
    """Return the leverage of each row in a weighted regression on the levels of the codes, shape (n,).

    A row whose error has variance σ² brings σ² · weight · (1 − leverage) to the weighted sum of squares less
    the effects. The leverages add up to the parameters that the codes take.

    Parameters
    ----------
    codes
        No code (the mean alone), one or two, shape (n,) each, numbered from 0.
    weight
        Weights > 0, shape (n,).

    Raises
    ------
    MeasureError
        Where both codes have more than 1,000 levels.

    References
    ----------
    Hoaglin, Welsch (1978), The American Statistician 32, 17–22.
    """
    if not codes:
        return weight / weight.sum()
    if len(codes) == 1:
        return weight / np.bincount(codes[0], weight)[codes[0]]
    a, b = (np.unique(code, return_inverse=True)[1] for code in codes)
    large, small = (a, b) if a.max() >= b.max() else (b, a)
    if small.max() >= MOST_LEVELS:
        raise MeasureError(
            f"both effects have more than {MOST_LEVELS:,} levels, and what is left of an error beside them "
            "is not known",
            remedy="take longer periods, or one of entity= and time=",
        )
    return _of_two(large, small, weight)


def _of_two(large: Ints, small: Ints, weight: Floats) -> Floats:
    """Leverage on the larger code, and on the smaller one's dummies less their means by the larger."""
    total = np.bincount(large, weight)
    shape = (len(total), int(small.max()) + 1)
    cells = coo_array((weight, (large, small)), shape=shape).tocsr()
    share = cells.multiply(1 / total[:, None]).tocsr()
    products = np.diag(cells.sum(axis=0)) - (cells.T @ share).toarray()
    # Singular once per connected component, whose constant the larger code has already.
    inverse = np.linalg.pinv(products, rcond=1e-11, hermitian=True)
    beside = np.empty(len(weight))
    order = np.argsort(large, kind="stable")
    step = max(1, AT_ONCE // shape[1])
    ends = np.searchsorted(large[order], np.arange(0, len(total) + step, step))
    for place, (low, high) in enumerate(pairwise(ends)):
        some, at = order[low:high], place * step
        means = share[at : at + step]
        image = means @ inverse
        own = np.asarray(means.multiply(image).sum(axis=1))
        level = small[some]
        row = large[some] - at
        beside[some] = inverse[level, level] - 2 * image[row, level] + own[row]
    return weight * (1 / total[large] + beside)
