"""Shares of promoters, passives and detractors."""

from __future__ import annotations

from typing import Any

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates, weighting_of
from cxlab.estimate.sample import sample_of
from cxlab.measure.nps import SCALE
from cxlab.measure.score_table import By, require_whole, require_within, score_table, segment_names
from cxlab.measure.shares import interval_name, shares_of_scores
from cxlab.model.weights import WeightKind, Weights
from cxlab.tally.recode import Recode, boxes_below, boxes_from

NPS_CLASSES = {
    "promoters": boxes_from(9),
    "passives": Recode(0, ((7, 1), (9, 0))),
    "detractors": boxes_below(7),
}


def nps_classes(
    frame: Any,
    score: str = "nps",
    *,
    by: By = None,
    weight: str | Weights | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
    weight_kind: WeightKind = "sampling",
    conf_level: float = 0.95,
) -> tuple[Estimates, Estimates, Estimates]:
    """Estimate the shares of promoters (9–10), passives (7–8) and detractors (0–6).

    Parameters
    ----------
    frame, score, by, weight, cluster, stratum, fpc, nest, lonely, weight_kind, conf_level
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
    sample = sample_of(frame, weight, Design(cluster, stratum, fpc, nest=nest, lonely=lonely), weight_kind)
    table = score_table(sample, score, by=by)
    require_within(table, SCALE, score)
    require_whole(table, score)
    names, weighting = tuple(segment_names(by)), weighting_of(sample.weight)
    interval = interval_name(sample, "wilson")
    promoters, passives, detractors = (
        Estimates(
            metric,
            score,
            names,
            "share",
            interval,
            conf_level,
            weighting,
            shares_of_scores(sample, table, score, recode, by=names, method="wilson", conf_level=conf_level),
        )
        for metric, recode in NPS_CLASSES.items()
    )
    return promoters, passives, detractors
