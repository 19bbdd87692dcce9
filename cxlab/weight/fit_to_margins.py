"""Raking of cells to the margins of their population."""

from __future__ import annotations

from cxlab.weight.cells import Cells
from cxlab.weight.fit import Fit
from cxlab.weight.known import Known
from cxlab.weight.proportional_fit import proportional_fit


def fit_to_margins(known: Known, cells: Cells, *, max_iter: int, tolerance: float) -> Fit:
    """Find the ratio of each cell, a product of one factor per margin.

    Parameters
    ----------
    known, cells
        The targets and the rows, collapsed.
    max_iter, tolerance
        As in `proportional_fit`.
    """
    return proportional_fit(
        cells.base * known.scale,
        [margin.codes for margin in known.margins],
        [margin.targets * known.factor for margin in known.margins],
        max_iter=max_iter,
        tolerance=tolerance,
    )
