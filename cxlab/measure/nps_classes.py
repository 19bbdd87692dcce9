"""Shares of promoters, passives and detractors."""

from __future__ import annotations

from typing import Any

from cxlab.estimate.estimates import Estimates, weighting_of
from cxlab.measure.nps import SCALE
from cxlab.measure.score_table import By, require_whole, require_within, score_table, segment_names
from cxlab.measure.shares import share_rows

NPS_CLASSES = {"promoters": (9, 10), "passives": (7, 8), "detractors": (0, 6)}


def nps_classes(
    frame: Any, score: str = "nps", *, by: By = None, weight: str | None = None, conf_level: float = 0.95
) -> tuple[Estimates, Estimates, Estimates]:
    """Estimate the shares of promoters (9–10), passives (7–8) and detractors (0–6).

    Parameters
    ----------
    frame, score, by, weight, conf_level
        As in `cxlab.nps`.

    Returns
    -------
    tuple of three Estimates
        `promoters`, `passives` and `detractors`, in this order, as shares of the valid answers, with
        Wilson's interval on the effective base.

    Raises
    ------
    MeasureError
        As `cxlab.nps`.
    """
    table = score_table(frame, score, by=by, weight=weight)
    require_within(table, SCALE, score)
    require_whole(table, score)
    names = tuple(segment_names(by))
    weighting = weighting_of(weight)
    promoters, passives, detractors = (
        Estimates(
            metric,
            score,
            names,
            "share",
            "wilson",
            conf_level,
            weighting,
            share_rows(table, (table.scores >= low) & (table.scores <= high), conf_level),
        )
        for metric, (low, high) in NPS_CLASSES.items()
    )
    return promoters, passives, detractors
