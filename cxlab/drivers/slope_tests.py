"""Whether drivers of an outcome in classes can be told from none, by errors that allow for the design."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc

from cxlab.drivers.one_step_bootstrap import Units, by_unit
from cxlab.drivers.proportional_odds import Fits, Halves, gap_terms, logistic

Floats = npt.NDArray[np.float64]


def slope_covariance(halves: Halves, units: Units, fits: Fits, model: int, sampled: int) -> Floats:
    """Return the covariance of the parameters of one model, H⁻¹ M H⁻¹, shape (q, q); 0 where not free.

    M is the sum over the units of the products of their scores, times g / (g − 1).

    References
    ----------
    Binder (1983), International Statistical Review 51, 279–292.
    """
    scaled = units.weight / units.weight.sum()
    at, k = fits.parameters[:, model], halves.thresholds
    _, missed = logistic(halves.design @ at)
    score = by_unit(halves.design * (scaled[halves.row] * missed)[:, None], units.unit[halves.row])
    if k > 1:
        of_class = by_unit(scaled[:, None] * np.eye(k + 1)[halves.classes], units.unit)[:, 1:-1]
        push = of_class * gap_terms(at[:k, None])[1][:, 0]
        score[:, 1:k] += push
        score[:, : k - 1] -= push
    score = score * fits.free[:, model]
    # A unit that stands for t equal draws holds t times the score of one.
    middle = (score / units.times[:, None]).T @ score * (sampled / (sampled - 1))
    return np.asarray(
        np.linalg.solve(fits.information[model], np.linalg.solve(fits.information[model], middle).T)
    )


def slope_test(covariance: Floats, parameters: Floats, places: Sequence[int], sampled: int) -> float:
    """Return the p-value of the hypothesis that some parameters are all 0: Wald's, as F(k, g − 1)."""
    chosen, k = list(places), len(places)
    block = covariance[np.ix_(chosen, chosen)]
    if sampled - 1 < k or np.linalg.matrix_rank(block, hermitian=True) < k:
        return float("nan")
    statistic = parameters[chosen] @ np.linalg.solve(block, parameters[chosen]) / k
    return float(fdtrc(k, sampled - 1, statistic))
