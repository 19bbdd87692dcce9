"""Calibration of cells to all that is known of their population."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from cxlab.weight.calibrated_ratios import Distance, Problem, calibrated_ratios
from cxlab.weight.cells import Cells
from cxlab.weight.fit import Fit
from cxlab.weight.known import Known
from cxlab.weight.sample import Codes, Floats


def fit_to_totals(
    known: Known,
    cells: Cells,
    *,
    distance: Distance,
    low: Floats,
    high: Floats,
    max_iter: int,
    tolerance: float,
) -> Fit:
    """Find calibrated ratios for cells.

    Parameters
    ----------
    known, cells
        The targets and the rows, collapsed.
    distance
        `linear` or `raking`.
    low, high
        Smallest and largest ratio of each cell, shape (k,).
    max_iter, tolerance
        As in `calibrated_ratios`. A difference from a share or total is relative to it; one from the total of
        a number that may be negative is relative to the total of its size, where that is larger.
    """
    alive = cells.base > 0
    base = cells.base[alive] * known.scale
    blocks = [_indicators(margin.codes[alive], len(margin.levels)) for margin in known.margins]
    totals = [margin.targets * known.factor for margin in known.margins]
    scale = list(totals)
    for number in known.numbers:
        values = number.values[alive]
        blocks.append(sparse.csr_array(values[:, None]))
        totals.append(np.array([number.target * known.factor]))
        scale.append(np.maximum(np.abs(totals[-1]), np.abs(values) @ base))
    problem = Problem(
        sparse.hstack(blocks, format="csr"),
        base,
        np.concatenate(totals),
        distance,
        low[alive],
        high[alive],
        # Weights of 0 or more that sum to the population are none of them larger than it.
        np.minimum(high[alive], base.sum() / base) if known.margins and low.min() >= 0 else high[alive],
    )
    fit = calibrated_ratios(problem, scale=np.concatenate(scale), max_iter=max_iter, tolerance=tolerance)
    ratio = np.ones_like(cells.base)
    ratio[alive] = fit.ratio
    return replace(fit, ratio=ratio)


def _indicators(code: Codes, levels: int) -> sparse.csr_array:
    k = len(code)
    return sparse.csr_array((np.ones(k), code, np.arange(k + 1)), shape=(k, levels))
