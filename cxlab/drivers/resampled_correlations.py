"""Correlations of resamples of units, from their moments alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.tally.covariances import ratio
from cxlab.tally.moments import Moments

Floats = npt.NDArray[np.float64]
CHUNK = 250
"""Resamples whose matrices are held at once."""


@dataclass(frozen=True, slots=True, eq=False)
class UnitSums:
    """Sums of k units on q columns, each sum once, one row per unit.

    Parameters
    ----------
    table
        Shape (k, m): Σw, Σwx and Σwx_i x_j, of all rows or of each pair of columns.
    columns
        q.
    pairwise
        Whether each pair stands on rows of its own.
    """

    table: Floats
    columns: int
    pairwise: bool


def unit_sums(moments: Moments) -> UnitSums:
    """Return the sums of moments by block, each once.

    Under `complete` all pairs stand on the same rows: 1 + q + q(q + 1)/2 sums are enough.
    """
    q, k = len(moments.columns), len(moments.blocks)
    above = np.triu_indices(q)
    products = moments.sum_wxx[:, above[0], above[1]]
    if moments.missing == "pairwise":
        parts = [moments.sum_w[:, above[0], above[1]], moments.sum_wx.reshape(k, -1), products]
    else:
        parts = [moments.sum_w[:, 0, :1], moments.sum_wx[:, :, 0], products]
    return UnitSums(np.concatenate(parts, axis=1), q, moments.missing == "pairwise")


def correlations(sums: UnitSums, counts: Floats) -> Floats:
    """Return the correlations of samples in which each unit counts so many times.

    Parameters
    ----------
    sums
        Of k units on q columns.
    counts
        Shape (b, k).

    Returns
    -------
    ndarray
        Shape (q, q, b), as `Moments.correlation` has them; NaN where a column does not vary.
    """
    summed = sums.table.T @ counts.T
    q = sums.columns
    above, pairs = np.triu_indices(q), q * (q + 1) // 2
    sum_wxx = _square(summed[-pairs:], above, q)
    if sums.pairwise:
        sum_w = _square(summed[:pairs], above, q)
        mean = ratio(summed[pairs : pairs + q * q].reshape(q, q, -1), sum_w)
        covariance = ratio(sum_wxx, sum_w) - mean * mean.swapaxes(0, 1)
    else:
        mean = ratio(summed[1 : q + 1], np.broadcast_to(summed[0], summed[1 : q + 1].shape))
        covariance = ratio(sum_wxx, np.broadcast_to(summed[0], sum_wxx.shape)) - mean[:, None] * mean
    variance = np.einsum("iib->ib", covariance)
    spread = np.sqrt(np.where(variance > 0, variance, np.nan))
    found = covariance / spread[:, None] / spread
    found[range(q), range(q)] = np.where(np.isnan(spread), np.nan, 1.0)
    return found


def resampled_correlations(sums: UnitSums, n_boot: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Yield the correlations of resamples, shape (q, q, ≤ 250) each.

    Of k units k − 1 are drawn, so that the variance of a mean is that of the usual formula with k − 1.

    References
    ----------
    Rao and Wu (1988), JASA 83, 231–241.
    """
    units = len(sums.table)
    for start in range(0, n_boot, CHUNK):
        size = min(CHUNK, n_boot - start)
        # Counting what was drawn takes a tenth of the time of multinomial numbers.
        drawn = rng.integers(0, units, (size, units - 1)) + units * np.arange(size)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=size * units).reshape(size, units)
        yield correlations(sums, counts.astype("float64"))


def _square(values: Floats, above: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], q: int) -> Floats:
    square = np.empty((q, q, values.shape[1]))
    square[above] = values
    square[above[1], above[0]] = values
    return square
