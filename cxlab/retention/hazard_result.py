"""The result of a discrete hazard model."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Weighting
from cxlab.estimate.hidden_cells import hidden_cells, too_small
from cxlab.retention.cox_result import FEW, ErrorKind
from cxlab.retention.hazard_fit import HazardLink, eta_of, hazard_of
from cxlab.retention.hazard_rows import unbroken
from cxlab.retention.plain_columns import plain_columns, require_shown
from cxlab.retention.ratio_rows import FIGURES, RATIOS

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class DiscreteHazard:
    """What covariates go with in leaving, period by period.

    Parameters
    ----------
    duration, event
        Columns.
    link
        `logit` (ratios of the odds to leave in a period) or `cloglog` (ratios of hazards).
    rows
        One row per term: `term`, `coefficient` per unit, `std_error`, `statistic`, `df`, `p_value`,
        `conf_low`, `conf_high`, `ratio`, `ratio_conf_low`, `ratio_conf_high`, `suppressed`.
    periods
        One row per period: `period`, `n` (at risk), `events`, `observed` (weighted share that leaves),
        `hazard` and `survival` (at the mean of each covariate, of those there before the first period; NaN
        after a period in which nobody was at risk).
    middle
        Weighted mean of each covariate, in the order of `rows`.
    log_likelihood
        Of the periods in which some leave and some stay (weights of mean 1).
    n, n_eff, customers, events, spells, clusters
        Rows, Kish's effective base, distinct ids, events, periods at risk, and clusters (0: none).
    kept, errors, conf_level, weighting
        As in `CoxModel`.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    duration: str
    event: str
    link: HazardLink
    rows: pd.DataFrame
    periods: pd.DataFrame
    middle: tuple[float, ...]
    log_likelihood: float
    n: int
    n_eff: float
    customers: int
    events: int
    spells: int
    clusters: int
    kept: float
    errors: ErrorKind
    conf_level: float
    weighting: Weighting
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per term."""
        shared = ["link", "n", "n_eff", "customers", "events", "spells", "clusters", "kept", "errors"]
        columns = {name: getattr(self, name) for name in [*shared, "conf_level", "weighting"]}
        return self.rows.assign(**columns)

    def survival(self, frame: Any) -> pd.DataFrame:
        """Return the chance to be still there after each period, one row per row and a column per period.

        Of those there before the first period: where all enter late that is not the start. A row that lacks
        a covariate has NaN, as have all after a period in which nobody was at risk; one in which nobody left
        has a hazard of 0. Raises MeasureError where the result was blanked.
        """
        require_shown(not self.rows["suppressed"].any())
        values = plain_columns(frame, self.rows["term"].tolist())
        slopes = self.rows["coefficient"].to_numpy(dtype="float64")
        lift = (values - np.array(self.middle)) @ slopes
        hazard = self.periods["hazard"].to_numpy(dtype="float64")
        chance = hazard_of(eta_of(hazard, self.link) + lift[:, None], self.link)
        periods = self.periods["period"].to_numpy()
        there = np.where(unbroken(periods), np.cumprod(1 - chance, axis=1), np.nan)
        return pd.DataFrame(there, columns=periods)

    def summary(self) -> str:
        """Return an honest reading in English."""
        if self.rows["suppressed"].any():
            return f"Who leaves in a period, by {self.duration}: too few to say."
        row = self.rows.iloc[int(self.rows["statistic"].abs().argmax())]
        what = "odds" if self.link == "logit" else "hazard"
        equal = ", the other terms being equal" if len(self.rows) > 1 else ""
        weighed = f", n_eff = {self.n_eff:.0f}" if self.weighting == "weighted" else ", unweighted"
        said = (
            f"A unit more of {row['term']} goes with {row['ratio']:.3f} times the {what} of leaving in a "
            f"period{equal} ({100 * self.conf_level:g}% interval {row['ratio_conf_low']:.3f} to "
            f"{row['ratio_conf_high']:.3f}; n = {self.n:,}, {self.spells:,} periods at risk, "
            f"{self.events:,} events{weighed}, {self.kept:.0%} of the rows are used), the clearest of "
            f"{len(self.rows)} terms. This is an association."
        )
        if self.events >= FEW * len(self.rows):
            return said
        each = self.events / len(self.rows)
        return f"{said} Only {each:.1f} events stand to a coefficient: intervals may be too short."

    def suppress(self, min_base: int) -> DiscreteHazard:
        """Return the result, blanked where the base is below `min_base`, else its thin periods."""
        if min_base <= self.min_base:
            return self
        if not too_small(min(self.n, self.n_eff, self.customers, self.events), min_base):
            n = self.periods["n"].to_numpy(dtype="float64")
            hidden = hidden_cells(self.periods["period"].to_numpy(dtype=object)[:, None], n, min_base)
            periods = self.periods.astype({"n": "float64", "events": "float64"})
            periods.loc[hidden, ["n", "events", "observed", "hazard"]] = np.nan
            # What follows a hidden period would give its hazard away.
            periods.loc[np.cumsum(hidden) > 0, "survival"] = np.nan
            return replace(self, periods=periods, min_base=min_base)
        nan = float("nan")
        return replace(
            self, rows=self.rows.assign(suppressed=True, **dict.fromkeys([*FIGURES, *RATIOS], np.nan)),
            periods=self.periods.iloc[:0], middle=(), log_likelihood=nan, n=0, n_eff=nan, customers=0,
            events=0, spells=0, clusters=0, kept=nan, min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and a small table, without ids or times."""
        table = self.rows[["term", "ratio", "ratio_conf_low", "ratio_conf_high", "p_value"]].round(4)
        return f"<p>{html.escape(self.summary())}</p>{table.to_html(index=False, border=0, na_rep='')}"
