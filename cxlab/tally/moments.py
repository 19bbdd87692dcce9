"""Means, covariances and correlations of several columns, from one pass over the rows."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cxlab.model.errors import MeasureError, nearest
from cxlab.tally.block_sums import BlockSums, Floats, Ints, added, of_columns, total
from cxlab.tally.covariances import covariances, ratio
from cxlab.tally.cross_products import Asked, Missing, cross_products
from cxlab.tally.dask_sums import dask_sums
from cxlab.tally.entry import (
    known_frame,
    lazy_rows,
    refuse_bad_weights,
    require_names,
    require_numbers,
    require_once,
)
from cxlab.tally.one_blas_thread import one_blas_thread
from cxlab.tally.record_batches import record_batches
from cxlab.tally.spark_sums import spark_sums


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Moments:
    """Weighted sums of p columns and of their products, in k blocks of rows.

    Every sum is additive: those of a resample of the blocks are the sums of the blocks drawn. `+` adds the
    moments of other rows, and puts blocks of one label together.

    Parameters
    ----------
    columns
        The p columns, the outcome first.
    weighting
        `none` or `weighted`.
    missing
        `pairwise`, where a pair stands on the rows that hold both columns, or `complete`.
    sums
        The sums by block; read them through the properties.
    """

    columns: tuple[str, ...]
    weighting: Literal["none", "weighted"]
    missing: Missing
    sums: BlockSums

    @property
    def blocks(self) -> npt.NDArray[Any]:
        """Labels of the blocks, sorted, shape (k,): int64, or objects that are texts."""
        return self.sums.labels

    @property
    def shift(self) -> Floats:
        """What was subtracted from each column before it was summed, shape (p,)."""
        return self.sums.shift

    @property
    def n(self) -> Ints:
        """Rows of positive weight that hold both columns of a pair, shape (k, p, p)."""
        return self.sums.n

    @property
    def sum_w(self) -> Floats:
        """Σw over the rows that hold both columns i and j, shape (k, p, p)."""
        return self.sums.sum_w

    @property
    def sum_wx(self) -> Floats:
        """Σw(x_i − shift_i) at [·, i, j], over the rows that hold both, shape (k, p, p)."""
        return self.sums.sum_wx

    @property
    def sum_wxx(self) -> Floats:
        """Σw(x_i − shift_i)(x_j − shift_j) over the rows that hold both, shape (k, p, p)."""
        return self.sums.sum_wxx

    @property
    def rows(self) -> int:
        """Rows of positive weight."""
        return int(self.sums.rows.sum())

    @property
    def kept(self) -> float:
        """Share of these rows that hold every column (`complete`) or at least one (`pairwise`)."""
        return int(self.sums.used.sum()) / self.rows if self.rows else float("nan")

    def total(self) -> Moments:
        """Return the moments of all rows, as one block of label 0."""
        return replace(self, sums=total(self.sums))

    def subset(self, columns: Sequence[str]) -> Moments:
        """Return the moments of some columns, the first of them as the outcome; the rows stay the same.

        Raises
        ------
        MeasureError
            Where a column is not among them.
        """
        for name in columns:
            if name not in self.columns:
                raise MeasureError(f"there is no column '{name}'", remedy=nearest(name, self.columns))
        places = [self.columns.index(name) for name in columns]
        return replace(self, columns=tuple(columns), sums=of_columns(self.sums, places))

    def __add__(self, other: Moments) -> Moments:
        """Return the moments of the rows of both."""
        for name in ("columns", "weighting", "missing"):
            mine, yours = getattr(self, name), getattr(other, name)
            if mine != yours:
                raise MeasureError(f"moments that differ in their {name} cannot be added: {mine}, {yours}")
        return replace(self, sums=added([self.sums, other.sums]))

    def mean(self) -> pd.Series:
        """Return the weighted mean of each column over the rows that hold it, shape (p,)."""
        sums = total(self.sums)
        sum_w, sum_wx = np.diagonal(sums.sum_w[0]), np.diagonal(sums.sum_wx[0])
        return pd.Series(ratio(sum_wx, sum_w) + self.shift, index=list(self.columns), name="mean")

    def covariance(self) -> pd.DataFrame:
        """Return Σw(x_i − m_i)(x_j − m_j) / Σw of each pair, over the rows that hold both, shape (p, p).

        m_i and m_j are the means over the same rows. The denominator is Σw: times n / (n − 1) this is the
        sample covariance of `pandas.DataFrame.cov`.
        """
        return self._square(self._covariances())

    def correlation(self) -> pd.DataFrame:
        """Return each covariance over the two standard deviations, shape (p, p).

        A standard deviation stands on all rows that hold its column, not on those of the pair. So under
        `pairwise` a correlation may pass 1 on small bases, and the matrix need not be positive definite.
        NaN where a column does not vary.
        """
        covariance = self._covariances()
        spread = np.sqrt(np.diagonal(covariance))
        return self._square(ratio(covariance, np.outer(spread, spread)))

    def tidy(self) -> pd.DataFrame:
        """Return one row per pair: `x`, `y`, `n`, `sum_w`, `covariance`, `correlation`, over all blocks."""
        i, j = np.triu_indices(len(self.columns))
        sums, names = total(self.sums), np.array(self.columns, dtype=object)
        return pd.DataFrame(
            {
                "x": pd.Series(names[i], dtype="str"),
                "y": pd.Series(names[j], dtype="str"),
                "n": sums.n[0][i, j],
                "sum_w": sums.sum_w[0][i, j],
                "covariance": self.covariance().to_numpy()[i, j],
                "correlation": self.correlation().to_numpy()[i, j],
            }
        )

    def summary(self) -> str:
        """Return one honest sentence in English."""
        drivers = f"{len(self.columns) - 1} driver{'s' if len(self.columns) != 2 else ''}"
        blocks = f"{len(self.blocks):,} block{'s' if len(self.blocks) != 1 else ''}"
        subject = f"of {self.columns[0]} and {drivers}"
        if not self.rows:
            return f"Moments {subject}: no rows."
        least = int(total(self.sums).n.min())
        weighting = "Weighted" if self.weighting == "weighted" else "Unweighted"
        return (
            f"{weighting} {self.missing} moments {subject}: {self.rows:,} rows in {blocks}, "
            f"{100 * self.kept:.1f}% of them used; the smallest pair stands on {least:,}."
        )

    def _covariances(self) -> Floats:
        sums = total(self.sums)
        return covariances(sums.sum_w[0], sums.sum_wx[0], sums.sum_wxx[0])

    def _square(self, values: Floats) -> pd.DataFrame:
        return pd.DataFrame(values, index=list(self.columns), columns=list(self.columns))

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the correlations, without ids or times."""
        table = self.correlation().round(2).to_html(border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def moments(
    frame: Any,
    outcome: str,
    drivers: str | Sequence[str],
    *,
    weight: str | None = None,
    blocks: str | None = None,
    missing: Missing = "pairwise",
) -> Moments:
    """Sum an outcome, its drivers and all their products in one pass, wherever the rows live.

    Parameters
    ----------
    frame
        pandas, polars (eager or lazy), a DuckDB relation, a pyarrow table, a Dask or Spark frame, any other
        that narwhals knows, or a pyarrow `RecordBatchReader`, which is used up. Rows are read in batches;
        those of Dask and Spark are summed where they stand.
    outcome
        Numeric column.
    drivers
        Numeric columns. Flags count as 0 and 1; NaN and infinite values count as missing.
    weight
        Column of weights ≥ 0, or None. Rows of weight zero do not count in n.
    blocks
        Column of whole numbers or texts that names the block of each row, to draw blocks anew later; None
        for one block. At most 10,000 blocks.
    missing
        `pairwise` sums a pair over the rows that hold both columns; `complete` leaves out every row that
        lacks one of the columns.

    Returns
    -------
    Moments
        The same on every engine: integers and sums of whole numbers exactly, other sums to 1e-12 relative
        to the sum of their absolute terms.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or holds no numbers, a row that enters a sum has no weight or
        a negative one, a row has no block, there are too many blocks, or products exceed what a float holds.

    References
    ----------
    Chan, Golub and LeVeque (1983), The American Statistician 37(3), 242–247.
    """
    if missing not in get_args(Missing):
        allowed = ", ".join(get_args(Missing))
        raise MeasureError(f"unknown missing '{missing}'", remedy="take one of " + allowed)
    columns = (outcome, *([drivers] if isinstance(drivers, str) else drivers))
    asked = Asked(columns, weight, blocks, missing)
    texts = _require_columns(frame, asked)
    # The products are too small for several threads: where cores are busy, threads would wait for each other
    # most of the time, and their number would decide the last digit.
    with one_blas_thread():
        sums = _sums(frame, asked, texts)
    refuse_bad_weights(int(sums.bad.sum()), weight)
    if len(sums.labels) and sums.labels[-1] is None:
        raise MeasureError(
            f"{int(sums.rows[-1]):,} rows have no block",
            where=f"column '{blocks}'",
            remedy="name the block of every row, or leave these rows out",
        )
    _require_finite(sums, columns)
    return Moments(columns, "none" if weight is None else "weighted", missing, sums)


def _require_columns(frame: Any, asked: Asked) -> bool:
    """Raise MeasureError where a column will not do; return whether the blocks are named by texts."""
    is_reader = isinstance(frame, pa.RecordBatchReader)
    rows = lazy_rows(frame.schema.empty_table() if is_reader else frame)
    schema = rows.collect_schema()
    require_names(asked.names, schema)
    require_once(asked.columns)
    for name in [*asked.columns, *([asked.weight] if asked.weight else [])]:
        require_numbers(rows, name, schema[name])
    if asked.block is None or schema[asked.block].is_integer():
        return False
    if not isinstance(schema[asked.block], nw.String | nw.Categorical | nw.Enum):
        raise MeasureError(
            f"the column '{asked.block}' holds {schema[asked.block]}, neither whole numbers nor texts",
            remedy="name the blocks by whole numbers or texts",
        )
    return True


def _sums(frame: Any, asked: Asked, texts: bool) -> BlockSums:
    if not isinstance(frame, pa.RecordBatchReader):
        known = known_frame(frame)
        if known.implementation.is_dask():
            return dask_sums(frame, asked)
        if known.implementation.is_pyspark() or known.implementation.is_pyspark_connect():
            return spark_sums(known.select(*asked.names).to_native(), asked, texts=texts)
    return cross_products(record_batches(frame, asked.names), asked)


def _require_finite(sums: BlockSums, columns: Sequence[str]) -> None:
    diagonals = np.einsum("kii->ki", sums.sum_wxx)
    finite = np.isfinite(diagonals).all(axis=0)
    if not finite.all():
        too_large = [name for name, fine in zip(columns, finite, strict=True) if not fine]
        raise MeasureError(
            f"the values of {', '.join(too_large)} are too large to be multiplied",
            remedy="divide them by a power of ten first",
        )
