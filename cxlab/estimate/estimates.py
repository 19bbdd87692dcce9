"""The result every measure returns."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.estimate.hidden_cells import hidden_cells

Unit = Literal["points", "share", "ratio", "score", "amount", "coefficient"]
Weighting = Literal["none", "weighted"]
Scale = tuple[float, float]
MISSING_LEVEL = "(missing)"
TIDY_COLUMNS = [
    "metric", "outcome", "by", "level", "estimate", "std_error", "conf_low", "conf_high", "conf_level",
    "n", "n_eff", "unit", "weighting", "method", "suppressed",
]  # fmt: skip
_FIGURES = ["estimate", "std_error", "conf_low", "conf_high", "n", "n_eff"]
_DECIMALS = {"points": 1, "share": 3, "ratio": 3, "score": 2, "amount": 2, "coefficient": 2}
PER_CENT = ("share", "ratio")
"""Units that are read in per cent."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Estimates:
    """One measure of one outcome, for everyone or by segment.

    Parameters
    ----------
    metric
        Name of the measure, such as `nps`.
    outcome
        Column measured.
    by
        Segment columns; empty for everyone.
    unit
        `points` (NPS, −100 to 100), `share` (0–1), `ratio` (part of a whole that may exceed
        it, 1 for all of it), `score` (on the outcome's own scale), `amount` (a
        total, in the outcome's own unit) or `coefficient` (a number without a unit).
    method
        Name of the interval.
    conf_level
        Confidence level of the interval.
    weighting
        `none` or `weighted`.
    rows
        One row per segment: `level`, `estimate`, `std_error`, `conf_low`, `conf_high`, `n` (answers),
        `n_eff` (Kish's effective base; by design n over the design effect), `suppressed`. NaN where there
        is nothing to estimate.
    scale
        Lowest and highest value the outcome can take, where it is known.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    metric: str
    outcome: str
    by: tuple[str, ...]
    unit: Unit
    method: str
    conf_level: float
    weighting: Weighting
    rows: pd.DataFrame
    scale: Scale | None = None
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per figure, with the columns of `metrics.csv` from `metric` on."""
        return self.rows.assign(
            metric=self.metric,
            outcome=self.outcome,
            by=name_of(self.by),
            conf_level=self.conf_level,
            unit=self.unit,
            weighting=self.weighting,
            method=self.method,
        )[TIDY_COLUMNS]

    def summary(self) -> str:
        """Return one honest sentence in English."""
        shown = self.rows[~self.rows["suppressed"] & self.rows["estimate"].notna()]
        subject = f"{self.metric} of {self.outcome}"
        if shown.empty:
            return f"{subject}: too few answers to say."
        if not self.by:
            return f"{subject} is {self._figure(shown.iloc[0])}."
        if len(shown) == 1:
            only = shown.iloc[0]
            return f"{subject} by {name_of(self.by)}: {only['level']} {self._figure(only)}{self._silent()}."
        ranked = shown.sort_values("estimate", ascending=False, kind="stable")
        best, last = ranked.iloc[0], ranked.iloc[-1]
        return (
            f"{subject} by {name_of(self.by)}: highest {best['level']} {self._figure(best)}, "
            f"lowest {last['level']} {self._figure(last)}{self._silent()}."
        )

    def _silent(self) -> str:
        hidden = int(self.rows["suppressed"].sum())
        return f"; {hidden} suppressed for small bases" if hidden else ""

    def _figure(self, row: pd.Series) -> str:
        digits = _DECIMALS[self.unit]
        value = f"{row['estimate']:z.{digits}f}{' points' if self.unit == 'points' else ''}"
        known = np.isfinite(row["conf_low"]) and np.isfinite(row["conf_high"])
        interval = f"{row['conf_low']:z.{digits}f} to {row['conf_high']:z.{digits}f}" if known else "unknown"
        weighed = f", n_eff = {row['n_eff']:.0f}" if self.weighting == "weighted" else ", unweighted"
        return f"{value} ({100 * self.conf_level:g}% interval {interval}, n = {row['n']}{weighed})"

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the rows as a small table, without ids or times."""
        table = self.rows.round({**dict.fromkeys(_FIGURES[:4], _DECIMALS[self.unit]), "n_eff": 1})
        return f"<p>{html.escape(self.summary())}</p>{table.to_html(index=False, border=0, na_rep='')}"


def weighting_of(weight: str | None) -> Weighting:
    """Return whether estimates that use this column of weights are weighted."""
    return "none" if weight is None else "weighted"


def name_of(names: Sequence[str]) -> str:
    """Return segment names, or levels, as `metrics.csv` writes them: alone, or as a JSON list of several."""
    return names[0] if len(names) == 1 else json.dumps(list(names), ensure_ascii=False) if names else ""


def level_names(level: str, segments: int) -> list[str]:
    """Return the names that `name_of` wrote as one level."""
    return list(json.loads(level)) if segments > 1 else [level] * segments


def rows_of(levels: pd.DataFrame, **figures: object) -> pd.DataFrame:
    """Return the rows of a result from its levels (one column per segment) and its figures.

    Parameters
    ----------
    levels
        Levels of each segment column, k rows; no columns where the result is for everyone.
    figures
        Arrays of length k called `estimate`, `std_error`, `conf_low`, `conf_high`, `n`, `n_eff`.
    """
    named = levels.fillna(MISSING_LEVEL).astype("str")
    level = [name_of(list(row)) for row in named.itertuples(index=False)]
    rows = pd.DataFrame(
        {"level": pd.Series(level, dtype="str"), **{name: figures[name] for name in _FIGURES}}
    )
    return rows.assign(suppressed=False).astype({"n": "Int64"})


def suppress(result: Estimates, min_base: int) -> Estimates:
    """Return the result with the figures on small bases blanked.

    Parameters
    ----------
    result
        Any result; one that was suppressed at this base or a larger one comes back as it is.
    min_base
        Smallest base that is shown; it applies to the smaller of `n` and `n_eff`.

    Returns
    -------
    Estimates
        Blank figures where a base is too small, and where the figure of a small base could otherwise be
        found by subtraction from a total: what is hidden always has a joint base of at least `min_base`.
        With several segment columns the same holds for each of their levels. A level without answers keeps
        its `n` of 0.
    """
    if min_base <= result.min_base:
        return result
    rows = result.rows
    base = rows[["n", "n_eff"]].astype("float64").min(axis=1, skipna=False)
    levels = [level_names(level, len(result.by)) for level in rows["level"]]
    cells = np.array(levels, dtype=object).reshape(len(rows), len(result.by))
    hidden = hidden_cells(cells, base.to_numpy(), min_base)
    blanked = rows.assign(suppressed=hidden)
    blanked.loc[hidden, _FIGURES] = pd.NA
    return replace(result, rows=blanked, min_base=min_base)
