"""What the Kaplan–Meier estimate returns."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Weighting, name_of
from cxlab.estimate.finite_number import finite_number
from cxlab.model.errors import MeasureError
from cxlab.retention.curve_interval import CurveInterval
from cxlab.retention.curve_test import CurveTest
from cxlab.retention.followed_counts import FollowedCounts
from cxlab.retention.log_rank import log_rank
from cxlab.retention.restricted_mean import restricted_means
from cxlab.retention.share_curve import ShareCurve, curve_at, curve_crossing, curve_rows, suppressed_curves


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class KaplanMeier:
    """The share still there over time, for everyone or by segment.

    Parameters
    ----------
    duration, event, by
        Columns.
    curves
        One per segment, sorted.
    counts
        What they were made of; None once something was hidden.
    method
        `greenwood` or `infinitesimal_jackknife`.
    conf_type, conf_level, weighting
        As asked.
    kept
        Share of the rows that hold duration and event.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    duration: str
    event: str
    by: tuple[str, ...]
    curves: tuple[ShareCurve, ...]
    counts: FollowedCounts | None
    method: str
    conf_type: CurveInterval
    conf_level: float
    weighting: Weighting
    kept: float
    min_base: int = 0

    @property
    def rows(self) -> pd.DataFrame:
        """One row per segment and time at which somebody left.

        `level`, `time`, `n_risk`, `n_event` (rows), `survival` just after, `std_error`, `conf_low`,
        `conf_high`, `suppressed`.
        """
        return curve_rows(self.curves, "survival").drop(columns="cause")

    @property
    def groups(self) -> pd.DataFrame:
        """One row per segment: its base and its median.

        `level`, `n`, `n_eff`, `events`, `last` (longest duration), `median` with `conf_low` and `conf_high`
        (NaN where not reached), `suppressed`.
        """
        return self.quantile(0.5).rename(columns={"time": "median"})

    def quantile(self, share: float) -> pd.DataFrame:
        """Return when this share had left, by segment, with its interval: NaN where that was not reached.

        Parameters
        ----------
        share
            Share that left, between 0 and 1; .5 is the median. The interval is where the curve's own reaches
            the level (Brookmeyer and Crowley).

        Raises
        ------
        MeasureError
            Where it is no such share.
        """
        if not finite_number(share) or not 0 < share < 1:
            raise MeasureError(f"a share of {share!r} is none", remedy="take one such as 0.5")
        rows = []
        for curve in self.curves:
            columns = (curve.share, *curve.errors.columns()[1:])
            times = [curve_crossing(curve.time, column, 1 - share) for column in columns]
            rows.append(
                {
                    "level": curve.level, "n": pd.NA if curve.suppressed else curve.n, "n_eff": curve.n_eff,
                    "events": pd.NA if curve.suppressed else curve.events, "last": curve.last,
                    **dict(zip(("time", "conf_low", "conf_high"), times, strict=True)),
                    "suppressed": curve.suppressed,
                }
            )  # fmt: skip
        return pd.DataFrame(rows).astype({"level": "str", "n": "Int64", "events": "Int64"})

    def at(self, times: Sequence[float]) -> pd.DataFrame:
        """Return the survival at these times by segment, with error and interval; NaN after the last.

        `n_risk`: rows still followed then, whether or not somebody left.
        """
        return curve_at(self.curves, times, "survival").drop(columns="cause")

    def restricted_mean(self, horizon: float) -> pd.DataFrame:
        """Return the mean time there up to a horizon by segment: the area under the curve, with its error.

        Parameters
        ----------
        horizon
            Time > 0. A segment that was not followed so long has none (NaN).

        Returns
        -------
        pandas.DataFrame
            `level`, `horizon`, `mean`, `std_error`, `conf_low`, `conf_high` (normal).

        References
        ----------
        Klein, Moeschberger (2003), Survival Analysis, equations 4.5.1 and 4.5.2. As R's `print(…, rmean=)`.
        """
        return restricted_means(
            self._shown("mean"), [curve.level for curve in self.curves], horizon, self.conf_level
        )

    def log_rank(self, *, rho: float = 0.0) -> CurveTest:
        """Test whether the segments leave alike.

        Parameters
        ----------
        rho
            Each time weighs as survival to this power: 0 is the log-rank test, 1 Peto and Peto's, which
            looks at early leavers.

        Raises
        ------
        MeasureError
            Where there is one segment only, or something was hidden.

        References
        ----------
        Mantel (1966); Peto, Peto (1972), JRSS A 135, 185–207; Harrington, Fleming (1982), Biometrika 69,
        553–566. As R's `survdiff`; under sampling weights or clusters the robust score test of `coxph`.
        """
        levels = [curve.level for curve in self.curves]
        return log_rank(self._shown("test"), levels, name_of(self.by), rho)

    def _shown(self, what: str) -> FollowedCounts:
        if self.counts is None:
            raise MeasureError(
                f"there is no {what} once segments were hidden", remedy="ask before suppress()"
            )
        return self.counts

    def tidy(self) -> pd.DataFrame:
        """Return `rows` with what was asked."""
        return self.rows.assign(
            duration=self.duration, event=self.event, by=name_of(self.by), conf_level=self.conf_level,
            weighting=self.weighting, method=f"{self.method}, {self.conf_type}",
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English."""
        shown = self.groups[~self.groups["suppressed"]]
        if shown.empty:
            return f"{self.duration} until {self.event}: too few rows to say."
        parts = [self._said(row) for _, row in shown.head(4).iterrows()]
        more = len(shown) - len(parts)
        hidden = int(self.groups["suppressed"].sum())
        return (
            f"{self.duration} until {self.event}: " + "; ".join(parts)
            + (f"; and {more} more segments" if more else "")
            + (f"; {hidden} suppressed for small bases" if hidden else "")
            + f" ({self.kept:.0%} of the rows are used, "
            + f"{'weighted' if self.weighting == 'weighted' else 'unweighted'})."
        )  # fmt: skip

    def _said(self, row: pd.Series) -> str:
        level = f"{row['level']}: " if self.by else ""
        base = f"n = {row['n']}, {row['events']} left"
        if np.isnan(row["median"]):
            return f"{level}fewer than half had left by {row['last']:.4g} ({base})"
        ends = [
            "not reached" if np.isnan(end) else f"{end:.4g}" for end in (row["conf_low"], row["conf_high"])
        ]
        interval = f"{100 * self.conf_level:g}% interval {ends[0]} to {ends[1]}"
        return f"{level}half had left by {row['median']:.4g} ({interval}, {base})"

    def suppress(self, min_base: int) -> KaplanMeier:
        """Return the result without small segments, and each curve up to where few are left at risk.

        A segment is hidden where n or n_eff is below `min_base`, and with it as many others as keep it from
        being found by subtraction.
        """
        if min_base <= self.min_base:
            return self
        curves = suppressed_curves(self.curves, len(self.by), min_base)
        return replace(self, curves=curves, counts=None, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.groups.round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"
