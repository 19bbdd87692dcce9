"""Share of the answers in some boxes of a scale: what top, bottom and middle boxes have in common."""

from __future__ import annotations

from typing import Any

from cxlab.estimate.design import Design
from cxlab.estimate.estimates import Estimates, Scale, weighting_of
from cxlab.estimate.sample import sample_of
from cxlab.measure.score_table import By, require_within, scale_for, score_table, segment_names
from cxlab.measure.shares import ShareMethod, interval_name, require_share_method, shares_of_scores
from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightKind, Weights
from cxlab.tally.recode import Recode, boxes_from, boxes_up_to


def boxed(
    frame: Any,
    score: str,
    *,
    metric: str,
    recode: Recode,
    scale: Scale,
    by: By,
    weight: str | Weights | None,
    design: Design,
    weight_kind: WeightKind,
    method: ShareMethod,
    conf_level: float,
) -> Estimates:
    """Estimate the share of the answers that a recode turns into 1.

    Parameters
    ----------
    frame, score, by, weight, weight_kind, method, conf_level
        As in `cxlab.top_box`.
    metric
        Name of the measure.
    recode
        1 for a score that counts, 0 for another.
    scale
        Lowest and highest score.
    design
        How the sample was drawn.

    Raises
    ------
    MeasureError
        As `cxlab.top_box`.
    """
    require_share_method(method)
    sample = sample_of(frame, weight, design, weight_kind)
    table = score_table(sample, score, by=by)
    require_within(table, scale, score)
    segments = tuple(segment_names(by))
    rows = shares_of_scores(sample, table, score, recode, by=segments, method=method, conf_level=conf_level)
    interval, weighting = interval_name(sample, method), weighting_of(sample.weight)
    return Estimates(metric, score, segments, "share", interval, conf_level, weighting, rows, scale)


def scale_of_boxes(score: str, scale: Scale | None, boxes: int) -> Scale:
    """Return the scale of a score on which some boxes are counted.

    Raises
    ------
    MeasureError
        Where no scale is known, or the boxes do not fit it.
    """
    known = scale_for(score, scale)
    if known is None:
        raise MeasureError(f"the scale of '{score}' is not known", remedy="name it: scale=(1, 5)")
    if not 1 <= boxes <= known[1] - known[0]:
        raise MeasureError(
            f"{boxes} boxes do not fit a scale of {known[0]:g}–{known[1]:g}",
            remedy=f"take 1 to {known[1] - known[0]:g}",
        )
    return known


def top_boxes(scale: Scale, boxes: int) -> Recode:
    """Return 1 for the highest whole scores of a scale and all between them, 0 for lower ones."""
    return boxes_from(scale[1] - boxes + 1)


def bottom_boxes(scale: Scale, boxes: int) -> Recode:
    """Return 1 for the lowest whole scores of a scale and all between them, 0 for higher ones."""
    return boxes_up_to(scale[0] + boxes - 1)


def satisfied_boxes(scale: Scale | None) -> int:
    """Return how many boxes count as satisfied: two, of a scale of two points one."""
    return 1 if scale is not None and scale[1] - scale[0] == 1 else 2
