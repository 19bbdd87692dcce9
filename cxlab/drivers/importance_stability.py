"""Whether the order of drivers holds from wave to wave: Kendall's tau and W."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.drivers.compare_importance import require_alike
from cxlab.drivers.importance_result import Importance
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.rank_bounds import one_sided_holm, rank_bounds
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ImportanceStability:
    """How far waves agree on the order of k drivers.

    Parameters
    ----------
    rows
        One row per pair of waves: `wave_a`, `wave_b`, `tau` (Kendall's tau-b of the importances), `conf_low`,
        `conf_high`, `successive`.
    concordance, conf_low, conf_high
        Kendall's W of all waves, 0 for no agreement and 1 for one order.
    drivers
        How many drivers are ordered.
    conf_level
        Confidence level of each interval.
    """

    rows: pd.DataFrame
    concordance: float
    conf_low: float
    conf_high: float
    drivers: int
    conf_level: float

    @property
    def waves(self) -> int:
        """How many waves are compared."""
        return len({*self.rows["wave_a"], *self.rows["wave_b"]})

    def tidy(self) -> pd.DataFrame:
        """Return one row per pair of waves."""
        return self.rows.copy()

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if not np.isfinite(self.concordance):
            return "Stability of the order of drivers: too few answers to say."
        least = self.rows.iloc[int(self.rows["tau"].to_numpy().argmin())]
        whole, apart = "no interval", ""
        if np.isfinite(self.conf_low):
            level = f"{100 * self.conf_level:g}% interval"
            whole = f"{level} {self.conf_low:.2f} to {self.conf_high:.2f}"
            apart = f" ({least['conf_low']:z.2f} to {least['conf_high']:z.2f})"
        return (
            f"Order of {self.drivers} drivers: Kendall's W {self.concordance:.2f} ({whole}); the least "
            f"agreement is between {least['wave_a']} and {least['wave_b']}, tau {least['tau']:z.2f}{apart}. "
            f"Chance draws tau towards 0, and W towards {1 / self.waves:.2f}."
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the rows as a small table, without ids or times."""
        table = self.rows.round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def importance_stability(
    results: Mapping[str, Importance], *, conf_level: float | None = None
) -> ImportanceStability:
    """Compare the order of drivers between waves, in the order given.

    Parameters
    ----------
    results
        Importances by name of the wave; one metric, the same three drivers or more, independent samples.
    conf_level
        Confidence level; None takes that of the first result.

    Returns
    -------
    ImportanceStability
        The intervals are what the tested differences between drivers leave open: a pair counts for tau where
        its order can be told in both waves, and either way where it cannot. No resample is counted, as in
        them chance makes orders differ once more. Each interval holds at the confidence level by itself, and
        is wide. NaN where a wave has no resamples.

    Raises
    ------
    MeasureError
        Where there are fewer than two results or three drivers, the results differ in metric, drivers or
        outcome, one was suppressed, or the level is none.

    References
    ----------
    Kendall (1938), Biometrika 30, 81–93; (1945), Biometrika 33, 239–251 (tau-b). Kendall, Babington Smith
    (1939), Annals of Mathematical Statistics 10, 275–287 (W). Klein, Wright, Wieczorek (2020), Journal of
    the Royal Statistical Society A 183, 589–606 (what tested differences leave open).
    """
    require_alike(results)
    first = next(iter(results.values()))
    level = first.conf_level if conf_level is None else conf_level
    require_conf_level(level)
    for name, result in results.items():
        if result.rows["suppressed"].any():
            raise MeasureError(
                "the result was suppressed", where=str(name), remedy="compare it as it was before"
            )
    drivers = list(first.rows["driver"])
    if len(drivers) < 3:
        raise MeasureError(
            f"{len(drivers)} drivers have no order to speak of", remedy="compare three or more"
        )
    places = [_places(result, drivers) for result in results.values()]
    values = [
        result.rows["importance"].to_numpy(dtype="float64")[place][:, None]
        for result, place in zip(results.values(), places, strict=True)
    ]
    a, b = np.triu_indices(len(drivers), 1)
    pairs = [_pairs(result, place) for result, place in zip(results.values(), places, strict=True)]
    difference, p_value = (np.array(side)[:, a, b] for side in zip(*pairs, strict=True))
    rows, names = [], list(results)
    for i, j in combinations(range(len(names)), 2):
        low, high = tau_bounds(told_signs(difference[[i, j]], p_value[[i, j]], 1 - level))
        tau = float(kendall_tau(values[i], values[j])[0])
        rows.append((names[i], names[j], tau, low, high, j == i + 1))
    frame = pd.DataFrame(rows, columns=["wave_a", "wave_b", "tau", "conf_low", "conf_high", "successive"])
    low, high = w_bounds(told_signs(difference, p_value, 1 - level), len(drivers))
    return ImportanceStability(frame, float(kendall_w(values)[0]), low, high, len(drivers), level)


def tau_bounds(told: Floats) -> tuple[float, float]:
    """Return what tau may be, from the signs of all pairs that were told in both waves, shape (2, m)."""
    known = told[0] * told[1]
    open_pairs = (known == 0).sum()
    return float((known.sum() - open_pairs) / len(known)), float((known.sum() + open_pairs) / len(known))


def w_bounds(told: Floats, k: int) -> tuple[float, float]:
    """Return what W may be, from the signs that were told of all pairs in each wave, (waves, m)."""
    if np.isnan(told).any():
        return float("nan"), float("nan")
    a, b = (places.astype("int64") for places in np.triu_indices(k, 1))
    ranks = rank_bounds(told, np.where(told == 0, np.nan, 0.0), a, b, levels=k, alpha=0.0)
    waves = len(told)
    off = np.array([ranks.low.sum(axis=0), ranks.high.sum(axis=0)]) - waves * (k + 1) / 2
    far, near = (off**2).max(axis=0), np.where(off[0] * off[1] <= 0, 0.0, (off**2).min(axis=0))
    least, most = (12 * side.sum() / (waves**2 * (k**3 - k)) for side in (near, far))
    return float(least), float(min(most, 1.0))


def kendall_tau(x: Floats, y: Floats) -> Floats:
    """Return tau-b of each column, shapes (k, b) to (b,); NaN where one side is all ties."""
    i, j = np.triu_indices(len(x), 1)
    a, c = np.sign(x[i] - x[j]), np.sign(y[i] - y[j])
    below = np.sqrt((a**2).sum(axis=0) * (c**2).sum(axis=0))
    above = (a * c).sum(axis=0)
    return np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0)


