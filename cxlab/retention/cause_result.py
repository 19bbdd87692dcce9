"""The result of a question why customers left."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Weighting
from cxlab.estimate.hidden_cells import too_small

FIGURES = ["share", "conf_low", "conf_high", "bound_low", "bound_high", "outer_low", "outer_high", "n"]
MOST_NAMED = 5


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CauseShares:
    """Shares of causes among leavers.

    Parameters
    ----------
    reason
        Column.
    rows
        One row per group, in the order they were named: `group`, `share` (as named), `conf_low`, `conf_high`
        (Wilson), `bound_low`, `bound_high` (the least and the most once unknown and movable reasons are
        dealt otherwise), `outer_low`, `outer_high` (what holds the share at the confidence level, wherever
        these belong), `n` (leavers; NaN where too few to be given as a count), `suppressed`.
    moves
        One row per movable reason and group it may belong to: `reason`, `group` (where it counts), `to`, `n`
        (as in `rows`), `share_without` of the group it counts in and `share_with` of the group it may belong
        to, each if only this reason moves; `suppressed`.
    n, n_eff
        Leavers with a reason, and Kish's effective base.
    unknown
        Share of the leavers whose reason is one of the unknown.
    silent
        Leavers without any reason, who are no part of the base.
    conf_level, weighting
        Level of each interval, and `none` or `weighted`.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    reason: str
    rows: pd.DataFrame
    moves: pd.DataFrame
    n: int
    n_eff: float
    unknown: float
    silent: int
    conf_level: float
    weighting: Weighting
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per group."""
        return self.rows.assign(
            reason=self.reason, base=self.n, n_eff=self.n_eff, unknown=self.unknown, silent=self.silent,
            conf_level=self.conf_level, weighting=self.weighting,
        )  # fmt: skip

    def summary(self) -> str:
        """Return an honest reading in English: each share, its bounds, and the largest move."""
        shown = self.rows[~self.rows["suppressed"]]
        if shown.empty:
            return f"Why customers left ({self.reason}): too few to say."
        ranked = shown.sort_values("share", ascending=False, kind="stable")
        told = ", ".join(
            f"{row['group']} {row['share']:.1%} ({row['conf_low']:.1%} to {row['conf_high']:.1%}; "
            f"{row['bound_low']:.1%} to {row['bound_high']:.1%} if reasons were put elsewhere)"
            for _, row in ranked.head(MOST_NAMED).iterrows()
        )
        weighed = f", n_eff = {self.n_eff:.0f}" if self.weighting == "weighted" else ", unweighted"
        silent = f", {self.silent:,} more gave no reason" if self.silent else ""
        said = (
            f"Of those who left, by the reason they gave: {told} ({100 * self.conf_level:g}% intervals; "
            f"n = {self.n:,}{weighed}{silent})."
        )
        return f"{said}{self._largest_move()} Reasons are what was said on leaving, not causes."

    def _largest_move(self) -> str:
        moves = self.moves[self.moves["n"].notna()]
        if moves.empty:
            return ""
        row = moves.iloc[int(moves["n"].argmax())]
        return (
            f" '{row['reason']}' ({row['n']:,.0f}) counts as {row['group']}; as {row['to']}, that would have "
            f"{row['share_with']:.1%}."
        )

    def suppress(self, min_base: int) -> CauseShares:
        """Return the result, blanked where fewer than `min_base` leavers gave a reason.

        All shares stand on all leavers with a reason, so that they are shown together or not at all. Counts
        of fewer than `min_base` in a group, or with a movable reason, are blanked as counts.
        """
        if min_base <= self.min_base:
            return self
        if too_small(min(self.n, self.n_eff), min_base):
            return self._blanked(min_base)
        rows, moves = self.rows.copy(), self.moves.copy()
        for table in (rows, moves):
            n = table["n"].to_numpy(dtype="float64")
            table["n"] = np.where((n > 0) & (n < min_base), np.nan, n)
        return replace(self, rows=rows, moves=moves, min_base=min_base)

    def _blanked(self, min_base: int) -> CauseShares:
        nan = float("nan")
        blank = dict.fromkeys(["n", "share_without", "share_with"], nan)
        return replace(
            self, rows=self.rows.assign(**dict.fromkeys(FIGURES, nan), suppressed=True),
            moves=self.moves.assign(**blank, suppressed=True), n=0, n_eff=nan, unknown=nan, silent=0,
            min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and a small table, without ids or times."""
        table = self.rows[["group", *FIGURES]].round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"
