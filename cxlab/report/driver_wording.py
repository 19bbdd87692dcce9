"""How drivers, their shares and what they go with are said: what charts, tables and paragraphs share."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.drivers.importance_result import Importance
from cxlab.drivers.likelihood_importance_result import LikelihoodImportance
from cxlab.estimate.multiplicity import is_told
from cxlab.report.words import NOTHING, Words

AnyImportance = Importance | LikelihoodImportance


def importance_title(result: AnyImportance, words: Words) -> str:
    """Return what a chart or table of importances shows."""
    key = "drivers.title" if isinstance(result, Importance) else f"drivers.title_{result.family}"
    return words.text(key, outcome=words.label(result.outcome))


def measure_code(result: AnyImportance) -> str:
    """Return the code of the measure of importance, such as `lmg` or `mcfadden`."""
    return result.metric if isinstance(result, Importance) else result.fit


def shown_drivers(result: AnyImportance) -> pd.DataFrame:
    """Return the rows with a figure, the largest share first."""
    rows = result.rows[~result.rows["suppressed"] & result.rows["share"].notna()]
    return rows.sort_values("share", ascending=False, kind="stable")


def ends_text(low: float, high: float, unit: str, words: Words) -> str:
    """Return an interval: `14.1% to 29.0%`, or that there is none."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return words.text("figure.no_interval")
    return words.interval(low, high, unit)


def rank_text(row: pd.Series, words: Words) -> str:
    """Return a rank with what it may as well be: `rank 1–3`."""
    if pd.isna(row["rank_low"]) or row["rank_low"] == row["rank_high"]:
        return words.text("drivers.rank", rank=words.number(row["rank"]))
    low, high = words.number(row["rank_low"]), words.number(row["rank_high"])
    return words.text("drivers.rank_range", low=low, high=high)


def sign_text(row: pd.Series, conf_level: float) -> str:
    """Return the sign of a driver's weight beside the others, in brackets where it cannot be told from none.

    A group of several drivers has no sign.
    """
    if pd.isna(row["sign"]) or row["sign"] == 0:
        return NOTHING
    sign = "+" if row["sign"] > 0 else "−"
    told = is_told(row["p_value"], conf_level) and not row["one_sided"]
    return sign if told else f"({sign})"


def signed(value: float, words: Words, digits: int = 2) -> str:
    """Return a difference with its sign: `+0.31`, `−0.20`."""
    figure = words.number(value, digits)
    return f"+{figure}" if round(value, digits) > 0 else figure


def signed_ends(low: float, high: float, words: Words) -> str:
    """Return the interval of a difference, with signs."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return words.text("figure.no_interval")
    return words.text("figure.interval", low=signed(low, words), high=signed(high, words))


def plain(value: float, words: Words) -> str:
    """Return a score without needless decimals: `7`, `7.5`."""
    return words.number(value, 0 if abs(value - round(value)) < 1e-9 else 1)
