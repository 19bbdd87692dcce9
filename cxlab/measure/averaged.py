"""A measure as what it is: the mean of a number that every answer adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from cxlab.estimate.estimates import Scale, Unit
from cxlab.estimate.require_option import require_option
from cxlab.estimate.sample import Sample
from cxlab.measure.boxed import bottom_boxes, satisfied_boxes, scale_of_boxes, top_boxes
from cxlab.measure.nps import NET, SCALE
from cxlab.measure.nps_classes import NPS_CLASSES
from cxlab.measure.score_table import (
    ScoreTable,
    require_whole,
    require_within,
    scale_for,
    score_table,
    table_of,
)
from cxlab.model.errors import MeasureError, nearest
from cxlab.model.strict import code_text
from cxlab.tally.cluster_sums import ClusterSums
from cxlab.tally.recode import Recode
from cxlab.tally.value_counts import value_counts

Floats = npt.NDArray[np.float64]
MeasureName = Literal[
    "nps", "promoters", "passives", "detractors", "csat", "top_box", "bottom_box", "mean_score", "share"
]
NPS_KIND = ("nps", *NPS_CLASSES)
OPTIONS = {
    "share": ("values",),
    "mean_score": ("scale",),
    "csat": ("scale",),
    "top_box": ("scale", "boxes"),
    "bottom_box": ("scale", "boxes"),
}


@dataclass(frozen=True, slots=True)
class Averaged:
    """What a measure is the mean of.

    Parameters
    ----------
    metric, outcome, unit, scale
        As in `cxlab.Estimates`.
    column
        Column of the answers.
    recode
        Turns a score into the number it adds; None where the score itself is added.
    values
        Of a share of values: those that add 1, where all others add 0; else None.
    boxes
        Of a share of boxes: how many; else 0.
    """

    metric: str
    outcome: str
    unit: Unit
    scale: Scale | None
    column: str
    recode: Recode | None = None
    values: tuple[str, ...] | None = None
    boxes: int = 0

    @property
    def classes(self) -> bool:
        """Whether answers add 1, 0 or −1 only."""
        return self.unit in ("points", "share")

    @property
    def factor(self) -> float:
        """How many units a mean of 1 is: NPS is told in points."""
        return 100.0 if self.unit == "points" else 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Counted answers of k segments on m values, and the number that each value adds, shape (m,)."""

    table: ScoreTable
    numbers: Floats


def averaged(
    measure: MeasureName,
    score: str | None,
    *,
    scale: Scale | None = None,
    boxes: int | None = None,
    values: object | Sequence[object] = None,
) -> Averaged:
    """Return what a measure is the mean of.

    Parameters
    ----------
    measure
        Name of the measure.
    score
        Column of the answers; may be left out for NPS and its classes, which then take `nps`.
    scale, boxes, values
        As in the measure of that name.

    Raises
    ------
    MeasureError
        Where the measure is unknown, wants an option that was not given or has no use for one that was.
    """
    require_option("measure", measure, get_args(MeasureName))
    _refuse_idle(measure, scale, boxes, values)
    if score is None and measure not in NPS_KIND:
        raise MeasureError(f"'{measure}' needs a column", remedy='name it: score="csat_overall"')
    if measure in NPS_KIND:
        unit: Unit = "points" if measure == "nps" else "share"
        recode = NET if measure == "nps" else NPS_CLASSES[measure]
        return Averaged(measure, score or "nps", unit, None, score or "nps", recode)
    assert score is not None
    if measure == "share":
        return _share(score, values)
    if measure == "mean_score":
        return Averaged(measure, score, "score", scale_for(score, scale), score)
    return _boxes(measure, score, scale, boxes)


def answers_of(sample: Sample, what: Averaged, by: Sequence[str]) -> Answers:
    """Count the answers of each segment, refusing those that the measure does not know."""
    if what.values is not None:
        counts = value_counts(
            sample.frame, what.column, by=by, weight=sample.weight, weight_kind=sample.weight_kind
        )
        table = table_of(counts, "value", by)
        known = [str(value) for value in table.scores]
        _require_known(what.values, known, what.column)
        return Answers(table, np.array([float(value in what.values) for value in known]))
    table = score_table(sample, what.column, by=by)
    scale = SCALE if what.metric in NPS_KIND else what.scale
    if scale is not None:
        require_within(table, scale, what.column)
    if what.metric in NPS_KIND:
        require_whole(table, what.column)
    return Answers(table, table.scores if what.recode is None else what.recode.numbers(table.scores))


def sums_of(sample: Sample, what: Averaged, by: Sequence[str], *, centre: float = 0.0) -> ClusterSums:
    """Return the sums that the variance of the measure by design needs, of x − centre."""
    if what.values is None:
        return sample.sums(what.column, by, centre=centre, recode=what.recode)
    sums = sample.sums(None, list(dict.fromkeys([*by, what.column])))
    value, cells = sums.levels[what.column], sums.cells.copy()
    counted = ["n", "sum_w", "sum_w2"]
    cells[counted] = cells[counted].where(value.notna(), 0)
    # x is 1 or 0, less the centre.
    x = value.isin(what.values).astype("float64") - centre
    cells["sum_wx"] = cells["sum_w"] * x
    cells["sum_w2x"] = cells["sum_w2"] * x
    cells["sum_w2x2"] = cells["sum_w2"] * x**2
    return ClusterSums(sums.levels, cells)


def _refuse_idle(
    measure: MeasureName, scale: Scale | None, boxes: int | None, values: object | Sequence[object]
) -> None:
    given = {"scale": scale, "boxes": boxes, "values": values}
    for name, value in given.items():
        if value is not None and name not in OPTIONS.get(measure, ()):
            raise MeasureError(f"'{measure}' has no use for {name}=", remedy=f"leave {name}= away")


def _share(column: str, values: object | Sequence[object]) -> Averaged:
    several = list(values) if isinstance(values, Iterable) and not isinstance(values, str) else [values]
    wanted = tuple(code_text(value) for value in several if value is not None)
    if not wanted:
        raise MeasureError(f"no value of '{column}' is named", remedy="name at least one: values=")
    return Averaged("share", f"{column}={'|'.join(wanted)}", "share", None, column, values=wanted)


def _boxes(measure: MeasureName, score: str, scale: Scale | None, boxes: int | None) -> Averaged:
    boxes = (satisfied_boxes(scale) if measure == "csat" else 2) if boxes is None else boxes
    known = scale_of_boxes(score, scale, boxes)
    recode = bottom_boxes(known, boxes) if measure == "bottom_box" else top_boxes(known, boxes)
    metric = measure.replace("_", f"_{boxes}_")
    return Averaged(metric, score, "share", known, score, recode, boxes=boxes)


def _require_known(wanted: tuple[str, ...], known: list[str], column: str) -> None:
    # Of a flag both values are known, though one may never occur; of a column without answers, none is.
    flags = {"true", "false"} if {"true", "false"}.issuperset(known) else set()
    for value in wanted:
        if known and value not in {*known, *flags}:
            raise MeasureError(f"no answer in '{column}' is '{value}'", remedy=nearest(value, known))
