"""Cox's partial likelihood, its slope and its curvature. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.retention.cox_risk_sets import CoxRiskSets

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PartialLikelihood:
    """The partial likelihood at some coefficients, and the sums it is made of.

    Parameters
    ----------
    sets
        Who is at risk when.
    x
        Columns, shape (n, p).
    ratio
        e to the linear predictor (up to a constant), shape (n,).
    value
        Logarithm of the partial likelihood; −∞ where a risk set vanishes.
    hazard, tied_hazard
        Σ w̄/S and Σ w̄ f/S over the events of each time, with S the weighted ratios of those at risk less f
        times those of the tied events, shape (k,) each.
    squared
        Σ w̄ fʰ/S² over the events of each time for h = 0, 1, 2, shape (3, k).
    """

    sets: CoxRiskSets
    x: Floats
    ratio: Floats
    value: float
    hazard: Floats
    tied_hazard: Floats
    squared: Floats

    def cumulated(self, gain: Floats | None = None) -> Floats:
        """Return each row's cumulated hazard less what leaves it at its own event, shape (n,)."""
        found = self.sets.along(_times(self.hazard, gain))
        if self.sets.tied:
            found[self.sets.event] -= _times(self.tied_hazard, gain)[self.sets.at]
        return found * self.ratio

    def slope(self, gain: Floats | None = None) -> Floats:
        """Return the slope by the coefficients, shape (p,); each event time weighs `gain`, or 1."""
        own = self.sets.event.astype("float64")
        if gain is not None:
            own[self.sets.event] = gain[self.sets.at]
        return np.asarray((self.sets.w * (own - self.cumulated(gain))) @ self.x)

    def sums(self) -> tuple[Floats, Floats]:
        """Return the weighted sums of the columns of those at risk, and of those who go, shape (k, p)."""
        weighed = self.x * (self.sets.w * self.ratio)[:, None]
        gone = self.sets.ended @ weighed if self.sets.tied else np.zeros((len(self.hazard), self.x.shape[1]))
        return self.sets.at_risk(weighed), gone

    def information(self, gain: Floats | None = None, sums: tuple[Floats, Floats] | None = None) -> Floats:
        """Return less the curvature, shape (p, p); each event time weighs `gain`, or 1.

        Notes
        -----
        Σ over events of w̄ (V − z zᵀ), V the mean product of the columns at risk and z their mean. The first
        part is one product of the rows, each weighed by its cumulated hazard, so no (k, p, p) is made.
        """
        risk, gone = self.sums() if sums is None else sums
        weighed = self.x * (self.sets.w * self.cumulated(gain))[:, None]
        none, once, twice = (_times(part, gain)[:, None] for part in self.squared)
        found = weighed.T @ self.x - (risk * none).T @ risk
        if self.sets.tied:
            mixed = (risk * once).T @ gone
            found += mixed + mixed.T - (gone * twice).T @ gone
        return np.asarray((found + found.T) / 2)


def partial_likelihood(sets: CoxRiskSets, x: Floats, coefficients: Floats) -> PartialLikelihood:
    """Return the partial likelihood at coefficients of shape (p,).

    References
    ----------
    Cox (1972), Journal of the Royal Statistical Society B 34, 187–220. Efron (1977), Journal of the American
    Statistical Association 72, 557–565, and Breslow (1974), Biometrics 30, 89–99, for ties.
    """
    eta = x @ coefficients
    eta -= eta.max(initial=0.0)
    ratio = np.exp(eta)
    weighed = sets.w * ratio
    risk = sets.at_risk(weighed)[sets.at]
    if sets.tied:
        risk -= sets.taken * (sets.ended @ weighed)[sets.at]
    # A risk set whose ratios underflow is a step too far; the caller halves it.
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_w = sets.mean_w[sets.at]
        value = float(sets.w[sets.event] @ eta[sets.event] - mean_w @ np.log(risk))
        once = mean_w / risk
        twice = [sets.per_time(once * sets.taken**power / risk) for power in range(3 if sets.tied else 1)]
    squared = np.zeros((3, len(sets.time)))
    squared[: len(twice)] = twice
    return PartialLikelihood(
        sets, x, ratio, value if np.isfinite(value) else -np.inf, sets.per_time(once),
        sets.per_time(once * sets.taken), squared,
    )  # fmt: skip


def _times(values: Floats, gain: Floats | None) -> Floats:
    return values if gain is None else values * gain
