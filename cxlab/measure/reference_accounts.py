"""Share of the customers who may be named as references."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cxlab.estimate.estimates import Estimates
from cxlab.measure.score_table import By, segment_names
from cxlab.measure.share import share
from cxlab.measure.table_rows import table_rows


def reference_accounts(candidates: Any, *, by: By = None, conf_level: float = 0.95) -> Estimates:
    """Estimate the share of customers, or accounts, that are willing and validated references.

    Parameters
    ----------
    candidates
        One row per customer or account with the flag `reference`, as `cxlab.reference_candidates` returns
        them, with any segments joined; a frame of any engine. Its count is `candidates["reference"].sum()`.
    by
        Segment column or columns.
    conf_level
        Confidence level of Wilson's interval.

    Returns
    -------
    Estimates
        Shares, 0–1; `n` counts the customers or accounts.

    Raises
    ------
    MeasureError
        Where a column is absent, or `reference` holds anything but yes and no.

    References
    ----------
    Wilson (1927), JASA 22, 209–212.
    """
    rows = table_rows(candidates, names=segment_names(by), flags=["reference"])
    found = share(rows, "reference", values=True, by=by, conf_level=conf_level)
    return replace(found, metric="reference_accounts", outcome="reference")
