"""One bootstrap for importance, performance and stated importance together. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from cxlab.drivers.driver_rows import DriverRows
from cxlab.drivers.lmg import lmg
from cxlab.estimate.resampled_sums import resampled_sums
from cxlab.tally.covariances import covariances, ratio
from cxlab.tally.one_blas_thread import one_blas_thread

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_UNITS = 5_000
"""Units that are drawn one by one; more are put into blocks at random first."""
BLOCKS = 1_000
ROWS = 50_000
"""Rows whose products are held at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """Figures of b samples (b = 1 for the sample itself).

    Parameters
    ----------
    share, coefficient, correlation
        Of each driver, shape (b, p): its part of R², its standardised coefficient and its correlation with
        the outcome; NaN where a sample cannot be solved.
    r_squared
        Shape (b,).
    mean
        Weighted mean of each driver, shape (b, p).
    stated
        Weighted mean of each further column over those who answered it, shape (b, q).
    """

    share: Floats
    coefficient: Floats
    correlation: Floats
    r_squared: Floats
    mean: Floats
    stated: Floats


def joint(rows: DriverRows) -> Joint:
    """Return the figures of the sample."""
    shift = _shift(rows)
    total = _sums(rows, np.zeros(rows.n, dtype="int64"), shift)
    return _figures(total, rows, shift)


def joint_draws(rows: DriverRows, *, n_boot: int, seed: int) -> Joint:
    """Return the figures of b bootstrap samples.

    Parameters
    ----------
    rows
        The rows. Clusters are drawn whole. Where there are more than 5,000 units, they are first put into
        1,000 blocks at random, which are then drawn.
    n_boot, seed
        Replicates b and the seed of their draws.

    References
    ----------
    Rao, Wu (1988), JASA 83, 231–241. Efron, Tibshirani (1993), An Introduction to the Bootstrap.
    """
    shift = _shift(rows)
    units = rows.units
    if int(units.max()) + 1 > MOST_UNITS:
        order = np.random.default_rng([seed, 1]).permutation(int(units.max()) + 1)
        units = (order % BLOCKS)[units]
    sums = _sums(rows, units, shift)
    stratum = np.zeros(len(sums), dtype="int64")
    # On busy cores threads would wait for each other, and their number would decide the last digit.
    with one_blas_thread():
        return _figures(resampled_sums(sums, stratum=stratum, n_boot=n_boot, seed=seed), rows, shift)


def _shift(rows: DriverRows) -> Floats:
    """Return the means of outcome and drivers; sums of products around them lose no digits."""
    return np.average(np.column_stack([rows.y, rows.x]), axis=0, weights=rows.w)


def _sums(rows: DriverRows, units: Ints, shift: Floats) -> Floats:
    """Return Σw, Σwz, Σwzz (upper triangle), Σw and Σws of what was stated, by unit, shape (u, m)."""
    upper = np.triu_indices(len(shift))
    out: Floats | None = None
    size = int(units.max()) + 1
    for start in range(0, rows.n, ROWS):
        part = slice(start, start + ROWS)
        z = np.column_stack([rows.y[part], rows.x[part]]) - shift
        answered = np.isfinite(rows.others[part])
        stated = np.where(answered, rows.others[part], 0.0)
        values = np.hstack([np.ones((len(z), 1)), z, z[:, upper[0]] * z[:, upper[1]], answered, stated])
        member = sparse.csr_matrix(
            (rows.w[part], (units[part], np.arange(len(z)))), shape=(size, len(z)), dtype="float64"
        )
        out = member @ values if out is None else out + member @ values
    assert out is not None  # rows are never empty
    return np.asarray(out)


def _figures(sums: Floats, rows: DriverRows, shift: Floats) -> Joint:
    p, q = len(shift), rows.others.shape[1]
    sum_w, sum_wz, packed, answered, stated = np.split(
        sums, np.cumsum([1, p, p * (p + 1) // 2, q])[:4], axis=1
    )
    products = np.zeros((len(sums), p, p))
    upper = np.triu_indices(p)
    products[:, upper[0], upper[1]] = products[:, upper[1], upper[0]] = packed
    square = np.broadcast_to(sum_w[:, :, None], products.shape)
    covariance = covariances(square, np.broadcast_to(sum_wz[:, :, None], products.shape), products)
    spread = np.sqrt(np.einsum("bii->bi", covariance))
    correlation = ratio(covariance, spread[:, :, None] * spread[:, None, :])
    np.einsum("bii->bi", correlation)[...] = np.where(spread > 0, 1.0, np.nan)
    among, outcome = correlation[:, 1:, 1:], correlation[:, 1:, 0]
    parts = lmg(among.transpose(1, 2, 0), outcome.T, names=rows.drivers).T
    solved = np.isfinite(parts).all(axis=1)
    coefficient = np.full_like(outcome, np.nan)
    coefficient[solved] = np.linalg.solve(among[solved], outcome[solved][..., None])[..., 0]
    r_squared = parts.sum(axis=1)
    mean = sum_wz[:, 1:] / sum_w + shift[1:]
    return Joint(parts / r_squared[:, None], coefficient, outcome, r_squared, mean, ratio(stated, answered))
