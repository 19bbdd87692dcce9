"""What the Aalen–Johansen estimate returns."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Weighting, name_of
from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError
from cxlab.retention.curve_interval import CurveInterval
from cxlab.retention.curve_test import CurveTest
from cxlab.retention.followed_counts import FollowedCounts
from cxlab.retention.gray_test import gray_test
from cxlab.retention.restricted_mean import times_lost
from cxlab.retention.share_curve import ShareCurve, curve_at, curve_rows, suppressed_curves


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class AalenJohansen:
    """The share that left by each cause over time, for everyone or by segment.

    Parameters
    ----------
    duration, cause, by
        Columns.
    causes
        Causes, sorted.
    curves
        One per segment and cause, in this order.
    counts
        What they were made of; None once something was hidden.
    method
        How the error was found.
    conf_type, conf_level, weighting
        As asked.
    kept
        Share of the rows that hold a duration.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    duration: str
    cause: str
    by: tuple[str, ...]
    causes: tuple[str, ...]
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
        """One row per segment, cause and time at which somebody left.

        `level`, `cause`, `time`, `n_risk`, `n_event` (rows that left by this cause), `incidence` just after,
        `std_error`, `conf_low`, `conf_high`, `suppressed`.
        """
        return curve_rows(self.curves, "incidence")

    @property
    def groups(self) -> pd.DataFrame:
        """One row per segment and cause: what had left by the longest duration.

        `level`, `cause`, `n`, `n_eff`, `events`, `last` (longest duration), `incidence`, `std_error`,
        `conf_low`, `conf_high`, `suppressed`.
        """
        ends = [
            curve_at([curve], [0.0 if curve.suppressed else curve.last], "incidence") for curve in self.curves
        ]
        found = pd.concat(ends, ignore_index=True).rename(columns={"time": "last"}).drop(columns="n_risk")
        bases = pd.DataFrame(
            {
                "n": [pd.NA if curve.suppressed else curve.n for curve in self.curves],
                "n_eff": [curve.n_eff for curve in self.curves],
                "events": [
                    curve.events if curve.counted and not curve.suppressed else pd.NA for curve in self.curves
                ],
            }
        ).astype({"n": "Int64", "events": "Int64"})
        found.loc[found["suppressed"], "last"] = np.nan
        return pd.concat([found[["level", "cause"]], bases, found.drop(columns=["level", "cause"])], axis=1)

    def at(self, times: Sequence[float]) -> pd.DataFrame:
        """Return the incidence at these times by segment and cause, with its interval; NaN after the last.

        `n_risk`: rows still followed then, whether or not somebody left.
        """
        return curve_at(self.curves, times, "incidence")

    def time_lost(self, horizon: float) -> pd.DataFrame:
        """Return the mean time lost by each cause up to a horizon, by segment: the area under its incidence.

        Over the causes it sums to the horizon less the restricted mean of `kaplan_meier`.

        Parameters
        ----------
        horizon
            Time > 0. A segment that was not followed so long has none (NaN).

        Returns
        -------
        pandas.DataFrame
            `level`, `cause`, `horizon`, `mean`, `std_error`, `conf_low`, `conf_high` (normal).

        References
        ----------
        Andersen (2013), Statistics in Medicine 32, 5278–5285.
        """
        return times_lost(self._shown("mean"), self._levels(), horizon, self.conf_level)

    def gray_test(self, cause: str, *, rho: float = 0.0) -> CurveTest:
        """Test whether the incidence of a cause is the same in all segments.

        Parameters
        ----------
        cause
            One of `causes`.
        rho
            Each time weighs as 1 less the incidence, to this power.

        Raises
        ------
        MeasureError
            Where there is one segment or no such cause, something was hidden, or there are entries, clusters
            or sampling weights, for which the test is not made.

        References
        ----------
        Gray (1988), Annals of Statistics 16, 1141–1154. As R's `cmprsk::cuminc`.
        """
        require_option("cause", cause, self.causes)
        counts = self._shown("test")
        return gray_test(counts, self._levels(), name_of(self.by), self.causes.index(cause), rho)

    def _levels(self) -> list[str]:
        return list(dict.fromkeys(curve.level for curve in self.curves))

    def _shown(self, what: str) -> FollowedCounts:
        if self.counts is None:
            raise MeasureError(
                f"there is no {what} once segments were hidden", remedy="ask before suppress()"
            )
        return self.counts

    def tidy(self) -> pd.DataFrame:
        """Return `rows` with what was asked."""
        return self.rows.assign(
            duration=self.duration, by=name_of(self.by), conf_level=self.conf_level,
            weighting=self.weighting, method=f"{self.method}, {self.conf_type}",
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English."""
        groups = self.groups
        shown = groups[~groups["suppressed"]]
        if shown.empty:
            return f"{self.duration} until {self.cause}: too few rows to say."
        levels = list(dict.fromkeys(shown["level"]))
        parts = [self._said(shown[shown["level"] == level]) for level in levels[:3]]
        more = len(levels) - len(parts)
        hidden = groups.loc[groups["suppressed"], "level"].nunique()
        return (
            f"Left by {self.cause}: " + "; ".join(parts) + (f"; and {more} more segments" if more else "")
            + (f"; {hidden} suppressed for small bases" if hidden else "")
            + f" ({self.kept:.0%} of the rows are used, "
            + f"{'weighted' if self.weighting == 'weighted' else 'unweighted'})."
        )  # fmt: skip

    def _said(self, rows: pd.DataFrame) -> str:
        first = rows.iloc[0]
        level = f"{first['level']}, " if self.by else ""
        shares = [
            f"{row['cause']} {row['incidence']:.1%} "
            + (
                f"({row['conf_low']:.1%} to {row['conf_high']:.1%})"
                if pd.isna(row["events"]) or row["events"]
                else "(nobody)"
            )
            for _, row in rows.iterrows()
        ]
        return (
            f"{level}by {first['last']:.4g} " + ", ".join(shares)
            + f" ({100 * self.conf_level:g}% intervals, n = {first['n']})"
        )  # fmt: skip

    def suppress(self, min_base: int) -> AalenJohansen:
        """Return the result without small segments, and each curve up to where few are left at risk.

        A segment is hidden where n or n_eff is below `min_base`, and with it as many others as keep it from
        being found by subtraction. The base is all who were followed, so that a rare cause keeps its share;
        counts of those who left by it are blanked where they are fewer.
        """
        if min_base <= self.min_base:
            return self
        curves = [
            curve.uncounted() if 0 < curve.events < min_base else curve
            for curve in suppressed_curves(self.curves, len(self.by), min_base)
        ]
        return replace(self, curves=tuple(curves), counts=None, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.groups.round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"
