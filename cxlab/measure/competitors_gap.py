"""Our mean less the mean of all competitors, area by area."""

from __future__ import annotations

from typing import Any

import numpy as np

from cxlab.estimate.estimates import Estimates, rows_of
from cxlab.estimate.intervals import student
from cxlab.measure.competitor_gap import CELL, competitor_pairs


def competitors_gap(
    competitors: Any, own: str, *, wave: str | None = None, conf_level: float = 0.95
) -> Estimates:
    """Compare a brand with the mean of all others of its category, each counting once, on every area.

    A difference inside one market and survey is free of how the people of that market use a scale, so it may
    stand beside that of another market.

    Parameters
    ----------
    competitors, own, wave, conf_level
        As in `cxlab.competitor_gap`.

    Returns
    -------
    Estimates
        By `category` and `area`: our mean less the mean of the other brands' means. `n` is the smallest base.
        Without an `sd`, or with a base below 2, there is a gap and no interval.

    Raises
    ------
    MeasureError
        As `cxlab.competitor_gap`.

    References
    ----------
    Welch (1947), Biometrika 34, 28–35; Satterthwaite (1946), Biometrics Bulletin 2, 110–114.
    """
    pairs = competitor_pairs(competitors, own, wave)
    known = (pairs["n"] > 1) & (pairs["n_own"] > 1)
    brands = pairs.groupby(CELL)["mean"].transform("size")
    theirs = (pairs["sd"] ** 2 / pairs["n"] / brands**2).where(known)
    ours = (pairs["sd_own"] ** 2 / pairs["n_own"]).where(known)
    cells = pairs.assign(
        theirs=theirs,
        below=theirs**2 / (pairs["n"] - 1),
        ours=ours,
        below_own=ours**2 / (pairs["n_own"] - 1),
        smallest=pairs[["n_own", "n"]].min(axis=1),
    ).groupby(CELL, sort=True)
    first = cells[["mean_own", "ours", "below_own"]].first()
    gap = (first["mean_own"] - cells["mean"].mean()).to_numpy()
    variance = (first["ours"] + cells["theirs"].sum(min_count=1)).where(
        cells["theirs"].count() == cells.size()
    )
    below = first["below_own"] + cells["below"].sum()
    std_error = np.sqrt(variance.to_numpy())
    df = np.divide(
        variance.to_numpy() ** 2, below.to_numpy(), out=np.full_like(gap, np.inf), where=below.to_numpy() > 0
    )
    low, high = student(gap, std_error, df, conf_level)
    n = cells["smallest"].min().fillna(0).to_numpy()
    levels = first.index.to_frame(index=False)[["category", "area"]]
    rows = rows_of(levels, estimate=gap, std_error=std_error, conf_low=low, conf_high=high, n=n, n_eff=n)
    by = ("category", "area")
    return Estimates("competitors_gap", own, by, "score", "welch_t", conf_level, "none", rows)
