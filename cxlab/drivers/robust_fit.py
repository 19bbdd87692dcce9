"""Least squares with standard errors that do not trust the residuals to be alike. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import qr
from scipy.special import stdtr

from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SINGULAR = 1e-9
"""Share of a column's own length that must be left of it beside the others."""


@dataclass(frozen=True, slots=True, eq=False)
class RobustFit:
    """A weighted regression and what each row adds to the error of its coefficients.

    Parameters
    ----------
    coefficients
        Shape (k,), the constant first.
    influence
        What each row adds, shape (n, k); its products summed over units, times `correction`, are the
        covariance of the coefficients.
    units
        Number of the unit of each row, shape (n,), or None where each row is its own.
    correction
        Factor for few clusters; 1 without.
    df
        Degrees of freedom of t: n − k, or clusters less one.
    """

    coefficients: Floats
    influence: Floats
    units: Ints | None
    correction: float
    df: int

    def std_error(self, added: Floats) -> Floats:
        """Return the standard error of m figures from what each row adds to them, shape (n, m) to (m,)."""
        if self.units is not None:
            added = np.column_stack([np.bincount(self.units, column) for column in added.T])
        return np.sqrt(self.correction * (added**2).sum(axis=0))

    def combined(self, contrasts: Floats) -> tuple[Floats, Floats]:
        """Return linear combinations of the coefficients and their standard errors, shape (m, k) to (m,)."""
        return contrasts @ self.coefficients, self.std_error(self.influence @ contrasts.T)


def robust_fit(x: Floats, y: Floats, w: Floats, units: Ints | None, names: Sequence[str]) -> RobustFit:
    """Regress y on a constant and the columns of x.

    Parameters
    ----------
    x
        Shape (n, k − 1), without the constant.
    y, w
        Outcome and weights > 0, shape (n,) each; only ratios of weights matter.
    units
        Number of the cluster of each row, shape (n,), numbered from 0 without gaps, or None.
    names
        Names of the columns of x, for the errors.

    Returns
    -------
    RobustFit
        Without clusters HC3: Σ w² e² xxᵀ / (1 − h)² between two (XᵀWX)⁻¹. With G clusters, the scores are
        summed in each, times G/(G − 1) · (n − 1)/(n − k).

    Raises
    ------
    MeasureError
        Where there are no more rows than coefficients, a column or the outcome does not vary, a column
        repeats others, a row alone decides a coefficient, or the fit is exact.

    References
    ----------
    MacKinnon, White (1985), Journal of Econometrics 29, 305–325 (HC3). Liang, Zeger (1986), Biometrika 73,
    13–22 (clusters). Binder (1983), International Statistical Review 51, 279–292 (weights).
    """
    n, k = len(y), x.shape[1] + 1
    if n <= k:
        raise MeasureError(
            f"{n:,} complete rows cannot carry {k} coefficients", remedy="take fewer drivers or more rows"
        )
    if np.ptp(y) == 0:
        raise MeasureError("the outcome does not vary", remedy="take rows whose outcome differs")
    root = np.sqrt(w / w.sum())
    centred = np.column_stack([np.ones(n), x - (w @ x) / w.sum()]) * root[:, None]
    _require_rank(centred, names)
    q, r = np.linalg.qr(centred)
    slopes = np.linalg.solve(r, q.T @ (root * y))
    residual = y - (centred @ slopes) / root
    spread = np.sqrt(w @ (y - (w @ y) / w.sum()) ** 2 / w.sum())
    if np.abs(residual).max() <= 1e-10 * spread:
        raise MeasureError(
            "the drivers fit the outcome exactly", remedy="look whether a driver is made from the outcome"
        )
    leverage = (q**2).sum(axis=1)
    if units is None:
        _require_shared(leverage)
        residual = residual / (1 - leverage)
    influence = np.linalg.solve(r, q.T * (root * residual)).T
    coefficients = slopes.copy()
    # Back from centred columns: the constant is the mean less what the columns take of it.
    shift = (w @ x) / w.sum()
    coefficients[0] -= shift @ slopes[1:]
    influence[:, 0] -= influence[:, 1:] @ shift
    if units is None:
        return RobustFit(coefficients, influence, None, 1.0, n - k)
    groups = int(units.max()) + 1
    return RobustFit(coefficients, influence, units, groups / (groups - 1) * (n - 1) / (n - k), groups - 1)


def two_sided(statistic: Floats, df: int) -> Floats:
    """Return the two-sided p-value of t statistics; NaN stays."""
    return np.asarray(2 * stdtr(df, -np.abs(statistic)))


def _require_rank(x: Floats, names: Sequence[str]) -> None:
    length = np.sqrt((x**2).sum(axis=0))
    flat = np.flatnonzero(length[1:] <= SINGULAR * max(1.0, float(length[1:].max(initial=0.0))))
    if len(flat):
        raise MeasureError(f"'{names[flat[0]]}' does not vary", remedy="leave it out")
    _, r, order = qr(x / length, mode="economic", pivoting=True)
    left = np.abs(np.diagonal(r))
    if left.min() < SINGULAR:
        again = int(order[int(np.argmax(left < SINGULAR))])
        raise MeasureError(
            f"'{'the constant' if again == 0 else names[again - 1]}' repeats what the other columns say",
            remedy="leave out one of the columns that say the same",
        )


def _require_shared(leverage: Floats) -> None:
    alone = leverage > 1 - 1e-9
    if alone.any():
        raise MeasureError(
            f"{int(alone.sum()):,} of the rows decide a coefficient alone, so nothing says how sure it is",
            remedy="join a class that a single person stands in to another, or take fewer drivers",
        )
