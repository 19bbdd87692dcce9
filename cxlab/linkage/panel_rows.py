"""The rows of a panel question, read into memory: one per entity and period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.formula_controls import formula_columns, formula_controls
from cxlab.estimate.require_option import require_option
from cxlab.linkage.ordered_periods import period_codes
from cxlab.model.errors import MeasureError
from cxlab.tally.entry import (
    finite,
    lazy_rows,
    refuse_bad_weights,
    require_names,
    require_numbers,
    require_once,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.object_]
WeightKind = Literal["sampling", "frequency"]
ONCE = "name each column once: as outcome, exposure, lead or control"
LARGEST, SMALLEST = 1e70, 1e-70
"""Size of a column's largest value beyond which products of four are none that a computer can hold."""


@dataclass(frozen=True, slots=True, eq=False)
class PanelRows:
    """Rows of positive weight, at most one per entity and period.

    Parameters
    ----------
    y, x
        Outcome and exposure, shape (n,) each; NaN where missing.
    controls
        Shape (n, k); NaN where missing.
    names
        Names of the k controls.
    lead
        Exposure after the outcome, shape (n,), or None where none was named.
    weight
        Shape (n,), or None where rows count alike; sampling weights as shares of the largest.
    frequency
        True where weights say how often a row occurred.
    entity, time
        Codes, shape (n,) each; periods are numbered in their order.
    clusters
        Codes of each way, shape (n,) each.
    """

    y: Floats
    x: Floats
    controls: Floats
    names: tuple[str, ...]
    lead: Floats | None
    weight: Floats | None
    frequency: bool
    entity: Ints
    time: Ints
    clusters: tuple[Ints, ...]

    @property
    def complete(self) -> Bools:
        """Rows that hold outcome, exposure and every control."""
        out = np.isfinite(self.y) & np.isfinite(self.x)
        for column in self.controls.T:
            out &= np.isfinite(column)
        return out

    def taken(self, places: Ints | Bools) -> PanelRows:
        """Return some of the rows."""
        return replace(
            self, y=self.y[places], x=self.x[places], controls=self.controls[places],
            lead=None if self.lead is None else self.lead[places],
            weight=None if self.weight is None else self.weight[places],
            entity=self.entity[places], time=self.time[places],
            clusters=tuple(way[places] for way in self.clusters),
        )  # fmt: skip

    def neighbour(self, step: int) -> Ints:
        """Return the row of the same entity `step` periods on, or −1 where there is none, shape (n,)."""
        periods = int(self.time.max()) + 1
        wanted = self.time + step
        inside = (wanted >= 0) & (wanted < periods)
        keys = self.entity * periods + self.time
        order = np.argsort(keys, kind="stable")
        found = np.searchsorted(keys[order], keys + step)
        row = order[np.minimum(found, len(keys) - 1)]
        return np.where(inside & (keys[row] == keys + step), row, -1)


def panel_rows(
    frame: Any,
    outcome: str,
    exposure: str,
    *,
    entity: str,
    time: str,
    controls: Sequence[str],
    formula: str | None,
    clusters: Sequence[str],
    weight: str | None,
    weight_kind: WeightKind,
    lead: str | None,
) -> PanelRows:
    """Read the rows of a panel: see `panel_effect` for the columns.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or holds no numbers, or some that are too large or small, a row
        has no entity, period or cluster, an entity has several rows in a period (incomplete rows count for
        both, as they may be the period before or after another), or a weight is missing or negative, or all
        are 0.
    """
    require_option("kind of weight", weight_kind, get_args(WeightKind))
    numbers = [outcome, exposure, *controls, *(name for name in (lead, weight) if name is not None)]
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    require_names([*numbers, entity, time, *clusters], schema)
    require_once([outcome, exposure, *controls, *([] if lead is None else [lead])], ONCE)
    for name in numbers:
        require_numbers(rows, name, schema[name])
    labels = list(dict.fromkeys([entity, time, *clusters]))
    by_formula = formula_columns(formula, schema)
    asked = [finite(name).alias(f"c{i}") for i, name in enumerate(numbers)]
    asked += [nw.col(name).alias(f"l{i}") for i, name in enumerate(labels)]
    asked += [nw.col(name).alias(f"f{i}") for i, name in enumerate(by_formula)]
    table = rows.select(*asked).collect().to_pandas()
    if not len(table):
        raise MeasureError("the panel has no rows", remedy="look at what was joined: link_panel counts it")
    values = [table[f"c{i}"].to_numpy(dtype="float64", na_value=np.nan) for i in range(len(numbers))]
    ordered = {time: schema[time]}
    coded = {name: _codes(table[f"l{i}"], name, ordered.get(name)) for i, name in enumerate(labels)}
    made, made_names = formula_controls(formula, table, by_formula)
    require_once([outcome, exposure, *controls, *made_names], ONCE)
    named = np.column_stack([np.zeros((len(table), 0)), *values[2 : 2 + len(controls)]])
    out = PanelRows(
        values[0], values[1], np.hstack([named, made]), (*controls, *made_names),
        None if lead is None else values[2 + len(controls)], None if weight is None else values[-1],
        weight_kind == "frequency", coded[entity][0], coded[time][0],
        tuple(coded[name][0] for name in clusters),
    )  # fmt: skip
    _require_size(out, (outcome, exposure, lead))
    return _once_each(_weighted(out, weight), coded[entity][1], coded[time][1])


