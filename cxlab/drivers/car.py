"""Squared CAR scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cxlab.drivers.coefficients import stacks, unstacked

Floats = npt.NDArray[np.float64]


def car(correlation: Floats, with_outcome: Floats, *, names: Sequence[str] | None = None) -> Floats:
    """Return the squared correlations of the outcome with the decorrelated drivers; sums to R².

    Parameters and errors are those of `coefficients`; the result has shape (p,) or (p, b).

    ω = R^−½ r, R^½ the symmetric root; driver i gets ω_i². Drivers that go together do not share: the score
    of one can be near 0 where its relative weight is not.

    References
    ----------
    Zuber, Strimmer (2011), Statistical Applications in Genetics and Molecular Biology 10(1), article 34.
    """
    stacked, outcome, fine = stacks(correlation, with_outcome, names)
    roots, vectors = np.linalg.eigh(stacked)
    scores = (vectors / np.sqrt(roots)[:, None, :]) @ (np.swapaxes(vectors, 1, 2) @ outcome[..., None])
    return unstacked(scores[..., 0] ** 2, fine)
