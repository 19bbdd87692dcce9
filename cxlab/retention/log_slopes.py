"""Slopes of the logarithm of a figure by the logarithms of its parameters. A function in, an array out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
STEP = 1e-5
"""Step of the logarithm of a parameter, to either side."""


def log_slopes(value: Callable[[Floats], float], theta: Floats) -> Floats:
    """Return the slopes of log value by log theta, shape (k,)."""
    moved = np.exp(STEP * np.eye(len(theta)))
    return np.array([np.log(value(theta * by) / value(theta / by)) for by in moved]) / (2 * STEP)
