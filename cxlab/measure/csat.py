"""Share of satisfied customers."""

from __future__ import annotations

from typing import Any

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates, Scale
from cxlab.measure.boxed import boxed, satisfied_boxes, scale_of_boxes, top_boxes
from cxlab.measure.score_table import By
from cxlab.measure.shares import ShareMethod
from cxlab.model.weights import WeightKind, Weights


def csat(
    frame: Any,
    score: str = "csat_overall",
    *,
    scale: Scale | None = None,
    by: By = None,
    weight: str | Weights | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
    weight_kind: WeightKind = "sampling",
    method: ShareMethod = "wilson",
    conf_level: float = 0.95,
) -> Estimates:
    """Estimate the share of satisfied customers: answers in the two highest boxes.

    Parameters
    ----------
    frame, by, weight, cluster, stratum, fpc, nest, lonely, weight_kind, method, conf_level
        As in `cxlab.top_box`.
    score
        Column of scores. Missing answers are left out of the base.
    scale
        Lowest and highest score. On `(1, 5)` the answers 4 and 5 count as satisfied; on two points, such as
        `(0, 1)`, the upper one.

    Returns
    -------
    Estimates
        Shares, 0–1, called `csat`. The mean on the scale, `cxlab.mean_score`, belongs beside them.

    Raises
    ------
    MeasureError
        Where no scale is known or an answer lies outside it, and as `cxlab.top_box`.
    """
    boxes = satisfied_boxes(scale)
    known = scale_of_boxes(score, scale, boxes)
    return boxed(
        frame,
        score,
        metric="csat",
        recode=top_boxes(known, boxes),
        scale=known,
        by=by,
        weight=weight,
        design=Design(cluster, stratum, fpc, nest=nest, lonely=lonely),
        weight_kind=weight_kind,
        method=method,
        conf_level=conf_level,
    )
