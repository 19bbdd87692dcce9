"""Importance against performance: where drivers stand, how surely, and what people say matters."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxlab.drivers.driver_columns import listed
from cxlab.drivers.driver_rows import DriverRows, driver_rows
from cxlab.drivers.joint_draws import Joint, joint, joint_draws
from cxlab.drivers.priority_tables import (
    disagreement_rows,
    quadrant_rows,
    rescaled,
    stated_columns,
    widened,
)
from cxlab.drivers.question_moments import require_rows
from cxlab.estimate.estimates import Scale, Weighting, weighting_of
from cxlab.estimate.finite_number import finite_number
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.resampling import FEW_UNITS, FEWEST, require_count, require_seed
from cxlab.model.errors import MeasureError

STATED = (
    "stated", "stated_std_error", "stated_conf_low", "stated_conf_high", "stated_rank", "rank_gap",
    "rank_gap_conf_low", "rank_gap_conf_high", "disagrees", "n_stated",
)  # fmt: skip
"""Columns that are there where importance was stated."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PriorityMap:
    """Where p drivers stand on importance and performance.

    Parameters
    ----------
    outcome
        Column of the outcome.
    rows
        One row per driver: `driver`; `importance` (its share of R², LMG) and `performance` (its mean, or
        0–100 of its scale), each with `_std_error`, `_conf_low`, `_conf_high`; `quadrant`, its `probability`
        (share of the replicates in which the driver stands in it) and a column with that of each quadrant;
        `importance_rank`. Where importance was stated also `stated` with its interval, `stated_rank`,
        `rank_gap` (stated less derived rank: above 0 the driver goes with the outcome more than people say),
        its interval, `disagrees` and `n_stated`. `suppressed`.
    cut_importance, cut_performance
        The lines; a value on a line counts as high.
    cut
        `mean` or `declared`, for each of the two lines.
    r_squared, r_squared_low, r_squared_high
        What all drivers explain together.
    n_boot, failed, seed
        Replicates, how many of them could not be solved and were left out, and the seed.
    conf_level, n, n_eff, kept, weighting
        Confidence level of each interval, rows, Kish's effective base, share of rows that are
        complete, and `none` or `weighted`.
    units
        Rows, or clusters, that were drawn.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    rows: pd.DataFrame
    cut_importance: float
    cut_performance: float
    cut: tuple[str, str]
    r_squared: float
    r_squared_low: float
    r_squared_high: float
    n_boot: int
    failed: int
    seed: int
    conf_level: float
    n: int
    n_eff: float
    kept: float
    weighting: Weighting
    units: int
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per driver."""
        return self.rows.assign(
            outcome=self.outcome, cut_importance=self.cut_importance, cut_performance=self.cut_performance,
            conf_level=self.conf_level, n=self.n, n_eff=self.n_eff, kept=self.kept, weighting=self.weighting,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if self.rows["suppressed"].all():
            return f"Priorities for {self.outcome}: too few answers to say."
        here = self.rows[self.rows["quadrant"] == "concentrate_here"].sort_values(
            "probability", ascending=False
        )
        named = [
            f"{name} ({chance:.0%} of the replicates)"
            for name, chance in zip(here["driver"], here["probability"], strict=True)
        ]
        unsure = int((self.rows["probability"] < self.conf_level).sum())
        weighing = f", n_eff = {self.n_eff:.0f}" if self.weighting == "weighted" else ", unweighted"
        p = len(self.rows)
        explain = "1 driver explains" if p == 1 else f"{p} drivers together explain"
        return (
            f"{explain} {self.r_squared:.0%} of {self.outcome}; above the "
            f"line of importance ({self.cut_importance:.3f}) and below that of performance "
            f"({self.cut_performance:.2f}): {', '.join(named) or 'none'}; the quadrant of {unsure} of "
            f"{p} holds in under {self.conf_level:.0%} of the replicates{self._stated()} "
            f"(n = {self.n:,}{weighing}, {self.kept:.0%} of the rows are complete).{self._few()}"
        )

    def _few(self) -> str:
        if self.units >= FEW_UNITS:
            return ""
        return f" There are {self.units} units to draw from: intervals may be too short."

    def _stated(self) -> str:
        if "stated" not in self.rows:
            return ""
        apart = self.rows[self.rows["disagrees"].astype("bool")]
        said = [
            f"{row['driver']} (rank {row['stated_rank']:.0f} stated, {row['importance_rank']:.0f} derived)"
            for _, row in apart.iterrows()
        ]
        return f"; stated and derived importance disagree on {', '.join(said) or 'no driver'}"

    def suppress(self, min_base: int) -> PriorityMap:
        """Return the result, blanked where n or n_eff is below `min_base`.

        Ranks need every stated importance: where fewer answered one of them, all of them are left out.
        """
        if min_base <= self.min_base:
            return self
        if not too_small(min(self.n, self.n_eff), min_base):
            few = "stated" in self.rows and too_small(float(self.rows["n_stated"].min()), min_base)
            rows = self.rows.drop(columns=[*STATED]) if few else self.rows
            return replace(self, rows=rows, min_base=min_base)
        texts = ["driver", "quadrant", "disagrees", "suppressed"]
        figures = [str(name) for name in self.rows if name not in texts]
        rows = self.rows.assign(suppressed=True, quadrant="", **dict.fromkeys(figures, np.nan))
        rows = rows.assign(disagrees=False) if "disagrees" in rows else rows
        nan = float("nan")
        return replace(
            self, rows=rows, cut_importance=nan, cut_performance=nan, r_squared=nan, r_squared_low=nan,
            r_squared_high=nan, n=0, n_eff=nan, kept=nan, min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and a small table, without ids or times."""
        sides = ["importance", "performance"]
        ends = [f"{side}{end}" for side in sides for end in ("", "_conf_low", "_conf_high")]
        table = self.rows[["driver", *ends, "quadrant", "probability"]].round(3)
        return f"<p>{html.escape(self.summary())}</p>{table.to_html(index=False, border=0, na_rep='')}"


def priority_map(
    frame: Any,
    outcome: str,
    drivers: Sequence[str],
    *,
    stated: Mapping[str, str] | None = None,
    scale: Scale | Mapping[str, Scale] | None = None,
    cut_importance: float | None = None,
    cut_performance: float | None = None,
    weight: str | None = None,
    cluster: str | None = None,
    n_boot: int = 1000,
    seed: int = 0,
    conf_level: float = 0.95,
) -> PriorityMap:
    """Place drivers by derived importance and by performance: `cx.priority_map(answers, "nps", [...])`.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per respondent.
    outcome, drivers
        Numeric columns. A row that lacks one of them is left out, and the share kept is said.
    stated
        For each driver the column in which people say how important it is; they may be missing row by row.
    scale
        Lowest and highest rating, one for all drivers or one for each. Where given, performance is told from
        0 to 100 of the scale; else it is the mean, and the drivers must share one scale to be compared.
    cut_importance, cut_performance
        Where the lines are, a share of R² and a performance; None draws them at the mean of the drivers, anew
        in each replicate.
    weight
        Column of sampling weights ≥ 0; only their ratios matter.
    cluster
        Column that says which rows belong together; clusters are then drawn whole.
    n_boot, seed
        Bootstrap replicates, of importance, performance and stated importance together, and their seed.
    conf_level
        Confidence level of each interval.

    Returns
    -------
    PriorityMap
        Importance is the exact Shapley share of R² (LMG). Where neither the correlation nor the coefficient
        of a driver can be told from 0, the lower end of its importance is 0. Intervals are those of
        `cxlab.importance`; of `rank_gap`, percentiles.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or holds no numbers, a driver is constant or follows from
        others, an answer is off its scale, `stated` does not name every driver, nobody answered a column it
        names, or fewer than 50 replicates can be solved.

    References
    ----------
    Martilla, James (1977), Journal of Marketing 41(1), 77–79. Lindeman, Merenda, Gold (1980), Introduction to
    Bivariate and Multivariate Analysis, 119–127. Grömping (2007), The American Statistician 61(2), 139–147.
    """
    require_conf_level(conf_level)
    require_count(n_boot, "bootstrap replicates", least=100, remedy="take 1,000 or more")
    require_seed(seed)
    _require_lines(cut_importance, cut_performance)
    n_boot, named = int(n_boot), listed(drivers, "drivers")
    others = stated_columns(stated, named)
    rows = driver_rows(frame, outcome, named, weight=weight, cluster=cluster, others=others)
    _require_answers(rows, others)
    rows = rows if scale is None else rescaled(rows, scale)
    here, drawn = joint(rows), _drawn(rows, n_boot, seed)
    cuts = (cut_importance, cut_performance)
    table, lines = quadrant_rows(rows, here, drawn, cuts, conf_level)
    if others:
        table = pd.concat([table, disagreement_rows(rows, here, drawn, conf_level)], axis=1)
    solved = np.isfinite(drawn.r_squared)
    whole = widened(here.r_squared, drawn.r_squared[solved][:, None], rows, conf_level, fitted=True, shift=1)
    low, high = np.clip([whole.low, whole.high], 0, 1)
    how = (
        "mean" if cut_importance is None else "declared",
        "mean" if cut_performance is None else "declared",
    )
    return PriorityMap(
        outcome, table.assign(suppressed=False), *lines, how, float(here.r_squared[0]), float(low[0]),
        float(high[0]), n_boot, int((~solved).sum()), seed, conf_level, rows.n, rows.n_eff, rows.kept,
        weighting_of(weight), int(rows.units.max()) + 1,
    )  # fmt: skip


def _require_lines(*cuts: float | None) -> None:
    for cut in cuts:
        if cut is not None and not finite_number(cut):
            raise MeasureError(f"a line at {cut!r} is none", remedy="give a number, or None for the mean")


def _require_answers(rows: DriverRows, stated: Sequence[str]) -> None:
    require_rows(rows.n, len(rows.drivers))
    for name, column in zip(stated, rows.others.T, strict=True):
        if not np.isfinite(column).any():
            raise MeasureError(f"the column '{name}' has no values", remedy="leave stated= away")


def _drawn(rows: DriverRows, n_boot: int, seed: int) -> Joint:
    """Return the replicates; raise MeasureError where too few of them can be solved."""
    try:
        drawn = joint_draws(rows, n_boot=n_boot, seed=seed)
        solved = int(np.isfinite(drawn.r_squared).sum())
    except MeasureError:
        # The sample itself can be solved: not one of the replicates can.
        solved = 0
    if solved < FEWEST:
        raise MeasureError(
            f"{solved} of {n_boot} bootstrap samples of {rows.n:,} rows can be solved",
            remedy="give more rows, or take fewer drivers",
        )
    return drawn
