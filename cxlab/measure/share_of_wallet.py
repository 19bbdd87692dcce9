"""Share of what customers spend in the category that they spend with us."""

from __future__ import annotations

from typing import Any, Literal, get_args

import pandas as pd

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates, weighting_of
from cxlab.estimate.require_option import require_option
from cxlab.estimate.sample import sample_of
from cxlab.measure.ratio import RATIO_LOGIT, RATIO_T, ratio
from cxlab.measure.score_table import By, segment_names
from cxlab.measure.table_rows import table_rows
from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightKind, Weights

Over = Literal["refuse", "keep", "leave_out"]


def share_of_wallet(
    frame: Any,
    *,
    spend: str = "spend",
    category: str = "category_spend",
    over: Over = "refuse",
    by: By = None,
    weight: str | Weights | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
    weight_kind: WeightKind = "sampling",
    conf_level: float = 0.95,
) -> Estimates:
    """Estimate the share of wallet: own spend / spend in the category, both summed over customers.

    Parameters
    ----------
    frame
        One row per customer, as `cxlab.wallets` returns them; a frame of any engine.
    spend, category
        Columns of the two amounts. A customer who lacks one of them is left out.
    over
        What to do where customers spend more with us than in the whole category, which cannot be: `refuse`,
        `keep` them as they are, or `leave_out`.
    by
        Segment column or columns.
    weight, weight_kind, cluster, stratum, fpc, nest, lonely
        As in `cxlab.mean_score`.
    conf_level
        Confidence level of the t interval: of the log odds, or with `keep` of the ratio, which may exceed 1.

    Returns
    -------
    Estimates
        Shares. This is the company's share of the market its customers make up, in which large customers
        count for more; the mean of the customers' own shares is another figure:
        `wallets(…)["wallet"].mean()`.

    Raises
    ------
    MeasureError
        Where a column is absent, the category's spend is negative, customers spend more than in the category
        and `over` is `refuse`, or as in `cxlab.mean_score`.

    References
    ----------
    Cochran (1977), Sampling Techniques, equation 6.13; Särndal, Swensson, Wretman (1992), Model Assisted
    Survey Sampling, section 5.6. The same as R survey's `svyratio`.
    """
    require_option("over", over, get_args(Over))
    segments = segment_names(by)
    named = [*segments, *(name for name in (cluster, stratum) if name is not None)]
    weights = [name for name in (weight, fpc) if isinstance(name, str)]
    rows = table_rows(frame, names=named, amounts=[spend, category, *weights])
    rows = _possible(rows, spend, category, over)
    sample = sample_of(rows, weight, Design(cluster, stratum, fpc, nest=nest, lonely=lonely), weight_kind)
    found = ratio(sample, spend, category, segments)
    shown, method = (
        (found.rows(conf_level), RATIO_T) if over == "keep" else (found.share_rows(conf_level), RATIO_LOGIT)
    )
    weighting = weighting_of(sample.weight)
    return Estimates("share_of_wallet", spend, tuple(segments), "share", method, conf_level, weighting, shown)


def _possible(rows: pd.DataFrame, spend: str, category: str, over: Over) -> pd.DataFrame:
    negative = rows[category] < 0
    if negative.any():
        raise MeasureError(
            f"{negative.sum():,} customers spend less than nothing in the category",
            where=f"column '{category}'",
            remedy="correct these amounts, or leave them blank",
        )
    too_much = rows[spend] > rows[category]
    if over == "refuse" and too_much.any():
        raise MeasureError(
            f"{too_much.sum():,} of {len(rows):,} customers spend more with us than in the whole category",
            where=f"columns '{spend}' and '{category}'",
            remedy='see whether both are of one period and currency, then say over="leave_out" or "keep"',
        )
    return rows.assign(**{spend: rows[spend].mask(too_much)}) if over == "leave_out" else rows
