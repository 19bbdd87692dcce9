"""Complete answers of satisfaction and the elements of loyalty, read into memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from cxlab.estimate.cluster_codes import cluster_codes, require_several
from cxlab.estimate.intervals import kish_base
from cxlab.linkage.element_slopes import Floats, Ints
from cxlab.model.errors import MeasureError
from cxlab.tally.entry import (
    finite,
    lazy_rows,
    refuse_bad_weights,
    require_names,
    require_numbers,
    require_once,
)

SAME = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class ElementRows:
    """Rows of positive weight that hold satisfaction and every element.

    Parameters
    ----------
    elements
        Names of the m elements.
    x, y, w
        Satisfaction (n,), elements (n, m), weights (n,).
    units
        Number of the cluster of each row, shape (n,), or None.
    kept
        Share of the rows of positive weight that were kept.
    """

    elements: tuple[str, ...]
    x: Floats
    y: Floats
    w: Floats
    units: Ints | None
    kept: float

    @property
    def n_eff(self) -> float:
        """Kish's effective base."""
        return kish_base(self.w)


def element_rows(
    frame: Any, satisfaction: str, elements: Sequence[str], *, weight: str | None, cluster: str | None
) -> ElementRows:
    """Read the complete rows; raise MeasureError where they cannot carry a slope.

    Parameters
    ----------
    frame
        A frame of any engine.
    satisfaction, elements
        Numeric columns.
    weight, cluster
        Columns, or None.
    """
    elements = [elements] if isinstance(elements, str) else list(elements)
    if not elements:
        raise MeasureError("no element of loyalty was named", remedy="name one numeric column or more")
    named = [satisfaction, *elements]
    require_once(named)
    numeric = [*named, *([] if weight is None else [weight])]
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    require_names([*numeric, *([] if cluster is None else [cluster])], schema)
    for name in numeric:
        require_numbers(rows, name, schema[name])
    picked = [finite(name).alias(f"c{place}") for place, name in enumerate(numeric)]
    groups = [] if cluster is None else [nw.col(cluster).alias("cluster")]
    table = rows.select(*picked, *groups).collect().to_pandas()
    values = table[[f"c{place}" for place in range(len(numeric))]].to_numpy(dtype="float64", na_value=np.nan)
    complete = ~np.isnan(values[:, : len(named)]).any(axis=1)
    w = np.ones(len(values)) if weight is None else values[:, -1]
    refuse_bad_weights(int(((complete & np.isnan(w)) | (w < 0)).sum()), weight)
    kept = complete & (w > 0)
    _require_enough(values[kept, : len(named)], named)
    units = None if cluster is None else cluster_codes(table["cluster"][kept], cluster)
    if units is not None:
        require_several(int(units.max(initial=0)) + 1, cluster)
    share = float(kept.sum() / (w > 0).sum())
    return ElementRows(tuple(elements), values[kept, 0], values[kept, 1 : len(named)], w[kept], units, share)


def _require_enough(values: Floats, names: Sequence[str]) -> None:
    if len(values) < 4:
        raise MeasureError(
            f"{len(values)} rows hold all of {', '.join(names)}, too few for a slope and its error",
            remedy="take more rows, or leave out the column that few answered",
        )
    for name, column in zip(names, values.T, strict=True):
        if np.ptp(column) == 0:
            raise MeasureError(f"'{name}' does not vary", remedy="take rows whose answers differ")
    centred = values - values.mean(axis=0)
    r = np.abs(centred[:, 0] @ centred) / np.sqrt((centred[:, 0] ** 2).sum() * (centred**2).sum(axis=0))
    for name, same in zip(names[1:], r[1:], strict=True):
        if same > 1 - SAME:
            raise MeasureError(
                f"'{name}' repeats '{names[0]}' exactly", remedy="look whether one was made from the other"
            )
