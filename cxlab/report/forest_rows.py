"""A pooled figure as rows of a chart or a table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Estimates
from cxlab.markets.pooled import Pooled

COLUMNS = ["estimate", "std_error", "conf_low", "conf_high", "n", "n_eff"]


def market_estimates(pooled: Pooled) -> Estimates:
    """Return the markets of a pooled figure as a result by market."""
    markets = pooled.markets
    rows = markets[COLUMNS].astype("float64").assign(level=markets["market"].astype("str"), suppressed=False)
    rows["n_eff"] = rows["n_eff"].fillna(rows["n"])
    return Estimates(
        pooled.metric or "other",
        pooled.outcome,
        ("market",),
        pooled.unit,
        "as in the market's study",
        pooled.conf_level,
        pooled.weighting,
        rows.astype({"n": "Int64"}),
    )


def pooled_row(pooled: Pooled) -> pd.Series:
    """Return the mean of the markets as a row of such a result."""
    found = pooled.found
    return pd.Series({"estimate": found.estimate, "conf_low": found.conf_low, "conf_high": found.conf_high})


def smallest_base(pooled: Pooled) -> int:
    """Return the smallest base of a market, on n and n_eff; 0 where one is unknown."""
    rows = market_estimates(pooled).rows
    smallest = rows[["n", "n_eff"]].astype("float64").to_numpy().min()
    return int(np.nan_to_num(smallest))
