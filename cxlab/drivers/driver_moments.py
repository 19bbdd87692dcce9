"""The rows of a driver question as moments by unit of sampling, wherever the rows live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cxlab.drivers.driver_columns import require_columns
from cxlab.drivers.first_batches import first_batches
from cxlab.estimate.cluster_codes import cluster_codes, refuse_no_cluster
from cxlab.model.errors import MeasureError
from cxlab.tally.covariances import ratio
from cxlab.tally.cross_products import Missing, as_floats
from cxlab.tally.entry import known_frame, lazy_rows, refuse_bad_weights
from cxlab.tally.moments import Moments, moments
from cxlab.tally.record_batches import record_batches

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
IN_MEMORY = 200_000
"""Rows up to which units are numbered in memory; more are read once, as a stream."""
MAX_UNITS = 2000
"""More units than these are dealt at random to `GROUPS` groups, which a bootstrap then draws."""
GROUPS = 1000
UNIT, AGAIN = "unit of this row", "the weights (again)"


@dataclass(frozen=True, slots=True, eq=False)
class DriverMoments:
    """Moments of an outcome and p drivers.

    Parameters
    ----------
    moments
        Outcome first; one block for each unit, or group of units, that a bootstrap draws.
    n, n_eff
        Rows with the outcome and each driver, and Kish's effective base, shape (p,); n_eff is NaN where the
        moments are weighted and came without the sum of squared weights.
    units
        Rows or clusters that were sampled independently, as far as is known.
    kept
        Share of the rows of positive weight that hold every column (`complete`), or both columns of the pair
        that fewest rows hold (`pairwise`).
    """

    moments: Moments
    n: Ints
    n_eff: Floats
    units: int
    kept: float

    @property
    def base(self) -> float:
        """What counts as the sample size of an interval: the smaller of n_eff and the units."""
        least = float(np.where(np.isnan(self.n_eff), self.n, self.n_eff).min())
        return min(least, float(self.units))


def driver_moments(
    frame: Any,
    columns: Sequence[str],
    *,
    weight: str | None,
    cluster: str | None,
    missing: Missing,
    rng: np.random.Generator,
) -> DriverMoments:
    """Sum the rows of a frame by unit.

    Parameters
    ----------
    frame
        Any frame `cxlab.moments` knows. Up to 200,000 rows are held in memory, more are streamed; those of
        Dask and Spark are summed where they stand, and then need a cluster.
    columns
        Outcome and drivers.
    weight, cluster
        Columns, or None.
    missing
        As in `cxlab.moments`.
    rng
        Source of chance for the groups, where there are more than 2,000 units.

    Raises
    ------
    MeasureError
        As `cxlab.moments`, or where a row has no cluster.
    """
    reader = isinstance(frame, pa.RecordBatchReader)
    asked = frame.schema.empty_table() if reader else frame
    require_columns(asked, columns, weight=weight, cluster=cluster)
    extra = [name for name in (weight, cluster) if name is not None]
    if not reader and _is_far(frame):
        found, units = _where_they_stand(frame, columns, weight, cluster, missing)
        return _with_bases(found, columns, units, missing)
    # Asked before the rows are: DuckDB answers one question at a time.
    labels = 0
    if not reader and cluster is not None:
        labels = int(lazy_rows(frame).select(nw.col(cluster).n_unique()).collect().item())
    batches = record_batches(frame, [*columns, *extra])
    head = first_batches(batches, IN_MEMORY)
    if sum(batch.num_rows for batch in head) > IN_MEMORY:
        stream = _Stream(chain(head, batches), weight, cluster, not 0 < labels <= MAX_UNITS, rng)
        found = _summed(stream.reader(), columns, weight, missing)
        units = found.rows if cluster is None else max(len(found.blocks), labels)
        return _with_bases(found, columns, units, missing)
    table = _in_memory(head, weight)
    block, units = _units(table, columns, weight, cluster, missing, rng)
    found = _summed(table.append_column(UNIT, pa.array(block)), columns, weight, missing)
    return _with_bases(found, columns, units, missing)


def of_moments(given: Moments, columns: Sequence[str]) -> DriverMoments:
    """Return moments that were summed before as those of a driver question."""
    chosen = given.subset(columns)
    n = chosen.n.sum(axis=0)[0, 1:]
    n_eff = n.astype("float64") if given.weighting == "none" else np.full(len(n), np.nan)
    return DriverMoments(chosen, n, n_eff, len(chosen.blocks), _kept(chosen))


def _is_far(frame: Any) -> bool:
    kind = known_frame(frame).implementation
    return kind.is_dask() or kind.is_pyspark() or kind.is_pyspark_connect()


def _where_they_stand(
    frame: Any, columns: Sequence[str], weight: str | None, cluster: str | None, missing: Missing
) -> tuple[Moments, int]:
    if cluster is None:
        raise MeasureError(
            "rows of a Dask or Spark frame cannot be drawn anew one by one",
            remedy="name the cluster, or a column such as `block` that deals the rows to groups, by cluster=",
        )
    rows = known_frame(frame)
    if weight is not None:
        value = nw.col(weight).cast(nw.Float64)
        rows = rows.with_columns(nw.when(value.is_finite()).then(value).otherwise(nw.lit(0.0)).alias(AGAIN))
    names = [*columns, *([] if weight is None else [AGAIN])]
    found = moments(
        rows.to_native(), names[0], names[1:], weight=weight, blocks=cluster, missing=missing
    )  # fmt: skip
    return found, len(found.blocks)


def _in_memory(batches: Sequence[pa.RecordBatch], weight: str | None) -> pa.Table:
    if not batches:
        raise MeasureError("there are no rows", remedy="give the answers of several respondents")
    table = pa.concat_tables([pa.Table.from_batches([b]) for b in batches], promote_options="permissive")
    return table.combine_chunks() if weight is None else _with_again(table.combine_chunks(), weight)


def _with_again(rows: Any, weight: str) -> Any:
    """Add the weight as a column of its own, 0 where it is missing, so that Σw·w is among the sums."""
    column = rows.column(weight)
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    again = pa.array(np.nan_to_num(as_floats(whole, weight), nan=0.0))
    return rows.append_column(AGAIN, again)


def _units(
    table: pa.Table,
    columns: Sequence[str],
    weight: str | None,
    cluster: str | None,
    missing: Missing,
    rng: np.random.Generator,
) -> tuple[Ints, int]:
    """Return the block of each row, and how many units have a row that counts."""
    held = np.array([np.isfinite(as_floats(_whole(table, name), name)) for name in columns])
    counts = held.all(axis=0) if missing == "complete" else held.any(axis=0)
    if weight is not None:
        w = as_floats(_whole(table, weight), weight)
        refuse_bad_weights(int((counts & ~(np.isfinite(w) & (w >= 0))).sum()), weight)
        counts &= w > 0
    if cluster is None:
        unit = np.arange(table.num_rows)
    else:
        unit = cluster_codes(_whole(table, cluster).to_pandas(), cluster)
    names, place = np.unique(unit[counts], return_inverse=True)
    if len(names) > MAX_UNITS:
        place = (rng.permutation(len(names)) % GROUPS)[place]
    # Rows that do not count need a block; which one is no matter.
    block = np.zeros(len(unit), dtype="int64")
    block[counts] = place
    return block, len(names)


def _whole(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


@dataclass(slots=True, eq=False)
class _Stream:
    """Batches with the block of each row: its cluster, the hash of its cluster, or a group by lot."""

    batches: Iterable[pa.RecordBatch]
    weight: str | None
    cluster: str | None
    hashed: bool
    rng: np.random.Generator

    def reader(self) -> pa.RecordBatchReader:
        labelled = self._labelled()
        first = next(labelled)
        return pa.RecordBatchReader.from_batches(first.schema, chain([first], labelled))

    def _labelled(self) -> Iterator[pa.RecordBatch]:
        for batch in self.batches:
            rows = batch if self.weight is None else _with_again(batch, self.weight)
            yield rows.append_column(UNIT, self._blocks(batch))

    def _blocks(self, batch: pa.RecordBatch) -> pa.Array:
        if self.cluster is None:
            # Each row by itself: groups of one size in every batch would leave out how much batches differ.
            return pa.array(self.rng.integers(0, GROUPS, batch.num_rows))
        column = batch.column(self.cluster)
        refuse_no_cluster(column.null_count, self.cluster)
        if not self.hashed:
            return column if _names_blocks(column.type) else column.cast(pa.string())
        hashes = pd.util.hash_array(column.to_pandas().to_numpy(), categorize=True)
        return pa.array((hashes % GROUPS).astype("int64"))


def _names_blocks(kind: pa.DataType) -> bool:
    types = pa.types
    texts = types.is_string(kind) or types.is_large_string(kind) or types.is_dictionary(kind)
    return bool(texts or types.is_integer(kind))


def _summed(rows: Any, columns: Sequence[str], weight: str | None, missing: Missing) -> Moments:
    names = [*columns, *([] if weight is None else [AGAIN])]
    return moments(rows, names[0], names[1:], weight=weight, blocks=UNIT, missing=missing)


def _with_bases(found: Moments, columns: Sequence[str], units: int, missing: Missing) -> DriverMoments:
    p = len(columns) - 1
    n = found.n.sum(axis=0)[0, 1 : p + 1]
    if len(found.columns) > p + 1:
        # sum_wx of the weight itself holds Σw·w over the rows of each pair; at [w, j] those that hold j. The
        # pair of outcome and driver is a triple with the weight, so the smaller of the two bases is taken.
        sum_w, sum_wx = found.sum_w.sum(axis=0), found.sum_wx.sum(axis=0)
        squares = sum_wx[p + 1, : p + 1] + found.shift[p + 1] * sum_w[p + 1, : p + 1]
        each = ratio(sum_w[p + 1, : p + 1] ** 2, squares)
        n_eff = np.minimum(np.minimum(each[0], each[1:]), n)
    else:
        n_eff = n.astype("float64")
    chosen = found.subset(columns)
    return DriverMoments(chosen, n, n_eff, units, _kept(chosen))


def _kept(chosen: Moments) -> float:
    if chosen.missing == "complete":
        return chosen.kept
    return int(chosen.n.sum(axis=0).min()) / chosen.rows if chosen.rows else float("nan")
