"""What can be said of importances: intervals, ranks, which may be 0. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from cxlab.drivers.driver_figures import DriverFigures, Metric
from cxlab.drivers.driver_players import DriverPlayers
from cxlab.drivers.importance_intervals import Bools, Floats, Spread, spread_of, wald_p_value
from cxlab.estimate.difference import Tested, student_t
from cxlab.estimate.estimates import Weighting
from cxlab.estimate.rank_bounds import one_sided_holm, rank_bounds


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What an inference about k players stands on.

    Parameters
    ----------
    n, n_eff
        Rows and effective base of each player, shape (k,); n_eff may be NaN.
    widen
        n/(n − p − 1), the loss of degrees of freedom by p fitted columns.
    df
        Units drawn less 1.
    conf_level, weighting
        Of the result.
    """

    n: npt.NDArray[np.int64]
    n_eff: Floats
    widen: float
    df: float
    conf_level: float
    weighting: Weighting


@dataclass(frozen=True, slots=True, eq=False)
class Inferred:
    """Intervals and ranks of k players, shape (k,) each.

    Parameters
    ----------
    size, share
        Standard errors and intervals of the importances and of their shares; they start at 0 where
        `may_be_zero`.
    p_value
        Of the coefficient, or of all those of a group.
    may_be_zero
        Whether the importance may be 0.
    rank, rank_low, rank_high
        Ranks, and the joint sets; NaN where there are no resamples.
    """

    size: Spread
    share: Spread
    p_value: Floats
    may_be_zero: Bools
    rank: Floats
    rank_low: Floats
    rank_high: Floats


def inferred(
    estimate: DriverFigures, draws: DriverFigures, players: DriverPlayers, metric: Metric, basis: Basis
) -> Inferred:
    """Infer from a sample and its resamples."""
    p_value = wald_p_value(
        estimate.coefficient[:, 0], draws.coefficient, players.places, widen=basis.widen, df=basis.df
    )
    zero = _may_be_zero(estimate, draws, players, metric, basis, p_value)
    size = _bounded(spread(estimate.importance, draws.importance, basis), metric, zero)
    share = _bounded(spread(estimate.share, draws.share, basis), metric, zero)
    value = estimate.importance[:, 0]
    rank = 1.0 + (value[None, :] > value[:, None]).sum(axis=1)
    low, high = _rank_sets(estimate, draws, basis)
    return Inferred(size, share, p_value, zero, rank, low, high)


def spread(estimate: Floats, draws: Floats, basis: Basis, *, shift: int = 0) -> Spread:
    """Return `spread_of` figures (m, 1) and their resamples (m, b)."""
    return spread_of(
        estimate[:, 0], draws, conf_level=basis.conf_level, widen=basis.widen, shift=shift, df=basis.df
    )


def tested_pairs(estimate: DriverFigures, draws: DriverFigures, basis: Basis) -> Tested:
    """Test every pair of players, in the order of `numpy.triu_indices(k, 1)`, by Student's t."""
    difference = estimate.difference[:, 0]
    return student_t(difference, standard_error(draws.difference, basis), np.full(len(difference), basis.df))


def coefficient_p_values(estimate: DriverFigures, draws: DriverFigures, basis: Basis) -> Floats:
    """Test each standardised coefficient, shape (p,)."""
    each = [[place] for place in range(len(estimate.coefficient))]
    return wald_p_value(
        estimate.coefficient[:, 0], draws.coefficient, each, widen=basis.widen, df=basis.df
    )  # fmt: skip


def standard_error(draws: Floats, basis: Basis) -> Floats:
    """Return the standard error of figures (m, b), shape (m,); NaN without resamples."""
    if draws.shape[1] < 2:
        return np.full(len(draws), np.nan)
    return np.asarray(np.sqrt(basis.widen) * draws.std(axis=1, ddof=1))


def _bounded(found: Spread, metric: Metric, zero: Bools) -> Spread:
    """Keep an interval where its figure can be: a part of R² does not leave 0 to 1."""
    if metric == "pratt":
        return found
    most = np.inf if metric == "betasq" else 1.0
    low = np.where(zero, 0.0, np.clip(found.low, 0.0, most))
    return Spread(found.std_error, low, np.clip(found.high, 0.0, most))


def _may_be_zero(
    estimate: DriverFigures,
    draws: DriverFigures,
    players: DriverPlayers,
    metric: Metric,
    basis: Basis,
    p_value: Floats,
) -> Bools:
    """Return whether the importance of each player may be 0.

    A squared figure is never below 0 in a resample, so its percentiles never reach 0. Its root can be tested:
    the coefficient (`last`, `betasq`), the marginal covariance (`first`), the CAR score (`car`). LMG and
    relative weights are 0 only where both the coefficient and the marginal covariance are; either may say
    that they are not, each at half the level.
    """
    alpha = 1 - basis.conf_level
    if metric == "pratt" or not draws.importance.shape[1]:
        return np.zeros(len(players.names), dtype=bool)
    if metric == "car":
        value, error = estimate.importance[:, 0], standard_error(draws.importance, basis)
        # The standard error of a square is at least 2|ω| times that of ω.
        t = np.divide(2 * value, error, out=np.zeros_like(value), where=error > 0)
        return np.asarray(2 * stdtr(basis.df, -t) > alpha)
    marginal = wald_p_value(
        estimate.marginal[:, 0], draws.marginal, players.places, widen=basis.widen, df=basis.df
    )
    if metric == "first":
        return np.asarray(marginal > alpha)
    if metric in ("last", "betasq"):
        return np.asarray(p_value > alpha)
    return np.asarray((p_value > alpha / 2) & (marginal > alpha / 2))


def _rank_sets(estimate: DriverFigures, draws: DriverFigures, basis: Basis) -> tuple[Floats, Floats]:
    k = len(estimate.importance)
    if not draws.importance.shape[1]:
        return np.full(k, np.nan), np.full(k, np.nan)
    a, b = (places.astype("int64") for places in np.triu_indices(k, 1))
    p_value = tested_pairs(estimate, draws, basis).p_value
    bounds = rank_bounds(
        estimate.difference[:, 0], one_sided_holm(p_value), a, b, levels=k, alpha=1 - basis.conf_level
    )
    return bounds.low.astype("float64"), bounds.high.astype("float64")
