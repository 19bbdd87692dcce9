"""Who leaves earlier: Cox's proportional hazards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from cxlab.estimate.estimates import weighting_of
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError
from cxlab.retention.concordance import Concordance, concordance
from cxlab.retention.cox_fit import CoxFit, cox_fit, robust_covariance
from cxlab.retention.cox_result import CoxModel, ErrorKind
from cxlab.retention.cox_risk_sets import cox_risk_sets
from cxlab.retention.cox_rows import CoxRows, cox_rows
from cxlab.retention.proportional_hazards import TimeTransform, proportional_hazards, time_scale
from cxlab.retention.ratio_rows import ratio_rows
from cxlab.retention.standardised import standardised
from cxlab.tally.one_blas_thread import one_blas_thread

Floats = npt.NDArray[np.float64]
Ties = Literal["efron", "breslow"]


def cox(
    frame: Any,
    duration: str,
    event: str,
    covariates: Sequence[str] = (),
    *,
    entry: str | None = None,
    id: str | None = None,
    cluster: str | None = None,
    weight: str | None = None,
    stratum: str | None = None,
    ties: Ties = "efron",
    formula: str | None = None,
    transform: TimeTransform = "km",
    conf_level: float = 0.95,
) -> CoxModel:
    """Say what goes with leaving earlier: `cx.cox(customers, "tenure", "left", ["csat", "price"])`.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows: one row per customer, or several with
        `entry` where covariates change (start–stop).
    duration
        Time at which a row ends, from the customer's start.
    event
        1 (or True) where it ends with leaving, 0 where it is cut off.
    covariates
        Numeric columns. A row that lacks one, its duration or event is left out, and the share kept is said.
    entry
        Time after which a row is at risk (entry < t ≤ duration); None: from the start.
    id
        Column of the customer, where one has several rows; these may not overlap. Errors are clustered by it.
    cluster
        Column of what goes together, instead of the id.
    weight
        Column of sampling weights ≥ 0; only their ratios matter. Errors are then robust.
    stratum
        Column of groups with a hazard of their own each; a row without one is left out.
    ties
        `efron`, or `breslow`, which is biased to 0 where many leave at the same time.
    formula
        Further covariates as patsy reads them: `"C(region) + np.log(seats)"`.
    transform
        Time scale of the test whether ratios change: `km` (1 − Kaplan–Meier), `identity`, `rank`, `log`.
    conf_level
        Confidence level of each interval.

    Returns
    -------
    CoxModel
        Normal intervals by the information, or by Lin and Wei's sandwich where rows are clustered or weighted
        (t on G − 1 of G clusters), as in the test whether ratios change.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or holds no numbers, the event is not 0 or 1, nobody leaves, a
        row ends before it starts, rows of an id overlap, a covariate does not vary, repeats others or tells
        leaving perfectly.

    References
    ----------
    Cox (1972), Journal of the Royal Statistical Society B 34, 187–220. Therneau, Grambsch (2000), Modeling
    Survival Data. Lin, Wei (1989), Journal of the American Statistical Association 84, 1074–1078.
    """
    require_conf_level(conf_level)
    require_option("ties", ties, get_args(Ties))
    require_option("transform", transform, get_args(TimeTransform))
    rows = cox_rows(
        frame, duration, event, covariates, entry=entry, id=id, cluster=cluster, weight=weight,
        stratum=stratum, formula=formula,
    )  # fmt: skip
    _require_log_times(rows, transform, duration)
    sets = cox_risk_sets(
        rows.duration, rows.event, rows.w, entry=rows.entry, stratum=rows.stratum, efron=ties == "efron"
    )
    columns = standardised(rows.x, rows.w, rows.terms)
    # Products of a few long columns gain nothing from threads, and lose much where cores are busy.
    with one_blas_thread():
        fit = cox_fit(sets, columns.x, rows.terms)
        errors, covariance = _errors(fit, rows, weight)
        gain = time_scale(transform, sets.time, rows.duration, rows.event, rows.entry)
        steady = proportional_hazards(
            fit.likelihood, gain, rows.terms, robust=errors != "information", clusters=rows.clusters
        )
    clusters = 0 if rows.clusters is None else int(rows.clusters.max()) + 1
    table = ratio_rows(
        rows.terms, fit.coefficients / columns.spread, np.sqrt(np.diagonal(covariance)) / columns.spread,
        clusters, conf_level,
    ).rename(columns={"ratio": "hazard_ratio"})  # fmt: skip
    return CoxModel(
        duration, event, table, steady, _order(columns.x @ fit.coefficients, rows), fit.likelihood.value,
        fit.log_likelihood_null, fit.score_statistic, len(rows.w), rows.n_eff, rows.customers,
        int(rows.event.sum()), clusters, rows.kept, errors, ties, transform, conf_level, weighting_of(weight),
    )  # fmt: skip


def _require_log_times(rows: CoxRows, transform: TimeTransform, duration: str) -> None:
    if transform == "log" and (rows.duration[rows.event] <= 0).any():
        raise MeasureError(
            "a time of 0 has no logarithm", where=f"column '{duration}'", remedy='take transform="km"'
        )


def _order(risk: Floats, rows: CoxRows) -> Concordance:
    return concordance(
        risk,
        rows.duration,
        rows.event,
        rows.w,
        entry=rows.entry,
        stratum=rows.stratum,
        clusters=rows.clusters,
    )


def _errors(fit: CoxFit, rows: CoxRows, weight: str | None) -> tuple[ErrorKind, Floats]:
    if rows.clusters is not None:
        return "clustered", robust_covariance(fit, rows.clusters)
    if weight is not None:
        return "robust", robust_covariance(fit, None)
    return "information", fit.covariance