def kendall_w(waves: list[Floats]) -> Floats:
    """Return W of m waves of shape (k, b) each, as (b,); ties count by their mean rank without correction."""
    k, m = len(waves[0]), len(waves)
    ranks = sum(
        1 + (one[:, None] > one).sum(axis=1) + ((one[:, None] == one).sum(axis=1) - 1) / 2 for one in waves
    )
    off = np.asarray(ranks) - m * (k + 1) / 2
    known = np.isfinite(np.asarray(waves)).all(axis=(0, 1))
    return np.where(known, 12 * (off**2).sum(axis=0) / (m**2 * (k**3 - k)), np.nan)


def _places(result: Importance, drivers: list[str]) -> list[int]:
    own = list(result.rows["driver"])
    return [own.index(name) for name in drivers]


def _pairs(result: Importance, place: list[int]) -> tuple[Floats, Floats]:
    """Return the differences of drivers in the order of `place`, and their p-values, shape (k, k) each."""
    difference, p_value = np.zeros((2, len(place), len(place)))
    above = np.triu_indices(len(place), 1)
    difference[above] = result.pairs.rows["difference"].to_numpy(dtype="float64")
    p_value[above] = result.pairs.rows["p_value"].to_numpy(dtype="float64")
    at = np.ix_(place, place)
    return (difference - difference.T)[at], (p_value + p_value.T)[at]


def told_signs(difference: Floats, p_value: Floats, alpha: float) -> Floats:
    """Return the signs of differences that can be told, in one family of all waves.

    Parameters
    ----------
    difference, p_value
        Of each of m pairs in each wave, shape (waves, m).
    alpha
        Chance allowed that any sign is wrong.

    Returns
    -------
    ndarray
        Shape (waves, m); 0 where a sign is open, NaN for a wave in which nothing was tested.
    """
    told = one_sided_holm(p_value.ravel()).reshape(p_value.shape) <= alpha + 1e-12
    untested = np.isnan(p_value).all(axis=1, keepdims=True)
    return np.where(untested, np.nan, np.where(told, np.sign(difference), 0.0))
