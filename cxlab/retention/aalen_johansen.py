"""Aalen–Johansen: how many left by each cause after how long; never 1 less Kaplan–Meier by cause."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, get_args

from cxlab.estimate.estimates import weighting_of
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.require_option import require_option
from cxlab.model.weights import WeightKind
from cxlab.retention.aalen_johansen_result import AalenJohansen
from cxlab.retention.curve_errors import CurveErrors
from cxlab.retention.curve_interval import CurveInterval, require_curve_interval
from cxlab.retention.curve_variance import variance_of_incidence
from cxlab.retention.followed_counts import (
    FollowedCounts,
    followed_counts,
    group_base,
    level_texts,
    segment_names,
)
from cxlab.retention.leaving_cells import LeavingColumns
from cxlab.retention.risk_sets import risk_sets
from cxlab.retention.share_curve import ShareCurve
from cxlab.retention.still_followed import StillFollowed


def aalen_johansen(
    frame: Any,
    duration: str,
    cause: str,
    *,
    by: str | Sequence[str] | None = None,
    censored: str | int | None = None,
    weight: str | None = None,
    weight_kind: WeightKind = "sampling",
    entry: str | None = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
    conf_type: CurveInterval = "log_log",
) -> AalenJohansen:
    """Estimate the share that left by each cause: `cx.aalen_johansen(contracts, "months", "reason")`.

    Rows are counted by distinct duration first, where the data live; ties are exact.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per customer, or several with
        `entry` and `cluster`.
    duration
        Time until they left or were last seen, ≥ 0.
    cause
        Why they left: names or codes; missing or empty where they were still there.
    by
        Segment columns; a row without a level has one of its own, `(missing)`.
    censored
        Value of `cause` that also stands for still there, such as `"stayed"`; needed where 0 occurs.
    weight, weight_kind
        Column of weights ≥ 0, or None; `frequency` where a row of weight 3 stands for three equal rows.
    entry
        When it began to be followed, on the same clock, or None for 0; at risk where entry < t ≤ duration.
    cluster
        Column of what belongs together, such as the account, or None.
    conf_level, conf_type
        Level of the intervals, at each time by itself, and the scale on which they are symmetric
        (`log_log`, `log`, `plain`).

    Returns
    -------
    AalenJohansen
        F(t) = Σ S(u−) d/Y over the times u up to t, S the share still there. The error is the infinitesimal
        jackknife's, over rows or clusters. Rows without a duration are left out, and `kept` says how many
        were not.

    Raises
    ------
    MeasureError
        Where a column is absent or of a wrong type, a duration or entry is negative, an entry is not before
        its end, a row has no entry or cluster, nobody left, 0 occurs as a cause and `censored` is not named,
        a weight is missing or negative, an option is none, or no row is complete.

    References
    ----------
    Aalen, Johansen (1978), Scandinavian Journal of Statistics 5, 141–150. As R's `survfit` of several states.
    """
    require_conf_level(conf_level)
    require_curve_interval(conf_type)
    require_option("weight_kind", weight_kind, get_args(WeightKind))
    names = segment_names(by)
    columns = LeavingColumns(
        duration, cause, flags=False, by=names, censored=None if censored is None else str(censored),
        entry=entry, cluster=cluster, weight=weight, weight_kind=weight_kind,
    )  # fmt: skip
    counts = followed_counts(frame, columns)
    curves: list[ShareCurve] = []
    for place, level in enumerate(level_texts(counts)):
        curves += incidence_curves(counts.of_group(place), level, conf_type, conf_level)
    return AalenJohansen(
        duration, cause, names, counts.ends, tuple(curves), counts, "infinitesimal_jackknife", conf_type,
        conf_level, weighting_of(weight), counts.kept,
    )  # fmt: skip


def incidence_curves(
    counts: FollowedCounts, level: str, conf_type: CurveInterval, conf_level: float
) -> list[ShareCurve]:
    """Return the curve of each cause in one group."""
    sets = risk_sets(counts)
    incidence = sets.incidence()
    n, n_eff = group_base(counts)
    curves = []
    for end, cause in enumerate(counts.ends):
        share = incidence[end]
        variance = partial(variance_of_incidence, counts, sets, share, end)
        errors = CurveErrors(variance, share, conf_type, conf_level)
        curves.append(
            ShareCurve(
                level, cause, 0.0, n, n_eff, int(sets.n_event[end].sum()), sets.last, sets.time, sets.n_risk,
                sets.n_event[end], share, errors, sets.is_over,
                StillFollowed(counts.time, counts.n, counts.entry),
            )
        )  # fmt: skip
    return curves
