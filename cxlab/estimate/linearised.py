"""Standard errors of means, shares and totals by Taylor linearisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.auxiliary import auxiliary_of
from cxlab.estimate.design import Design, PsuSums, Strata, degrees_of_freedom, design_variance, strata_of
from cxlab.estimate.sample import ROW, Sample
from cxlab.model.weights import Weights
from cxlab.tally.cluster_sums import ClusterSums

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Precision:
    """How precise k estimates are.

    Parameters
    ----------
    std_error
        Standard errors, shape (k,); NaN without degrees of freedom.
    df
        PSUs with an answer less strata with one, shape (k,).
    psus
        PSUs with an answer, shape (k,).
    """

    std_error: Floats
    df: Floats
    psus: Floats


def linearised(
    sample: Sample, sums: ClusterSums, levels: pd.DataFrame, *, offset: Floats, total: Floats
) -> Precision:
    """Return the precision of Σw(x − offset) / total in each of k segments, by the design of the sample.

    Parameters
    ----------
    sample
        The rows and their design.
    sums
        What was summed of them; `levels` holds the segments and may hold more columns.
    levels
        Levels of each segment column, k rows.
    offset
        Shape (k,). Of a mean, the mean itself (less the centre of the sums); of a total, 0.
    total
        Shape (k,). Of a mean, Σw; of a total, 1.

    Returns
    -------
    Precision
        A row outside a segment, or without an answer, adds 0 to that segment's estimate, and its cluster
        counts among the clusters drawn. Under calibrated weights what a row adds is its weight times the
        residual of (x − offset) / total on the auxiliary variables.

    References
    ----------
    Särndal, Swensson, Wretman (1992), Model Assisted Survey Sampling, sections 5.5, 5.8 (domains) and 6.6
    (calibration residuals). Lumley (2010), Complex Surveys, sections 2.3 and 7.2.
    """
    cells = sums.cells
    strata = strata_of(cells, sample.design)
    at = place_of(cells, strata, sample.design, places(sums.levels, levels), len(levels))
    size = np.where(total > 0, total, np.nan)
    if sample.calibration is not None:
        rows = np.asarray(sums.levels[ROW], dtype="int64")
        added = _sums_of_residuals(cells, at, sample.calibration, rows, offset, size)
    elif sample.design.cluster is not None:
        z = (cells["sum_wx"].to_numpy() - offset[at.level] * cells["sum_w"].to_numpy()) / size[at.level]
        added = _sums_of_units(z, cells["n"].to_numpy() > 0, at)
    else:
        added = _sums_of_rows(cells, at, offset, size)
    df = degrees_of_freedom(added)
    variance = np.where(df > 0, design_variance(added, strata, sample.design), np.nan)
    return Precision(np.sqrt(variance), df, added.answering.sum(axis=0))


def effective_base(spread: Floats, precision: Precision, kish: Floats) -> Floats:
    """Return how many independent answers would be as precise: n over the design effect, which is S²/SE².

    Parameters
    ----------
    spread
        Variance S² of the answers in the population, shape (k,).
    precision
        Precision of their means by design.
    kish
        Kish's effective base, shape (k,).

    Returns
    -------
    array
        Shape (k,). Where all answers are equal, or the standard error is 0 or unknown, nothing says how alike
        the answers of one cluster are; each cluster then counts as one answer, and Kish's base is the most
        there is.
    """
    known = (spread > 0) & (precision.std_error > 0)
    out = np.minimum(kish, precision.psus)
    return np.divide(spread, precision.std_error**2, out=out, where=known)


def places(levels: pd.DataFrame, among: pd.DataFrame) -> Ints:
    """Return in which row of `among` the levels of each row stand, shape (g,)."""
    if among.shape[1] == 0:
        return np.zeros(len(levels), dtype="int64")
    numbered = among.assign(**{ROW: np.arange(len(among))})
    names = list(among.columns)
    return levels[names].merge(numbered, how="left", on=names)[ROW].to_numpy(dtype="int64")


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where g cells stand: stratum, PSU and level of each, shape (g,); `shape` counts strata and levels."""

    stratum: Ints
    unit: Ints
    level: Ints
    shape: tuple[int, int]


def place_of(cells: pd.DataFrame, strata: Strata, design: Design, level: Ints, levels: int) -> Place:
    """Return where cells stand; each is a PSU of its own where no cluster is named."""
    stratum = pd.Index(strata.names).get_indexer(pd.Index(cells["stratum"]))
    cluster = pd.factorize(cells["cluster"])[0] if design.cluster is not None else np.arange(len(cells))
    # One name in two strata is two clusters.
    unit = pd.factorize(stratum * (cluster.max(initial=0) + 1) + cluster)[0]
    return Place(stratum, unit.astype("int64"), level, (len(strata.names), levels))


def _sums_of_units(z: Floats, answered: npt.NDArray[np.bool_], at: Place) -> PsuSums:
    """Sum what cells add to each PSU and level, then over the PSUs of a stratum."""
    levels = at.shape[1]
    pairs, first_of, pair = np.unique(at.unit * levels + at.level, return_index=True, return_inverse=True)
    added = np.bincount(pair, np.nan_to_num(z), len(pairs))
    answering = np.bincount(pair, answered, len(pairs)) > 0
    return _over(at.stratum[first_of] * levels + at.level[first_of], at.shape, added, added**2, answering)


def _sums_of_rows(cells: pd.DataFrame, at: Place, offset: Floats, size: Floats) -> PsuSums:
    """Expand the squares where every row is its own PSU, so that rows need not be held."""
    shift, total = offset[at.level], size[at.level]
    first = (cells["sum_wx"] - shift * cells["sum_w"]) / total
    second = (cells["sum_w2x2"] - 2 * shift * cells["sum_w2x"] + shift**2 * cells["sum_w2"]) / total**2
    columns = (values.fillna(0.0).to_numpy(dtype="float64") for values in (first, second, cells["n"]))
    return _over(at.stratum * at.shape[1] + at.level, at.shape, *columns)


def _sums_of_residuals(
    cells: pd.DataFrame, at: Place, weights: Weights, rows: Ints, offset: Floats, size: Floats
) -> PsuSums:
    """Sum calibration residuals; every cell is a row, and a PSU where none is named."""
    auxiliary = auxiliary_of(weights, rows)
    w = weights.weights.to_numpy(dtype="float64")[rows]
    answered = cells["n"].to_numpy() > 0
    x = np.divide(cells["sum_wx"].to_numpy(), w, out=np.zeros(len(rows)), where=answered)
    parts = [PsuSums(*np.zeros((3, at.shape[0], 0)))]
    for place, (shift, total) in enumerate(zip(offset, size, strict=True)):
        inside = answered & (at.level == place)
        u = np.where(inside, x - shift, 0.0) / total
        one = Place(at.stratum, at.unit, np.zeros_like(at.level), (at.shape[0], 1))
        parts.append(_sums_of_units(w * auxiliary.residuals(u), inside, one))
    columns = zip(*((part.first, part.second, part.answering) for part in parts), strict=True)
    return PsuSums(*(np.hstack(arrays) for arrays in columns))


def _over(cell: Ints, shape: tuple[int, int], *columns: npt.NDArray[Any]) -> PsuSums:
    """Sum three columns by stratum and level, whose numbers are one: stratum · k + level."""
    size = shape[0] * shape[1]
    sums = (np.bincount(cell, values, size).astype("float64").reshape(shape) for values in columns)
    return PsuSums(*sums)
