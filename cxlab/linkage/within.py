"""Columns less their means by one code or by several at once. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_SOLVED = 1_000
"""Levels of the smaller of two codes up to which its effects are solved for exactly."""
MOST_CELLS = 20_000_000
CLOSE = 1e-12
MOST_STEPS = 10_000


def within(columns: Floats, codes: Sequence[Ints], weight: Floats | None = None) -> Floats:
    """Return the columns less what the codes explain of them: the residuals on a dummy for every level.

    Parameters
    ----------
    columns
        Shape (n, k); no missing values.
    codes
        One array of levels per code, shape (n,) each, numbered from 0; none leaves the columns as they are.
    weight
        Weights > 0, shape (n,), or None.

    Returns
    -------
    array
        Shape (n, k), columns beside each other in memory. One code: exact. Two, the smaller with at most
        1,000 levels: the means of the larger are taken out and the effects of the smaller solved for, exact
        too. Else conjugate gradients on alternating projections, until a round moves a column by less than
        1e-12 of its length.

    Raises
    ------
    MeasureError
        Where the projections do not settle.

    References
    ----------
    Frisch, Waugh (1933), Econometrica 1, 387–401; Lovell (1963), JASA 58, 993–1010. Gaure (2013),
    Computational Statistics & Data Analysis 66, 8–18 (projections); Correia (2017), Linear models with
    high-dimensional fixed effects, section 3 (conjugate gradients).
    """
    # Rounding of the means is relative to the size of a column, so the common mean goes first.
    out = np.array(columns, dtype="float64", order="F")
    if not codes or not len(out):
        return out
    out -= out.mean(axis=0)
    if len(codes) == 1:
        return _less_means(out, codes[0], weight)
    sizes = [int(code.max()) + 1 for code in codes]
    if len(codes) == 2 and min(sizes) <= MOST_SOLVED and sizes[0] * sizes[1] <= MOST_CELLS:
        large, small = codes if sizes[0] >= sizes[1] else codes[::-1]
        return _solved(out, large, small, weight)
    return _projected(out, codes, weight)


def absorbed(codes: Sequence[Ints]) -> int:
    """Return how many parameters the codes take, the constant among them.

    Levels that occur; for two codes, less the connected components of their graph. For more than two each
    further code is taken to repeat one parameter, which counts too many where levels are nested.
    """
    levels = [int((np.bincount(code) > 0).sum()) for code in codes]
    if len(codes) != 2:
        return sum(levels) - max(len(codes) - 1, 0)
    return sum(levels) - _components(codes[0], codes[1])


def means_by(column: Floats, code: Ints, weight: Floats | None = None) -> Floats:
    """Return the (weighted) mean of a column at each level of a code, shape (levels,); 0 where none is."""
    total = np.bincount(code) if weight is None else np.bincount(code, weight)
    sums = np.bincount(code, column if weight is None else weight * column)
    return np.divide(sums, total, out=np.zeros(len(sums)), where=total > 0)


def _less_means(columns: Floats, code: Ints, weight: Floats | None) -> Floats:
    total = np.bincount(code, weight).astype("float64")
    total[total == 0] = 1.0
    for column in columns.T:
        sums = np.bincount(code, column if weight is None else weight * column)
        column -= (sums / total)[code]
    return columns


def _solved(columns: Floats, large: Ints, small: Ints, weight: Floats | None) -> Floats:
    """Take out the larger code's means and solve for the effects of the smaller, (levels)² unknown."""
    n_large, n_small = int(large.max()) + 1, int(small.max()) + 1
    cells = np.bincount(large * n_small + small, weight, n_large * n_small).reshape(n_large, n_small)
    total = cells.sum(axis=1)
    total[total == 0] = 1.0
    share = cells / total[:, None]
    # XᵀX of the smaller code's dummies, less their means by the larger; singular once per component.
    products = np.diag(cells.sum(axis=0)) - cells.T @ share
    inverse = np.linalg.pinv(products, rcond=1e-11, hermitian=True)
    for column in _less_means(columns, large, weight).T:
        for _ in range(2):  # the second round takes what rounding left of the first
            sums = np.bincount(small, column if weight is None else weight * column, n_small)
            effects = inverse @ sums
            if not np.abs(effects).max() > CLOSE * max(column.max(), -column.min()):
                break
            column -= effects[small]
            column += (share @ effects)[large]
    return columns


def _projected(columns: Floats, codes: Sequence[Ints], weight: Floats | None) -> Floats:
    """Conjugate gradients on the symmetric round of projections, one column at a time."""
    totals = [np.bincount(code, weight).astype("float64") for code in codes]
    order = [*range(len(codes)), *range(len(codes) - 2, -1, -1)]

    def taken(column: Floats) -> Floats:
        """Return what one round there and back takes out of a column."""
        left = column.copy()
        for place in order:
            sums = np.bincount(codes[place], left if weight is None else weight * left)
            left -= (sums / np.where(totals[place] > 0, totals[place], 1.0))[codes[place]]
        return column - left

    def product(a: Floats, b: Floats) -> float:
        return float(a @ b) if weight is None else float((weight * a) @ b)

    for column in columns.T:
        target = CLOSE * np.sqrt(product(column, column))
        residual = taken(column)
        direction, size = residual.copy(), product(residual, residual)
        for _ in range(MOST_STEPS):
            if np.sqrt(size) <= target:
                break
            image = taken(direction)
            step = size / product(direction, image)
            column -= step * direction
            residual -= step * image
            before, size = size, product(residual, residual)
            direction = residual + size / before * direction
        else:
            raise MeasureError(
                f"the effects of {len(codes)} codes do not settle in {MOST_STEPS:,} rounds",
                remedy="name fewer codes, or leave out levels that hardly meet the others",
            )
    return columns


def _components(a: Ints, b: Ints) -> int:
    """Return the number of connected components of the graph whose edges are the rows."""
    n_a, n_b = int(a.max()) + 1, int(b.max()) + 1
    if n_a * n_b <= MOST_CELLS:
        met = np.bincount(a * n_b + b, minlength=n_a * n_b).reshape(n_a, n_b) > 0
        if met.all(axis=1).any() or met.all(axis=0).any():
            return 1  # one level meets all the others
        a, b = (part.astype("int64") for part in np.nonzero(met))
    size = n_a + n_b
    edges = coo_array((np.ones(len(a), dtype=bool), (a, b + n_a)), shape=(size, size))
    seen = np.concatenate([np.bincount(a, minlength=n_a), np.bincount(b, minlength=n_b)]) > 0
    count = connected_components(edges.tocsr(), directed=False, return_labels=False)
    return int(count - (~seen).sum())
