"""Weights that bring several margins of a sample to those of its population."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from cxlab.model.errors import MeasureError
from cxlab.model.weights import Weights
from cxlab.weight.cells import Cells, cells_of, codes_of_numbers
from cxlab.weight.fit_to_margins import fit_to_margins
from cxlab.weight.fit_to_totals import fit_to_totals
from cxlab.weight.goals import Name, Targets, population_of, read_goals
from cxlab.weight.known import known_of
from cxlab.weight.margin import margin_of
from cxlab.weight.options import Range, require_range, require_search
from cxlab.weight.sample import Floats, Sample, levels_of, read_sample
from cxlab.weight.weights_of import weights_of

PROOF = 100


def rake(
    frame: Any,
    margins: Mapping[Name, Targets],
    *,
    weight: str | None = None,
    bounds: Range | None = None,
    trim: Range | None = None,
    max_iter: int = 1000,
    tolerance: float = 1e-10,
) -> Weights:
    """Weight a sample to known margins of its population.

    Parameters
    ----------
    frame
        pandas or polars; any frame whose rows have an order. Of a DuckDB relation pass `relation.df()`.
    margins
        Variable → {level: target}; a tuple of variables → {tuple of levels: target} for a cross of them.
        Targets are shares, summing to 1 in every margin, or totals, all summing to one population. Sums that
        differ by no more than a hundred-thousandth are scaled to one. Levels are matched by their spelling:
        1, 1.0 and "1" are one level.
    weight
        Column of base weights ≥ 0. A row of base weight 0 keeps weight 0.
    bounds
        Smallest and largest ratio of final to base weight, the base weights being scaled to the population.
    trim
        Smallest and largest final weight, as multiples of the mean weight.
    max_iter
        Most passes over all margins; with `bounds` or `trim`, most Newton steps.
    tolerance
        Largest relative difference between a weighted margin and its target.

    Returns
    -------
    Weights
        Averaging 1 over the rows with a base weight above 0 where targets are shares; summing to the
        population where they are totals.

    Raises
    ------
    MeasureError
        Where a row has no level or no target, a target no row, shares do not sum to 1 or totals not to one
        population, a base weight is missing or negative, or no weights meet the targets.

    Notes
    -----
    Each ratio of final to base weight is a product of one factor per margin. With `bounds` or `trim` it is
    that product held within its limits, the solution nearest to the base weights that meets margins and
    limits at once; it does not depend on an order of trimming and raking.

    References
    ----------
    Deming and Stephan (1940), Annals of Mathematical Statistics 11(4), 427–444. Deville and Särndal (1992),
    JASA 87, 376–382 (the truncated multiplicative method).
    """
    require_search(max_iter, tolerance)
    require_range("bounds", bounds, "ratios of final to base weight")
    require_range("trim", trim, "multiples of the mean weight")
    if not isinstance(margins, Mapping) or not margins:
        raise MeasureError("there are no margins", remedy="write {variable: {level: share, …}, …}")
    goals = read_goals(margins)
    sample = read_sample(frame, weight)
    levels = levels_of(sample, [name for one in goals for name in one.variables])
    keys = [column.codes for column in levels.values()]
    if trim is not None and weight is not None:
        keys.append(codes_of_numbers(sample.base))
    cells = cells_of(keys, sample.base)
    found = tuple(margin_of(one, levels, cells) for one in goals)
    known = known_of(cells, found, (), population_of(goals[0]))
    low, high = _limits(sample, cells, bounds, trim)
    search = partial(fit_to_totals, known, cells, distance="raking", low=low, high=high, tolerance=tolerance)
    if bounds is not None or trim is not None:
        fit = search(max_iter=max_iter)
        return weights_of(sample, known, cells, fit, method="raking", low=low, high=high)
    fit = fit_to_margins(known, cells, max_iter=max_iter, tolerance=tolerance)
    if not fit.met:
        # Raking by itself cannot tell targets that no weights meet from targets that it is slow to meet.
        fit = replace(fit, impossible=search(max_iter=PROOF).impossible)
    return weights_of(sample, known, cells, fit, method="raking")


def _limits(sample: Sample, cells: Cells, bounds: Range | None, trim: Range | None) -> tuple[Floats, Floats]:
    """Return the smallest and the largest ratio of each cell, shape (k,) each."""
    low, high = (np.full(len(cells.rows), limit) for limit in bounds or (0.0, np.inf))
    if trim is None:
        return low, high
    base = sample.base[cells.rows]
    mean = cells.base.sum() / cells.n.sum()
    least, most = (np.divide(limit * mean, base, out=np.ones_like(base), where=base > 0) for limit in trim)
    low, high = np.maximum(low, least), np.minimum(high, most)
    apart = int(cells.n[low > high].sum())
    if apart:
        raise MeasureError(
            f"bounds={bounds} and trim={trim} contradict each other for the base weights of {apart:,} rows",
            remedy="widen one of them",
        )
    return low, high
