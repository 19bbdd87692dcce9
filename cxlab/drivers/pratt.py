"""Pratt's measure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cxlab.drivers.coefficients import coefficients

Floats = npt.NDArray[np.float64]


def pratt(correlation: Floats, with_outcome: Floats, *, names: Sequence[str] | None = None) -> Floats:
    """Return coefficient times correlation of each driver; sums to R², and can be negative.

    Parameters and errors are those of `coefficients`; the result has shape (p,) or (p, b).

    A negative value is no importance below none: it names a driver whose coefficient and correlation with the
    outcome have opposite signs.

    References
    ----------
    Pratt (1987), Proceedings of the Second International Tampere Conference in Statistics, 245–260.
    """
    return coefficients(correlation, with_outcome, names=names) * np.asarray(with_outcome, float)
