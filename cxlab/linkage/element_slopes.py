"""Several outcomes on one exposure: slopes and what each row adds to their error. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ElementSlopes:
    """m simple regressions on the same rows.

    Parameters
    ----------
    slope, covariance
        Slopes, shape (m,), and their joint covariance, shape (m, m).
    standardised, standardised_covariance
        The same in standard deviations of outcome per standard deviation of exposure: the correlation.
    df
        Degrees of freedom of t: n − 2, or clusters less one.
    """

    slope: Floats
    covariance: Floats
    standardised: Floats
    standardised_covariance: Floats
    df: int


def element_slopes(x: Floats, y: Floats, w: Floats, units: Ints | None) -> ElementSlopes:
    """Regress each outcome on a constant and x.

    Parameters
    ----------
    x
        Exposure, shape (n,).
    y
        Outcomes, shape (n, m).
    w
        Weights > 0, shape (n,); only their ratios matter.
    units
        Number of the cluster of each row, 0 to G − 1, shape (n,), or None.

    Returns
    -------
    ElementSlopes
        b = Σw(x − x̄)(y − ȳ) / Σw(x − x̄)². A row adds w(x − x̄)e / Σw(x − x̄)² to it; these are summed over
        clusters, and their products over them times n/(n − 2), or G/(G − 1) · (n − 1)/(n − 2) with clusters,
        are the covariance (HC1, CR1). To r a row adds w/Σw · (z_x z_y − r(z_x² + z_y²)/2).

    References
    ----------
    White (1980), Econometrica 48, 817–838. Liang, Zeger (1986), Biometrika 73, 13–22. Zellner (1962), JASA
    57, 348–368 (outcomes of the same rows are estimated jointly).
    """
    n, share = len(x), w / w.sum()
    x = x - share @ x
    y = y - share @ y
    varx, vary = share @ x**2, share @ y**2
    slope = (share * x) @ y / varx
    added = (share * x / varx)[:, None] * (y - x[:, None] * slope)
    zx, zy = (x / np.sqrt(varx))[:, None], y / np.sqrt(vary)
    r = (share @ (zx * zy)).astype("float64")
    added_r = share[:, None] * (zx * zy - r / 2 * (zx**2 + zy**2))
    if units is None:
        df, correction = n - 2, n / (n - 2)
    else:
        groups = int(units.max()) + 1
        df, correction = groups - 1, groups / (groups - 1) * (n - 1) / (n - 2)
        added, added_r = (_by_unit(part, units) for part in (added, added_r))
    return ElementSlopes(slope, correction * added.T @ added, r, correction * added_r.T @ added_r, df)


def _by_unit(added: Floats, units: Ints) -> Floats:
    return np.column_stack([np.bincount(units, column) for column in added.T])
