"""The rows of a question about the shape of a link: complete cases, and who they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.cluster_codes import label_codes, require_several
from cxlab.estimate.intervals import kish_base
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


@dataclass(frozen=True, slots=True, eq=False)
class EveryRow:
    """All rows of a frame, before incomplete ones and those of weight 0 went.

    Parameters
    ----------
    y
        Outcome, shape (n,); NaN where missing.
    entity, time
        Numbers of entity and period, shape (n,); −1 where missing.
    kept
        Which rows went on, shape (n,).
    """

    y: Floats
    entity: Ints
    time: Ints
    kept: Bools


@dataclass(frozen=True, slots=True, eq=False)
class EffectRows:
    """Rows of positive weight that hold the outcome, the exposure and every control.

    Parameters
    ----------
    outcome, exposure, controls
        Names of the columns.
    y, x, z
        Outcome (n,), exposure (n,) and controls (n, c).
    w
        Weights (n,), 1 where none were named.
    entity, time
        Number of the entity and the place of the period among the sorted periods, shape (n,), or None.
    periods
        The sorted periods of all rows, so that one in which no row is complete still lies between others.
    clusters
        Numbers of what belongs together, shape (n,) each: none, one or two.
    segment, segments
        Number of the segment (n,) or None, and the names of the segments.
    kept
        Share of the rows of positive weight that were kept.
    every
        All rows, where entity and time were named.
    alone
        Complete rows that were left out as alone in their entity or period (see `repeated_rows`).
    """

    outcome: str
    exposure: str
    controls: tuple[str, ...]
    y: Floats
    x: Floats
    z: Floats
    w: Floats
    entity: Ints | None
    time: Ints | None
    periods: tuple[Any, ...]
    clusters: tuple[Ints, ...]
    segment: Ints | None
    segments: tuple[str, ...]
    kept: float
    every: EveryRow | None = None
    alone: int = 0

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.y)

    @property
    def n_eff(self) -> float:
        """Kish's effective base."""
        return kish_base(self.w)

    @property
    def entities(self) -> int:
        """Entities, or rows where no entity was named."""
        return self.n if self.entity is None else len(np.unique(self.entity))

    @property
    def effects(self) -> list[Ints]:
        """Codes whose effects are taken out: entities and periods where named."""
        return [codes for codes in (self.entity, self.time) if codes is not None]


def effect_rows(
    frame: Any,
    outcome: str,
    exposure: str,
    *,
    controls: Sequence[str] = (),
    entity: str | None = None,
    time: str | None = None,
    cluster: str | Sequence[str] | None = None,
    weight: str | None = None,
    by: str | None = None,
) -> EffectRows:
    """Read the complete rows of an outcome, its exposure and the controls.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    outcome, exposure, controls
        Numeric columns; NaN and infinite values count as missing.
    entity, time
        Columns of the entity and the period, or None. Where both stand, an entity has one row a period, and
        incomplete rows count. Periods stand in the order of `period_codes`.
    cluster
        One column or two; by default the entity; `()` for none, whose errors are HC1.
    weight
        Column of weights ≥ 0, or None. Rows of weight zero are left out.
    by
        Column of the segment, or None; a row without one is left out.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or holds no numbers, a weight is missing or negative, a complete
        row has no entity, period or cluster, there is one cluster only, an entity stands twice in a period,
        or no row is complete.
    """
    controls = [controls] if isinstance(controls, str) else list(controls)
    grouped = _cluster_names(cluster, entity)
    numbers = [outcome, exposure, *controls, *([] if weight is None else [weight])]
    labels = [name for name in dict.fromkeys([entity, time, by, *grouped]) if name is not None]
    table, values, types = _table(frame, numbers, labels)
    w = np.ones(len(values)) if weight is None else values[:, -1]
    complete = np.isfinite(values[:, : 2 + len(controls)]).all(axis=1)
    if by is not None:
        complete &= table[_place(labels, by)].notna().to_numpy()
    refuse_bad_weights(int(((complete & np.isnan(w)) | (w < 0)).sum()), weight)
    kept = complete & (w > 0)
    _require_complete(kept, int((w > 0).sum()), [outcome, exposure, *controls, *([] if by is None else [by])])
    ordered = {name: types[name] for name in (time, by) if name is not None}
    every = {name: _codes(table[_place(labels, name)], name, ordered.get(name)) for name in labels}
    found = {name: _kept_codes(*every[name], kept, name, whole=name == time) for name in labels}
    codes = {name: code for name, (code, _) in found.items()}
    seen = None
    if entity is not None and time is not None:
        seen = EveryRow(values[:, 0], every[entity][0], every[time][0], kept)
        _require_once_each(seen, w > 0, (entity, time), (every[entity][1], every[time][1]))
    for name in grouped:
        require_several(int(codes[name].max(initial=0)) + 1, name)
    return EffectRows(
        outcome, exposure, tuple(controls), values[kept, 0], values[kept, 1],
        values[kept, 2 : 2 + len(controls)], w[kept], None if entity is None else codes[entity],
        None if time is None else codes[time], () if time is None else tuple(found[time][1]),
        tuple(codes[name] for name in grouped), None if by is None else codes[by],
        () if by is None else tuple(str(name) for name in found[by][1]),
        float(kept.sum() / (w > 0).sum()), seen,
    )  # fmt: skip


