"""Our rating less each competitor's, by the same respondents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from cxlab.estimate.design import Lonely
from cxlab.estimate.estimates import Estimates
from cxlab.measure.brand_scores import brand_scores
from cxlab.measure.mean_score import mean_score
from cxlab.model.errors import MeasureError, nearest
from cxlab.model.weights import WeightKind

KEYS = ["response_id", "category", "area"]


def rating_gap(
    brand_ratings: Any,
    own: str,
    *,
    by_area: bool = True,
    weight: str | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
    weight_kind: WeightKind = "sampling",
    conf_level: float = 0.95,
) -> Estimates:
    """Compare a brand with each other brand that the same respondents rated, on the same area.

    Parameters
    ----------
    brand_ratings
        `response_id`, `brand`, `category`, `area`, `score` (0–10), such as `market.brand_ratings`, with the
        columns of weights and design beside them.
    own
        Our brand.
    by_area
        Whether areas are told apart; else a respondent counts once per brand and category, with the mean of
        his differences over the areas he rated for both.
    weight, cluster, stratum, fpc, nest, lonely, weight_kind
        As in `cxlab.mean_score`.
    conf_level
        Confidence level of the t interval of the paired differences.

    Returns
    -------
    Estimates
        By `brand`, `category` (and `area`): mean of our score less the brand's within respondents. Who rated
        only one of the two is left out, so a respondent's way of using the scale cancels out.

    Raises
    ------
    MeasureError
        Where columns are absent, a score is outside 0–10, a respondent rated an area of a brand twice, the
        brand is not there, nobody rated both, or as in `cxlab.mean_score`.
    """
    columns = list(dict.fromkeys(name for name in (weight, cluster, stratum, fpc) if name is not None))
    table = brand_scores(brand_ratings, columns)
    if table.empty:
        raise MeasureError("nobody rated a brand", remedy="give ratings with a score")
    if own not in set(table["brand"]):
        raise MeasureError(f"there is no brand '{own}'", remedy=nearest(own, table["brand"].unique()))
    ours = table.loc[table["brand"] == own, [*KEYS, "score"]]
    pairs = table[table["brand"] != own].merge(ours, on=KEYS, suffixes=("", "_own"))
    if pairs.empty:
        raise MeasureError(
            f"nobody rated '{own}' and another brand", remedy="compare published means: cxlab.competitor_gap"
        )
    pairs = pairs.assign(gap=pairs["score_own"] - pairs["score"])
    by = ["brand", "category", *(["area"] if by_area else [])]
    if not by_area:
        pairs = _by_respondent(pairs, columns)
    found = mean_score(
        pairs,
        "gap",
        by=by,
        weight=weight,
        cluster=cluster,
        stratum=stratum,
        fpc=fpc,
        nest=nest,
        lonely=lonely,
        weight_kind=weight_kind,
        conf_level=conf_level,
    )
    return replace(found, metric="rating_gap", outcome=own, scale=(-10.0, 10.0))


def _by_respondent(pairs: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    groups = pairs.groupby(["response_id", "brand", "category"], sort=True, as_index=False)
    return groups.agg({"gap": "mean", **dict.fromkeys(columns, "first")})
