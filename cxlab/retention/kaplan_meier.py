"""Kaplan–Meier: how many are still there after how long, when not everyone was followed to the end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, get_args

from cxlab.estimate.estimates import weighting_of
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.require_option import require_option
from cxlab.model.weights import WeightKind
from cxlab.retention.curve_errors import CurveErrors
from cxlab.retention.curve_interval import CurveInterval, require_curve_interval
from cxlab.retention.curve_variance import variance_of_survival
from cxlab.retention.followed_counts import (
    FollowedCounts,
    followed_counts,
    group_base,
    level_texts,
    segment_names,
)
from cxlab.retention.kaplan_meier_result import KaplanMeier
from cxlab.retention.leaving_cells import LeavingColumns
from cxlab.retention.risk_sets import risk_sets
from cxlab.retention.share_curve import ShareCurve
from cxlab.retention.still_followed import StillFollowed


def kaplan_meier(
    frame: Any,
    duration: str,
    event: str,
    *,
    by: str | Sequence[str] | None = None,
    weight: str | None = None,
    weight_kind: WeightKind = "sampling",
    entry: str | None = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
    conf_type: CurveInterval = "log_log",
) -> KaplanMeier:
    """Estimate the share still there over time: `cx.kaplan_meier(contracts, "months", "left")`.

    Rows are counted by distinct duration first, where the data live; ties are exact.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per customer, or several with
        `entry` and `cluster`.
    duration
        Time until they left or were last seen, ≥ 0.
    event
        1 (or True) where they left, 0 where they were still there.
    by
        Segment columns; a row without a level has one of its own, `(missing)`.
    weight, weight_kind
        Column of weights ≥ 0, or None; `frequency` where a row of weight 3 stands for three equal rows.
    entry
        When it began to be followed, on the same clock, or None for 0: somebody who was a customer for 12
        months before the books open is at risk from 12 on. At risk at t where entry < t ≤ duration.
    cluster
        Column of what belongs together, such as the account, or None.
    conf_level, conf_type
        Level of the intervals, at each time by itself, and the scale on which they are symmetric
        (`log_log`, `log`, `plain`).

    Returns
    -------
    KaplanMeier
        S(t) = Π (1 − d/Y) over the times up to t. The error is Greenwood's; under sampling weights or with
        clusters the infinitesimal jackknife's. Rows without duration or event are left out, and `kept` says
        how many were not.

    Raises
    ------
    MeasureError
        Where a column is absent or of a wrong type, a duration or entry is negative, an entry is not before
        its end, a row has no entry or cluster, an event is neither 0 nor 1, a weight is missing or negative,
        an option is none, or no row is complete.

    References
    ----------
    Kaplan, Meier (1958), JASA 53, 457–481. Kalbfleisch, Prentice (2002), The Statistical Analysis of Failure
    Time Data, section 1.4. As R's `survfit`.
    """
    require_conf_level(conf_level)
    require_curve_interval(conf_type)
    require_option("weight_kind", weight_kind, get_args(WeightKind))
    names = segment_names(by)
    columns = LeavingColumns(
        duration, event, flags=True, by=names, entry=entry, cluster=cluster, weight=weight,
        weight_kind=weight_kind,
    )  # fmt: skip
    counts = followed_counts(frame, columns)
    curves = [
        survival_curve(counts.of_group(place), level, conf_type, conf_level)
        for place, level in enumerate(level_texts(counts))
    ]
    method = "infinitesimal_jackknife" if counts.robust else "greenwood"
    return KaplanMeier(
        duration, event, names, tuple(curves), counts, method, conf_type, conf_level, weighting_of(weight),
        counts.kept,
    )  # fmt: skip


def survival_curve(
    counts: FollowedCounts, level: str, conf_type: CurveInterval, conf_level: float
) -> ShareCurve:
    """Return the curve of one group."""
    sets = risk_sets(counts)
    variance = partial(variance_of_survival, counts, sets)
    errors = CurveErrors(variance, sets.survival, conf_type, conf_level)
    n, n_eff = group_base(counts)
    return ShareCurve(
        level, "", 1.0, n, n_eff, int(sets.n_event.sum()), sets.last, sets.time, sets.n_risk,
        sets.n_event[0], sets.survival, errors, sets.is_over,
        StillFollowed(counts.time, counts.n, counts.entry),
    )  # fmt: skip
