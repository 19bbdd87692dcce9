"""The bootstrap of Tjur's R², by one Newton step of the coefficients in each resample."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cxlab.drivers.one_step_bootstrap import AT_ONCE, Units, by_unit
from cxlab.drivers.proportional_odds import Fits, Halves, logistic

Floats = npt.NDArray[np.float64]


def resampled_tjur(halves: Halves, units: Units, counts: Floats, fits: Fits) -> Floats:
    """Return Tjur's R² of each binary model in each resample, shape (b, r).

    Parameters
    ----------
    halves, units, counts, fits
        As of `resampled_r2`. A probability is expanded to the first order around the fit to the sample.
    """
    scaled = units.weight / units.weight.sum()
    of_class = scaled[:, None] * (halves.classes[:, None] == [0, 1])
    shares = counts @ by_unit(of_class, units.unit)
    shares = np.where(shares > 0, shares, np.nan)
    step = max(1, AT_ONCE // len(halves.design))
    models = fits.parameters.shape[1]
    pieces = []
    for start in range(0, models, step):
        some = np.arange(start, min(start + step, models))
        pieces.append(_expanded(halves, (scaled, units.unit), counts, (fits, some), shares))
    return np.concatenate(pieces)


def _expanded(
    halves: Halves,
    rows: tuple[Floats, npt.NDArray[np.intp]],
    counts: Floats,
    models: tuple[Fits, npt.NDArray[np.intp]],
    shares: Floats,
) -> Floats:
    (weight, unit), (fits, some) = rows, models
    hit, missed = logistic(halves.design @ fits.parameters[:, some])
    free = fits.free[:, some].T[:, :, None]

    def slopes(residual: Floats) -> Floats:
        """Return Σ c w · residual · design in each resample, shape (b, q, r)."""
        columns = halves.design.T
        sums = [(counts @ by_unit(column[:, None] * residual, unit)).T for column in columns]
        return np.stack(sums, axis=1)

    w = weight[:, None]
    moved = np.linalg.solve(fits.information[some], slopes(w * missed) * free) / shares.sum(axis=1)
    result = np.full((len(some), len(counts)), -1.0)
    for label in (0, 1):
        within = w * (halves.classes[:, None] == label)
        result += (counts @ by_unit(within * hit, unit)).T / shares[:, label]
        result += (slopes(within * hit * missed) * moved).sum(axis=1) / shares[:, label]
    return result
