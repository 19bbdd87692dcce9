"""Share of customers for whom it was easy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates
from cxlab.measure.boxed import boxed
from cxlab.measure.ces import CES_SCALE, Direction, effort_outcome, require_direction
from cxlab.measure.score_table import By
from cxlab.measure.shares import ShareMethod
from cxlab.model.weights import WeightKind, Weights
from cxlab.tally.recode import boxes_from, boxes_up_to

EASY = 5.0


def easy_share(
    frame: Any,
    score: str = "ces",
    *,
    direction: Direction | None = None,
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
    """Estimate the share of customers for whom it was easy: 5 to 7 on a scale from 1 to 7.

    Parameters
    ----------
    frame, by, weight, cluster, stratum, fpc, nest, lonely, weight_kind, method, conf_level
        As in `cxlab.top_box`.
    score, direction
        As in `cxlab.ces`. Where a high score means difficult, 1 to 3 count.

    Returns
    -------
    Estimates
        Shares, 0–1, called `easy_share`.

    Raises
    ------
    MeasureError
        Where no direction is named or it is unknown, an answer lies outside 1–7, and as `cxlab.top_box`.
    """
    require_direction(direction)
    recode = boxes_from(EASY) if direction == "easy" else boxes_up_to(sum(CES_SCALE) - EASY)
    result = boxed(
        frame,
        score,
        metric="easy_share",
        recode=recode,
        scale=CES_SCALE,
        by=by,
        weight=weight,
        design=Design(cluster, stratum, fpc, nest=nest, lonely=lonely),
        weight_kind=weight_kind,
        method=method,
        conf_level=conf_level,
    )
    return replace(result, outcome=effort_outcome(score, direction))
