"""Rows of a driver question that may lack answers, read into memory to be completed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cxlab.drivers.driver_columns import refuse_no_rows, require_columns, require_products
from cxlab.drivers.driver_moments import GROUPS, IN_MEMORY, MAX_UNITS
from cxlab.drivers.first_batches import first_batches
from cxlab.estimate.cluster_codes import cluster_codes
from cxlab.estimate.intervals import kish_base
from cxlab.model.errors import MeasureError
from cxlab.tally.cross_products import as_floats
from cxlab.tally.entry import refuse_bad_weights
from cxlab.tally.moments import Moments
from cxlab.tally.record_batches import record_batches

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class IncompleteRows:
    """Rows of positive weight that hold at least one of q columns.

    Parameters
    ----------
    x
        Shape (n, q), the outcome first; NaN where missing.
    w, block
        Weights and numbers of units, or of groups of units, shape (n,).
    units
        Units with an outcome.
    kept
        Share of the rows of positive weight that hold every column.
    """

    x: Floats
    w: Floats
    block: Ints
    units: int
    kept: float

    @property
    def n(self) -> int:
        """Rows with an outcome, which are analysed."""
        return int(np.isfinite(self.x[:, 0]).sum())

    @property
    def n_eff(self) -> float:
        """Kish's effective base of the rows with an outcome."""
        w = self.w[np.isfinite(self.x[:, 0])]
        return kish_base(w)

    @property
    def base(self) -> float:
        """What counts as the sample size of an interval: the smaller of n_eff and the units."""
        return min(self.n_eff, float(self.units))

    def every(self, value: float) -> npt.NDArray[Any]:
        """Return one value for each column that explains: after imputation all stand on the same rows."""
        return np.full(self.x.shape[1] - 1, value)


def incomplete_rows(
    frame: Any, columns: Sequence[str], *, weight: str | None, cluster: str | None, rng: np.random.Generator
) -> IncompleteRows:
    """Read the rows.

    Raises
    ------
    MeasureError
        Where a column is absent, holds no numbers or no values, there are more than 200,000 rows, a weight is
        missing or negative, or a row has no cluster.
    """
    table = _in_memory(frame, columns, weight, cluster)
    x = np.column_stack([_column(table, name) for name in columns])
    x = np.where(np.isfinite(x), x, np.nan)
    w = np.ones(len(x)) if weight is None else _column(table, weight)
    answered = np.isfinite(x).any(axis=1)
    refuse_bad_weights(int((answered & ~(np.isfinite(w) & (w >= 0))).sum()), weight)
    used = answered & (w > 0)
    _require_values(x[used], columns, int((w > 0).sum()))
    block, units = _blocks(table, cluster, used, np.isfinite(x[:, 0]), rng)
    kept = float(np.isfinite(x[w > 0]).all(axis=1).mean())
    return IncompleteRows(x[used], w[used], block, units, kept)


def _in_memory(frame: Any, columns: Sequence[str], weight: str | None, cluster: str | None) -> pa.Table:
    if isinstance(frame, Moments):
        raise MeasureError(
            "moments hold no rows that could be completed", remedy="give the rows, or leave missing= away"
        )
    reader = isinstance(frame, pa.RecordBatchReader)
    asked = frame.schema.empty_table() if reader else frame
    require_columns(asked, columns, weight=weight, cluster=cluster)
    extra = [name for name in (weight, cluster) if name is not None]
    pieces = first_batches(record_batches(frame, [*columns, *extra]), IN_MEMORY)
    count = sum(batch.num_rows for batch in pieces)
    if count > IN_MEMORY:
        raise MeasureError(
            f"more than {IN_MEMORY:,} rows are not imputed", remedy='take missing="pairwise", or a sample'
        )
    if not count:
        raise MeasureError("there are no rows", remedy="give the answers of several respondents")
    tables = [pa.Table.from_batches([piece]) for piece in pieces]
    return pa.concat_tables(tables, promote_options="permissive").combine_chunks()


def _require_values(x: Floats, columns: Sequence[str], weighed: int) -> None:
    """Raise MeasureError where a column has no values that vary, or two are never answered together."""
    held = np.isfinite(x)
    if not held.any(axis=0).all():
        refuse_no_rows(columns, held.sum(axis=0).tolist(), 1, weighed)
    for place, name in enumerate(columns):
        if np.nanmin(x[:, place]) == np.nanmax(x[:, place]):
            instead = "leave it out" if place else "take an outcome that varies"
            raise MeasureError(f"'{name}' has the same value in every row", remedy=instead)
    require_products(columns, x)
    together = held.T.astype("float64") @ held
    if not together.all():
        first, second = (columns[place] for place in np.argwhere(together == 0)[0])
        raise MeasureError(
            f"no row holds both '{first}' and '{second}', so nothing says how they go together",
            remedy=f"leave '{second}' out",
        )


def _column(table: pa.Table, name: str) -> Floats:
    whole = table.column(name).combine_chunks()
    return as_floats(whole, name)


def _blocks(
    table: pa.Table,
    cluster: str | None,
    used: npt.NDArray[np.bool_],
    analysed: npt.NDArray[np.bool_],
    rng: np.random.Generator,
) -> tuple[Ints, int]:
    if cluster is None:
        unit = np.arange(table.num_rows)
    else:
        unit = cluster_codes(table.column(cluster).to_pandas(), cluster)
    # Units without an outcome are in no sum, so they are numbered last and never drawn.
    first = np.unique(unit[used & analysed])
    place = np.full(int(unit.max()) + 1, len(first), dtype="int64")
    place[first] = np.arange(len(first))
    if len(first) > MAX_UNITS:
        place[first] = rng.permutation(len(first)) % GROUPS
    return place[unit[used]], len(first)
