"""A measure by its name."""

from __future__ import annotations

from typing import Any

from cxlab.estimate.estimates import Estimates
from cxlab.measure.averaged import Averaged
from cxlab.measure.bottom_box import bottom_box
from cxlab.measure.csat import csat
from cxlab.measure.mean_score import mean_score
from cxlab.measure.nps import nps
from cxlab.measure.nps_classes import nps_classes
from cxlab.measure.share import share
from cxlab.measure.top_box import top_box


def measured(frame: Any, what: Averaged, **options: Any) -> Estimates:
    """Return the estimates of a measure.

    Parameters
    ----------
    frame
        As in the measure.
    what
        The measure, its column and what it needs to know of it.
    options
        `by`, `conf_level` and what says how the sample was drawn and weighted, as in the measure.
    """
    if what.metric == "nps":
        return nps(frame, what.column, **options)
    if what.values is not None:
        return share(frame, what.column, values=list(what.values), **options)
    if what.metric == "mean_score":
        return mean_score(frame, what.column, scale=what.scale, **options)
    if what.metric == "csat":
        return csat(frame, what.column, scale=what.scale, **options)
    if what.boxes:
        boxes = top_box if what.metric.startswith("top") else bottom_box
        return boxes(frame, what.column, scale=what.scale, boxes=what.boxes, **options)
    return next(
        result for result in nps_classes(frame, what.column, **options) if result.metric == what.metric
    )
