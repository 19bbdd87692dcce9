"""A frame, its weights and its design, as one thing to be measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import narwhals as nw
import numpy as np
import pandas as pd

from cxlab.estimate.design import Design
from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightKind, Weights
from cxlab.tally.cluster_sums import ClusterSums, cluster_sums
from cxlab.tally.recode import Recode

WEIGHT, ROW = "weight of this row", "number of this row"


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Rows to be measured.

    Parameters
    ----------
    frame
        The rows; under calibrated weights with the weight and the number of each row as columns.
    weight
        Column of weights, or None.
    design
        How the rows were drawn.
    weight_kind
        Whether a weight says how many others a row speaks for (`sampling`) or how many equal rows it is
        (`frequency`).
    calibration
        The weights, where they were brought to known totals.
    """

    frame: Any
    weight: str | None
    design: Design
    weight_kind: WeightKind = "sampling"
    calibration: Weights | None = None

    @property
    def plain(self) -> bool:
        """Whether the rows count as independent draws with weights that are taken as they are."""
        return self.calibration is None and not self.design.given

    def sums(
        self,
        score: str | None,
        by: Sequence[str],
        *,
        centre: float = 0.0,
        recode: Recode | None = None,
    ) -> ClusterSums:
        """Return the sums that a variance by this design needs; under calibrated weights one cell per row."""
        return cluster_sums(
            self.frame,
            score,
            by=[*by, *([] if self.calibration is None else [ROW])],
            weight=self.weight,
            weight_kind=self.weight_kind,
            cluster=self.design.cluster,
            stratum=self.design.stratum,
            fpc=self.design.fpc,
            centre=centre,
            recode=recode,
        )


def sample_of(
    frame: Any, weight: str | Weights | None, design: Design, weight_kind: WeightKind = "sampling"
) -> Sample:
    """Return a frame, its weights and its design as one.

    Parameters
    ----------
    frame
        Any frame a tally knows; pandas or polars where the weights are `Weights`.
    weight
        Column of weights, the result of a calibration (row for row), or None.
    design
        How the rows were drawn.
    weight_kind
        What the weights are, see `Sample`.

    Raises
    ------
    MeasureError
        Where `Weights` are not those of the rows or are called frequencies, the frame has no rows in an
        order, or the kind of weight is unknown.
    """
    require_option("weight_kind", weight_kind, get_args(WeightKind))
    if not isinstance(weight, Weights):
        return Sample(frame, weight, design, weight_kind)
    if weight_kind == "frequency":
        raise MeasureError("calibrated weights are no frequencies", remedy="leave weight_kind= away")
    rows = _ordered(frame)
    if len(rows) != len(weight.weights):
        raise MeasureError(
            f"there are {len(weight.weights):,} weights for {len(rows):,} rows",
            remedy="weight the frame that is measured; measure a part of it with by=",
        )
    if isinstance(frame, pd.DataFrame) and not frame.index.equals(weight.weights.index):
        raise MeasureError(
            "the weights have another index than the rows",
            remedy="weight the frame as it is measured, neither sorted nor numbered anew since",
        )
    backend = rows.implementation
    columns = [
        nw.new_series(WEIGHT, weight.weights.to_numpy(dtype="float64"), nw.Float64, backend=backend),
        nw.new_series(ROW, np.arange(len(rows)), nw.Int64, backend=backend),
    ]
    return Sample(rows.with_columns(*columns).to_native(), WEIGHT, design, calibration=weight)


def _ordered(frame: Any) -> nw.DataFrame[Any]:
    try:
        return nw.from_native(frame, eager_only=True)
    except TypeError:
        raise MeasureError(
            f"calibrated weights go with rows in an order, which a {type(frame).__name__} does not have",
            remedy="give the pandas or polars frame that was weighted, or name a column of weights "
            "(what calibration gains in precision is then not counted)",
        ) from None
