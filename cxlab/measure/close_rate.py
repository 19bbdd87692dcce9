"""Share of the decided sales opportunities that were won, by count or by value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from cxlab.estimate.design import Design
from cxlab.estimate.estimates import Estimates
from cxlab.estimate.require_option import require_option
from cxlab.estimate.sample import sample_of
from cxlab.measure.ratio import RATIO_LOGIT, ratio
from cxlab.measure.score_table import By, segment_names
from cxlab.measure.share import share
from cxlab.measure.table_rows import table_rows
from cxlab.model.errors import MeasureError, nearest

Counted = Literal["count", "value"]
STATUS = ("won", "lost", "open")


def close_rate(
    opportunities: Any,
    *,
    counted: Counted = "count",
    by: By = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> Estimates:
    """Estimate the close rate: won / (won + lost).

    Parameters
    ----------
    opportunities
        Table of opportunities: `status` (won, lost or open) and, by value, `value`; a frame of any engine.
        Open opportunities are not decided and count for nothing.
    counted
        `count`: each opportunity counts 1. `value`: each counts its value, which must not be negative.
    by
        Segment column or columns, such as `existing`.
    cluster
        Column of what decides as a whole, such as the customer; every opportunity needs one.
    conf_level
        Confidence level: of Wilson's interval by count, of the t interval of the log odds by value.

    Returns
    -------
    Estimates
        Shares, 0–1, called `close_rate` or `close_rate_value`; `n` counts the decided opportunities.

    Raises
    ------
    MeasureError
        Where a column is absent, a status is unknown or missing, or a value is missing or negative.

    References
    ----------
    Wilson (1927), JASA 22, 209–212. Cochran (1977), Sampling Techniques, equation 6.13.
    """
    segments = segment_names(by)
    named = [*segments, *([] if cluster is None else [cluster])]
    rows = decided(opportunities, named, counted)
    if counted == "count":
        found = share(rows, "won", values=True, by=by, cluster=cluster, conf_level=conf_level)
        return replace(found, metric="close_rate", outcome="status")
    rows = rows.assign(taken=rows["value"].where(rows["won"], 0.0))
    won = ratio(sample_of(rows, None, Design(cluster)), "taken", "value", segments)
    shown = won.share_rows(conf_level)
    return Estimates(
        "close_rate_value", "value", tuple(segments), "share", RATIO_LOGIT, conf_level, "none", shown
    )


def decided(opportunities: Any, names: list[str], counted: Counted) -> pd.DataFrame:
    """Return the opportunities won or lost: the columns named, `won` and, by value, `value`.

    Raises
    ------
    MeasureError
        As `close_rate`.
    """
    require_option("counted", counted, get_args(Counted))
    amounts = ["value"] if counted == "value" else []
    rows = table_rows(opportunities, names=["status", *names], amounts=amounts)
    strange = rows.loc[~rows["status"].isin(STATUS), "status"]
    if len(strange):
        status = strange.iloc[0]
        raise MeasureError(
            f"{len(strange):,} opportunities have no status that is known (such as '{status}')",
            where="column 'status'",
            remedy=nearest(str(status), STATUS),
        )
    rows = rows[rows["status"] != "open"].reset_index(drop=True)
    if amounts:
        unknown = rows["value"].isna() | (rows["value"] < 0)
        if unknown.any():
            raise MeasureError(
                f"{unknown.sum():,} decided opportunities have no value or a negative one",
                where="column 'value'",
                remedy="give each its value, leave these out, or count opportunities: counted='count'",
            )
    return rows.assign(won=np.asarray(rows["status"] == "won", dtype=bool))
