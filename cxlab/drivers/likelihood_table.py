"""The tables of a shared likelihood R², and what must be said beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.drivers.class_rows import ClassRows
from cxlab.drivers.driver_players import DriverPlayers
from cxlab.drivers.driver_rows import DriverRows
from cxlab.drivers.proportional_odds import Fits, class_shares
from cxlab.drivers.root_intervals import joint_ranks, root_interval, share_interval
from cxlab.drivers.shapley_fit import ShapleyFit
from cxlab.drivers.slope_tests import slope_covariance, slope_test
from cxlab.estimate.resampling import FEWEST

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
FEW = 10
"""Rows of the smallest class for each driver, below which slopes run too far from 0."""


def likelihood_table(
    found: ShapleyFit, rows: ClassRows, read: DriverRows, players: DriverPlayers, conf_level: float
) -> pd.DataFrame:
    """Return one row per player, with the columns of `Importance.rows`."""
    k, n = len(players.names), pd.array([read.n] * len(players.names), dtype="Int64")
    coefficient, p_value = slopes(found.full, rows, players, alone=False)
    by_itself, p_alone = slopes(found.alone, rows, players, alone=True)
    # Importance is 0 only where a driver adds nothing to any model: two tests can speak against that.
    may_be_none = ~(np.fmin(p_value, p_alone) <= (1 - conf_level) / 2)
    return pd.DataFrame(
        {
            "driver": pd.Series(players.names, dtype="str"),
            "importance": found.values,
            "share": found.values / found.values.sum(),
            "sign": _signs(coefficient),
            "correlation_sign": _signs(by_itself),
            "coefficient": coefficient,
            "p_value": p_value,
            "one_sided": pd.array(may_be_none, dtype="boolean"),
            **uncertain(found, may_be_none, conf_level),
            "rank": pd.Series(found.values).rank(ascending=False, method="min").astype("Int64"),
            "n": n,
            "n_eff": read.n_eff,
            "suppressed": np.zeros(k, dtype=bool),
        }
    )


def class_table(rows: ClassRows) -> pd.DataFrame:
    """Return the classes, from low to high, with their rows and weighted shares."""
    return pd.DataFrame(
        {
            "class": pd.Series(rows.labels, dtype="str"),
            "n": pd.array(rows.classed, dtype="Int64"),
            "share": class_shares(rows.drawn, rows.units.weight),
        }
    )


def likelihood_doubts(
    found: ShapleyFit, table: pd.DataFrame, rows: ClassRows, *, n_boot: int, conf_level: float
) -> tuple[str, ...]:
    """Return what to know before the figures are used, in plain sentences."""
    doubts = []
    turned = table["sign"].ne(table["correlation_sign"]).fillna(False) & (table["p_value"] <= 1 - conf_level)
    for name, beside in table.loc[turned, ["driver", "sign"]].itertuples(index=False):
        ways = ("negative", "positive") if beside < 0 else ("positive", "negative")
        doubts.append(
            f"{name} has a {ways[0]} slope beside the other drivers and a {ways[1]} one alone: a suppressor, "
            "or a driver that says nearly the same as another."
        )
    weak = table.loc[table["one_sided"], "driver"].tolist()
    if weak:
        doubts.append(f"What {', '.join(weak)} add{'s' * (len(weak) == 1)} cannot be told from nothing.")
    least, slopes_of_all = int(rows.classed.min()), rows.drawn.design.shape[1] - rows.drawn.thresholds
    if least < FEW * slopes_of_all:
        doubts.append(f"The smallest class has {least:,} rows, fewer than {FEW} for each driver.")
    if found.std_error.any():
        gained = found.values.sum()
        doubts.append(
            f"Not every model was refitted: some refits moved the shares by up to "
            f"{100 * np.abs(found.corrected).max() / gained:.1f} points, and leave a standard error of up to "
            f"{100 * found.std_error.max() / gained:.2f} points."
        )
    failed = int(np.isnan(found.r_squared_draws).sum())
    if failed:
        doubts.append(f"{failed} of {n_boot} resamples had no fit and were left out.")
    return tuple(doubts)


def slopes(fits: Fits, rows: ClassRows, players: DriverPlayers, *, alone: bool) -> tuple[Floats, Floats]:
    """Return the slope of each player, NaN for a group, and the p-value of its slopes, shape (k,) each."""
    thresholds = rows.drawn.thresholds
    slope, p_value = np.full((2, len(players.names)), np.nan)
    for place, group in enumerate(players.places):
        model, places = place if alone else 0, [thresholds + driver for driver in group]
        covariance = slope_covariance(rows.drawn, rows.units, fits, model, rows.sampled)
        parameters = fits.parameters[:, model]
        p_value[place] = slope_test(covariance, parameters, places, rows.sampled)
        if len(group) == 1:
            slope[place] = parameters[places[0]]
    return slope, p_value


def _signs(slopes: Floats) -> pd.arrays.IntegerArray:
    known = np.isfinite(slopes)
    return pd.arrays.IntegerArray(np.sign(np.where(known, slopes, 0)).astype("int64"), ~known)


def uncertain(found: ShapleyFit, may_be_none: Bools, conf_level: float) -> dict[str, Any]:
    """Return the columns that need resamples; missing where there are too few."""
    k, known = len(found.values), np.isfinite(found.r_squared_draws)
    names = ["std_error", "conf_low", "conf_high", "share_low", "share_high"]
    if known.sum() < FEWEST:
        none = pd.array([pd.NA] * k, dtype="Int64")
        return {**{name: np.full(k, np.nan) for name in names}, "rank_low": none, "rank_high": none}
    draws, extra, whole = found.draws[:, known], found.std_error, found.values.sum()
    options: dict[str, Any] = {"conf_level": conf_level, "widen": found.widen, "df": found.df}
    spread = root_interval(found.values, draws, may_be_none=may_be_none, extra=extra, **options)
    shares = share_interval(
        found.values / whole,
        draws / draws.sum(axis=0),
        may_be_none=may_be_none,
        extra=extra / whole,
        **options,
    )
    ranks = joint_ranks(found.values, draws, extra=extra, **options)
    ends = (spread.std_error, spread.low, spread.high, shares.low, shares.high)
    whole_numbers = {
        "rank_low": pd.array(ranks.low, dtype="Int64"),
        "rank_high": pd.array(ranks.high, dtype="Int64"),
    }
    return {**dict(zip(names, ends, strict=True)), **whole_numbers}
