"""Standard errors and interval of a curve, found when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from cxlab.retention.curve_interval import CurveInterval, curve_interval

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Columns = tuple[Floats, Floats, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class CurveErrors:
    """Errors of a share over time: of ten million different durations they take longer than the curve.

    Parameters
    ----------
    variance
        Returns the variances of the shares, shape (T,); a function of a module, so that it can be pickled.
    share
        The shares, shape (T,).
    conf_type, conf_level
        Kind and level of the interval.
    """

    variance: Callable[[], Floats]
    share: Floats
    conf_type: CurveInterval
    conf_level: float
    _found: list[Floats] = field(default_factory=list, init=False, repr=False)

    def columns(self, at: Ints | None = None) -> Columns:
        """Return `std_error`, `conf_low` and `conf_high` at these places, or at all T."""
        if not self._found:
            self._found.append(np.sqrt(self.variance()))
        std_error, share = self._found[0], self.share
        if at is not None:
            std_error, share = std_error[at], share[at]
        return std_error, *curve_interval(share, std_error, self.conf_type, self.conf_level)


@dataclass(frozen=True, slots=True, eq=False)
class KnownErrors:
    """Errors that are columns already: of a curve of which something is hidden, and nothing else is kept.

    Parameters
    ----------
    std_error, conf_low, conf_high
        Shape (T,) each.
    """

    std_error: Floats
    conf_low: Floats
    conf_high: Floats

    def columns(self, at: Ints | None = None) -> Columns:
        """Return `std_error`, `conf_low` and `conf_high` at these places, or at all T."""
        if at is None:
            return self.std_error, self.conf_low, self.conf_high
        return self.std_error[at], self.conf_low[at], self.conf_high[at]
