"""Share of the issues that needed more than one channel."""

from __future__ import annotations

from dataclasses import replace

from cxlab.estimate.estimates import Estimates
from cxlab.measure.followed_issues import FollowedIssues
from cxlab.measure.score_table import By
from cxlab.measure.share import share


def channel_switching(
    issues: FollowedIssues, *, by: By = None, cluster: str | None = None, conf_level: float = 0.95
) -> Estimates:
    """Estimate the share of issues whose customer used more than one channel within the window.

    Parameters
    ----------
    issues
        What `cxlab.followed_issues` returned; with `days=30`, say, for long issues. All issues are followed
        equally long, or old ones would have had more time to switch.
    by
        Column or columns carried over from the first contact, such as `touchpoint` or `channel`.
    cluster
        Column of what issues hang together by, such as `customer_id`.
    conf_level
        Confidence level of Wilson's interval.

    Returns
    -------
    Estimates
        Shares of all issues, 0–1, those of one contact among them.

    Raises
    ------
    MeasureError
        Where a column was not carried over, or an issue has no cluster.

    References
    ----------
    Wilson (1927), JASA 22, 209–212.
    """
    rows = issues.rows.assign(switched=issues.rows["channels"] > 1)
    found = share(rows, "switched", values=True, by=by, cluster=cluster, conf_level=conf_level)
    return replace(found, metric="channel_switching", outcome="channel")