def _require_size(rows: PanelRows, names: tuple[str, str, str | None]) -> None:
    """Refuse columns whose products would overflow, or vanish, unseen."""
    columns = [(names[0], rows.y), (names[1], rows.x), *zip(rows.names, rows.controls.T, strict=True)]
    if rows.lead is not None and names[2] is not None:
        columns.append((names[2], rows.lead))
    for name, column in columns:
        high = max(np.fmax.reduce(column), -np.fmin.reduce(column))
        if high > LARGEST or 0 < high < SMALLEST:
            raise MeasureError(
                f"values as large as {high:g} cannot be reckoned with",
                where=f"column '{name}'",
                remedy=f"take other units: the largest must lie between {SMALLEST:g} and {LARGEST:g}",
            )


def _codes(labels: pd.Series, name: str, ordered: nw.dtypes.DType | None) -> tuple[Ints, Labels]:
    """Return the number of each row's level, and the levels; refuse a row without one.

    Levels are put in order, by the type given, where they are periods.
    """
    try:
        codes, found = pd.factorize(labels) if ordered is None else period_codes(labels, name, ordered)
    except TypeError:
        raise MeasureError(
            f"values such as {labels.iloc[0]!r} cannot be told apart",
            where=f"column '{name}'",
            remedy="give text, numbers or dates",
        ) from None
    missing = int((codes < 0).sum())
    if missing:
        raise MeasureError(
            f"{missing:,} of {len(codes):,} rows are empty",
            where=f"column '{name}'",
            remedy="say which entity, period and cluster every row is of, or leave these rows out",
        )
    return codes.astype("int64"), np.asarray(found)


def _weighted(rows: PanelRows, weight: str | None) -> PanelRows:
    """Leave out rows of weight 0, take sampling weights by the largest; refuse weights that are none."""
    w = rows.weight
    if w is None:
        return replace(rows, weight=np.ones(len(rows.y))) if rows.frequency else rows
    refuse_bad_weights(int(((rows.complete & np.isnan(w)) | (w < 0)).sum()), weight)
    w = np.nan_to_num(w)
    if not (w > 0).any():
        raise MeasureError(
            "every weight is 0", where=f"column '{weight}'", remedy="name the column that holds the weights"
        )
    broken = w[w != np.round(w)]
    if rows.frequency and len(broken):
        raise MeasureError(
            f"{len(broken):,} frequencies are not whole, such as {broken[0]:g}",
            where=f"column '{weight}'",
            remedy='give whole numbers, or weight_kind="sampling"',
        )
    # The squares of tiny or huge weights would be lost, and only their ratios matter.
    w = w if rows.frequency else w / w.max()
    return replace(rows, weight=w) if (w > 0).all() else replace(rows, weight=w).taken(w > 0)


def _once_each(rows: PanelRows, entities: Labels, periods: Labels) -> PanelRows:
    """Return the rows once per entity and period; refuse an entity with several in a period.

    Where weights are frequencies, rows alike in all columns are counted once, with their frequencies summed.

    Parameters
    ----------
    rows
        The rows as they were read.
    entities, periods
        What each code stands for, for the error.
    """
    keys = rows.entity * len(periods) + rows.time
    if (keys[1:] > keys[:-1]).all():
        return rows
    order = np.argsort(keys, kind="stable")
    fresh = np.concatenate([[True], keys[order][1:] != keys[order][:-1]])
    if fresh.all():
        return rows
    group = np.cumsum(fresh) - 1
    first = order[fresh][group]
    unlike = ~fresh if not rows.frequency else ~fresh & ~_alike(rows, order, first)
    if unlike.any():
        entity, period = (keys[order][unlike][0] // len(periods), keys[order][unlike][0] % len(periods))
        raise MeasureError(
            f"{int(unlike.sum()):,} rows repeat an entity and period, such as {entities[entity]} in "
            f"{periods[period]}",
            remedy="give one row for each, or, of rows that are alike in all columns, "
            'weight_kind="frequency" to count them',
        )
    assert rows.weight is not None
    summed = np.bincount(group, rows.weight[order]).astype("float64")
    return replace(rows.taken(order[fresh]), weight=summed)


def _alike(rows: PanelRows, some: Ints, others: Ints) -> Bools:
    columns = [rows.y, rows.x, *rows.controls.T, *rows.clusters, *([] if rows.lead is None else [rows.lead])]
    same = np.ones(len(some), dtype=bool)
    for column in columns:
        a, b = column[some], column[others]
        same &= (a == b) | (np.isnan(a) & np.isnan(b))
    return same
