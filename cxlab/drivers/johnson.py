"""Johnson's relative weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cxlab.drivers.coefficients import stacks, unstacked

Floats = npt.NDArray[np.float64]


def johnson(correlation: Floats, with_outcome: Floats, *, names: Sequence[str] | None = None) -> Floats:
    """Return what the drivers explain through the orthogonal variables nearest to them; sums to R².

    Parameters and errors are those of `coefficients`; the result has shape (p,) or (p, b).

    With R^½ the symmetric root, β = R^−½ r are the coefficients of the orthogonal variables, and driver i
    gets Σ_j (R^½)_ij² β_j².

    References
    ----------
    Johnson (2000), Multivariate Behavioral Research 35(1), 1–19. Genizi (1993), Statistica Sinica 3, 407–420.
    """
    stacked, outcome, fine = stacks(correlation, with_outcome, names)
    roots, vectors = np.linalg.eigh(stacked)
    roots = np.sqrt(roots)[:, None, :]
    across = np.swapaxes(vectors, 1, 2)
    slopes = (vectors / roots) @ (across @ outcome[..., None])
    return unstacked((((vectors * roots) @ across) ** 2 @ slopes**2)[..., 0], fine)
