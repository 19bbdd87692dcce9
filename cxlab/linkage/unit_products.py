"""Sums of products by unit, and what regressions follow from them. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cxlab.estimate.resampled_sums import resampled_sums
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
MOST_UNITS = 2_000
GROUPS = 1_000
LEFT = 1e-9
"""Share of what a column says beside those before it that a resample must hold."""
MOST_LOST = 0.1
"""Share of resamples that may hold too little: their figures would no longer stand for all."""


def unit_products(columns: Floats, w: Floats, units: Ints | None, seed: int) -> Floats:
    """Return the weighted sums of products of each unit that can be drawn.

    Parameters
    ----------
    columns
        Shape (n, k); the first may be the constant.
    w
        Weights, shape (n,).
    units
        Number of the cluster of each row, from 0 without gaps, or None where each row is its own.
    seed
        Seed of the dealing: more than 2,000 units are dealt at random to 1,000 groups of about equal size.

    Returns
    -------
    array
        Shape (u, k, k).
    """
    n, k = columns.shape
    unit = np.arange(n) if units is None else units
    count = int(unit.max()) + 1 if n else 0
    if count > MOST_UNITS:
        unit = np.random.default_rng(seed).permutation(np.arange(count) % GROUPS)[unit]
        count = GROUPS
    out = np.empty((count, k, k))
    for i in range(k):
        weighted = w * columns[:, i]
        for j in range(i, k):
            out[:, i, j] = out[:, j, i] = np.bincount(unit, weighted * columns[:, j], minlength=count)
    return out


def resampled_products(products: Floats, n_boot: int, seed: int) -> Floats:
    """Return the total products of resamples of the units that hold enough for a regression.

    Parameters
    ----------
    products
        Shape (u, k, k).
    n_boot, seed
        Resamples and their seed.

    Returns
    -------
    array
        Shape (b, k, k), with b at most n_boot: a resample that missed all units in which a column varies
        beside the others has no regression, and is left out.

    Raises
    ------
    MeasureError
        Where more than a tenth are left out.
    """
    u, k, _ = products.shape
    flat = products.reshape(u, k * k)
    sums = resampled_sums(flat, stratum=np.zeros(u, dtype="int64"), n_boot=n_boot, seed=seed)
    drawn = sums.reshape(n_boot, k, k)
    usable = _usable(drawn, products.sum(axis=0))
    lost = n_boot - int(usable.sum())
    if lost > MOST_LOST * n_boot:
        raise MeasureError(
            f"{lost:,} of {n_boot:,} resamples lack what a regression needs, as a column varies in few units",
            remedy="leave out the column that hardly varies, or take more rows, entities or clusters",
        )
    return drawn[usable]


def lost_note(lost: int) -> str:
    """Return what to say of resamples that were left out."""
    return f"Left out: {lost:,} of the resamples, which missed the few units in which a column varies."


def _usable(drawn: Floats, whole: Floats) -> Bools:
    """Tell which resamples (b, k, k) hold enough of each column beside those before it, shape (b,)."""
    scale = np.sqrt(np.diagonal(whole))
    left, known = drawn / np.outer(scale, scale), whole / np.outer(scale, scale)
    out = np.ones(len(drawn), dtype=bool)
    for place in range(len(whole)):
        pivot = left[:, place, place]
        out &= pivot > LEFT * known[place, place]
        across = left[:, place] / np.where(out, pivot, 1.0)[:, None]
        left = left - left[:, :, place, None] * across[:, None, :]
        known = known - np.outer(known[:, place], known[place]) / known[place, place]
    return out


def swept(products: Floats, first: int) -> Floats:
    """Return the products of the other columns less what the first ones explain of them.

    Parameters
    ----------
    products
        Shape (…, k, k).
    first
        How many columns are taken out.

    Returns
    -------
    array
        Schur complement, shape (…, k − first, k − first).
    """
    if first == 0:
        return products
    inside, across = products[..., :first, :first], products[..., :first, first:]
    left = products[..., first:, first:]
    return np.asarray(left - np.swapaxes(across, -1, -2) @ np.linalg.solve(inside, across))
