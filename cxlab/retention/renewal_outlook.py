"""From what was learned to what may come: probabilities, totals and the intervals of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import name_of
from cxlab.estimate.intervals import tails
from cxlab.retention.period_shock import between_variance, period_contrasts, shock_interval
from cxlab.retention.renewal_draws import (
    DueRows,
    drawn_parameters,
    drawn_totals,
    parameters_at,
    probabilities,
)
from cxlab.retention.renewal_model import RenewalModel
from cxlab.retention.renewal_rows import Decisions

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What is forecast.

    Parameters
    ----------
    probability
        P(renew) of each row due, shape (n,).
    counts, values
        Renewals and renewed value of each cohort in each simulated future, shape (k, d).
    coefficients
        One row per term.
    """

    probability: Floats
    counts: Floats
    values: Floats
    coefficients: pd.DataFrame


def outlook(
    learned: RenewalModel,
    coming: Decisions,
    shock: float | None,
    conf_level: float,
    n_draws: int,
    rng: np.random.Generator,
    covariates: Sequence[str],
) -> Outlook:
    """Simulate what may come of the decisions due.

    Parameters
    ----------
    learned, coming
        What the past says, and the rows due.
    shock, conf_level, n_draws
        As in `cxlab.renewal_forecast`.
    rng
        Source of the draws.
    covariates
        Names of the covariates.
    """
    point, variance, ends = _variances(learned, shock, conf_level, n_draws, rng)
    drawn = drawn_parameters(parameters_at(learned.model, variance), rng)
    at_point = parameters_at(learned.model, np.array([point]))
    rows = _due_rows(learned, coming)
    counts, values = drawn_totals(drawn, variance, rows, rng)
    terms = _terms(learned, covariates)
    coefficients = _coefficients(terms, at_point.mean[0], at_point.covariance[0], drawn, conf_level)
    between = pd.DataFrame(
        {"term": ["shock_sd"], "estimate": [np.sqrt(point)], "std_error": [np.nan],
         "conf_low": [ends[0]], "conf_high": [ends[1]]}
    )  # fmt: skip
    return Outlook(
        probabilities(at_point, point, rows), counts, values,
        pd.concat([coefficients, between], ignore_index=True),
    )  # fmt: skip


def _variances(
    learned: RenewalModel, shock: float | None, conf_level: float, n_draws: int, rng: np.random.Generator
) -> tuple[float, Floats, tuple[float, float]]:
    """Return τ², its draws and the interval of τ; a given shock is no estimate, and has none."""
    if shock is not None:
        return shock**2, np.full(n_draws, float(shock) ** 2), (np.nan, np.nan)
    c = len(learned.model.effects)
    contrasts = period_contrasts(
        learned.model.effects, learned.model.covariance[:c, :c], learned.model.groups
    )
    point = float(between_variance(contrasts, np.array([float(contrasts.df)]))[0])
    drawn = between_variance(contrasts, rng.chisquare(contrasts.df, n_draws))
    return point, drawn, shock_interval(contrasts, conf_level)


def _due_rows(learned: RenewalModel, coming: Decisions) -> DueRows:
    market = learned.market_of(coming)
    when = pd.factorize(coming.period.astype("object"), sort=True)[0]
    pairs, period = np.unique(market * (when.max() + 1) + when, return_inverse=True)
    value = coming.value if len(coming.value) else np.ones(len(coming))
    return DueRows(
        learned.columns(coming), period.astype("int64"), pairs // (when.max() + 1), coming.cohort, value
    )


def _terms(learned: RenewalModel, covariates: Sequence[str]) -> dict[str, Floats]:
    """Return each term on the raw scale as a combination of group means and slopes."""
    g, p = learned.model.group_count, len(covariates)
    k = g + p + len(learned.silent)
    terms: dict[str, Floats] = {}
    for place, market in enumerate(learned.markets):
        behind = f" [{market}]" if g > 1 else ""
        own = np.zeros(k)
        own[place] = 1.0
        if place not in learned.mute:
            terms[f"intercept{behind}"] = own.copy()
            terms[f"intercept{behind}"][g : g + p] = -learned.centre / learned.spread
        own[g + p :] = learned.silent == place
        if place in learned.mute or place in learned.silent:
            terms[f"no answer{behind}"] = own
    for place, name in enumerate(covariates):
        terms[name] = np.zeros(k)
        terms[name][g + place] = 1 / learned.spread[place]
    return terms


def _coefficients(
    terms: dict[str, Floats], mean: Floats, covariance: Floats, drawn: Floats, conf_level: float
) -> pd.DataFrame:
    matrix = np.stack(list(terms.values()))
    low, high = np.quantile(drawn @ matrix.T, tails(conf_level), axis=0)
    std_error = np.sqrt(np.einsum("ij,jk,ik->i", matrix, covariance, matrix))
    return pd.DataFrame(
        {"term": list(terms), "estimate": matrix @ mean, "std_error": std_error,
         "conf_low": low, "conf_high": high}
    )  # fmt: skip


def forecast_rows(coming: Decisions, future: Outlook, by: tuple[str, ...], conf_level: float) -> pd.DataFrame:
    """Return one row per quantity for all and by cohort."""
    parts = [
        _quantity("renewals", coming, future.probability, np.ones(len(coming)), future.counts, by, conf_level)
    ]
    if len(coming.value):
        worth = future.probability * coming.value
        parts.append(_quantity("value", coming, worth, coming.value, future.values, by, conf_level))
    return pd.concat(parts, ignore_index=True)


def _quantity(
    name: str, coming: Decisions, expected: Floats, stake: Floats, drawn: Floats, by: tuple[str, ...],
    conf_level: float,
) -> pd.DataFrame:  # fmt: skip
    k = len(drawn)

    def added(column: Floats) -> Floats:
        sums = np.bincount(coming.cohort, column, k)
        return np.concatenate([[sums.sum()], sums]) if by else sums.sum(keepdims=True)

    simulated = np.vstack([drawn.sum(axis=0), drawn]) if by else drawn.sum(axis=0)[None]
    # Renewals are whole: the ends are counts that may occur.
    low, high = np.quantile(simulated, tails(conf_level), axis=1, method="inverted_cdf")
    estimate, at_stake, n = added(expected), added(stake), added(np.ones(len(coming)))
    rate = np.where(at_stake > 0, at_stake, np.nan)
    rows = pd.DataFrame(
        {
            "quantity": name,
            "by": ["", *[name_of(by)] * (len(n) - 1)],
            "level": pd.Series(["", *(coming.cohorts[:k] if by else ())], dtype="str"),
            "estimate": estimate, "std_error": simulated.std(axis=1, ddof=1), "conf_low": low,
            "conf_high": high, "at_stake": at_stake, "rate": estimate / rate, "rate_low": low / rate,
            "rate_high": high / rate, "n": n, "silent": added(coming.silent.astype("float64")),
            "suppressed": False,
        }
    ).astype({"n": "Int64", "silent": "Int64"})  # fmt: skip
    return rows[rows["n"] > 0].reset_index(drop=True)
