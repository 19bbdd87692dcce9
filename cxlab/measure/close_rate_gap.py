"""Difference between two close rates."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Estimates, rows_of
from cxlab.measure.close_rate import Counted, close_rate
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]


def close_rate_gap(
    opportunities: Any,
    group: str = "existing",
    *,
    first: str = "true",
    second: str = "false",
    counted: Counted = "count",
    conf_level: float = 0.95,
) -> Estimates:
    """Estimate by how much the close rate of one group exceeds that of another.

    Parameters
    ----------
    opportunities, counted, conf_level
        As in `cxlab.close_rate`.
    group
        Column of the groups; a flag's levels are `true` and `false`.
    first, second
        Levels compared: first less second.

    Returns
    -------
    Estimates
        Percentage points, −100 to 100; `n` counts the decided opportunities of both. The interval is
        Newcombe's, made of the intervals l to u of the two rates p: d − √((p₁ − l₁)² + (u₂ − p₂)²) to
        d + √((u₁ − p₁)² + (p₂ − l₂)²).

    Raises
    ------
    MeasureError
        As `cxlab.close_rate`, and where a level has no decided opportunity.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 873–890, method 10; Zou, Donner (2008), Statistics in Medicine
    27, 1693–1702, for intervals of any kind.
    """
    rates = close_rate(opportunities, counted=counted, by=group, conf_level=conf_level).rows.set_index(
        "level"
    )
    for level in (first, second):
        if level not in rates.index or rates.loc[level, "n"] == 0:
            raise MeasureError(
                f"no opportunity of '{level}' was decided",
                where=f"column '{group}'",
                remedy="known are: " + (", ".join(sorted(map(str, rates.index))) or "none"),
            )
    one, other = (rates.loc[level].to_dict() for level in (first, second))
    gap = one["estimate"] - other["estimate"]
    std_error = np.hypot(one["std_error"], other["std_error"])
    low = gap - np.hypot(one["estimate"] - one["conf_low"], other["conf_high"] - other["estimate"])
    high = gap + np.hypot(one["conf_high"] - one["estimate"], other["estimate"] - other["conf_low"])
    n = one["n"] + other["n"]
    figures = {"estimate": gap, "std_error": std_error, "conf_low": low, "conf_high": high}
    rows = rows_of(
        pd.DataFrame(index=[0]),
        **{name: np.array([100 * value]) for name, value in figures.items()},
        n=np.array([n]),
        n_eff=np.array([float(n)]),
    )
    metric = "close_rate_gap" if counted == "count" else "close_rate_value_gap"
    return Estimates(metric, f"{group}={first}|{second}", (), "points", "newcombe", conf_level, "none", rows)
