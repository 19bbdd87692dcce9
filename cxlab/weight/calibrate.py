"""Weights that bring levels and numbers of a sample to the totals of its population."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightingMethod, Weights
from cxlab.weight.calibrated_ratios import Distance
from cxlab.weight.cells import cells_of, codes_of_numbers
from cxlab.weight.fit_to_totals import fit_to_totals
from cxlab.weight.goals import ROUNDING, Goals, Name, Targets, population_of, read_goals
from cxlab.weight.known import Number, known_of
from cxlab.weight.margin import margin_of
from cxlab.weight.options import Range, require_range, require_search
from cxlab.weight.sample import levels_of, numbers_of, read_sample
from cxlab.weight.weights_of import weights_of

METHODS: Mapping[Distance, WeightingMethod] = {"linear": "linear", "raking": "raking_to_totals"}
FREE: Mapping[Distance, Range] = {"linear": (-math.inf, math.inf), "raking": (0.0, math.inf)}
EVERYONE = "(everyone)"


def calibrate(
    frame: Any,
    totals: Mapping[Name, Targets | float],
    *,
    weight: str | None = None,
    method: Distance = "linear",
    bounds: Range | None = None,
    population: float | None = None,
    max_iter: int = 100,
    tolerance: float = 1e-10,
) -> Weights:
    """Weight a sample to known totals of levels and of numbers together.

    Parameters
    ----------
    frame
        pandas or polars; any frame whose rows have an order. Of a DuckDB relation pass `relation.df()`.
    totals
        Variable, or tuple of variables, → {level: total}, as in `rake`; numeric variable → its total. Where
        the levels have shares, numbers have means.
    weight
        Column of base weights ≥ 0. A row of base weight 0 keeps weight 0.
    method
        `linear` (the chi-square distance; its totals are those of the general regression estimator) or
        `raking` (the multiplicative method; weights stay above 0).
    bounds
        Smallest and largest ratio of final to base weight, the base weights being scaled to the population.
    population
        Size of the population, 1 where numbers have means. It need not be given where there are levels;
        without it numbers alone are met, and the base weights are taken as they are.
    max_iter
        Most Newton steps.
    tolerance
        Largest difference from a share or total, relative to it; from the total of a number relative to the
        total of its size, where that is larger.

    Returns
    -------
    Weights
        Averaging 1 over the rows with a base weight above 0 where targets are shares and means; else summing
        to the population. `covariates` hold the numbers, in the order given, and then a column of ones where
        the population was given and there are no levels.

    Raises
    ------
    MeasureError
        As in `rake`; also where a number is missing, the method is unknown, the population is not the sum of
        the levels' totals, or a weight comes out negative.

    References
    ----------
    Deville and Särndal (1992), JASA 87, 376–382. Särndal, Swensson, Wretman (1992), Model Assisted Survey
    Sampling, section 6.5 (the regression estimator).
    """
    require_search(max_iter, tolerance)
    require_range("bounds", bounds, "ratios of final to base weight")
    if method not in METHODS:
        raise MeasureError(f"unknown method '{method}'", remedy="take one of " + ", ".join(METHODS))
    goals, targets = _split(totals)
    size = _population(goals, population)
    sample = read_sample(frame, weight)
    levels = levels_of(sample, [name for one in goals for name in one.variables])
    values = {name: numbers_of(sample, name) for name in targets}
    if size is not None and not goals:
        targets[EVERYONE], values[EVERYONE] = size, np.ones(len(sample.base))
    keys = [column.codes for column in levels.values()]
    cells = cells_of([*keys, *(codes_of_numbers(value) for value in values.values())], sample.base)
    known = known_of(
        cells,
        tuple(margin_of(one, levels, cells) for one in goals),
        tuple(Number(name, target, values[name][cells.rows]) for name, target in targets.items()),
        size,
    )
    low, high = (np.full(len(cells.rows), limit) for limit in bounds or FREE[method])
    fit = fit_to_totals(
        known, cells, distance=method, low=low, high=high, max_iter=max_iter, tolerance=tolerance
    )
    if bounds is None:
        return weights_of(sample, known, cells, fit, method=METHODS[method])
    return weights_of(sample, known, cells, fit, method=METHODS[method], low=low, high=high)


def _split(totals: Mapping[Name, Targets | float]) -> tuple[tuple[Goals, ...], dict[str, float]]:
    """Return the margins and the totals of numbers."""
    if not isinstance(totals, Mapping) or not totals:
        raise MeasureError(
            "there are no totals", remedy="write {variable: {level: total, …}, number: total, …}"
        )
    margins: dict[Name, Targets] = {}
    numbers: dict[str, float] = {}
    for name, given in totals.items():
        if not isinstance(given, (int, float, np.number)):
            margins[name] = given
        elif not isinstance(name, str):
            raise MeasureError(
                f"{name!r} has one total", remedy="crossed variables have a total for each tuple of levels"
            )
        elif not math.isfinite(given):
            raise MeasureError(f"the total is {given!r}", where=name, remedy="give a finite number")
        else:
            numbers[name] = float(given)
    return read_goals(margins) if margins else (), numbers


def _population(goals: tuple[Goals, ...], population: Any) -> float | None:
    if population is not None and not (
        isinstance(population, (int, float, np.number)) and 0 < population < math.inf
    ):
        raise MeasureError(f"population is {population!r}", remedy="give a number above 0")
    if not goals:
        return None if population is None else float(population)
    size = population_of(goals[0])
    if population is not None and abs(population - size) > ROUNDING * size:
        raise MeasureError(
            f"population is {population:.10g}, the targets of {goals[0].name} sum to {size:.10g}",
            remedy="give totals of one and the same population",
        )
    return size
