"""What some drivers leave of the others and of the outcome."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def bordered(correlation: Floats, with_outcome: Floats, order: Sequence[int]) -> Floats:
    """Return the correlations of the drivers in `order` and, last, the outcome.

    Shapes (p, p, …) and (p, …) give (q + 1, q + 1, …), q drivers in `order`.
    """
    q = len(order)
    square = np.ones((q + 1, q + 1, *with_outcome.shape[1:]))
    square[:q, :q] = correlation[np.ix_(order, order)]
    square[q, :q] = square[:q, q] = with_outcome[list(order)]
    return square


def partial_out(
    square: Floats, drivers: int = 1, out: Floats | None = None, slopes: Floats | None = None
) -> Floats:
    """Return what the first drivers leave of the rest: the Schur complement, shape (q + 1 − drivers, …).

    Its last corner is 1 − R² of what was taken out of the correlations so far. `out` takes the result, and
    `slopes`, of the shape of one of its columns, what is needed on the way.
    """
    for taken in range(drivers):
        last = taken == drivers - 1
        along = square[1:, 0]
        slope = np.divide(along, square[0, 0], out=slopes if last else None)
        explained = np.multiply(slope[:, None], along[None, :], out=out if last else None)
        square = np.subtract(square[1:, 1:], explained, out=explained)
    return square
