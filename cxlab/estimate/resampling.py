"""How often is drawn anew, and from which seed: what an estimator asks of its options."""

from __future__ import annotations

from numbers import Integral

import numpy as np
import numpy.typing as npt

from cxlab.estimate.finite_number import finite_number
from cxlab.model.errors import MeasureError

FEWEST = 50
"""Resamples that an interval needs."""
FEW_UNITS = 30
"""Units below which what is drawn from them varies too little."""


def require_count(value: float, what: str, *, least: int, remedy: str) -> None:
    """Raise MeasureError where a count is no whole number, or a smaller one than `least`."""
    if not (finite_number(value) and float(value).is_integer() and value >= least):
        raise MeasureError(f"{value} {what} will not do", remedy=remedy)


def require_resamples(n_boot: float) -> None:
    """Raise MeasureError where resamples are neither 0 nor as many as an interval needs."""
    remedy = f"take {FEWEST} or more, or 0 for no intervals"
    require_count(n_boot, "resamples", least=0, remedy=remedy)
    if 0 < n_boot < FEWEST:
        raise MeasureError(f"{n_boot} resamples will not do", remedy=remedy)


def require_seed(seed: object) -> None:
    """Raise MeasureError where a seed is no whole number from 0."""
    if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0:
        raise MeasureError(
            f"a seed of {seed!r} is none",
            remedy="take a whole number such as 0: the same one gives the same answer",
        )


def generator_of(seed: int | np.random.Generator) -> np.random.Generator:
    """Return the generator that a seed starts, or the one given; raise MeasureError where it is neither."""
    if isinstance(seed, np.random.Generator):
        return seed
    require_seed(seed)
    return np.random.default_rng(seed)


def drawn_counts(rng: np.random.Generator, n: int) -> npt.NDArray[np.intp]:
    """Return how often each of n units is drawn when n are drawn with replacement, shape (n,)."""
    # A sixth of the time of multinomial numbers, with the same law.
    return np.bincount(rng.integers(0, n, n), minlength=n)
