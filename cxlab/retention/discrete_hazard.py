"""Who leaves in a period, of those still there: hazards in discrete time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import weighting_of
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.require_option import require_option
from cxlab.retention.cox_fit import summed_square
from cxlab.retention.cox_result import ErrorKind
from cxlab.retention.cox_rows import cox_rows
from cxlab.retention.hazard_fit import HazardFit, HazardLink, SpellPeriods, hazard_fit, hazard_of
from cxlab.retention.hazard_result import DiscreteHazard
from cxlab.retention.hazard_rows import hazard_rows, informative_spells, unbroken
from cxlab.retention.ratio_rows import ratio_rows
from cxlab.retention.standardised import standardised
from cxlab.tally.one_blas_thread import one_blas_thread

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def discrete_hazard(
    frame: Any,
    duration: str,
    event: str,
    covariates: Sequence[str],
    *,
    link: HazardLink = "logit",
    entry: str | None = None,
    id: str | None = None,
    cluster: str | None = None,
    weight: str | None = None,
    conf_level: float = 0.95,
) -> DiscreteHazard:
    """Model leaving period by period: `cx.discrete_hazard(customers, "months", "left", ["csat"])`.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows: one row per customer, or several with
        `entry` where covariates change.
    duration
        Last period of the row, a whole number from 1, counted from the customer's start.
    event
        1 (or True) where the row ends with leaving in that period, 0 where it is cut off after it.
    covariates
        Numeric columns. A row that lacks one, its duration or event is left out, and the share kept is said.
    link
        `logit`: odds to leave in a period; `cloglog`: hazards, as `cx.cox` gives them for grouped times.
    entry
        Last period before the row is at risk; None: 0.
    id, cluster, weight, conf_level
        As in `cx.cox`.

    Returns
    -------
    DiscreteHazard
        Every period has an effect of its own. Periods in which all stay or all leave say nothing of the
        ratios. Errors as in `cx.cox`.

    Raises
    ------
    MeasureError
        As `cx.cox`; and where a duration is no whole period.

    References
    ----------
    Prentice, Gloeckler (1978), Biometrics 34, 57–67. Allison (1982), Sociological Methodology 13, 61–98.
    """
    require_conf_level(conf_level)
    require_option("link", link, get_args(HazardLink))
    rows = cox_rows(
        frame, duration, event, covariates, entry=entry, id=id, cluster=cluster, weight=weight, stratum=None,
        formula=None,
    )  # fmt: skip
    spells, periods = hazard_rows(rows.duration, rows.event, rows.entry, duration)
    some, told = informative_spells(spells)
    columns = standardised(rows.x, rows.w, rows.terms)
    # Products of a few long columns gain nothing from threads, and lose much where cores are busy.
    with one_blas_thread():
        fit = hazard_fit(some, columns.x, rows.w, link, rows.terms)
    errors, covariance = _errors(fit, rows.clusters, weight)
    clusters = 0 if rows.clusters is None else int(rows.clusters.max()) + 1
    table = ratio_rows(
        rows.terms, fit.coefficients / columns.spread, np.sqrt(np.diagonal(covariance)) / columns.spread,
        clusters, conf_level,
    )  # fmt: skip
    return DiscreteHazard(
        duration, event, link, table, _periods(spells, periods, told, rows.w, fit, link),
        tuple(columns.middle.tolist()), fit.log_likelihood, len(rows.w), rows.n_eff, rows.customers,
        int(rows.event.sum()), len(spells.row), clusters, rows.kept, errors, conf_level, weighting_of(weight),
    )  # fmt: skip


def _errors(fit: HazardFit, clusters: Ints | None, weight: str | None) -> tuple[ErrorKind, Floats]:
    if clusters is None and weight is None:
        return "information", fit.covariance
    return ("robust" if clusters is None else "clustered"), summed_square(fit.added, clusters)


def _periods(
    spells: SpellPeriods, periods: Ints, told: Bools, w: Floats, fit: HazardFit, link: HazardLink
) -> pd.DataFrame:
    """Return one row per period; where all stay or all leave the hazard is 0 or 1."""
    weight = w[spells.row]
    observed = spells.by_period(weight * spells.left) / spells.by_period(weight)
    hazard = np.round(observed)
    hazard[told] = hazard_of(fit.baseline, link)
    return pd.DataFrame(
        {
            "period": periods,
            "n": spells.by_period(np.ones(len(weight))).astype("int64"),
            "events": spells.by_period(spells.left).astype("int64"),
            "observed": observed,
            "hazard": hazard,
            "survival": np.where(unbroken(periods), np.cumprod(1 - hazard), np.nan),
        }
    )
