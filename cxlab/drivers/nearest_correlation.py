"""The nearest correlation matrix to one that contradicts itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FLOOR = 1e-4
"""Smallest eigenvalue of a repaired matrix, so that a regression can still be solved from it."""
MOST_STEPS = 500
ROUNDING = 1e-10
"""An eigenvalue this near to 0 is no contradiction: one column follows from others."""


@dataclass(frozen=True, slots=True, eq=False)
class Repaired:
    """Correlation matrices without contradictions.

    Parameters
    ----------
    correlation
        Shape (q, q, b).
    largest_change
        Largest absolute change of a correlation in each, shape (b,); 0 where nothing had to be repaired.
    smallest_eigenvalue
        Before the repair, shape (b,).
    """

    correlation: Floats
    largest_change: Floats
    smallest_eigenvalue: Floats


def nearest_correlation(correlation: Floats, *, tolerance: float = 1e-7) -> Repaired:
    """Repair matrices whose smallest eigenvalue is below 0, as pairwise correlations may be.

    Parameters
    ----------
    correlation
        Symmetric, 1 on the diagonal, shape (q, q) or (q, q, b). One with NaN stays as it is.
    tolerance
        Largest change of a correlation in the last step.

    Returns
    -------
    Repaired
        The nearest matrix, by the sum of squared differences, with 1 on the diagonal and no eigenvalue below
        `FLOOR`; a matrix without negative eigenvalues stays as it is.

    References
    ----------
    Higham (2002), IMA Journal of Numerical Analysis 22, 329–343, algorithm 3.3 (alternating projections with
    Dykstra's correction), with the cone of matrices whose eigenvalues are at least `FLOOR`.
    """
    given = correlation[..., None] if correlation.ndim == 2 else correlation
    stack = np.moveaxis(given, -1, 0).copy()
    known = np.isfinite(stack).all(axis=(1, 2))
    smallest = np.full(len(stack), np.nan)
    smallest[known] = np.linalg.eigvalsh(stack[known])[:, 0]
    broken = np.flatnonzero(smallest < -ROUNDING)
    change = np.where(known, 0.0, np.nan)
    if len(broken):
        mended = _projected(stack[broken], tolerance)
        change[broken] = np.abs(mended - stack[broken]).max(axis=(1, 2))
        stack[broken] = mended
    return Repaired(np.moveaxis(stack, 0, -1), change, smallest)


def _projected(matrices: Floats, tolerance: float) -> Floats:
    q = matrices.shape[-1]
    current, correction = matrices.copy(), np.zeros_like(matrices)
    moving = np.arange(len(matrices))
    for _ in range(MOST_STEPS):
        before = current[moving]
        shifted = before - correction[moving]
        above = _above_floor(shifted)
        correction[moving] = above - shifted
        after = above.copy()
        after[:, range(q), range(q)] = 1.0
        current[moving] = after
        moving = moving[np.abs(after - before).max(axis=(1, 2)) > tolerance]
        if not len(moving):
            break
    # Both conditions hold in the limit only: a last projection, brought back to 1 on the diagonal.
    ended = _above_floor(current)
    spread = np.sqrt(np.einsum("bii->bi", ended))
    ended = ended / spread[:, :, None] / spread[:, None, :]
    ended[:, range(q), range(q)] = 1.0
    return ended


def _above_floor(matrices: Floats) -> Floats:
    values, vectors = np.linalg.eigh(matrices)
    raised = (vectors * np.maximum(values, FLOOR)[:, None, :]) @ np.swapaxes(vectors, -1, -2)
    return np.asarray((raised + np.swapaxes(raised, -1, -2)) / 2)
