"""Share of the customers who are still there at the end of a period."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cxlab.estimate.estimates import Estimates
from cxlab.measure.score_table import By, segment_names
from cxlab.measure.share import share
from cxlab.measure.table_rows import table_rows


def retention_rate(
    flow: Any, *, by: By = None, cluster: str | None = None, conf_level: float = 0.95
) -> Estimates:
    """Estimate the retention rate: (customers at the end − new ones) / customers at the start.

    Parameters
    ----------
    flow
        One row per customer or account with the flags `at_start` and `at_end`, as `cxlab.contract_flow`
        returns them, with any segments joined; a frame of any engine.
    by
        Segment column or columns.
    cluster
        Column of what may be lost as a whole, such as the account of several contacts. The interval is then
        linearised.
    conf_level
        Confidence level of Wilson's interval.

    Returns
    -------
    Estimates
        Shares, 0–1; `n` counts who was there at the start. Who is new at the end enters neither part; who
        left and came back within the period was kept.

    Raises
    ------
    MeasureError
        Where a column is absent, or the flags hold anything but yes and no.

    References
    ----------
    Farris, Bendle, Pfeifer, Reibstein (2010), Marketing Metrics, section 5.1. Wilson (1927), JASA 22,
    209–212.
    """
    named = [*segment_names(by), *([] if cluster is None else [cluster])]
    rows = table_rows(flow, names=named, flags=["at_start", "at_end"])
    rows = rows[rows["at_start"].fillna(False).astype(bool)]
    kept = share(rows, "at_end", values=True, by=by, cluster=cluster, conf_level=conf_level)
    return replace(kept, metric="retention_rate", outcome="at_end")
