"""How many parameters the effects that were taken out count as, beside clustered errors. Arrays in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cxlab.linkage.within import absorbed

Ints = npt.NDArray[np.int64]


def counted_effects(codes: Sequence[Ints], clusters: Sequence[Ints]) -> int:
    """Return the parameters of effects that are not nested in the clusters, and one for the constant.

    An effect nested in clusters takes no degree of freedom of a sum over clusters, as its residuals add up to
    0 within each.

    Parameters
    ----------
    codes
        Levels of each effect, shape (n,) each; none counts as the constant alone.
    clusters
        Numbers of what belongs together, shape (n,) each; none counts every level.

    References
    ----------
    Cameron, Miller (2015), Journal of Human Resources 50, 317–372, section III.B.
    """
    inside = [code for code in codes if any(_nested(code, cluster) for cluster in clusters)]
    if not codes or len(inside) == len(codes):
        return 1
    return 1 + absorbed(codes) - (absorbed(inside) if inside else 1)


def _nested(code: Ints, cluster: Ints) -> bool:
    """Tell whether every level of a code lies in one cluster."""
    first = np.empty(int(code.max()) + 1, dtype="int64")
    first[code] = cluster
    return bool((first[code] == cluster).all())
