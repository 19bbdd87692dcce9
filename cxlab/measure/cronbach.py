"""Cronbach's alpha from covariances, and its interval. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import fdtri

from cxlab.estimate.intervals import kish_n_eff
from cxlab.model.weights import WeightKind
from cxlab.tally.covariances import covariances, ratio

Floats = npt.NDArray[np.float64]


def cronbach_alpha(covariance: Floats) -> float:
    """Return k/(k − 1) · (1 − trace / sum) of k columns; NaN for one, or where their sum does not vary.

    Parameters
    ----------
    covariance
        Covariances of the columns, shape (k, k).

    References
    ----------
    Cronbach (1951), Psychometrika 16, 297–334, equation 2.
    """
    k, total = len(covariance), covariance.sum()
    if k < 2 or not total > 0:
        return float("nan")
    return float(k / (k - 1) * (1 - np.trace(covariance) / total))


def feldt(alpha: float, n: float, k: int, conf_level: float) -> tuple[float, float]:
    """Return Feldt's interval: (1 − alpha) of the population over that of the sample is F-distributed.

    Parameters
    ----------
    alpha
        Cronbach's alpha of the sample.
    n, k
        Respondents, or their effective base, and items.
    conf_level
        Confidence level.
    """
    if not (n > 1 and np.isfinite(alpha)):
        return float("nan"), float("nan")
    tail = (1 - conf_level) / 2
    high, low = fdtri(n - 1, (n - 1) * (k - 1), [tail, 1 - tail])
    return float(1 - (1 - alpha) * low), float(1 - (1 - alpha) * high)


def pair_covariances(x: Floats, w: Floats, kind: WeightKind) -> tuple[Floats, Floats, Floats]:
    """Return covariance, answers and effective base of each pair of items, shape (k, k) each."""
    answered = np.isfinite(x)
    # About the mean, so that a large mean does not swallow a small spread.
    total = (w[:, None] * answered).sum(axis=0)
    centre = ratio((w[:, None] * np.where(answered, x, 0.0)).sum(axis=0), total)
    filled = np.where(answered, x - centre, 0.0)
    held = answered.astype("float64")
    sum_w = held.T @ (w[:, None] * held)
    covariance = covariances(sum_w, filled.T @ (w[:, None] * held), filled.T @ (w[:, None] * filled))
    n = sum_w if kind == "frequency" else held.T @ held
    n_eff = n if kind == "frequency" else kish_n_eff(sum_w, held.T @ ((w**2)[:, None] * held))
    return covariance * ratio(n, n - 1), n, n_eff
