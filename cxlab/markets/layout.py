"""Which parameters of several groups are free, fixed or equal. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
FIXED = -1


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where the parameters of g groups stand among the free ones.

    A group's q parameters are p loadings, p intercepts, p residual variances, m(m + 1)/2 variances and
    covariances of the factors (lower triangle by row), and m means of the factors.

    Parameters
    ----------
    index
        Place of each among the free parameters, or −1 where it is fixed, shape (g, q). Equal places are one
        parameter.
    fixed
        Value where it is fixed, shape (g, q).
    """

    index: Ints
    fixed: Floats

    @property
    def free(self) -> int:
        """Number of free parameters."""
        return int(self.index.max()) + 1

    def local(self, theta: Floats) -> Floats:
        """Return the parameters of each group, shape (g, q)."""
        return np.where(self.index == FIXED, self.fixed, theta[self.index])


class Joined:
    """Sums what the groups say of the free parameters."""

    __slots__ = ("_free", "_inside", "_pairs", "_place", "_places")

    def __init__(self, layout: Layout) -> None:
        index = layout.index
        self._free = layout.free
        self._inside = index != FIXED
        self._place = index[self._inside]
        self._pairs = self._inside[:, :, None] & self._inside[:, None, :]
        self._places = (index[:, :, None] * layout.free + index[:, None, :])[self._pairs]

    def gradient(self, own: Floats) -> Floats:
        """Return the gradient by the free parameters from that by each group's, shape (g, q)."""
        return np.bincount(self._place, own[self._inside], self._free).astype("float64")

    def information(self, own: Floats) -> Floats:
        """Return the information on the free parameters from that on each group's, shape (g, q, q)."""
        flat = np.bincount(self._places, own[self._pairs], self._free**2).astype("float64")
        return flat.reshape(self._free, self._free)
