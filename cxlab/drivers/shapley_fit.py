"""The Shapley values of a likelihood R², in the sample and in its resamples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.drivers.approximate_models import chains, orders, quadratic, sampled_difference
from cxlab.drivers.class_rows import ClassRows
from cxlab.drivers.likelihood_models import Roles, fit_models, fit_null
from cxlab.drivers.likelihood_r2 import Fit, entropy, likelihood_r2, tjur_r2
from cxlab.drivers.one_step_bootstrap import drawn, resampled_r2
from cxlab.drivers.proportional_odds import Fits, Halves, class_shares, fit
from cxlab.drivers.shapley_values import shapley_values
from cxlab.drivers.tjur_bootstrap import resampled_tjur

Floats = npt.NDArray[np.float64]
MOST_EXACT = 12
"""Up to so many players every model is refitted."""
_RESAMPLES_AT_ONCE = 25


@dataclass(frozen=True, slots=True, eq=False)
class ShapleyFit:
    """Shapley values of k players.

    Parameters
    ----------
    values, r_squared
        In the sample, shape (k,) and (); with covariates, R² of all less the sum of the values is theirs.
    full
        The model with all drivers.
    alone
        The models of each player by itself, beside the covariates, in their order.
    draws, r_squared_draws
        In the resamples, shape (k, r) and (r,); NaN where a resample has no fit.
    corrected, std_error
        What exact refits added to the values of an approximation, and its standard error, shape (k,); 0 where
        all models were refitted.
    widen
        n / (n − q − 1), of n rows and q parameters.
    df
        Rows, or clusters, that were drawn, less 1.
    """

    values: Floats
    r_squared: float
    full: Fits
    alone: Fits
    draws: Floats
    r_squared_draws: Floats
    corrected: Floats
    std_error: Floats
    widen: float
    df: int


def full_model(rows: ClassRows, roles: Roles) -> Fits:
    """Return the model with all drivers, whether or not it came to rest."""
    everything = np.array([(1 << len(roles.players)) - 1])
    return fit_models(rows.distinct, rows.weight, roles, fit_null(rows.distinct, rows.weight), everything)


def shapley_fit(
    rows: ClassRows, roles: Roles, kind: Fit, n_boot: int, rng: np.random.Generator
) -> ShapleyFit:
    """Return the Shapley values, exact up to `MOST_EXACT` players, approximate beyond.

    Parameters
    ----------
    rows, roles
        Rows, players and covariates; the model of all drivers must have a maximum.
    kind
        Which R².
    n_boot
        Resamples.
    rng
        Source of chance.
    """
    null = fit_null(rows.distinct, rows.weight)
    counts = drawn(rows.units, n_boot, rng)
    k = len(roles.players)
    ones = 1 << np.arange(k)
    if k > MOST_EXACT:
        return _approximate(rows, roles, kind, (null, counts), rng)
    fits = fit_models(rows.distinct, rows.weight, roles, null)
    table = _r2(rows, kind, fits, null)
    if kind == "tjur":
        again = resampled_tjur(rows.drawn, rows.units, counts, fits)
    else:
        again = resampled_r2(rows.drawn, rows.units, counts, together(fits, null), kind)[:-1]
    none = np.zeros(k)
    return ShapleyFit(
        shapley_values(table), float(table[-1]), some(fits, [-1]), some(fits, ones),
        shapley_values(again), again[-1], none, none, _widen(rows), rows.sampled - 1,
    )  # fmt: skip


def together(first: Fits, second: Fits) -> Fits:
    """Return the models of both."""
    return Fits(
        np.concatenate([first.parameters, second.parameters], axis=1),
        np.concatenate([first.log_likelihood, second.log_likelihood]),
        np.concatenate([first.information, second.information]),
        np.concatenate([first.settled, second.settled]),
        np.concatenate([first.free, second.free], axis=1),
    )


def some(fits: Fits, places: npt.ArrayLike) -> Fits:
    """Return some of the models."""
    at = np.asarray(places)
    return Fits(
        fits.parameters[:, at],
        fits.log_likelihood[at],
        fits.information[at],
        fits.settled[at],
        fits.free[:, at],
    )


def _widen(rows: ClassRows) -> float:
    n, q = int(rows.classed.sum()), rows.drawn.design.shape[1]
    return n / max(n - q - 1, 1)


def _r2(rows: ClassRows, kind: Fit, fits: Fits, null: Fits) -> Floats:
    if kind == "tjur":
        return tjur_r2(rows.distinct, rows.weight, fits.parameters)
    return likelihood_r2(fits.log_likelihood - null.log_likelihood, null.log_likelihood, kind)


def _approximate(
    rows: ClassRows, roles: Roles, kind: Fit, given: tuple[Fits, Floats], rng: np.random.Generator
) -> ShapleyFit:
    null, counts = given
    k, thresholds = len(roles.players), rows.distinct.thresholds
    order = orders(k, rng)
    models = np.unique(np.r_[chains(order).ravel(), 1 << np.arange(k)])
    fits = fit_models(rows.distinct, rows.weight, roles, null, models)
    exact = _r2(rows, kind, fits, null)
    full, gained = some(fits, [-1]), exact[-1] - exact[0]
    curve = quadratic(rows.distinct, rows.weight, null.parameters, full)
    values = curve.shares(roles, thresholds)[:, 0] * gained
    near = curve.gains(roles, models, thresholds) * gained
    corrected, std_error = sampled_difference(order, models, exact - exact[0], near)
    alone = some(fits, np.searchsorted(models, 1 << np.arange(k)))
    draws, r2 = _refitted(rows, roles, kind, together(some(fits, [0, -1]), null), counts)
    ends = (draws, r2, corrected, std_error, _widen(rows), rows.sampled - 1)
    return ShapleyFit(values + corrected, float(exact[-1]), full, alone, *ends)


def _refitted(rows: ClassRows, roles: Roles, kind: Fit, ends: Fits, counts: Floats) -> tuple[Floats, Floats]:
    """Return approximate values (k, r) and R² (r,) of resamples; the model with all drivers is refitted."""
    values, r2 = np.full((len(roles.players), len(counts)), np.nan), np.full(len(counts), np.nan)
    for start in range(0, len(counts), _RESAMPLES_AT_ONCE):
        weight = rows.units.weight[:, None] * counts[start : start + _RESAMPLES_AT_ONCE].T[rows.units.unit]
        shares = class_shares(rows.drawn, weight)
        held = np.flatnonzero((shares > 0).all(axis=0))
        if not len(held):
            continue
        least, full, none = (_again(rows.drawn, weight[:, held], ends, place) for place in range(3))
        first, last = (_r2_again(rows.drawn, weight[:, held], kind, fits) for fits in (least, full))
        curve = quadratic(rows.drawn, weight[:, held], none.parameters, full)
        fine = least.settled & full.settled
        at = start + held
        found = curve.shares(roles, rows.drawn.thresholds) * (last - first)
        values[:, at], r2[at] = np.where(fine, found, np.nan), np.where(fine, last, np.nan)
    return values, r2


def _again(halves: Halves, weight: Floats, ends: Fits, place: int) -> Fits:
    b = weight.shape[1]
    return fit(halves, weight, np.tile(ends.free[:, [place]], b), np.tile(ends.parameters[:, [place]], b))


def _r2_again(halves: Halves, weight: Floats, kind: Fit, fits: Fits) -> Floats:
    if kind == "tjur":
        columns = zip(weight.T, fits.parameters.T, strict=True)
        return np.array([tjur_r2(halves, w, at[:, None])[0] for w, at in columns])
    null = entropy(class_shares(halves, weight))
    return likelihood_r2(fits.log_likelihood - null, null, kind)
