"""Rows of a driver question that may lack answers, read into memory to be completed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cxlab.drivers.driver_moments import GROUPS, IN_MEMORY, MAX_UNITS
from cxlab.drivers.first_batches import first_batches
from cxlab.estimate.intervals import kish_n_eff
from cxlab.model.errors import MeasureError
from cxlab.tally.cross_products import as_floats
from cxlab.tally.entry import lazy_rows, refuse_bad_weights, require_names, require_numbers
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
        return float(kish_n_eff(np.array([w.sum()]), np.array([(w**2).sum()]))[0])

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
    extra = [name for name in (weight, cluster) if name is not None]
    if not isinstance(frame, pa.RecordBatchReader):
        rows = lazy_rows(frame)
        schema = rows.collect_schema()
        require_names([*columns, *extra], schema)
        for name in [*columns, *extra[: weight is not None]]:
            require_numbers(rows, name, schema[name])
    pieces = first_batches(record_batches(frame, [*columns, *extra]), IN_MEMORY)
    count = sum(batch.num_rows for batch in pieces)
    if count > IN_MEMORY:
        raise MeasureError(
            f"more than {IN_MEMORY:,} rows are not imputed", remedy='take missing="pairwise", or a sample'
        )
    if not count:
        raise MeasureError("there are no rows", remedy="give the answers of several respondents")
    table = pa.concat_tables(
        [pa.Table.from_batches([b]) for b in pieces], promote_options="permissive"
    ).combine_chunks()
    x = np.column_stack([_column(table, name) for name in columns])
    x = np.where(np.isfinite(x), x, np.nan)
    w = np.ones(count) if weight is None else _column(table, weight)
    answered = np.isfinite(x).any(axis=1)
    refuse_bad_weights(int((answered & ~(np.isfinite(w) & (w >= 0))).sum()), weight)
    used = answered & (w > 0)
    for place, name in enumerate(columns):
        if not np.isfinite(x[used, place]).any():
            raise MeasureError(f"nobody answered '{name}'", remedy="leave it out")
        if np.nanmin(x[used, place]) == np.nanmax(x[used, place]):
            raise MeasureError(f"'{name}' has the same value in every row", remedy="leave it out")
    block, units = _blocks(table, cluster, used, np.isfinite(x[:, 0]), rng)
    kept = float(np.isfinite(x[w > 0]).all(axis=1).mean())
    return IncompleteRows(x[used], w[used], block, units, kept)


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
        unit = pd.factorize(table.column(cluster).to_pandas(), sort=True)[0].astype("int64")
        if (unit < 0).any():
            raise MeasureError(
                f"{int((unit < 0).sum()):,} rows have no cluster",
                where=f"column '{cluster}'",
                remedy="name the cluster of every row, or leave these rows out",
            )
    # Units without an outcome are in no sum, so they are numbered last and never drawn.
    first = np.unique(unit[used & analysed])
    place = np.full(int(unit.max()) + 1, len(first), dtype="int64")
    place[first] = np.arange(len(first))
    if len(first) > MAX_UNITS:
        place[first] = rng.permutation(len(first)) % GROUPS
    return place[unit[used]], len(first)
