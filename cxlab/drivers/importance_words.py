"""What the summaries of importances share, in English, whatever R² was shared out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Estimates


def counted(drivers: int) -> str:
    """Return `1 driver` or `6 drivers`."""
    return "1 driver" if drivers == 1 else f"{drivers} drivers"


def explained(r_squared: Estimates) -> str:
    """Return R² with its interval: `R² 0.52, 95% interval 0.44 to 0.58`."""
    row = r_squared.rows.iloc[0]
    known = np.isfinite(row["conf_low"])
    level = f"{100 * r_squared.conf_level:g}% interval"
    ends = f", {level} {row['conf_low']:.2f} to {row['conf_high']:.2f}" if known else ", interval unknown"
    return f"R² {row['estimate']:.2f}{ends}"


def share_ends(row: pd.Series) -> str:
    """Return the interval of a driver's share, ` (21% to 33%)`, or nothing where it is unknown."""
    low, high = row["share_low"], row["share_high"]
    return f" ({100 * low:.0f}% to {100 * high:.0f}%)" if np.isfinite(low) else ""


def contest(ranked: pd.DataFrame) -> str:
    """Say which drivers may be first instead of the first row; nothing where no ranks are known."""
    rivals = ranked[(ranked["rank_low"] == 1) & (ranked.index != ranked.index[0])]["driver"].tolist()
    if ranked["rank_low"].isna().any() or len(ranked) == 1:
        return ""
    if not rivals:
        return ", more than any other"
    listed = ", ".join(rivals) if len(rivals) <= 4 else f"{len(rivals)} others"
    return f", but cannot be told apart in rank from {listed}"
