"""Rows with missing answers completed several times from a normal model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.drivers.resampled_correlations import UnitSums
from cxlab.estimate.intervals import kish_base
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
EM_STEPS = 200
CHAIN = 20
"""Steps of data augmentation before each imputation; every chain starts from the maximum-likelihood fit."""


@dataclass(frozen=True, slots=True, eq=False)
class _Pattern:
    rows: Ints
    held: npt.NDArray[np.bool_]


def imputed_sums(
    x: Floats, w: Floats, block: Ints, n_imputed: int, rng: np.random.Generator
) -> Iterator[UnitSums]:
    """Yield the sums by unit of rows that were completed.

    The columns are taken as jointly normal, missing at random given what was answered. Each imputation is
    the end of a chain of data augmentation that starts from the maximum-likelihood fit (by EM). Rows without
    an outcome (the first column) help to fit the model and are left out of the sums.

    Parameters
    ----------
    x
        Shape (n, q), the outcome first; NaN where missing. Each row holds a value.
    w
        Weights > 0, shape (n,). The model is fitted with them, as if there were n_eff rows.
    block
        Unit of each row, 0 … k − 1, shape (n,).
    n_imputed
        How often.
    rng
        Source of chance.

    Raises
    ------
    MeasureError
        Where a column has no values that vary, or there are too few rows for the model.

    References
    ----------
    Schafer (1997), Analysis of Incomplete Multivariate Data, sections 5.3–5.4. von Hippel (2007),
    Sociological Methodology 37, 83–117 (rows without an outcome).
    """
    centre, spread = np.nanmean(x, axis=0), np.nanstd(x, axis=0)
    z = (x - centre) / spread
    base = kish_base(w)
    if base < z.shape[1] + 2:
        raise MeasureError(
            f"an effective base of {base:.0f} rows is too small to impute {z.shape[1]} columns",
            remedy="take fewer drivers",
        )
    weight = w * base / w.sum()
    patterns = _patterns(z)
    mean, covariance = _fitted(z, weight, patterns)
    if np.linalg.eigvalsh(covariance)[0] < 1e-9:
        raise MeasureError(
            "a normal model cannot be fitted: one column follows from others", remedy="leave one of them out"
        )
    answered = np.isfinite(x[:, 0])
    for _ in range(n_imputed):
        m, c = mean, covariance
        for _ in range(CHAIN):
            full = _completed(z, m, c, patterns, rng)
            m, c = _posterior(full, weight, rng)
        full = _completed(z, m, c, patterns, rng)
        yield _sums(full[answered], w[answered], block[answered])


def _patterns(z: Floats) -> list[_Pattern]:
    held = np.isfinite(z)
    kinds, number = np.unique(held, axis=0, return_inverse=True)
    order = np.argsort(number.reshape(-1), kind="stable")
    ends = np.cumsum(np.bincount(number.reshape(-1)))[:-1]
    return [
        _Pattern(rows, kind)
        for rows, kind in zip(np.split(order, ends), kinds, strict=True)
        if not kind.all()
    ]


def _conditional(c: Floats, held: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the slopes of the missing columns on those held, and their covariance given them."""
    slopes = np.linalg.lstsq(c[np.ix_(held, held)], c[np.ix_(held, ~held)], rcond=None)[0]
    left = c[np.ix_(~held, ~held)] - c[np.ix_(~held, held)] @ slopes
    return np.asarray(slopes, dtype="float64"), np.asarray((left + left.T) / 2)


def _fitted(z: Floats, weight: Floats, patterns: list[_Pattern]) -> tuple[Floats, Floats]:
    """Return mean and covariance by maximum likelihood (EM)."""
    full = np.where(np.isfinite(z), z, 0.0)
    mean: Floats = np.zeros(z.shape[1])
    covariance: Floats = np.eye(z.shape[1])
    for _ in range(EM_STEPS):
        extra = np.zeros_like(covariance)
        for pattern in patterns:
            slopes, left = _conditional(covariance, pattern.held)
            rows, held = pattern.rows, pattern.held
            full[np.ix_(rows, ~held)] = mean[~held] + (z[np.ix_(rows, held)] - mean[held]) @ slopes
            extra[np.ix_(~held, ~held)] += weight[rows].sum() * left
        before, mean = mean, np.asarray(weight @ full / weight.sum(), dtype="float64")
        off = full - mean
        after = ((off * weight[:, None]).T @ off + extra) / weight.sum()
        moved = max(np.abs(after - covariance).max(), np.abs(mean - before).max())
        covariance = after
        if moved < 1e-6:
            break
    return mean, covariance


def _completed(
    z: Floats, mean: Floats, c: Floats, patterns: list[_Pattern], rng: np.random.Generator
) -> Floats:
    full = z.copy()
    for pattern in patterns:
        slopes, left = _conditional(c, pattern.held)
        rows, held = pattern.rows, pattern.held
        values, vectors = np.linalg.eigh(left)
        noise = rng.standard_normal((len(rows), len(values))) * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
        full[np.ix_(rows, ~held)] = mean[~held] + (z[np.ix_(rows, held)] - mean[held]) @ slopes + noise
    return full


def _posterior(full: Floats, weight: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw mean and covariance given complete rows, under Jeffreys' prior."""
    from scipy.stats import invwishart  # takes most of a second to load, and only imputation needs it

    total = weight.sum()
    mean = weight @ full / total
    off = full - mean
    scatter = (off * weight[:, None]).T @ off
    drawn = np.atleast_2d(invwishart.rvs(df=total - 1, scale=scatter, random_state=rng))
    return rng.multivariate_normal(mean, drawn / total, method="cholesky"), drawn


def _sums(x: Floats, w: Floats, block: Ints) -> UnitSums:
    q = x.shape[1]
    above = np.triu_indices(q)
    products = np.column_stack([np.ones(len(x)), x, x[:, above[0]] * x[:, above[1]]]) * w[:, None]
    table = np.zeros((int(block.max()) + 1, products.shape[1]))
    np.add.at(table, block, products)
    return UnitSums(table, q, False)
