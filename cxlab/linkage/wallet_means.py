"""Means of wallet shares by brand and segment, with errors by cluster. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.estimate.design import Design, PsuSums, Strata, degrees_of_freedom, design_variance
from cxlab.estimate.intervals import Floats, kish_n_eff, student

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class WalletCells:
    """Where n rows stand.

    Parameters
    ----------
    level
        Brand and segment of each row, numbered from 0, shape (n,).
    cell
        Its cell of a cluster and a level, shape (n,).
    level_of_cell
        Shape (g,).
    levels, units
        How many levels and clusters there are.
    """

    level: Ints
    cell: Ints
    level_of_cell: Ints
    levels: int
    units: int


def cells_of(unit: Ints, level: Ints, levels: int) -> WalletCells:
    """Return where rows of some clusters and levels stand, codes of shape (n,) each."""
    pairs, cell = np.unique(unit * levels + level, return_inverse=True)
    return WalletCells(level, cell, pairs % levels, levels, int(unit.max()) + 1)


def wallet_means(
    x: Floats, w: Floats, cells: WalletCells, design: Design, conf_level: float
) -> dict[str, Floats]:
    """Return the mean of each level and its figures, by name, shape (levels,) each.

    Parameters
    ----------
    x
        Shape (n,); NaN where missing.
    w
        Weights ≥ 0, shape (n,).
    cells
        Where the rows stand.
    design
        Whether a cluster is named, for the refusal of a single one.
    conf_level
        Confidence level of each t interval.

    Notes
    -----
    Of a level z = w(x − mean)/Σw is summed within clusters; a cluster without a row there adds 0 and counts
    among those drawn: `cxlab.estimate.linearised` on codes, without a tally of all the names.
    """
    known = ~np.isnan(x) & (w > 0)
    held = np.where(known, w, 0.0)
    n, sum_w, sum_w2, sum_wx = (
        np.bincount(cells.level, column, cells.levels).astype("float64")
        for column in (known, held, held**2, held * np.nan_to_num(x))
    )
    total = np.where(sum_w > 0, sum_w, np.nan)
    mean = sum_wx / total
    rest = np.nan_to_num(held * (x - mean[cells.level]) / total[cells.level])
    z = np.bincount(cells.cell, rest)
    answering = np.bincount(cells.cell, known) > 0
    added = PsuSums(
        *(
            np.bincount(cells.level_of_cell, column, cells.levels).astype("float64")[None]
            for column in (z, z**2, answering)
        )
    )
    strata = Strata(np.array(["0"], dtype=object), np.array([float(cells.units)]), np.zeros(1))
    df = degrees_of_freedom(added)
    error = np.sqrt(np.where(df > 0, design_variance(added, strata, design), np.nan))
    low, high = student(mean, error, df, conf_level)
    return {
        "estimate": mean, "std_error": error, "conf_low": low, "conf_high": high, "n": n,
        "n_eff": kish_n_eff(sum_w, sum_w2),
    }  # fmt: skip
