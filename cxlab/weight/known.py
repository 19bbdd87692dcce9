"""All that is known of a population, and the base weights ready to be brought to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.model.weights import DIAGNOSTIC_COLUMNS
from cxlab.weight.cells import Cells
from cxlab.weight.margin import Margin
from cxlab.weight.sample import Floats


@dataclass(frozen=True, slots=True)
class Number:
    """A numeric variable with a known total, or mean where the margins are shares.

    Parameters
    ----------
    name
        The variable.
    target
        Its total or mean.
    values
        Value of each cell, shape (k,).
    """

    name: str
    target: float
    values: Floats


@dataclass(frozen=True, slots=True)
class Known:
    """The targets of k cells.

    Parameters
    ----------
    margins, numbers
        Categorical and numeric targets.
    scale
        What base weights are multiplied by so that they sum to the population; 1 where its size is unknown.
    factor
        What a target is multiplied by to be a weighted total: 1, or the number of rows where it is a share.
    """

    margins: tuple[Margin, ...]
    numbers: tuple[Number, ...]
    scale: float
    factor: float


def known_of(
    cells: Cells, margins: tuple[Margin, ...], numbers: tuple[Number, ...], population: float | None
) -> Known:
    """Scale the base weights of a sample to its population.

    Parameters
    ----------
    cells
        The rows, collapsed.
    margins, numbers
        Categorical and numeric targets.
    population
        What the targets of a margin sum to, 1 for shares; None where only totals of numbers are known.
        Shares are met by weights that average 1 over the rows with a base weight above 0.
    """
    if population is None:
        return Known(margins, numbers, 1.0, 1.0)
    factor = float(cells.n.sum()) if population == 1 else 1.0
    return Known(margins, numbers, population * factor / float(cells.base.sum()), factor)


def diagnostics_of(known: Known, cells: Cells, ratio: Floats) -> pd.DataFrame:
    """Return one row per level and per number: rows, target, and what the weights give before and after.

    Parameters
    ----------
    known, cells
        The targets and the rows, collapsed.
    ratio
        Ratio of final to base weight of each cell, shape (k,).
    """
    before = cells.base * (known.scale / known.factor)
    after = before * ratio
    n_rows = int(cells.n.sum())
    rows: list[tuple[object, ...]] = [
        row
        for margin in known.margins
        for row in zip(
            [margin.name] * len(margin.levels),
            margin.levels,
            margin.n.tolist(),
            margin.targets.tolist(),
            _sums(margin, before),
            _sums(margin, after),
            strict=True,
        )
    ]
    rows += [
        (number.name, "", n_rows, number.target, before @ number.values, after @ number.values)
        for number in known.numbers
    ]
    return pd.DataFrame.from_records(rows, columns=DIAGNOSTIC_COLUMNS)


def _sums(margin: Margin, w: Floats) -> list[float]:
    return np.bincount(margin.codes, weights=w, minlength=len(margin.levels)).tolist()
