"""Who was followed for how long and how it ended: rows of any engine in, counts out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.cluster_codes import refuse_no_cluster, require_several
from cxlab.estimate.estimates import MISSING_LEVEL, name_of
from cxlab.estimate.intervals import kish_n_eff
from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightKind
from cxlab.retention.leaving_cells import LeavingColumns, leaving_cells
from cxlab.tally.entry import refuse_bad_weights
from cxlab.tally.one_pass import refuse_parts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class FollowedCounts:
    """Rows counted by duration, how it ended, group and, where named, entry and cluster.

    Parameters
    ----------
    levels
        Level of each segment column, g rows; no columns where there are no segments.
    ends
        How it can end, apart from still being there: texts, sorted.
    group, end
        Place of the group, sorted, and 0 where still there, else 1 + the place of the end, shape (m,).
    time, entry
        Duration, and when it began to be followed (None: from 0), shape (m,).
    cluster
        Number of the cluster, shape (m,), or None.
    n, w, w2
        Rows of positive weight, Σw and Σw², shape (m,); one array where each weighs 1.
    kept
        Share of the rows that were complete.
    robust
        Whether the variance is that of sampling weights or clusters.
    """

    levels: pd.DataFrame
    ends: tuple[str, ...]
    group: Ints
    end: Places
    time: Floats
    entry: Floats | None
    cluster: Ints | None
    n: Floats
    w: Floats
    w2: Floats
    kept: float
    robust: bool

    @property
    def unweighted(self) -> bool:
        """Whether n, w and w2 are one array."""
        return self.w is self.n

    def of_group(self, place: int) -> FollowedCounts:
        """Return the counts of one group, which stand together."""
        if len(self.levels) == 1:
            return self
        start, stop = np.searchsorted(self.group, (place, place + 1))
        part = slice(int(start), int(stop))
        n = self.n[part]
        return replace(
            self, group=self.group[part], end=self.end[part], time=self.time[part],
            entry=None if self.entry is None else self.entry[part],
            cluster=None if self.cluster is None else self.cluster[part],
            n=n, w=n if self.unweighted else self.w[part], w2=n if self.unweighted else self.w2[part],
        )  # fmt: skip


def followed_counts(frame: Any, columns: LeavingColumns) -> FollowedCounts:
    """Count rows by duration and how it ended, where the data live.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or of a wrong type, a duration or entry is negative, an entry
        is not before its end, a row has no entry or cluster, a weight is missing or negative, an event is
        neither 0 nor 1, or no row is complete.
    """
    cells = leaving_cells(frame, columns)
    if columns.weight is not None:
        cells = _weighed(cells, columns.weight, columns.weight_kind)
    complete = cells["time"].notna()
    if columns.flags:
        complete &= cells["end"].notna()
    total = float(cells["rows"].sum())
    kept = complete & (cells["n"] > 0)
    if not kept.any():
        raise MeasureError(
            f"none of {total:,.0f} rows has both {columns.duration} and {columns.end}",
            remedy="name columns that are filled",
        )
    share = float(cells.loc[complete, "rows"].sum()) / total
    return _numbered(cells if kept.all() else cells[kept], columns, share)


def _weighed(cells: pd.DataFrame, weight: str, kind: WeightKind) -> pd.DataFrame:
    """Return the cells with the weights checked."""
    refuse_bad_weights(int(cells["bad"].sum()), weight)
    if kind == "sampling":
        return cells
    refuse_parts(int(cells["parts"].sum()), weight)
    return cells.assign(n=cells["sum_w"])


def _numbered(cells: pd.DataFrame, columns: LeavingColumns, share: float) -> FollowedCounts:
    """Check the complete cells and number what stands in them."""
    levels, group = _groups(cells, columns.by)
    if (np.diff(group) < 0).any():
        order = np.argsort(group, kind="stable")
        cells, group = cells.iloc[order], group[order]
    end, ends = _flags(cells, columns.end) if columns.flags else _causes(cells["end"], columns)
    _require_times(cells, columns)
    cluster = None
    if columns.cluster is not None:
        refuse_no_cluster(int(cells.loc[cells["cluster"] < 0, "n"].sum()), columns.cluster)
        cluster = np.unique(cells["cluster"], return_inverse=True)[1].astype("int64")
        require_several(int(cluster.max()) + 1, columns.cluster)
    n = cells["n"].to_numpy("float64")
    sampled = columns.weight is not None and columns.weight_kind == "sampling"
    w, w2 = (cells[name].to_numpy("float64") if sampled else n for name in ("sum_w", "sum_w2"))
    return FollowedCounts(
        levels, ends, group, end, cells["time"].to_numpy("float64"),
        cells["entry"].to_numpy("float64") if columns.entry is not None else None, cluster, n, w, w2, share,
        columns.cluster is not None or sampled,
    )  # fmt: skip


def _flags(cells: pd.DataFrame, name: str) -> tuple[Places, tuple[str, ...]]:
    end = cells["end"].to_numpy()
    wrong = (end != 0) & (end != 1)
    if wrong.any():
        raise MeasureError(
            f"{int(cells.loc[wrong, 'n'].sum()):,} rows hold neither 0 nor 1, such as {end[wrong][0]:g}",
            where=f"column '{name}'",
            remedy="give 1 for those who left and 0 for those still there",
        )
    return end.astype("int8", copy=False), (name,)


def _causes(end: pd.Series, columns: LeavingColumns) -> tuple[Places, tuple[str, ...]]:
    names = [str(name) for name in end.cat.categories]
    still = {""} if columns.censored is None else {"", columns.censored}
    codes = end.cat.codes.to_numpy()
    present = set(np.unique(codes).tolist())
    causes = [name for place, name in enumerate(names) if place in present and name.strip() not in still]
    if columns.censored is None and "0" in causes:
        raise MeasureError(
            "0 may be a cause, or stand for those still there",
            where=f"column '{columns.end}'",
            remedy='say censored="0", or give causes as names and leave those still there empty',
        )
    place_of = {name: place + 1 for place, name in enumerate(causes)}
    lookup = np.array([*(place_of.get(name, 0) for name in names), 0], dtype=np.min_scalar_type(-len(names)))
    if not causes:
        raise MeasureError(
            "nobody left: there is no cause", where=f"column '{columns.end}'", remedy="follow them for longer"
        )
    return lookup[codes], tuple(causes)


def _require_times(cells: pd.DataFrame, columns: LeavingColumns) -> None:
    before = cells["time"] < 0
    if columns.entry is not None:
        lacking = cells["entry"].isna()
        _refuse(cells, lacking, "have no entry", columns.entry, "give 0 to those followed from the start")
        before |= cells["entry"] < 0
    _refuse(cells, before, "have a time below 0", columns.duration, "count time from when it can first end")
    if columns.entry is not None:
        late = cells["entry"] >= cells["time"]
        _refuse(
            cells, late, "end before they were followed, or as they were", columns.entry,
            "leave them out: nothing was seen of them",
        )  # fmt: skip


def _refuse(cells: pd.DataFrame, wrong: pd.Series, what: str, column: str, remedy: str) -> None:
    if wrong.any():
        rows = int(cells.loc[wrong, "n"].sum())
        raise MeasureError(f"{rows:,} rows {what}", where=f"column '{column}'", remedy=remedy)


def _groups(cells: pd.DataFrame, by: Sequence[str]) -> tuple[pd.DataFrame, Ints]:
    """Return the levels that occur, sorted with missing ones last, and the place of each cell's."""
    if not by:
        return pd.DataFrame(index=range(1)), np.zeros(len(cells), dtype="int64")
    keys = [f"by_{place}" for place in range(len(by))]
    grouped = cells.groupby(keys, sort=True, dropna=False, observed=True)
    group = grouped.ngroup().to_numpy().astype("int64")
    first = cells[keys].iloc[np.unique(group, return_index=True)[1]].astype("str").astype(object)
    missing = cells[keys].iloc[np.unique(group, return_index=True)[1]].isna()
    levels = first.mask(missing, None).reset_index(drop=True).astype("str")
    return levels.set_axis(list(by), axis="columns"), group


def segment_names(by: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the segment columns as a tuple."""
    return () if by is None else (by,) if isinstance(by, str) else tuple(by)


def level_texts(counts: FollowedCounts) -> list[str]:
    """Return the level of each group as results write it.

    Raises
    ------
    MeasureError
        Where a level is spelt as a missing one is written, and rows without a level occur too.
    """
    for name in counts.levels:
        if counts.levels[name].isna().any() and (counts.levels[name] == MISSING_LEVEL).any():
            raise MeasureError(
                f"'{MISSING_LEVEL}' is a level, and is what rows without one are called",
                where=f"column '{name}'",
                remedy="leave it empty where it means the same, or call it something else",
            )
    named = counts.levels.fillna(MISSING_LEVEL).astype("str")
    return [name_of(list(row)) for row in named.itertuples(index=False)] if len(named.columns) else [""]


def group_base(counts: FollowedCounts) -> tuple[int, float]:
    """Return the rows of a group and Kish's effective base."""
    sums = np.array([counts.w.sum()]), np.array([counts.w2.sum()])
    return int(counts.n.sum()), float(kish_n_eff(*sums)[0])
