"""The result: one weight per row, from the ratios of the cells."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightingMethod, Weights
from cxlab.weight.cells import Cells
from cxlab.weight.fit import Fit
from cxlab.weight.known import Known, diagnostics_of
from cxlab.weight.sample import Floats, Sample
from cxlab.weight.unmet import unmet


def weights_of(
    sample: Sample,
    known: Known,
    cells: Cells,
    fit: Fit,
    *,
    method: WeightingMethod,
    low: Floats | None = None,
    high: Floats | None = None,
) -> Weights:
    """Return the weights that a search found.

    Parameters
    ----------
    sample, known, cells
        The rows, the targets and the cells.
    fit
        Ratio of each cell.
    method
        How it was found.
    low, high
        Bounds of the ratios, shape (k,); None where there were none.

    Raises
    ------
    MeasureError
        Where the targets are not met, or a weight is negative.
    """
    diagnostics = diagnostics_of(known, cells, fit.ratio)
    if not fit.met:
        raise unmet(known, fit, diagnostics, bounded=low is not None)
    w = sample.base * (known.scale * fit.ratio)[cells.of_row]
    if w.min() < 0:
        raise MeasureError(
            f"{int((w < 0).sum()):,} weights are negative, the smallest {w.min():.4g}",
            remedy="set bounds=(0, 4) or method='raking', which keeps every weight above 0",
        )
    held = np.zeros_like(cells.n) if low is None else cells.n[(fit.ratio == low) | (fit.ratio == high)]
    numbers = [number.values[cells.of_row] for number in known.numbers]
    return Weights(
        weights=pd.Series(w, index=sample.index, name="weight"),
        base=pd.Series(sample.base, index=sample.index, name="base"),
        method=method,
        diagnostics=diagnostics,
        margins={margin.name: margin.codes[cells.of_row] for margin in known.margins},
        covariates=np.column_stack(numbers) if numbers else None,
        iterations=fit.iterations,
        trimmed=int(held.sum()),
    )
