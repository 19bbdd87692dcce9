"""Share of answers in the top boxes of a scale."""

from __future__ import annotations

from typing import Any

from cxlab.estimate.estimates import Estimates, Scale, weighting_of
from cxlab.measure.score_table import By, require_within, scale_for, score_table, segment_names
from cxlab.measure.shares import share_rows
from cxlab.model.errors import MeasureError


def top_box(
    frame: Any,
    score: str,
    *,
    scale: Scale | None = None,
    boxes: int = 2,
    by: By = None,
    weight: str | None = None,
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
        Column of sampling weights ≥ 0. The interval stands on Kish's effective base.
    conf_level
        Confidence level of Wilson's interval.

    Returns
    -------
    Estimates
        Shares, 0–1, called `top_2_box` for two boxes. `std_error` is √(p(1 − p) / n_eff).

    Raises
    ------
    MeasureError
        Where no scale is known, an answer lies outside it, the boxes do not fit it, or a weight is missing
        or negative.

    References
    ----------
    Wilson (1927), JASA 22, 209–212.
    """
    scale = scale_for(score, scale)
    if scale is None:
        raise MeasureError(f"the scale of '{score}' is not known", remedy="name it: scale=(1, 5)")
    if not 1 <= boxes <= scale[1] - scale[0]:
        raise MeasureError(
            f"{boxes} boxes do not fit a scale of {scale[0]:g}–{scale[1]:g}",
            remedy=f"take 1 to {scale[1] - scale[0]:g}",
        )
    table = score_table(frame, score, by=by, weight=weight)
    require_within(table, scale, score)
    rows = share_rows(table, table.scores >= scale[1] - boxes + 1, conf_level)
    weighting = weighting_of(weight)
    segments = tuple(segment_names(by))
    return Estimates(
        f"top_{boxes}_box", score, segments, "share", "wilson", conf_level, weighting, rows, scale
    )
