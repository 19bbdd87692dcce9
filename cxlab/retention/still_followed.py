"""How many are still followed at any time, whether or not somebody left just then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.estimate.hidden_cells import ROUNDING

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class StillFollowed:
    """Rows by when they were followed; they are sorted when first asked for, which takes as long as a curve.

    Parameters
    ----------
    duration, n
        When it ended, and how many rows, shape (m,).
    entry
        Since when, shape (m,); None: from 0.
    """

    duration: Floats
    n: Floats
    entry: Floats | None

    def at(self, times: Floats) -> Floats:
        """Return the rows with entry < t ≤ duration, shape (k,); at 0 those who entered at 0."""
        found = self.n.sum() - _below(self.duration, self.n, times)
        if self.entry is not None:
            late = np.where(self.entry > 0, self.n, 0.0)
            found -= late.sum() - _below(self.entry, late, times)
        return np.asarray(found)

    def cut(self, last: float, min_base: float) -> KnownFollowed:
        """Return what stays once numbers below `min_base`, and all after `last`, are hidden."""
        moments = self.duration if self.entry is None else np.concatenate([self.duration, self.entry])
        time = np.unique(np.minimum(moments, last))
        return KnownFollowed(time, self.at(time)).cut(last, min_base)


@dataclass(frozen=True, slots=True, eq=False)
class KnownFollowed:
    """Numbers that are columns already: of a curve of which something is hidden.

    Parameters
    ----------
    time, n
        Times, sorted, and the rows followed from just after the one before to each, NaN where hidden; shape
        (m,).
    """

    time: Floats
    n: Floats

    def at(self, times: Floats) -> Floats:
        """Return the rows followed at each time, shape (k,)."""
        return np.append(self.n, np.nan)[np.searchsorted(self.time, times, side="left")]

    def cut(self, last: float, min_base: float) -> KnownFollowed:
        """Return what stays once numbers below `min_base`, and all after `last`, are hidden."""
        enough = (self.n >= min_base - ROUNDING) & (self.time <= last)
        size = int(np.flatnonzero(enough)[-1]) + 1 if enough.any() else 0
        # Copies: behind a part of an array stands all of it.
        return KnownFollowed(self.time[:size].copy(), np.where(enough, self.n, np.nan)[:size].copy())


def _below(values: Floats, n: Floats, times: Floats) -> Floats:
    """Return Σ n of the values below each time, shape (k,)."""
    order = np.argsort(values, kind="stable")
    summed = np.concatenate([[0.0], np.cumsum(n[order])])
    return np.asarray(summed[np.searchsorted(values[order], times, side="left")])
