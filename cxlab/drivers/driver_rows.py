"""The rows of a driver question, read into memory: outcome, drivers, weight and cluster, complete cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.drivers.driver_columns import (
    listed,
    refuse_no_rows,
    require_columns,
    require_products,
)
from cxlab.estimate.cluster_codes import cluster_codes, require_several
from cxlab.estimate.intervals import kish_base
from cxlab.model.errors import MeasureError
from cxlab.tally.entry import lazy_rows, refuse_bad_weights

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class DriverRows:
    """Rows of positive weight that hold the outcome and every driver.

    Parameters
    ----------
    outcome
        Name of the outcome.
    drivers
        Names of the p drivers.
    y, x, w
        Outcome (n,), drivers (n, p) and weights (n,); weights are 1 where none were named.
    others
        Further columns (n, q); NaN where missing.
    cluster
        Number of the cluster of each row, shape (n,), or None where each row stands for itself.
    kept
        Share of the rows of positive weight that were kept; NaN where there are none.
    """

    outcome: str
    drivers: tuple[str, ...]
    y: Floats
    x: Floats
    w: Floats
    others: Floats
    cluster: Ints | None
    kept: float

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.y)

    @property
    def n_eff(self) -> float:
        """Kish's effective base."""
        return kish_base(self.w)

    @property
    def units(self) -> Ints:
        """Number of what was drawn: the cluster of each row, or the row itself, shape (n,)."""
        return np.arange(self.n) if self.cluster is None else self.cluster


def driver_rows(
    frame: Any,
    outcome: str,
    drivers: Sequence[str],
    *,
    weight: str | None,
    cluster: str | None,
    others: Sequence[str] = (),
) -> DriverRows:
    """Read the complete rows of an outcome and its drivers.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    outcome, drivers
        Numeric columns; NaN and infinite values count as missing.
    weight
        Column of weights ≥ 0, or None. Rows of weight zero are left out.
    cluster
        Column of the cluster, or None.
    others
        Further numeric columns, which may be missing.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or holds no numbers, a weight is missing or negative, a row has
        no cluster, there is one cluster only, or no row is complete.
    """
    drivers = listed(drivers, "drivers")
    if not drivers:
        raise MeasureError("no driver was named", remedy="name one numeric column or more")
    require_columns(frame, [outcome, *drivers], weight=weight, cluster=cluster, others=others)
    numbers = list(dict.fromkeys([outcome, *drivers, *others, *([] if weight is None else [weight])]))
    rows = lazy_rows(frame)
    asked = [nw.col(name).cast(nw.Float64).alias(f"c{place}") for place, name in enumerate(numbers)]
    groups = [] if cluster is None else [nw.col(cluster).alias("cluster")]
    table = rows.select(*asked, *groups).collect().to_pandas()
    values = table.iloc[:, : len(numbers)].to_numpy(dtype="float64", na_value=np.nan)
    values = np.where(np.isfinite(values), values, np.nan)
    p = len(drivers)
    complete = np.isfinite(values[:, : p + 1]).all(axis=1)
    w = np.ones(len(values)) if weight is None else values[:, numbers.index(weight)]
    refuse_bad_weights(int(((complete & np.isnan(w)) | (w < 0)).sum()), weight)
    kept = complete & (w > 0)
    base = int((w > 0).sum())
    if not kept.any():
        held = np.isfinite(values[w > 0, : p + 1]).sum(axis=0)
        refuse_no_rows([outcome, *drivers], held.tolist(), len(values), base)
    require_products([outcome, *drivers], values[kept, : p + 1])
    extra = values[:, [numbers.index(name) for name in others]]
    label = None if cluster is None else _clusters(table["cluster"][kept], cluster)
    return DriverRows(
        outcome, tuple(drivers), values[kept, 0], values[kept, 1 : p + 1], w[kept], extra[kept], label,
        int(kept.sum()) / base,
    )  # fmt: skip


def _clusters(labels: pd.Series, name: str) -> Ints:
    codes = cluster_codes(labels, name)
    require_several(int(codes.max(initial=0)) + 1, name)
    return codes
