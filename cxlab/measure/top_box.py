"""Share of answers in the top boxes of a scale."""

from __future__ import annotations

from typing import Any

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates, Scale
from cxlab.measure.boxed import boxed, scale_of_boxes, top_boxes
from cxlab.measure.score_table import By
from cxlab.measure.shares import ShareMethod
from cxlab.model.weights import WeightKind, Weights


def top_box(
    frame: Any,
    score: str,
    *,
    scale: Scale | None = None,
    boxes: int = 2,
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
    """Estimate the share of answers in the highest boxes of a scale.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    score
        Column of scores. Missing answers are left out of the base.
    scale
        Lowest and highest score, such as `(1, 5)`. May be left out for a score whose scale is fixed
        (`nps`, `ces`).
    boxes
        How many of the highest whole scores count; on 1–5, two boxes are 4 and 5 (a 3.5 is in neither).
    by
        Segment column or columns.
    weight
        Column of sampling weights ≥ 0; the interval stands on Kish's effective base. Or the result of a
        calibration, such as `cxlab.rake`, row for row (pandas and polars): the variance is then that of its
        residuals.
    cluster, stratum, fpc, nest, lonely
        How the sample was drawn: see `cxlab.estimate.design.Design`. The interval then stands on n over the
        design effect and on clusters less strata degrees of freedom.
    weight_kind
        `sampling`, or `frequency` where a row of weight 3 stands for three equal rows.
    method
        `wilson`; `agresti_coull`, a little wider; `clopper_pearson`, which never covers less than its level;
        or `logit`, R survey's default for a design, which has no ends where the share is 0 or 1.
    conf_level
        Confidence level.

    Returns
    -------
    Estimates
        Shares, 0–1, called `top_2_box` for two boxes. `std_error` is √(p(1 − p) / n_eff); by design it
        is linearised.

    Raises
    ------
    MeasureError
        Where no scale is known, an answer lies outside it, the boxes do not fit it, a weight is missing or
        negative, the method is unknown, or the design contradicts itself or the rows.

    References
    ----------
    Wilson (1927), JASA 22, 209–212. Korn, Graubard (1998), Survey Methodology 24, 193–201.
    """
    known = scale_of_boxes(score, scale, boxes)
    return boxed(
        frame,
        score,
        metric=f"top_{boxes}_box",
        recode=top_boxes(known, boxes),
        scale=known,
        by=by,
        weight=weight,
        design=Design(cluster, stratum, fpc, nest=nest, lonely=lonely),
        weight_kind=weight_kind,
        method=method,
        conf_level=conf_level,
    )
