"""The change of a measure between waves, split into mix and score by segment."""

from __future__ import annotations

import html
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Unit, Weighting, level_names, name_of
from cxlab.estimate.hidden_cells import hidden_cells

MIX_SCORE_COLUMNS = [
    "metric", "outcome", "group", "level_a", "level_b", "by", "level", "component", "estimate", "std_error",
    "conf_low", "conf_high", "conf_level", "share_a", "share_b", "estimate_a", "estimate_b", "n_a", "n_b",
    "n_eff_a", "n_eff_b", "unit", "weighting", "method", "suppressed",
]  # fmt: skip
FIGURES = [
    "estimate", "std_error", "conf_low", "conf_high", "share_a", "share_b", "estimate_a", "estimate_b",
    "n_a", "n_b", "n_eff_a", "n_eff_b",
]  # fmt: skip
EVERYONE = ""
_DECIMALS = {"points": 1, "share": 3, "score": 2, "amount": 2}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class MixScore:
    """Changes between waves as what went with the mix of segments and what with scores within them.

    Parameters
    ----------
    metric, outcome, unit, weighting, min_base
        As in `cxlab.Estimates`.
    group
        Column of the waves.
    by
        Segment columns.
    conf_level
        Confidence level of each interval.
    rows
        Three rows for each change as a whole, whose `level` is empty: `component` `change`, `mix` and
        `score`; and two for each segment, `mix` and `score`. `level_a` is the later wave, `level_b` the
        earlier one. `estimate` is what the component adds to the change; `share_a`, `estimate_a`, `n_a` and
        `n_eff_a` are share, measure, answers and Kish's effective base of the segment in the later wave.
    """

    metric: str
    outcome: str
    group: str
    by: tuple[str, ...]
    unit: Unit
    conf_level: float
    weighting: Weighting
    rows: pd.DataFrame
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per change, segment and component."""
        return self.rows.assign(
            metric=self.metric,
            outcome=self.outcome,
            group=self.group,
            by=name_of(self.by),
            conf_level=self.conf_level,
            unit=self.unit,
            weighting=self.weighting,
            method="linearised_t",
        )[MIX_SCORE_COLUMNS]

    def summary(self) -> str:
        """Return one honest sentence in English, about the last of the changes: the longest."""
        subject = f"{self.metric} of {self.outcome} by {name_of(self.by)}"
        whole = self.rows[(self.rows["level"] == EVERYONE) & self.rows["estimate"].notna()]
        if whole.empty:
            return f"{subject}: too few answers to split a change."
        later, earlier = whole.iloc[-1][["level_a", "level_b"]]
        last = whole[(whole["level_a"] == later) & (whole["level_b"] == earlier)].set_index("component")
        part = {name: self._figure(last.loc[name]) for name in ("change", "mix", "score")}
        hidden = int(self.rows["suppressed"].sum())
        silent = f"; {hidden} figures suppressed for small bases" if hidden else ""
        return (
            f"{subject}: from {earlier} to {later} it changed by {part['change']}; {part['mix']} go with the "
            f"mix of segments and {part['score']} with scores within them ({100 * self.conf_level:g}% "
            f"intervals, {'weighted' if self.weighting == 'weighted' else 'unweighted'}){silent}."
        )

    def suppress(self, min_base: int, *, waves: Collection[str] = ()) -> MixScore:
        """Return the result with the components of small segments blanked: see `cxlab.suppress`.

        Parameters
        ----------
        min_base
            Smallest base that is shown.
        waves
            Waves to be hidden for other reasons.
        """
        if min_base <= self.min_base:
            return self
        rows, bases = self.rows, _cells(self.rows)
        cells = [cell for cell in bases if cell[1] != EVERYONE]
        levels = [[wave, *level_names(level, len(self.by))] for wave, level in cells]
        table = np.array(levels, dtype=object).reshape(len(cells), len(self.by) + 1)
        hidden = hidden_cells(table, np.array([bases[cell] for cell in cells]), min_base)
        shut = {cell for cell, is_hidden in zip(cells, hidden, strict=True) if is_hidden}
        small = {wave for (wave, level), n in bases.items() if level == EVERYONE and not _shown(n, min_base)}
        small |= set(waves)
        blank = [
            bool({(row.level_a, row.level), (row.level_b, row.level)} & shut)
            or bool({row.level_a, row.level_b} & small)
            for row in rows.itertuples()
        ]
        blanked = rows.assign(suppressed=blank)
        blanked.loc[blank, FIGURES] = pd.NA
        return replace(self, rows=blanked, min_base=min_base)

    def _figure(self, row: pd.Series) -> str:
        digits = _DECIMALS[self.unit]
        points = " points" if self.unit == "points" else ""
        known = np.isfinite(row["conf_low"]) and np.isfinite(row["conf_high"])
        ends = f"{row['conf_low']:z.{digits}f} to {row['conf_high']:z.{digits}f}" if known else "unknown"
        return f"{row['estimate']:z.{digits}f}{points} ({ends})"

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the rows as a small table, without ids or times."""
        digits = _DECIMALS[self.unit]
        places = dict.fromkeys(["estimate", "std_error", "conf_low", "conf_high"], digits)
        table = self.rows.round(
            {**places, "share_a": 3, "share_b": 3, "estimate_a": digits, "estimate_b": digits}
        )
        return f"<p>{html.escape(self.summary())}</p>{table.to_html(index=False, border=0, na_rep='')}"


def _cells(rows: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return the smaller of n and n_eff of each wave and segment; NaN where it is hidden already."""
    bases: dict[tuple[str, str], float] = {}
    for side in ("a", "b"):
        base = rows[[f"n_{side}", f"n_eff_{side}"]].astype("float64").min(axis=1, skipna=False)
        for wave, level, value in zip(rows[f"level_{side}"], rows["level"], base, strict=True):
            bases.setdefault((wave, level), value)
    return bases


def _shown(base: float, min_base: int) -> bool:
    return base == 0 or base >= min_base - 1e-9
