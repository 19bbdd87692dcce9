"""What share of an outcome in classes its drivers explain, from log-likelihoods. Arrays in, arrays out."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from cxlab.drivers.proportional_odds import Halves, logistic

Floats = npt.NDArray[np.float64]
Fit = Literal["mcfadden", "nagelkerke", "tjur"]


def entropy(shares: Floats) -> Floats:
    """Return the mean log-likelihood of the model without drivers, Σ share log share, from (K, …)."""
    return np.asarray((shares * np.log(np.where(shares > 0, shares, 1.0))).sum(axis=0))


def likelihood_r2(gain: Floats, null: Floats, fit: Fit) -> Floats:
    """Return McFadden's or Nagelkerke's R².

    Parameters
    ----------
    gain
        Mean log-likelihood of each model less that of the model without drivers, shape (b, …).
    null
        Mean log-likelihood of the model without drivers, shape (b, …) or ().

    References
    ----------
    McFadden (1974), in Frontiers in Econometrics, 105–142. Nagelkerke (1991), Biometrika 78, 691–692.
    """
    # A resample of one class only has nothing to explain.
    least = np.where(null < 0, null, np.nan)
    if fit == "mcfadden":
        return np.asarray(-gain / least)
    return np.asarray(np.expm1(-2 * gain) / np.expm1(2 * least))


def tjur_r2(halves: Halves, weight: Floats, at: Floats) -> Floats:
    """Return Tjur's R² of binary models: mean probability of a 1 among the 1, less that among the 0.

    Parameters
    ----------
    halves
        m rows of two classes, so one logit each.
    weight
        Shape (m,).
    at
        Parameters of b models, shape (q, b).

    References
    ----------
    Tjur (2009), The American Statistician 63, 366–372.
    """
    within = weight[:, None] * (halves.classes[:, None] == [0, 1])
    within /= within.sum(axis=0)
    weighed = within.sum(axis=1)
    step = max(1, (1 << 20) // len(weight))
    parts = [
        weighed @ logistic(halves.design @ at[:, start : start + step])[0]
        for start in range(0, at.shape[1], step)
    ]
    # A row's logit is that of its own class: of the 0 it holds 1 − the probability of a 1.
    return np.concatenate(parts) - 1
