"""How many will leave in each segment: the sum of the scores, with an interval as wide as the past needed."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.cluster_codes import label_codes
from cxlab.estimate.estimates import Estimates
from cxlab.estimate.hidden_cells import hidden_cells
from cxlab.estimate.intervals import require_conf_level
from cxlab.model.errors import MeasureError
from cxlab.retention.number_vector import number_vector

Floats = npt.NDArray[np.float64]
EVERYONE = "all"
"""The one segment where none are named."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class LeavingCounts:
    """Customers expected to leave, by segment.

    Parameters
    ----------
    rows
        One row per `segment`: `n`, `expected` (sum of the chances), `conf_low`, `conf_high` (whole customers,
        0 to n), `suppressed`.
    groups
        Segments of past periods the width was learnt from.
    width
        How many standard deviations of a count the interval reaches.
    conf_level
        Share of segments whose count should lie inside.
    shock
        τ: how far the log-odds of whole segments lay off in the past, as a standard deviation, beyond what
        chance explains; chances that are all too low or too high count as well.
    periods
        Past periods.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    rows: pd.DataFrame
    groups: int
    width: float
    conf_level: float
    shock: float
    periods: int
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per segment."""
        return self.rows.assign(groups=self.groups, width=self.width, conf_level=self.conf_level)

    def summary(self) -> str:
        """Return one honest sentence in English."""
        shown = self.rows[~self.rows["suppressed"]]
        if shown.empty:
            return "How many will leave by segment: too few to say."
        said = "; ".join(
            f"{segment} {expected:.0f} ({low:.0f} to {high:.0f}) of {n:,.0f}"
            for segment, n, expected, low, high in shown.iloc[:, :5].itertuples(index=False)
        )
        return (
            f"Expected to leave: {said}. {100 * self.conf_level:g}% intervals, as wide as {self.groups} "
            f"segments of the past needed.{self._few()}"
        )

    def estimates(self, by: str | None = None) -> Estimates:
        """Return how many are expected to leave as `metrics.csv` takes it.

        Parameters
        ----------
        by
            Column of the segments; None where everyone is one.

        Returns
        -------
        Estimates
            Metric `leaving_forecast` of the outcome `customers`. The interval is of what will come
            (`conformal_prediction`) and not of a mean, so that there is no standard error.
        """
        names = ["expected", "conf_low", "conf_high", "n", "suppressed"]
        rows = self.rows[names].rename(columns={"expected": "estimate"}).reset_index(drop=True)
        rows.insert(0, "level", self.rows["segment"].astype("str").to_numpy() if by else "")
        rows.insert(2, "std_error", np.nan)
        base = rows["n"].astype("Float64").round().astype("Int64")
        rows = rows.assign(n=base, n_eff=rows["n"].astype("float64"))
        return Estimates(
            "leaving_forecast", "customers", (by,) if by else (), "amount", "conformal_prediction",
            self.conf_level, "none", rows, min_base=self.min_base,
        )  # fmt: skip

    def _few(self) -> str:
        needed = fewest(self.conf_level)
        if self.periods >= needed:
            return ""
        past = "1 period" if self.periods == 1 else f"{self.periods} periods"
        return (
            f" The past has {past}: where a period moves all segments at once, fewer than {needed} make "
            "the intervals too short."
        )

    def suppress(self, min_base: int) -> LeavingCounts:
        """Return the result, with segments below `min_base` hidden so that none is found by subtraction."""
        if min_base <= self.min_base:
            return self
        cells = self.rows["segment"].to_numpy(dtype=object)[:, None]
        hidden = hidden_cells(cells, self.rows["n"].to_numpy(dtype="float64"), min_base)
        blank = {name: self.rows[name].where(~hidden) for name in ("n", "expected", "conf_low", "conf_high")}
        return replace(self, rows=self.rows.assign(suppressed=hidden, **blank), min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(1).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def leaving_counts(
    score: Any,
    segment: Any = None,
    *,
    past_score: Any,
    past_churned: Any,
    past_period: Any,
    past_segment: Any = None,
    conf_level: float = 0.9,
) -> LeavingCounts:
    """Say how many will leave, of all or in each segment, with intervals as wide as the past needed.

    Parameters
    ----------
    score, segment
        Chances to leave and segments of the customers to come, shape (n,); without segments all are one,
        `all`.
    past_score, past_churned, past_period, past_segment
        Chances of customers that were scored before their outcomes were known, with these (1 or 0), the
        period and, where `segment` is given, the segment, shape (m,), such as `.scores` of
        `cx.rolling_origin`.
    conf_level
        Share of segments whose count should lie inside.

    Returns
    -------
    LeavingCounts
        Σp ± q √(V + τ²V²), V = Σp(1 − p), widened to whole customers. τ² = max(0, Σ((L − Σp)² − V)/ΣV²) over
        the G segments of past periods with L leavers each: a shock τ to the log-odds moves a count by τV.
        q is the ⌈(G + 1) · level⌉-th smallest |L − Σp|/√(V + τ²V²) of them.

        About that share of segments holds the count, however wrong the chances are, as long as each segment
        to come is like a past one drawn by lot: as large, and moved by shocks of its own. Unlike sizes are
        levelled by τ, approximately. Segments of one period that are moved together are less than they look:
        count periods then, and read the sentence of `.summary()`.

    Raises
    ------
    MeasureError
        Where values are missing or lengths differ, segments are given of one of past and future only, a
        chance lies outside 0–1, or the past has too few segments for the level: (G + 1) · level must not
        exceed G.

    References
    ----------
    Vovk, Gammerman, Shafer (2005), Algorithmic Learning in a Random World, chapter 4; Lei and others (2018),
    JASA 113, 1094–1111, section 5.2 (locally weighted split conformal).
    """
    require_conf_level(conf_level)
    if (segment is None) != (past_segment is None):
        raise MeasureError(
            "segments are given of one of past and future only",
            remedy="give segment= and past_segment=, or neither",
        )
    past = _rows(past_score, past_segment, past_churned, past_period)
    now = _rows(score, segment)
    groups = past.groupby(["period", "segment"])[["score", "variance", "churned"]].sum()
    missed, variance = (groups["churned"] - groups["score"]).to_numpy(), groups["variance"].to_numpy()
    shock = shock_variance(missed, variance)
    width = conformal_width(distances(missed, variance, shock), conf_level)
    sums = now.groupby("segment")[["score", "variance"]].sum()
    n = now.groupby("segment").size().to_numpy()
    spread = np.sqrt(_total(sums["variance"].to_numpy(), shock))
    # Past leavers among those with no chance at all: then any number may leave, also where nobody should.
    reach = width * spread if np.isfinite(width) else np.full(len(n), np.inf)
    expected = sums["score"].to_numpy()
    rows = pd.DataFrame(
        {
            "segment": sums.index,
            "n": n,
            "expected": expected,
            "conf_low": np.maximum(np.floor(expected - reach), 0.0),
            "conf_high": np.minimum(np.ceil(expected + reach), n),
            "suppressed": False,
        }
    )
    return LeavingCounts(
        rows, len(groups), width, conf_level, float(np.sqrt(shock)), past["period"].nunique()
    )


def shock_variance(missed: Floats, variance: Floats) -> float:
    """Return τ² = max(0, Σ(d² − V)/ΣV²): the variance of shocks to the log-odds of groups.

    Parameters
    ----------
    missed
        d, leavers less those expected, shape (G,).
    variance
        V = Σp(1 − p), shape (G,).
    """
    squares = float((variance**2).sum())
    return max(0.0, float((missed**2 - variance).sum()) / squares) if squares > 0 else 0.0


def distances(missed: Floats, variance: Floats, shock: float) -> Floats:
    """Return |d|/√(V + τ²V²), shape (G,); 0 where nothing was missed, infinite where nothing could be."""
    far = np.where(missed != 0, np.inf, 0.0)
    total = _total(variance, shock)
    return np.divide(np.abs(missed), np.sqrt(total), out=far, where=total > 0)


def _total(variance: Floats, shock: float) -> Floats:
    return variance + shock * variance**2


def fewest(conf_level: float) -> int:
    """Return the least number of past groups that have a rank for a level."""
    return int(np.ceil(conf_level / (1 - conf_level) - 1e-9))


def conformal_width(distance: Floats, conf_level: float) -> float:
    """Return the ⌈(G + 1) · level⌉-th smallest of G distances; raise MeasureError where there is none."""
    rank = int(np.ceil((len(distance) + 1) * conf_level - 1e-9))
    if rank > len(distance):
        needed = fewest(conf_level)
        raise MeasureError(
            f"the past has {len(distance)} segments, too few for a level of {conf_level:g}",
            remedy=f"take {needed} or more (segments times periods), or a lower level",
        )
    return float(np.sort(distance)[rank - 1])


def _rows(score: Any, segment: Any, churned: Any = None, period: Any = None) -> pd.DataFrame:
    """Return `score`, `segment`, `variance` and, where given, `churned` and `period`, none missing."""
    numbers = {"score": score, "churned": churned}
    columns: dict[str, Any] = {
        name: number_vector(values, name) for name, values in numbers.items() if values is not None
    }
    lacking = sum(int(np.isnan(values).sum()) for values in columns.values())
    everyone = np.full(len(columns["score"]), EVERYONE)
    for name, values in {"segment": everyone if segment is None else segment, "period": period}.items():
        if values is not None:
            codes, found = label_codes(pd.Series(np.asarray(values)), name)
            columns[name] = np.append(found.astype("str"), "")[codes]
            lacking += int((codes < 0).sum())
    if len({len(values) for values in columns.values()}) > 1 or not len(columns["score"]):
        raise MeasureError(
            "columns have different lengths, or none", remedy="give one value for each customer"
        )
    if lacking:
        raise MeasureError(
            f"{lacking:,} values are missing", remedy="leave such customers out, of all columns"
        )
    rows = pd.DataFrame(columns)
    _require_possible(rows)
    return rows.assign(variance=rows["score"] * (1 - rows["score"]))


def _require_possible(rows: pd.DataFrame) -> None:
    if ((rows["score"] < 0) | (rows["score"] > 1)).any():
        raise MeasureError("a chance lies outside 0–1", remedy="give probabilities")
    if "churned" in rows and not rows["churned"].isin([0, 1]).all():
        raise MeasureError("an outcome is neither 0 nor 1", remedy="give 1 for those who left")
