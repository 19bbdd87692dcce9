"""What a joint bootstrap says about the place of drivers on the map, in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.drivers.driver_rows import DriverRows, Floats, Ints
from cxlab.drivers.importance_intervals import Spread, spread_of
from cxlab.drivers.joint_draws import BLOCKS, MOST_UNITS, Joint
from cxlab.drivers.rating_scales import require_within, scales_of
from cxlab.estimate.estimates import Scale
from cxlab.estimate.intervals import tails
from cxlab.estimate.resampling import FEWEST
from cxlab.model.errors import MeasureError, nearest

Quadrant = Literal["concentrate_here", "keep_up", "low_priority", "possible_overkill"]
QUADRANTS: tuple[Quadrant, ...] = get_args(Quadrant)
"""Numbered by 2 · (importance is low) + (performance is high), as in `cxlab.importance_satisfaction`."""
Cuts = tuple[float | None, float | None]
Bools = npt.NDArray[np.bool_]


def quadrant_rows(
    rows: DriverRows, here: Joint, drawn: Joint, cuts: Cuts, conf_level: float
) -> tuple[pd.DataFrame, tuple[float, float]]:
    """Return importance, performance and quadrant of each driver, p rows, and where the two lines are."""
    solved: Bools = np.isfinite(drawn.r_squared)
    share, mean = drawn.share[solved], drawn.mean[solved]
    importance = widened(here.share[0], share, rows, conf_level, fitted=True)
    low = np.where(_may_be_none(drawn, solved, conf_level), 0.0, np.clip(importance.low, 0, 1))
    importance = replace(importance, low=low, high=np.clip(importance.high, 0, 1))
    performance = widened(here.mean[0], mean, rows, conf_level, fitted=False)
    columns: dict[str, object] = {"driver": pd.Series(rows.drivers, dtype="str")}
    columns |= _columns("importance", here.share[0], importance)
    columns |= _columns("performance", here.mean[0], performance)
    lines = [_lines(values, cut) for values, cut in zip((here.share, here.mean), cuts, strict=True)]
    place = _quadrants(here.share, here.mean, lines)[0]
    there = _quadrants(
        share, mean, [_lines(values, cut) for values, cut in zip((share, mean), cuts, strict=True)]
    )
    chances: dict[str, Floats] = {name: _mean(there == number) for number, name in enumerate(QUADRANTS)}
    columns["quadrant"] = pd.Series([QUADRANTS[number] for number in place], dtype="str")
    columns["probability"] = np.array([chances[QUADRANTS[number]][at] for at, number in enumerate(place)])
    columns |= chances
    columns["importance_rank"] = _ranks(here.share)[0]
    return pd.DataFrame(columns), (float(lines[0][0, 0]), float(lines[1][0, 0]))


def disagreement_rows(rows: DriverRows, here: Joint, drawn: Joint, conf_level: float) -> pd.DataFrame:
    """Return stated importance and how far its ranks are from those of derived importance, p rows."""
    solved = np.isfinite(drawn.r_squared) & np.isfinite(drawn.stated).all(axis=1)
    stated = widened(here.stated[0], drawn.stated[solved], rows, conf_level, fitted=False)
    gap = _ranks(here.stated) - _ranks(here.share)
    _, gap_low, gap_high = spread(_ranks(drawn.stated[solved]) - _ranks(drawn.share[solved]), conf_level)
    return pd.DataFrame(
        {
            **_columns("stated", here.stated[0], stated),
            "stated_rank": _ranks(here.stated)[0],
            "rank_gap": gap[0],
            "rank_gap_conf_low": gap_low,
            "rank_gap_conf_high": gap_high,
            "disagrees": (gap_low > 0) | (gap_high < 0),
            "n_stated": np.isfinite(rows.others).sum(axis=0),
        }
    )


def _columns(name: str, value: Floats, found: Spread) -> dict[str, Floats]:
    ends = {f"{name}_conf_low": found.low, f"{name}_conf_high": found.high}
    return {name: value, f"{name}_std_error": found.std_error, **ends}


def widened(
    estimate: Floats, values: Floats, rows: DriverRows, conf_level: float, *, fitted: bool, shift: int = 0
) -> Spread:
    """Return the intervals of m figures as `cxlab.importance` has them, from replicates (b, m).

    Parameters
    ----------
    estimate, values
        Shapes (m,) and (b, m).
    fitted
        Whether the figures stand on a regression, whose p coefficients take degrees of freedom.
    shift
        As in `spread_of`.
    """
    units = int(rows.units.max()) + 1
    base, lost = min(rows.n_eff, units), len(rows.drivers) + 1 if fitted else 0
    widen = base / (base - lost) if base > lost else np.nan
    drawn = units if units <= MOST_UNITS else BLOCKS
    return spread_of(estimate, values.T, conf_level=conf_level, widen=widen, shift=shift, df=float(drawn - 1))


def spread(values: Floats, conf_level: float) -> tuple[Floats, Floats, Floats]:
    """Return standard errors and percentile intervals of b replicates (b, m); NaN where there are too few."""
    if len(values) < FEWEST:
        unknown = np.full(values.shape[1], np.nan)
        return unknown, unknown, unknown
    low, high = np.quantile(values, tails(conf_level), axis=0)
    return values.std(axis=0, ddof=1), low, high


def stated_columns(stated: Mapping[str, str] | None, drivers: Sequence[str]) -> list[str]:
    """Return the columns of stated importance in the order of the drivers; none where none was named."""
    if stated is None:
        return []
    for name in stated:
        if name not in drivers:
            raise MeasureError(f"stated= names '{name}'", remedy=nearest(str(name), drivers))
    for name in drivers:
        if name not in stated:
            raise MeasureError(
                f"stated= says nothing of '{name}'", remedy="name a column for every driver: ranks need all"
            )
    return [stated[name] for name in drivers]


def rescaled(rows: DriverRows, scale: Scale | Mapping[str, Scale]) -> DriverRows:
    """Return the rows with every driver from 0 to 100 of its scale."""
    scales = scales_of(scale, rows.drivers)
    for place, name in enumerate(rows.drivers):
        if name not in scales:
            raise MeasureError(f"'{name}' has no scale", remedy="give one for each driver")
        require_within(name, rows.x[:, place], scales[name])
    ends = np.array([scales[name] for name in rows.drivers], dtype="float64")
    return replace(rows, x=100 * (rows.x - ends[:, 0]) / (ends[:, 1] - ends[:, 0]))


def _lines(values: Floats, cut: float | None) -> Floats:
    """Return the line of each row of figures, shape (b, 1)."""
    return values.mean(axis=1, keepdims=True) if cut is None else np.full((len(values), 1), float(cut))


def _quadrants(importance: Floats, performance: Floats, lines: Sequence[Floats]) -> Ints:
    # Equal figures must not fall below their own mean by rounding.
    low, high = (line - 1e-12 * np.maximum(1, np.abs(line)) for line in lines)
    return 2 * (importance < low).astype("int64") + (performance >= high)


def _mean(inside: Bools) -> Floats:
    return inside.mean(axis=0) if len(inside) >= FEWEST else np.full(inside.shape[1], np.nan)


def _ranks(values: Floats) -> Floats:
    """Return ranks from 1 for the largest, shape (b, p); equal figures share the mean of their ranks."""
    return pd.DataFrame(-values).rank(axis=1, method="average").to_numpy()


def _may_be_none(drawn: Joint, solved: Bools, level: float) -> Floats:
    """Return which drivers have neither correlation nor coefficient that can be told from 0, shape (p,)."""
    out = np.ones(drawn.share.shape[1], dtype=bool)
    for values in (drawn.correlation[solved], drawn.coefficient[solved]):
        _, low, high = spread(values, level)
        out &= (low <= 0) & (high >= 0)
    return out
