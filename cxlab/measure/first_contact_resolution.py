"""Share of the issues that their first contact resolved."""

from __future__ import annotations

from dataclasses import replace

from cxlab.estimate.estimates import Estimates
from cxlab.measure.followed_issues import FollowedIssues
from cxlab.measure.score_table import By
from cxlab.measure.share import share


def first_contact_resolution(
    issues: FollowedIssues, *, by: By = None, cluster: str | None = None, conf_level: float = 0.95
) -> Estimates:
    """Estimate the share of issues resolved by their first contact, without a repeat within the window.

    Parameters
    ----------
    issues
        What `cxlab.followed_issues` returned; its `summary()` names the denominator.
    by
        Column or columns carried over from the first contact, such as `touchpoint` or `channel`.
    cluster
        Column of what issues hang together by, such as `customer_id` or `agent_team`. The interval is then
        linearised.
    conf_level
        Confidence level of Wilson's interval.

    Returns
    -------
    Estimates
        Shares, 0–1; `n` counts the issues followed for the whole window.

    Raises
    ------
    MeasureError
        Where a column was not carried over, or an issue has no cluster.

    References
    ----------
    Wilson (1927), JASA 22, 209–212.
    """
    rows = issues.rows.assign(at_once=issues.rows["resolved"] & ~issues.rows["repeated"])
    found = share(rows, "at_once", values=True, by=by, cluster=cluster, conf_level=conf_level)
    return replace(found, metric="first_contact_resolution", outcome="resolved")
