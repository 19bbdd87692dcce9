"""Our mean less each competitor's, area by area, from published means."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.difference import welch_df
from cxlab.estimate.estimates import Estimates, rows_of
from cxlab.estimate.intervals import student
from cxlab.model.errors import MeasureError, nearest
from cxlab.tally.entry import lazy_rows, require_names, require_numbers

Floats = npt.NDArray[np.float64]
CELL = ["wave", "category", "area"]
NUMBERS = ["mean", "sd", "n"]


def competitor_gap(
    competitors: Any, own: str, *, wave: str | None = None, conf_level: float = 0.95
) -> Estimates:
    """Compare a brand with each other brand of its category, on the same area of the same survey.

    Parameters
    ----------
    competitors
        One row per wave, brand, category and area: `mean`, `sd` and `n`, such as `market.competitors`.
    own
        Our brand.
    wave
        Wave to compare; needed where the table holds several.
    conf_level
        Confidence level of Welch's t interval.

    Returns
    -------
    Estimates
        By `brand`, `category` and `area`: our mean less the brand's. `n` is the smaller of the two bases, so
        `min_base` holds for both. Without `sd`, or with a base below 2, there is a gap and no interval.

    Raises
    ------
    MeasureError
        Where columns are absent or hold no numbers, the brand or the wave is not there, several waves are
        and none is named, a cell stands twice, or an `sd` or `n` is negative.

    References
    ----------
    Welch (1947), Biometrika 34, 28–35.
    """
    pairs = competitor_pairs(competitors, own, wave)
    gap = (pairs["mean_own"] - pairs["mean"]).to_numpy()
    std_error, df = welch(*(pairs[name].to_numpy() for name in ("sd_own", "n_own", "sd", "n")))
    low, high = student(gap, std_error, df, conf_level)
    n = pairs[["n_own", "n"]].min(axis=1).fillna(0).to_numpy()
    by = ("brand", "category", "area")
    rows = rows_of(
        pairs[list(by)],
        estimate=gap,
        std_error=std_error,
        conf_low=low,
        conf_high=high,
        n=n,
        n_eff=n,
    )
    return Estimates("competitor_gap", own, by, "score", "welch_t", conf_level, "none", rows)


def competitor_pairs(competitors: Any, own: str, wave: str | None) -> pd.DataFrame:
    """Return one row per other brand, category and area, with our figures (`…_own`) beside its own.

    Raises
    ------
    MeasureError
        As `competitor_gap`.
    """
    cells = _cells(competitors, own, wave)
    ours = cells[cells["brand"] == own].drop(columns="brand")
    pairs = cells[cells["brand"] != own].merge(ours, on=CELL, suffixes=("", "_own"))
    if pairs.empty:
        raise MeasureError(
            f"no other brand was asked about what '{own}' was asked about",
            remedy="take a category in which others were rated too",
        )
    return pairs.sort_values(["brand", "category", "area"], ignore_index=True)


def welch(sd_a: Floats, n_a: Floats, sd_b: Floats, n_b: Floats) -> tuple[Floats, Floats]:
    """Return the standard error of a difference of two means and its degrees of freedom, shape (k,) each.

    NaN where a standard deviation is unknown or a base is below 2.
    """
    known = (n_a > 1) & (n_b > 1)
    n_a, n_b = np.where(known, n_a, np.nan), np.where(known, n_b, np.nan)
    error_a, error_b = sd_a / np.sqrt(n_a), sd_b / np.sqrt(n_b)
    std_error = np.hypot(error_a, error_b)
    # Two groups of equal answers differ for certain: the degrees of freedom then do not matter.
    df = np.where(std_error == 0, n_a + n_b - 2, welch_df(error_a, error_b, n_a - 1, n_b - 1))
    return std_error, df


def _cells(competitors: Any, own: str, wave: str | None) -> pd.DataFrame:
    rows = lazy_rows(competitors)
    schema = rows.collect_schema()
    require_names(["brand", *CELL, *NUMBERS], schema)
    for name in NUMBERS:
        require_numbers(rows, name, schema[name])
    table = rows.select("brand", *CELL, *NUMBERS).collect().to_pandas()
    table = table.astype({**dict.fromkeys(["brand", *CELL], "str"), **dict.fromkeys(NUMBERS, "float64")})
    waves = sorted(table["wave"].unique())
    if wave is None and len(waves) > 1:
        raise MeasureError("the table holds several waves", remedy="name one with wave=: " + ", ".join(waves))
    if wave is not None and wave not in waves:
        raise MeasureError(f"there is no wave '{wave}'", remedy=nearest(wave, waves))
    table = table[table["wave"] == (waves[0] if wave is None else wave)] if waves else table
    if own not in set(table["brand"]):
        raise MeasureError(f"there is no brand '{own}'", remedy=nearest(own, table["brand"].unique()))
    if table.duplicated(["brand", *CELL]).any():
        raise MeasureError(
            "a brand stands twice with the same category and area", remedy="keep one row of each"
        )
    if (table[["sd", "n"]] < 0).to_numpy().any():
        raise MeasureError("an sd or n is negative", where="competitors", remedy="mend the table")
    return table
