"""Coefficients of Cox's model by Newton's steps, and what each row adds to them. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.retention.cox_likelihood import PartialLikelihood, partial_likelihood
from cxlab.retention.cox_risk_sets import CoxRiskSets
from cxlab.retention.fit_information import FARTHEST, refuse_infinite, require_information

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_STEPS = 50
INSTEAD = ", take it as stratum="
CLOSE = 1e-10
"""Step, in standard deviations of the columns, below which the fit has settled."""


@dataclass(frozen=True, slots=True, eq=False)
class CoxFit:
    """A fitted model, on columns of mean 0 and standard deviation 1.

    Parameters
    ----------
    coefficients
        Shape (p,).
    covariance
        Inverse of the information, shape (p, p).
    likelihood
        At the coefficients.
    log_likelihood_null
        Of coefficients of 0.
    score_statistic
        Score test of no association, χ² with p degrees of freedom.
    """

    coefficients: Floats
    covariance: Floats
    likelihood: PartialLikelihood
    log_likelihood_null: float
    score_statistic: float


def cox_fit(sets: CoxRiskSets, x: Floats, names: Sequence[str]) -> CoxFit:
    """Maximise the partial likelihood from 0 by Newton's steps, halved where the likelihood falls.

    Parameters
    ----------
    sets
        Who is at risk when.
    x
        Columns of mean 0 and standard deviation 1, shape (n, p).
    names
        Their names, for errors.

    Raises
    ------
    MeasureError
        Where a column says nothing beside the others among those at risk, or a coefficient runs off to
        infinity.
    """
    here = partial_likelihood(sets, x, np.zeros(x.shape[1]))
    null = here.value
    coefficients, statistic = np.zeros(x.shape[1]), 0.0
    for step in range(MOST_STEPS):
        information = here.information()
        require_information(information, names, coefficients, instead=INSTEAD)
        slope = here.slope()
        move: Floats = np.linalg.solve(information, slope).astype("float64")
        if step == 0:
            statistic = float(slope @ move)
        if np.abs(move).max() <= CLOSE * (1 + np.abs(coefficients).max()):
            return CoxFit(coefficients, np.linalg.inv(information).astype("float64"), here, null, statistic)
        coefficients, here = _moved(here, coefficients, move)
        if np.abs(coefficients).max() > FARTHEST:
            break
    refuse_infinite(names[int(np.abs(coefficients).argmax())], instead=INSTEAD)


def _moved(here: PartialLikelihood, coefficients: Floats, move: Floats) -> tuple[Floats, PartialLikelihood]:
    share = 1.0
    while True:
        tried = coefficients + share * move
        there = partial_likelihood(here.sets, here.x, tried)
        # What rounding takes from the likelihood near its top is no fall.
        if there.value >= here.value - 1e-10 * (1 + abs(here.value)) or share < 1e-6:
            return tried, there
        share /= 2


def score_residuals(likelihood: PartialLikelihood, gain: Floats | None = None) -> Floats:
    """Return what each row adds to the slope, before its weight, shape (n, p).

    Parameters
    ----------
    likelihood
        At some coefficients.
    gain
        What each event time weighs, shape (k,); None: 1.

    References
    ----------
    Therneau, Grambsch, Fleming (1990), Biometrika 77, 147–160; Lin, Wei (1989), Journal of the American
    Statistical Association 84, 1074–1078, equation 2.5.
    """
    sets, x = likelihood.sets, likelihood.x
    weighs = np.ones(len(sets.time)) if gain is None else gain
    risk, gone = likelihood.sums()
    none, once, twice = ((part * weighs)[:, None] for part in likelihood.squared)
    mean = likelihood.hazard[:, None] * risk - likelihood.tied_hazard[:, None] * gone
    mean /= (sets.mean_w * sets.deaths)[:, None]
    drift = sets.along(none * risk - once * gone)
    found = likelihood.ratio[:, None] * drift - likelihood.cumulated(gain)[:, None] * x
    of_event = (x[sets.event] - mean[sets.at]) * weighs[sets.at, None]
    if sets.tied:
        of_event -= likelihood.ratio[sets.event, None] * (once * risk - twice * gone)[sets.at]
    found[sets.event] += of_event
    return found


def robust_covariance(fit: CoxFit, clusters: Ints | None) -> Floats:
    """Return the sandwich covariance of the coefficients, shape (p, p), summed within clusters or by row.

    References
    ----------
    Lin, Wei (1989), equation 2.5; without a factor for few clusters, as R's survival.
    """
    sets = fit.likelihood.sets
    return summed_square(sets.w[:, None] * score_residuals(fit.likelihood) @ fit.covariance, clusters)


def summed_square(added: Floats, clusters: Ints | None) -> Floats:
    """Return the product, shape (p, p), of what rows add, shape (n, p), with itself, summed by cluster."""
    if clusters is not None:
        added = np.column_stack([np.bincount(clusters, column) for column in added.T])
    return np.asarray(added.T @ added)