def _cluster_names(cluster: str | Sequence[str] | None, entity: str | None) -> list[str]:
    if cluster is None:
        return [] if entity is None else [entity]
    names = [cluster] if isinstance(cluster, str) else list(cluster)
    if len(names) > 2 or len(set(names)) < len(names):
        raise MeasureError(
            f"cluster={names} names {len(names)} columns", remedy="name one column, or two different ones"
        )
    return names


def _place(labels: Sequence[str], name: str) -> str:
    return f"label{labels.index(name)}"


def _table(
    frame: Any, numbers: Sequence[str], labels: Sequence[str]
) -> tuple[pd.DataFrame, Floats, dict[str, nw.dtypes.DType]]:
    """Return the labels as they are and the numbers, NaN where missing; and the types of the labels."""
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    require_names([*numbers, *labels], schema)
    require_once(numbers, "name each column once: outcome, exposure or control")
    for name in numbers:
        require_numbers(rows, name, schema[name])
    asked = [finite(name).alias(f"c{place}") for place, name in enumerate(numbers)]
    named = [nw.col(name).alias(f"label{place}") for place, name in enumerate(labels)]
    table = rows.select(*asked, *named).collect().to_pandas()
    values = table.iloc[:, : len(numbers)].to_numpy(dtype="float64", na_value=np.nan)
    return table, values, {name: schema[name] for name in labels}


def _codes(column: pd.Series, name: str, ordered: nw.dtypes.DType | None) -> tuple[Ints, pd.Index]:
    """Return the numbers of all rows and the values, which have an order where the type is given."""
    return label_codes(column, name) if ordered is None else period_codes(column, name, ordered)


def _require_complete(kept: Bools, base: int, names: Sequence[str]) -> None:
    if not kept.any():
        raise MeasureError(
            f"none of {base:,} rows holds all of {', '.join(names)}",
            remedy="leave out the column that is empty, or link the survey by another period",
        )


def _kept_codes(
    codes: Ints, values: pd.Index, kept: Bools, name: str, *, whole: bool
) -> tuple[Ints, pd.Index]:
    """Return the numbers of the rows that are kept and the values; without gaps, unless all are to stay."""
    codes = codes[kept]
    if (codes < 0).any():
        raise MeasureError(
            f"{int((codes < 0).sum()):,} rows have none",
            where=f"column '{name}'",
            remedy="name it for every row, or leave these rows out",
        )
    return (codes, values) if whole else (_without_gaps(codes), values[np.unique(codes)])


def _without_gaps(codes: Ints) -> Ints:
    """Return the numbers of levels that occur, in their order."""
    return (np.cumsum(np.bincount(codes) > 0) - 1)[codes]


def _require_once_each(
    every: EveryRow, weighed: Bools, names: tuple[str, str], values: tuple[pd.Index, pd.Index]
) -> None:
    """Refuse an entity with several rows in a period, be they complete or not."""
    known = weighed & (every.entity >= 0) & (every.time >= 0)
    pairs = every.entity[known] * len(values[1]) + every.time[known]
    order = np.argsort(pairs, kind="stable")
    again = order[1:][np.diff(pairs[order]) == 0]
    if len(again):
        at, period = divmod(int(pairs[again[0]]), len(values[1]))
        raise MeasureError(
            f"{len(again):,} rows repeat an entity and period, such as {values[0][at]} in "
            f"{values[1][period]}",
            where=f"columns '{names[0]}' and '{names[1]}'",
            remedy="put the rows of an entity in a period together first",
        )


def some_rows(rows: EffectRows, kept: Bools) -> EffectRows:
    """Return some of the rows; `kept`, the share, becomes theirs of all rows."""
    return replace(
        rows, y=rows.y[kept], x=rows.x[kept], z=rows.z[kept], w=rows.w[kept],
        clusters=tuple(_without_gaps(code[kept]) for code in rows.clusters),
        kept=rows.kept * float(kept.mean()),
        entity=None if rows.entity is None else _without_gaps(rows.entity[kept]),
        time=None if rows.time is None else rows.time[kept],
        segment=None if rows.segment is None else rows.segment[kept],
    )  # fmt: skip
