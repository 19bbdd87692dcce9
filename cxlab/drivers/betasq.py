"""Squared standardised coefficients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cxlab.drivers.coefficients import coefficients

Floats = npt.NDArray[np.float64]


def betasq(correlation: Floats, with_outcome: Floats, *, names: Sequence[str] | None = None) -> Floats:
    """Return the squared standardised coefficient of each driver; sums to R² only for uncorrelated ones.

    Parameters and errors are those of `coefficients`; the result has shape (p,) or (p, b).
    """
    return coefficients(correlation, with_outcome, names=names) ** 2
