"""How much of their revenue the customers of a period still bring: gross and net."""

from __future__ import annotations

from typing import Any, Literal, get_args

from cxlab.estimate.design import Design
from cxlab.estimate.estimates import Estimates
from cxlab.estimate.require_option import require_option
from cxlab.estimate.sample import sample_of
from cxlab.measure.ratio import RATIO_LOGIT, RATIO_T, ratio
from cxlab.measure.score_table import By, segment_names
from cxlab.measure.table_rows import table_rows
from cxlab.model.errors import MeasureError

Kind = Literal["gross", "net"]


def revenue_retention(
    revenue: Any, kind: Kind, *, by: By = None, cluster: str | None = None, conf_level: float = 0.95
) -> Estimates:
    """Estimate gross or net revenue retention of the customers of an opening period.

    Parameters
    ----------
    revenue
        One row per customer or account with `opening` and `closing` revenue, as `cxlab.paid_revenue` and
        `cxlab.contracted_revenue` return them, with any segments joined; a frame of any engine.
    kind
        `gross`: churn and contraction count, expansion does not, Σ min(closing, opening) / Σ opening, never
        above 1. `net`: all of it counts, Σ closing / Σ opening of the same customers.
    by
        Segment column or columns.
    cluster
        Column of what may be lost as a whole, such as the account of several contacts.
    conf_level
        Confidence level: of the t interval of the log odds for gross retention, of the ratio for net.

    Returns
    -------
    Estimates
        Gross retention as a share, net retention as a ratio, for it may exceed 1. The base is who had
        revenue above 0 in the opening period; who came later is new business and enters neither part. Net
        less gross retention is the expansion, Σ max(closing − opening, 0) / Σ opening.

    Raises
    ------
    MeasureError
        Where the kind is unknown, a column is absent or holds no numbers, or a customer's revenue is unknown.

    References
    ----------
    Cochran (1977), Sampling Techniques, equation 6.13: a ratio of sums over customers, linearised.
    """
    require_option("kind", kind, get_args(Kind))
    segments = segment_names(by)
    named = [*segments, *([] if cluster is None else [cluster])]
    rows = table_rows(revenue, names=named, amounts=["opening", "closing"])
    unknown = rows[["opening", "closing"]].isna().any(axis=1)
    if unknown.any():
        raise MeasureError(
            f"the revenue of {unknown.sum():,} customers is not known",
            remedy="write 0 where there was none, or leave these customers out",
        )
    had = rows["opening"] > 0
    kept = rows["closing"] if kind == "net" else rows[["closing", "opening"]].min(axis=1)
    rows = rows.assign(kept=kept.where(had), opening=rows["opening"].where(had))
    if cluster is None:
        rows = rows[had]
    sample = sample_of(rows, None, Design(cluster))
    found = ratio(sample, "kept", "opening", segments)
    unit: Literal["ratio", "share"] = "ratio" if kind == "net" else "share"
    shown, method = (
        (found.rows(conf_level), RATIO_T) if kind == "net" else (found.share_rows(conf_level), RATIO_LOGIT)
    )
    metric = f"{kind}_revenue_retention"
    return Estimates(metric, "closing", tuple(segments), unit, method, conf_level, "none", shown)
