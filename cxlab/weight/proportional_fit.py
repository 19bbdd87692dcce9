"""Raking: bring each margin to its targets in turn until all of them hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cxlab.weight.fit import Fit
from cxlab.weight.sample import Codes, Floats


def proportional_fit(
    base: Floats,
    codes: Sequence[Codes],
    targets: Sequence[Floats],
    *,
    max_iter: int,
    tolerance: float,
) -> Fit:
    """Find ratios by iterative proportional fitting.

    Parameters
    ----------
    base
        Base weight of each cell, shape (k,).
    codes
        Level of each cell on each of J margins, shape (k,) each.
    targets
        Target of each level of each margin, shape (l_j,) each.
    max_iter
        Most passes over all margins.
    tolerance
        Largest relative difference between a weighted margin and its target.

    Returns
    -------
    Fit
        Of all ratios that are products of one factor per level of each margin, those that meet the targets.

    References
    ----------
    Deming and Stephan (1940), Annals of Mathematical Statistics 11(4), 427–444.
    """
    ratio = np.ones_like(base)
    # Where no factor of a pass is further from 1 than this, each margin ends it within the tolerance.
    still = tolerance / len(codes)
    for done in range(max_iter + 1):
        moved = 0.0
        for code, target in zip(codes, targets, strict=True):
            got = np.bincount(code, weights=base * ratio, minlength=len(target))
            factor = np.divide(target, got, out=np.ones_like(target), where=got > 0)
            ratio *= factor[code]
            moved = max(moved, float(np.abs(factor - 1).max()))
        if moved <= still:
            return Fit(ratio, done, met=True)
    return Fit(ratio, max_iter, met=False)
