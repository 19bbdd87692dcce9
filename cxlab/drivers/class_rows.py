"""The rows of an outcome in classes, equal rows put together, as what is fitted and as what is drawn anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from cxlab.drivers.driver_rows import DriverRows
from cxlab.drivers.one_step_bootstrap import Units
from cxlab.drivers.proportional_odds import Halves, halves_of
from cxlab.drivers.solvable import require_solvable
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Family = Literal["binary", "ordinal", "nps"]
MOST_CLASSES = 20
MOST_UNITS = 1000
"""More units than these are drawn in as many random groups: standard errors then lose about 2 %."""
NPS_CLASSES = ("detractor (0–6)", "passive (7–8)", "promoter (9–10)")


@dataclass(frozen=True, slots=True, eq=False)
class ClassRows:
    """An outcome in K classes and its p drivers, each brought to mean 0 and standard deviation 1.

    Parameters
    ----------
    labels
        Names of the classes, from low to high.
    distinct, weight
        Rows that differ in outcome or drivers, and the sum of their weights: what the models are fitted to.
    drawn, units
        Rows by unit of sampling, with their weights: what the bootstrap draws.
    sampled
        How many rows, or clusters, were drawn independently.
    classed, classes
        Rows of each class, shape (K,), and the class of each row as it was read, shape (n,).
    """

    labels: tuple[str, ...]
    distinct: Halves
    weight: Floats
    drawn: Halves
    units: Units
    sampled: int
    classed: Places
    classes: Places


def class_rows(rows: DriverRows, family: Family, rng: np.random.Generator) -> ClassRows:
    """Return the rows of an outcome in classes.

    Parameters
    ----------
    rows
        Complete rows.
    family
        How the outcome falls into classes.
    rng
        Source of chance, for the groups of units where there are many.

    Raises
    ------
    MeasureError
        Where the outcome is not of that family, all rows are of one class or a class of NPS is empty, a
        driver does not vary or follows from others, or there are too few rows.
    """
    classes, labels = _classes(rows, family)
    count, p = len(labels), rows.x.shape[1]
    _require_varying(rows)
    if rows.n < p + count:
        raise MeasureError(
            f"{rows.n:,} complete rows are too few for {p} drivers of an outcome in {count} classes",
            remedy="give more rows, or fewer drivers",
        )
    mean = np.average(rows.x, axis=0, weights=rows.w)
    x = rows.x - mean
    x = x / np.sqrt(np.average(x**2, axis=0, weights=rows.w))
    together = (x * (rows.w / rows.w.sum())[:, None]).T @ x
    require_solvable(together, np.zeros(p), rows.drivers)
    first, group = _equal([classes, *rows.x.T])
    weight = np.bincount(group, weights=rows.w).astype("float64")
    drawn, units, sampled = _units(rows, classes, x, count, rng)
    distinct = halves_of(x[first], classes[first], count)
    return ClassRows(
        labels, distinct, weight, drawn, units, sampled, np.bincount(classes, minlength=count), classes
    )


def _classes(rows: DriverRows, family: Family) -> tuple[Places, tuple[str, ...]]:
    where = f"column '{rows.outcome}'"
    if family == "nps":
        return _nps_classes(rows.y, where)
    values, classes = np.unique(rows.y, return_inverse=True)
    if len(values) == 1:
        raise MeasureError(
            f"all {rows.n:,} complete rows are of one class, {values[0]:g}",
            where=where,
            remedy="an outcome that does not vary has no drivers",
        )
    if family == "binary" and len(values) > 2:
        raise MeasureError(
            f"a binary outcome has 2 values, not {len(values)} ({values[0]:g}, {values[1]:g}, …)",
            where=where,
            remedy='say family="ordinal", family="nps" for 0–10, or make it a flag first',
        )
    if len(values) > MOST_CLASSES:
        raise MeasureError(
            f"{len(values)} different values are too many classes",
            where=where,
            remedy=f"take at most {MOST_CLASSES} classes, or importance() for an outcome that is measured",
        )
    return classes, tuple(f"{value:g}" for value in values)


def _nps_classes(y: Floats, where: str) -> tuple[Places, tuple[str, ...]]:
    off = (y != np.round(y)) | (y < 0) | (y > 10)
    if off.any():
        raise MeasureError(
            f"{int(off.sum()):,} values are none of 0, 1, …, 10, such as {y[off][0]:g}",
            where=where,
            remedy="name a likelihood to recommend on 0–10",
        )
    classes = np.searchsorted([7, 9], y, side="right")
    empty = [
        name for name, size in zip(NPS_CLASSES, np.bincount(classes, minlength=3), strict=True) if not size
    ]
    if empty:
        raise MeasureError(
            f"nobody is a {' or a '.join(empty)} in the complete rows",
            where=where,
            remedy='the model needs all three classes; make a flag of two of them and say family="binary"',
        )
    return classes, NPS_CLASSES


def _require_varying(rows: DriverRows) -> None:
    for name, column in zip(rows.drivers, rows.x.T, strict=True):
        if column.min() == column.max():
            raise MeasureError(
                f"the driver '{name}' is {column[0]:g} in all {rows.n:,} complete rows",
                remedy="leave it out: what does not vary goes with nothing",
            )


def _units(
    rows: DriverRows, classes: Places, x: Floats, count: int, rng: np.random.Generator
) -> tuple[Halves, Units, int]:
    sampled = rows.n if rows.cluster is None else int(rows.cluster.max()) + 1
    if rows.cluster is None:
        first, group = _equal([rows.w, classes, *rows.x.T])
        if len(first) <= MOST_UNITS:
            times = np.bincount(group).astype("float64")
            units = Units(rows.w[first] * times, np.arange(len(first)), times)
            return halves_of(x[first], classes[first], count), units, sampled
    unit = np.arange(rows.n) if rows.cluster is None else rows.cluster
    if sampled > MOST_UNITS:
        unit = (rng.permutation(sampled) % MOST_UNITS)[unit]
    first, group = _equal([unit, classes, *rows.x.T])
    weight, unit = np.bincount(group, weights=rows.w).astype("float64"), unit[first]
    return halves_of(x[first], classes[first], count), Units(weight, unit, np.ones(unit.max() + 1)), sampled


def _equal(columns: Sequence[npt.NDArray[np.generic]]) -> tuple[Places, Places]:
    """Return one row of each set of equal rows, in the order of the columns, and the set of each row."""
    order = np.lexsort(list(columns)[::-1])
    new = np.zeros(len(order), dtype=bool)
    new[0] = True
    for column in columns:
        values = column[order]
        new[1:] |= values[1:] != values[:-1]
    group = np.empty(len(order), dtype=np.intp)
    group[order] = np.cumsum(new) - 1
    return order[new], group
