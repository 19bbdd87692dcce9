"""The shifted beta-geometric model: how a cohort with a contract is retained, and will be."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betaln, expit, psi

from cxlab.estimate.intervals import normal_quantile
from cxlab.model.errors import MeasureError
from cxlab.retention.maximum import information, maximum
from cxlab.retention.number_vector import number_vector
from cxlab.retention.sbg_result import SBG

Floats = npt.NDArray[np.float64]


def sbg(survivors: Any, *, conf_level: float = 0.95) -> SBG:
    """Fit the shifted beta-geometric model: `cx.sbg([1000, 869, 743, 653, 593])`.

    Parameters
    ----------
    survivors
        Customers of one cohort still there after 0, 1, 2, … renewals, never rising; or a list of such lists,
        one per cohort, of any lengths, which then share the parameters.
    conf_level
        Confidence level of each interval.

    Returns
    -------
    SBG
        alpha and beta, the churn at the first renewal α/(α + β), and the retention, survival and forecasts
        that follow. Intervals are by the information, symmetric in the logarithm (churn: the logit).

    Raises
    ------
    MeasureError
        Where survivors are no whole numbers, rise, or leave nothing to learn: fewer than two renewals, nobody
        left, or all left with one probability, which has no largest likelihood.

    References
    ----------
    Fader, Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21, 76–90,
    equations 5 to 8.
    """
    quantile = normal_quantile(conf_level)
    cohorts = _cohorts(survivors)
    lost, stayed = _tallies(cohorts)

    counts = np.append(lost, stayed)
    terms = partial(_terms, renewals=len(lost))
    top = maximum(terms, counts, np.ones(2))
    curve = information(terms, counts, top.theta)
    if not top.found or np.linalg.eigvalsh(curve).min() <= 0:
        raise MeasureError(
            "the likelihood has no maximum: all leave with one probability, or fewer do early than later",
            where="survivors",
            remedy="more renewals or customers may show otherwise; else the share renewing is the answer",
        )
    covariance = np.linalg.inv(curve).astype("float64")
    return SBG(
        _rows(top.theta, covariance, quantile),
        top.theta,
        covariance,
        cohorts,
        top.loglik,
        round(float(counts.sum())),
        conf_level,
    )


def _cohorts(survivors: Any) -> tuple[Floats, ...]:
    several = isinstance(survivors, Sequence) and len(survivors) > 0 and np.ndim(survivors[0]) == 1
    cohorts = tuple(number_vector(part, "survivors") for part in (survivors if several else [survivors]))
    for place, cohort in enumerate(cohorts):
        where = f"cohort {place}" if several else "survivors"
        if not len(cohort) or np.isnan(cohort).any() or (cohort < 0).any() or (cohort % 1 > 0).any():
            raise MeasureError(
                "survivors are no whole numbers from 0", where=where, remedy="count the customers"
            )
        if (np.diff(cohort) > 0).any():
            raise MeasureError(
                "survivors rise", where=where, remedy="count those of the first day alone who are still there"
            )
    if max(len(cohort) for cohort in cohorts) < 3:
        raise MeasureError(
            "there is at most one renewal",
            where="survivors",
            remedy="give the customers after 0, 1 and 2 renewals",
        )
    if sum(cohort[0] - cohort[-1] for cohort in cohorts) == 0:
        raise MeasureError("nobody left", where="survivors", remedy="wait until some do")
    return cohorts


def _tallies(cohorts: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Return how many left at renewal 1, 2, … and how many were last seen there after 0, 1, 2, … of them."""
    most = max(len(cohort) for cohort in cohorts)
    lost, stayed = np.zeros(most - 1), np.zeros(most)
    for cohort in cohorts:
        lost[: len(cohort) - 1] += cohort[:-1] - cohort[1:]
        stayed[len(cohort) - 1] += cohort[-1]
    return lost, stayed


def _terms(theta: Floats, renewals: int) -> tuple[Floats, Floats]:
    """Return log-likelihoods and slopes by α and β: of leaving at 1, 2, …, of lasting 0, 1, … of them."""
    a, b = theta
    end = np.append(np.arange(1, renewals + 1), np.arange(renewals + 1))
    gone = np.append(np.ones(renewals), np.zeros(renewals + 1))
    loglik = betaln(a + gone, b + end - gone) - betaln(a, b)
    both = psi(a + b) - psi(a + b + end)
    return loglik, np.array([psi(a + gone) - psi(a) + both, psi(b + end - gone) - psi(b) + both])


def _rows(theta: Floats, covariance: Floats, quantile: float) -> pd.DataFrame:
    combined = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])
    point = combined @ np.log(theta)
    error = np.sqrt(np.einsum("ij,jk,ik->i", combined, covariance, combined))
    figures = [np.append(np.exp(part[:2]), expit(part[2])) for part in (
        point, point - quantile * error, point + quantile * error
    )]  # fmt: skip
    slope = np.append(figures[0][:2], figures[0][2] * (1 - figures[0][2]))
    return pd.DataFrame({
        "term": pd.Series(["alpha", "beta", "churn"], dtype="str"), "estimate": figures[0],
        "std_error": slope * error, "conf_low": figures[1], "conf_high": figures[2], "method": "information",
    })  # fmt: skip
