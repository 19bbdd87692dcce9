"""A bootstrap of many fitted models without refitting them: one Newton step in each resample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.drivers.likelihood_r2 import Fit, entropy, likelihood_r2
from cxlab.drivers.proportional_odds import Fits, Halves, gap_terms, logistic

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

AT_ONCE = 1 << 19
"""Entries of an array of logits times models that are held at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Weighted rows, and what they were drawn in.

    Parameters
    ----------
    weight
        Of the m rows, shape (m,).
    unit
        Unit of each row, shape (m,), ascending from 0 to g − 1.
    times
        How many draws of the sample each unit stands for, shape (g,): more than one where equal rows were
        put together.
    """

    weight: Floats
    unit: Places
    times: Floats


def drawn(units: Units, n_boot: int, rng: np.random.Generator) -> Floats:
    """Return how much of each unit each resample holds, 1 for as much as the sample, shape (n_boot, g).

    One draw fewer is made than the sample has, so that the variance is the usual one with n − 1.
    """
    total = units.times.sum()
    return rng.multinomial(round(float(total)) - 1, units.times / total, size=n_boot) / units.times


def resampled_r2(halves: Halves, units: Units, counts: Floats, fits: Fits, fit: Fit) -> Floats:
    """Return R² of each model in each resample.

    Parameters
    ----------
    halves, units
        Rows and units.
    counts
        How much of each unit each resample holds, 1 for as much as the sample does, shape (r, g).
    fits
        The b models as fitted to the sample, the last one without drivers.
    fit
        Which R².

    Returns
    -------
    ndarray
        Shape (b, r). The log-likelihood of a resample is expanded around the fit to the sample: its value
        there, plus ½ g′ H⁻¹ g with the slopes g of the resample and the information H of the sample. What
        this leaves out is of the order n^(−3/2), a factor 1/n below the standard error.

    References
    ----------
    Davidson and MacKinnon (1999), International Economic Review 40, 487–508 (a few Newton steps suffice).
    """
    scaled = units.weight / units.weight.sum()
    total = counts @ by_unit(scaled[:, None], units.unit)[:, 0]
    of_class = scaled[:, None] * np.eye(halves.thresholds + 1)[halves.classes]
    shares = (counts @ by_unit(of_class, units.unit)).T / total
    step = max(1, AT_ONCE // len(halves.design))
    models = fits.parameters.shape[1]
    pieces = []
    for start in range(0, models, step):
        some = np.arange(start, min(start + step, models))
        pieces.append(_expanded(halves, (scaled, units.unit), counts, (fits, some), (total, shares)))
    value = np.concatenate(pieces)
    return likelihood_r2(value - value[-1], entropy(shares), fit)


def _expanded(
    halves: Halves,
    rows: tuple[Floats, Places],
    counts: Floats,
    models: tuple[Fits, Places],
    totals: tuple[Floats, Floats],
) -> Floats:
    """Return the mean log-likelihood of some models in each resample, shape (b, r)."""
    (weight, unit), (fits, some), (total, shares) = rows, models, totals
    at = fits.parameters[:, some]
    hit, missed = logistic(halves.design @ at)
    w, belongs = weight[halves.row][:, None], unit[halves.row]
    value = (counts @ by_unit(w * np.log(hit), belongs)).T / total
    missed *= w
    slope = np.empty((at.shape[1], at.shape[0], len(counts)))
    for place, column in enumerate(halves.design.T):
        slope[:, place] = (counts @ by_unit(column[:, None] * missed, belongs)).T / total
    k = halves.thresholds
    if k > 1:
        log_gap, first, _ = gap_terms(at[:k])
        value += log_gap.T @ shares[1:-1]
        push = first.T[:, :, None] * shares[1:-1]
        slope[:, 1:k] += push
        slope[:, : k - 1] -= push
    slope *= fits.free[:, some].T[:, :, None]
    moved = np.linalg.solve(fits.information[some], slope)
    return np.asarray(value + (slope * moved).sum(axis=1) / 2)


def by_unit(values: Floats, unit: Places) -> Floats:
    """Return the sums of rows, shape (m, c), by unit, shape (g, c)."""
    starts = np.flatnonzero(np.r_[True, unit[1:] > unit[:-1]])
    return values if len(starts) == len(values) else np.add.reduceat(values, starts, axis=0)
