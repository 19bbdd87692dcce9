"""How far rounding may move what is worked out from correlations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MOST_EVEN = 1e4
"""Condition number of correlations up to which importances hold to ten digits."""


def rounding(correlation: npt.NDArray[np.float64]) -> float:
    """Return what importances may miss by rounding: 1e-10, beyond a condition number of 1e4 in proportion.

    Parameters
    ----------
    correlation
        Of the p drivers, shape (p, p); solvable.
    """
    return float(1e-10 * max(1.0, float(np.linalg.cond(correlation)) / MOST_EVEN))
