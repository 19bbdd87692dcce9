"""Weights that bring the cells of a sample to those of its population."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cxlab.model.weights import Weights
from cxlab.weight.cells import cells_of
from cxlab.weight.fit_to_margins import fit_to_margins
from cxlab.weight.goals import Targets, population_of, read_goals
from cxlab.weight.known import known_of
from cxlab.weight.margin import margin_of
from cxlab.weight.sample import levels_of, read_sample
from cxlab.weight.weights_of import weights_of


def post_stratify(
    frame: Any, by: str | Sequence[str], targets: Targets, *, weight: str | None = None
) -> Weights:
    """Weight a sample to the known size of each post-stratum.

    Parameters
    ----------
    frame
        pandas or polars; any frame whose rows have an order. Of a DuckDB relation pass `relation.df()`.
    by
        Variable, or variables that are crossed.
    targets
        Level, or tuple of levels, → share or total. Shares sum to 1.
    weight
        Column of base weights ≥ 0. A row of base weight 0 keeps weight 0.

    Returns
    -------
    Weights
        Base weight times N_h / Σ_h d in each post-stratum h; averaging 1 where targets are shares, summing to
        the population where they are totals.

    Raises
    ------
    MeasureError
        Where a row has no level or no target, a target no row, shares do not sum to 1, or a base weight is
        missing or negative.

    References
    ----------
    Holt and Smith (1979), Journal of the Royal Statistical Society A 142(1), 33–46.
    """
    (goals,) = read_goals({by if isinstance(by, str) else tuple(by): targets})
    sample = read_sample(frame, weight)
    levels = levels_of(sample, goals.variables)
    cells = cells_of([column.codes for column in levels.values()], sample.base)
    known = known_of(cells, (margin_of(goals, levels, cells),), (), population_of(goals))
    fit = fit_to_margins(known, cells, max_iter=1, tolerance=1e-10)
    return weights_of(sample, known, cells, fit, method="post_stratification")
