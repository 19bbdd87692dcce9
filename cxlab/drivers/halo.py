"""How much of what drivers say is one general impression, and what is left of each beside it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from cxlab.drivers.driver_players import driver_players
from cxlab.drivers.importance_intervals import Bools, Floats, Spread, spread_of, wald_p_value
from cxlab.drivers.lmg import lmg
from cxlab.drivers.nearest_correlation import nearest_correlation
from cxlab.drivers.question_moments import question_moments
from cxlab.drivers.resampled_correlations import UnitSums, correlations, resampled_correlations, unit_sums
from cxlab.drivers.solvable import require_solvable
from cxlab.estimate.estimates import Weighting
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.resampling import generator_of, require_resamples
from cxlab.model.errors import MeasureError
from cxlab.tally.one_blas_thread import one_blas_thread

OWN = 1e-6
"""Share of variance each driver keeps for itself: without it, one direction would be lost with the factor."""
STRONG = 0.5
FIGURES = [
    "loading", "importance", "share", "net_importance", "net_share", "net_low", "net_high", "rank",
    "net_rank", "correlation", "net_correlation", "n", "n_eff",
]  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Halo:
    """Drivers beside what they have in common.

    Parameters
    ----------
    outcome
        What is explained.
    rows
        One row per driver: `driver`, `loading` (correlation with the general factor), `importance` and
        `share` (LMG), `net_importance` and `net_share` (LMG of what the general factor leaves of each
        driver, with the factor in every model; an interval of it in `net_low`, `net_high`), `rank`,
        `net_rank`, `correlation` with the outcome, `net_correlation` (of what is left of
        the driver with what is left of the outcome), `n`, `n_eff`, `suppressed`.
    first_eigenvalue, conf_low, conf_high
        Share of the first eigenvalue in the variance of the drivers, and its interval.
    r_squared, general_r_squared
        R² of all drivers, and of the general factor alone.
    kept, missing, weighting, conf_level
        As in `Importance`.
    """

    outcome: str
    rows: pd.DataFrame
    first_eigenvalue: float
    conf_low: float
    conf_high: float
    r_squared: float
    general_r_squared: float
    kept: float
    missing: str
    weighting: Weighting
    conf_level: float
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per driver."""
        return self.rows.copy()

    def summary(self) -> str:
        """Return an honest sentence or two in English."""
        if self.rows["suppressed"].any():
            return f"Halo of the drivers of {self.outcome}: too few answers to say."
        known = np.isfinite(self.conf_low)
        level = f"{100 * self.conf_level:g}% interval"
        ends = f" ({level} {100 * self.conf_low:.0f}% to {100 * self.conf_high:.0f}%)" if known else ""
        first = self.rows.iloc[int(self.rows["net_rank"].to_numpy(dtype="float64").argmin())]
        top = first["driver"] + (" (negatively)" if first["net_correlation"] < 0 else "")
        strong = self.first_eigenvalue >= STRONG
        doubt = " Much of what they say is one impression: rank single drivers with care." if strong else ""
        return (
            f"The first eigenvalue holds {100 * self.first_eigenvalue:.0f}% of the variance of "
            f"{len(self.rows)} drivers{ends}. This general factor goes with R² "
            f"{self.general_r_squared:.2f} of {self.outcome}, and what is each driver's own adds "
            f"{self.r_squared - self.general_r_squared:.2f}, most of it {top}; "
            f"n = {int(self.rows['n'].min()):,}, {100 * self.kept:.1f}% of the rows kept, "
            f"{self.weighting.replace('none', 'unweighted')}.{doubt}"
        )

    def suppress(self, min_base: int) -> Halo:
        """Return the result, blanked where the smaller of n and n_eff is below `min_base`."""
        base = float(self.rows[["n", "n_eff"]].astype("float64").min(axis=1).min())
        if self.rows["suppressed"].any() or not too_small(base, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        rows = self.rows.assign(suppressed=True)
        rows[FIGURES] = rows[FIGURES].mask(np.ones((len(rows), len(FIGURES)), dtype=bool))
        nan = float("nan")
        return replace(
            self, rows=rows, first_eigenvalue=nan, conf_low=nan, conf_high=nan, r_squared=nan,
            general_r_squared=nan, min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the rows as a small table, without ids or times."""
        table = self.rows.drop(columns="suppressed").round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


@dataclass(frozen=True, slots=True, eq=False)
class _Net:
    """Figures of b samples: of each driver, shape (p, b), or of all, shape (1, b)."""

    eigenvalue: Floats
    loading: Floats
    importance: Floats
    marginal: Floats
    correlation: Floats
    general: Floats


def halo(
    frame: Any,
    outcome: str,
    drivers: Sequence[str],
    *,
    weight: str | None = None,
    cluster: str | None = None,
    missing: Literal["complete", "pairwise"] | None = None,
    n_boot: int = 1000,
    seed: int | np.random.Generator = 0,
    conf_level: float = 0.95,
) -> Halo:
    """Measure the general factor of drivers, and what each goes with beside it.

    Parameters
    ----------
    frame
        As in `cxlab.importance`: rows, or `Moments`.
    outcome, drivers
        Numeric columns; three drivers or more.
    weight, cluster, missing, n_boot, seed, conf_level
        As in `cxlab.importance`; nothing is imputed here.

    Returns
    -------
    Halo
        The general factor is the first principal component of the drivers' correlations. It is a description:
        a general impression and a common cause look the same in it.

    Raises
    ------
    MeasureError
        As `cxlab.importance`, or where fewer than three drivers are named.

    References
    ----------
    Thorndike (1920), Journal of Applied Psychology 4, 25–29 (halo). Holzbach (1978), Journal of Applied
    Psychology 63, 579–588 (a general factor partialled out).
    """
    require_conf_level(conf_level)
    require_resamples(n_boot)
    players = driver_players(outcome, drivers, None, ())
    names, p, n_boot = list(players.columns), len(players.columns), int(n_boot)
    if p < 3:
        raise MeasureError(f"{p} drivers show no general factor", remedy="name three or more")
    rng = generator_of(seed)
    found = question_moments(
        frame, (outcome, *names), weight=weight, cluster=cluster, missing=missing, rng=rng
    )
    sums = unit_sums(found.moments)
    # Several threads would decide the last digit.
    with one_blas_thread():
        square = _sound(correlations(sums, np.ones((1, len(sums.table)))), sums.pairwise)
        whole = lmg(square[1:, 1:, 0], square[1:, 0, 0], names=names)
        net, draws = _net(square, names), _drawn(sums, names, n_boot, rng)
    options = {
        "widen": found.base / (found.base - p - 1) if found.base > p + 1 else np.nan,
        "df": float(len(sums.table) - 1),
    }
    own = spread_of(net.importance[:, 0], draws.importance, conf_level=conf_level, shift=0, **options)
    common = spread_of(net.eigenvalue[:, 0], draws.eigenvalue, conf_level=conf_level, shift=0, **options)
    p_value = wald_p_value(net.marginal[:, 0], draws.marginal, players.places, **options)
    rows = _rows(names, square, whole, net, own, p_value > 1 - conf_level).assign(
        n=pd.array(found.n, dtype="Int64"), n_eff=found.n_eff, suppressed=False
    )
    return Halo(
        outcome, rows, float(net.eigenvalue[0, 0]), float(common.low[0]), float(common.high[0]),
        float(whole.sum()), float(net.general[0, 0]), found.kept, found.moments.missing,
        found.moments.weighting, conf_level,
    )  # fmt: skip


def _drawn(sums: UnitSums, names: Sequence[str], n_boot: int, rng: np.random.Generator) -> _Net:
    """Return the figures of the resamples that could be solved."""
    pieces = []
    for batch in resampled_correlations(sums, n_boot if len(sums.table) > 1 else 0, rng):
        with suppress(MeasureError):
            pieces.append(_net(_sound(batch, sums.pairwise), names))
    if not pieces:
        return _Net(*(np.empty((size, 0)) for size in (1, *[len(names)] * 4, 1)))
    joined = _Net(*(np.concatenate([getattr(one, f.name) for one in pieces], axis=1) for f in fields(_Net)))
    fine = np.isfinite(joined.importance).all(axis=0)
    return _Net(*(getattr(joined, field.name)[:, fine] for field in fields(_Net)))


def _sound(square: Floats, pairwise: bool) -> Floats:
    return nearest_correlation(square, tolerance=1e-5).correlation if pairwise else square


def _net(square: Floats, names: Sequence[str]) -> _Net:
    """Take the first principal component of the drivers out of drivers and outcome."""
    p = len(names)
    drivers, outcome = square[1:, 1:], square[1:, 0]
    fine = np.atleast_1d(require_solvable(drivers, outcome, names))
    stack = np.where(fine[:, None, None], np.moveaxis(drivers, -1, 0), np.eye(p))
    values, vectors = np.linalg.eigh(stack)
    first, along = values[:, -1], vectors[:, :, -1].T  # (b,), (p, b)
    along = along * np.where(along.sum(axis=0) < 0, -1.0, 1.0)
    slope = (along * outcome).sum(axis=0)
    general = slope**2 / first
    left = drivers - first * along[:, None] * along
    variance = np.einsum("iib->ib", left)
    spread = np.sqrt(variance)
    marginal = outcome - along * slope
    with np.errstate(all="ignore"):
        inner = (1 - OWN) * left / spread[:, None] / spread
        inner[range(p), range(p)] = 1.0
        partial = marginal / spread / np.sqrt(1 - general)
        own = lmg(inner, partial, names=names) * (1 - general)
    blank = np.where(fine, 0.0, np.nan)
    return _Net(
        (first / p + blank)[None], along * np.sqrt(first) + blank, own + blank, marginal + blank,
        partial + blank, (general + blank)[None],
    )  # fmt: skip


def _rows(
    names: Sequence[str],
    square: Floats,
    whole: Floats,
    net: _Net,
    own: Spread,
    may_be_zero: Bools,
) -> pd.DataFrame:
    value = net.importance[:, 0]
    return pd.DataFrame(
        {
            "driver": pd.Series(list(names), dtype="str"),
            "loading": net.loading[:, 0],
            "importance": whole,
            "share": whole / whole.sum(),
            "net_importance": value,
            "net_share": value / value.sum(),
            "net_low": np.where(may_be_zero, 0.0, np.clip(own.low, 0, 1)),
            "net_high": np.clip(own.high, 0, 1),
            "rank": pd.Series(whole).rank(ascending=False, method="min").astype("Int64"),
            "net_rank": pd.Series(value).rank(ascending=False, method="min").astype("Int64"),
            "correlation": square[1:, 0, 0],
            "net_correlation": net.correlation[:, 0],
        }
    )
