"""Whether a caller's option is a number that can be reckoned with."""

from __future__ import annotations

from numbers import Real

import numpy as np


def finite_number(value: object) -> bool:
    """Return whether a value is a real number, neither NaN nor infinite."""
    return isinstance(value, Real) and bool(np.isfinite(float(value)))
