"""Standard errors of any smooth function of weighted totals, such as a difference, by linearisation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from cxlab.estimate.auxiliary import auxiliary_of
from cxlab.estimate.design import PsuSums, Strata, degrees_of_freedom, design_variance, strata_of
from cxlab.estimate.linearised import Floats, Place, Precision, place_of, places
from cxlab.estimate.sample import ROW, Sample
from cxlab.model.weights import Weights
from cxlab.tally.cluster_sums import ClusterSums

Bools = npt.NDArray[np.bool_]
CELLS_AT_ONCE = 4_000_000


def taylor(
    sample: Sample, sums: ClusterSums, levels: pd.DataFrame, *, slope_x: Floats, slope_w: Floats
) -> Precision:
    """Return the precision of c functions of the totals Σwx and Σw of k segments, by design.

    Parameters
    ----------
    sample
        The rows and their design; without a design every row is a PSU of one stratum.
    sums
        What was summed of them; `levels` holds the segments and may hold more columns.
    levels
        Levels of each segment column, k rows.
    slope_x, slope_w
        Derivatives of each function by the totals Σwx and Σw of each segment, shape (k, c). Of the mean of
        segment a they are 1/Σw and −mean/Σw at a and 0 elsewhere; of a difference of two means, one set less
        the other.

    Returns
    -------
    Precision
        One PSU adds z = Σ (slope_x · its Σwx + slope_w · its Σw) to a function, so that what two segments
        share of a PSU is their covariance. Answering PSUs are those with an answer in a segment whose slopes
        are not both 0. NaN slopes give no standard error.

    References
    ----------
    Binder (1983), International Statistical Review 51, 279–292. Lumley (2010), Complex Surveys, sections 2.3
    and 5.3. Särndal, Swensson, Wretman (1992), Model Assisted Survey Sampling, section 5.5.
    """
    cells = sums.cells
    strata = strata_of(cells, sample.design)
    at = place_of(cells, strata, sample.design, places(sums.levels, levels), len(levels))
    concerned = (slope_x != 0) | (slope_w != 0)
    unknown: Bools = np.asarray(np.isnan(slope_x + slope_w).any(axis=0))
    slope_x, slope_w = np.nan_to_num(slope_x), np.nan_to_num(slope_w)
    if sample.calibration is not None:
        rows = np.asarray(sums.levels[ROW], dtype="int64")
        added = _of_residuals(cells, at, sample.calibration, rows, slope_x, slope_w, concerned)
    elif sample.design.cluster is not None:
        added = _of_units(cells, at, slope_x, slope_w, concerned)
    else:
        added = _of_rows(cells, at, slope_x, slope_w, concerned)
    return _precision(sample, added, strata, unknown)


def _precision(sample: Sample, added: PsuSums, strata: Strata, unknown: Bools) -> Precision:
    df = degrees_of_freedom(added)
    variance = design_variance(added, strata, sample.design)
    return Precision(
        np.sqrt(np.where((df > 0) & ~unknown, variance, np.nan)), df, added.answering.sum(axis=0)
    )


def _of_units(cells: pd.DataFrame, at: Place, slope_x: Floats, slope_w: Floats, concerned: Bools) -> PsuSums:
    """Sum by PSU first: all that its segments add to one function is one number."""
    stratum = _stratum_of_units(at)
    shape = (len(stratum), at.shape[1])
    wx, w, n = (
        sparse.csr_matrix((cells[name].to_numpy(dtype="float64"), (at.unit, at.level)), shape=shape)
        for name in ("sum_wx", "sum_w", "n")
    )
    return _by_stratum(
        stratum,
        at.shape[0],
        lambda part: wx @ slope_x[:, part] + w @ slope_w[:, part],
        lambda part: n @ concerned[:, part].astype("float64") > 0,
        slope_x.shape[1],
    )


def _of_rows(cells: pd.DataFrame, at: Place, slope_x: Floats, slope_w: Floats, concerned: Bools) -> PsuSums:
    """Expand the squares where every row is its own PSU: it stands in one segment only."""
    strata, k = at.shape
    place = at.stratum * k + at.level
    n, w, wx, w2, w2x, w2x2 = (
        np.bincount(place, cells[name].to_numpy(dtype="float64"), strata * k).reshape(strata, k)
        for name in ("n", "sum_w", "sum_wx", "sum_w2", "sum_w2x", "sum_w2x2")
    )
    first = wx @ slope_x + w @ slope_w
    second = w2x2 @ slope_x**2 + 2 * w2x @ (slope_x * slope_w) + w2 @ slope_w**2
    return PsuSums(first, second, n @ concerned.astype("float64"))


def _of_residuals(
    cells: pd.DataFrame,
    at: Place,
    weights: Weights,
    rows: npt.NDArray[np.int64],
    slope_x: Floats,
    slope_w: Floats,
    concerned: Bools,
) -> PsuSums:
    """Sum calibration residuals; every cell is a row, and a PSU where none is named."""
    auxiliary = auxiliary_of(weights, rows)
    w = weights.weights.to_numpy(dtype="float64")[rows]
    answered = cells["n"].to_numpy() > 0
    x = np.divide(cells["sum_wx"].to_numpy(), w, out=np.zeros(len(rows)), where=answered)
    stratum = _stratum_of_units(at)
    shape = (len(stratum), len(rows))
    unit = sparse.csr_matrix((np.ones(len(rows)), (at.unit, np.arange(len(rows)))), shape=shape)

    def residuals(part: slice) -> Floats:
        u = np.where(answered[:, None], x[:, None] * slope_x[at.level, part] + slope_w[at.level, part], 0.0)
        return np.column_stack([w * auxiliary.residuals(column) for column in u.T])

    return _by_stratum(
        stratum,
        at.shape[0],
        lambda part: unit @ residuals(part),
        lambda part: unit @ (answered[:, None] & concerned[at.level, part]).astype("float64") > 0,
        slope_x.shape[1],
    )


def _stratum_of_units(at: Place) -> npt.NDArray[np.int64]:
    stratum = np.zeros(int(at.unit.max(initial=-1)) + 1, dtype="int64")
    stratum[at.unit] = at.stratum
    return stratum


def _by_stratum(
    stratum: npt.NDArray[np.int64],
    strata: int,
    added: Callable[[slice], Floats],
    answering: Callable[[slice], Bools],
    functions: int,
) -> PsuSums:
    """Sum over the PSUs of each stratum, a few functions at a time, so that memory stays small."""
    units = np.arange(len(stratum))
    member = sparse.csr_matrix((np.ones(len(stratum)), (stratum, units)), shape=(strata, len(stratum)))
    step = max(1, CELLS_AT_ONCE // max(len(stratum), 1))
    sums = [np.zeros((3, strata, 0))]
    for start in range(0, functions, step):
        part = slice(start, start + step)
        z = added(part)
        sums.append(np.stack([member @ z, member @ z**2, member @ answering(part).astype("float64")]))
    return PsuSums(*np.concatenate(sums, axis=2))
