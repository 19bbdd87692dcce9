"""Known margins matched with the cells of a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.model.errors import MeasureError, nearest
from cxlab.weight.cells import Cells
from cxlab.weight.goals import Goals, joined
from cxlab.weight.sample import Codes, Floats, Levels

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Margin:
    """Goals, and which cells are to meet them.

    Parameters
    ----------
    name, levels, targets
        As in `Goals`.
    codes
        Level of each cell, shape (k,).
    n
        Rows of a base weight above 0 in each level, shape (l,).
    """

    name: str
    levels: tuple[str, ...]
    targets: Floats
    codes: Codes
    n: Codes


def margin_of(goals: Goals, levels: Mapping[str, Levels], cells: Cells) -> Margin:
    """Match a known margin with the cells of a sample.

    Parameters
    ----------
    goals
        The known margin.
    levels
        Levels of the rows, by variable.
    cells
        The rows, collapsed; rows of one cell have the same levels.

    Raises
    ------
    MeasureError
        Where rows have no target, a target has no rows, or rows have a target of 0.
    """
    columns = [levels[name] for name in goals.variables]
    spelt = _spelt_levels(columns, [column.codes[cells.rows] for column in columns])
    place = {level: number for number, level in enumerate(goals.levels)}
    places = np.array([place.get(level, -1) for level in spelt.names], dtype=np.int64)
    codes = places[spelt.codes]
    if (codes < 0).any():
        raise _without_target(goals, spelt, codes, cells)
    n = np.bincount(codes, weights=cells.n, minlength=len(place)).astype(np.int64)
    margin = Margin(goals.name, goals.levels, goals.targets, codes, n)
    _require_reachable(margin)
    return margin


def _spelt_levels(columns: Sequence[Levels], codes: Sequence[Codes]) -> Levels:
    """Return the level of each cell, crossed where there are several columns."""
    if len(columns) == 1:
        return Levels(columns[0].names, codes[0])
    crossed = codes[0].astype(np.int64)
    for column, code in zip(columns[1:], codes[1:], strict=True):
        crossed = crossed * len(column.names) + code
    held, rows = np.unique(crossed, return_inverse=True)
    parts = np.unravel_index(held, [len(column.names) for column in columns])
    names = [
        joined([column.names[code] for column, code in zip(columns, cell, strict=True)])
        for cell in zip(*parts, strict=True)
    ]
    return Levels(names, rows)


def _without_target(goals: Goals, spelt: Levels, codes: Codes, cells: Cells) -> MeasureError:
    lost = codes < 0
    rows = int(np.bincount(cells.of_row, minlength=len(codes))[lost].sum())
    levels = [spelt.names[code] for code in np.unique(spelt.codes[lost])]
    return MeasureError(
        f"{rows:,} rows have a level without a target: {_some(levels)}",
        where=goals.name,
        remedy=f"give each level a target or leave its rows out; {nearest(levels[0], goals.levels)}",
    )


def _require_reachable(margin: Margin) -> None:
    empty = (margin.targets > 0) & (margin.n == 0)
    if empty.any():
        raise MeasureError(
            f"no row of a base weight above 0 can meet the target of {_named(margin, empty)}",
            where=margin.name,
            remedy="collapse the level with a similar one, in the rows and in the targets",
        )
    closed = (margin.targets == 0) & (margin.n > 0)
    if closed.any():
        raise MeasureError(
            f"{margin.n[closed].sum():,} rows have a level with a target of 0: {_named(margin, closed)}",
            where=margin.name,
            remedy="leave these rows out, or give the level its target",
        )


def _named(margin: Margin, which: npt.NDArray[np.bool_]) -> str:
    return _some([level for level, named in zip(margin.levels, which, strict=True) if named])


def _some(levels: Sequence[str]) -> str:
    rest = f" and {len(levels) - SHOWN:,} more" if len(levels) > SHOWN else ""
    return ", ".join(f"'{level}'" for level in levels[:SHOWN]) + rest
