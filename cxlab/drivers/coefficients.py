"""Standardised coefficients of all drivers together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cxlab.drivers.solvable import require_solvable

Floats = npt.NDArray[np.float64]


def coefficients(correlation: Floats, with_outcome: Floats, *, names: Sequence[str] | None = None) -> Floats:
    """Return the coefficients of the regression of a standardised outcome on all standardised drivers.

    Parameters
    ----------
    correlation
        Of the p drivers, shape (p, p) or (p, p, b).
    with_outcome
        Of the drivers with the outcome, shape (p,) or (p, b).
    names
        Of the drivers, for the messages of errors.

    Returns
    -------
    ndarray
        Shape (p,) or (p, b); NaN for a matrix of a batch that cannot be solved.

    Raises
    ------
    MeasureError
        As of `require_solvable`.
    """
    stacked, outcome, fine = stacks(correlation, with_outcome, names)
    slopes = np.linalg.solve(stacked, outcome[..., None])[..., 0]
    return unstacked(np.asarray(slopes, float), fine)


def stacks(
    correlation: Floats, with_outcome: Floats, names: Sequence[str] | None
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Return the f matrices that can be solved, (f, p, p) and (f, p), and which of the batch they are."""
    correlation, with_outcome = np.asarray(correlation, float), np.asarray(with_outcome, float)
    fine = require_solvable(correlation, with_outcome, names)
    p, kept = len(correlation), np.atleast_1d(fine)
    drivers = np.moveaxis(correlation.reshape(p, p, -1)[..., kept], 2, 0)
    return drivers, with_outcome.reshape(p, -1)[:, kept].T, fine


def unstacked(values: Floats, fine: npt.NDArray[np.bool_]) -> Floats:
    """Return values of shape (f, p) as (p,) or (p, b), NaN where a matrix could not be solved."""
    result = np.full((values.shape[1], fine.size), np.nan)
    result[:, np.atleast_1d(fine)] = values.T
    return result.reshape(values.shape[1], *fine.shape)
