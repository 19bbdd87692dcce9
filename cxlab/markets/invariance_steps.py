"""What each step of measurement invariance holds equal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from cxlab.markets.factor_model import FactorModel
from cxlab.markets.layout import FIXED, Layout

Step = Literal["configural", "metric", "partial metric", "scalar", "partial scalar"]


def layout_of(
    model: FactorModel,
    groups: int,
    step: Step,
    *,
    free_loadings: Sequence[str] = (),
    free_intercepts: Sequence[str] = (),
) -> Layout:
    """Return where the parameters of a step stand.

    Parameters
    ----------
    model
        Which item measures which factor.
    groups
        Number of groups; the first is the reference, whose factors have mean 0 and variance 1.
    step
        `configural`: every group has its own, and factors have mean 0 and variance 1 everywhere. `metric`:
        loadings are equal and the other groups' variances of the factors free. `scalar`: intercepts are equal
        as well and the other groups' means of the factors free.
    free_loadings, free_intercepts
        Items that are left out of what is held equal.

    References
    ----------
    Meredith (1993), Psychometrika 58, 525–543. Byrne, Shavelson, Muthén (1989), Psychological Bulletin 105,
    456–466 (partial).
    """
    p, m = len(model.items), len(model.factors)
    row, column = np.tril_indices(m)
    q = 3 * p + len(row) + m
    shared, own = np.zeros(q, dtype=bool), np.ones(q, dtype=bool)
    fixed = np.zeros(q)
    variances = 3 * p + np.flatnonzero(row == column)
    fixed[variances] = 1.0
    own[variances] = own[q - m :] = False
    later = own.copy()
    if step != "configural":
        shared[:p] = [item not in free_loadings for item in model.items]
        later[variances] = True
    if step in ("scalar", "partial scalar"):
        shared[p : 2 * p] = [item not in free_intercepts for item in model.items]
        later[q - m :] = True
    index = np.full((groups, q), FIXED, dtype="int64")
    index[:, shared] = np.arange(shared.sum())
    start = int(shared.sum())
    for group in range(groups):
        mine = (own if group == 0 else later) & ~shared
        index[group, mine] = start + np.arange(mine.sum())
        start += int(mine.sum())
    return Layout(index, np.broadcast_to(fixed, index.shape))
