"""How far to believe a forecast of leaving: what it missed by, and whether the model told who left."""

from __future__ import annotations

import numpy as np

from cxlab.report.wording import level_of
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.leaving_counts import LeavingCounts
from cxlab.retention.rolling_origin import RollingOrigin


def trust_sentence(
    total: LeavingCounts | None, tried: RollingOrigin | None, *, words: Words = ENGLISH
) -> str:
    """Say where the interval of the headline comes from, and how well the model did on earlier days.

    Parameters
    ----------
    total
        `cxlab.leaving_counts` of all customers as one segment, for the interval; None: there is none.
    tried
        `cxlab.rolling_origin` of the same model; None where it could not be tried out.
    words
        Words of the report.
    """
    if total is None or total.rows["suppressed"].iloc[0]:
        return " ".join([words.text("churn.said_open"), *_told(tried, words)])
    wide = words.text("churn.said_wide", periods=words.number(total.periods))
    return " ".join([wide, *_told(tried, words)])


def _told(tried: RollingOrigin | None, words: Words) -> list[str]:
    if tried is None or not np.isfinite(tried.pooled.of("auc")):
        return [words.text("churn.untold")]
    rows = {row["metric"]: row for _, row in tried.pooled.rows.iterrows()}
    level = level_of(tried.pooled.conf_level, words)
    auc, slope = rows["auc"], rows["slope"]
    said = words.text(
        "churn.told",
        days=words.plural("churn.days", len(tried.by_cutoff)),
        auc=words.percent(auc["estimate"], 1),
        level=level,
        interval=words.interval(auc["conf_low"], auc["conf_high"], "share"),
    )
    if not np.isfinite(slope["estimate"]):
        return [said]
    low, high = slope["conf_low"], slope["conf_high"]
    fits = "fits" if low <= 1 <= high else "bold" if high < 1 else "timid"
    ends = words.text("figure.interval", low=words.number(low, 2), high=words.number(high, 2))
    text = words.text(f"churn.slope_{fits}", slope=words.number(slope["estimate"], 2), interval=ends)
    return [said, text]
