"""Bootstrap of sums over respondents, or over whole clusters, within strata."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# Replicates that are counted at once; their counts stay in a few megabytes.
CELLS = 2_000_000


def resampled_sums(
    values: Floats, *, stratum: Ints, times: Ints | None = None, n_boot: int, seed: int
) -> Floats:
    """Draw units anew and sum their values: one matrix product of counts and values.

    Parameters
    ----------
    values
        What each unit adds to each sum, shape (u, m). A unit is a respondent or, by design, a cluster.
    stratum
        Number of the stratum of each unit, shape (u,).
    times
        How many equal units each row stands for, shape (u,); None where each is one.
    n_boot
        Replicates b.
    seed
        Seed of the draws.

    Returns
    -------
    array
        Sums of each replicate, shape (b, m). Of the n_h units of a stratum n_h − 1 are drawn and count
        n_h/(n_h − 1) times, so that the variance of a sum is unbiased with few units too. A stratum of a
        single unit is kept as it is.

    References
    ----------
    Rao, Wu (1988), JASA 83, 231–241. Rao, Wu, Yue (1992), Survey Methodology 18, 209–217.
    """
    rng = np.random.default_rng(seed)
    sums = np.zeros((n_boot, values.shape[1]))
    for number in np.unique(stratum):
        inside = stratum == number
        own = values[inside]
        unit = np.repeat(np.arange(len(own)), 1 if times is None else times[inside])
        if len(unit) < 2:
            sums += own.sum(axis=0)
            continue
        step = max(1, CELLS // len(unit))
        for start in range(0, n_boot, step):
            size = min(step, n_boot - start)
            counts = _counts(rng, unit, len(own), size)
            sums[start : start + size] += counts @ own * (len(unit) / (len(unit) - 1))
    return sums


def _counts(rng: np.random.Generator, unit: Ints, units: int, size: int) -> Floats:
    """Return how often each unit is drawn in each of some replicates, shape (size, units)."""
    drawn = unit[rng.integers(0, len(unit), (size, len(unit) - 1))]
    cell = drawn + units * np.arange(size)[:, None]
    return np.bincount(cell.ravel(), minlength=size * units).reshape(size, units).astype("float64")
