"""What if: how much higher people rate the outcome who rate an attribute higher, within the scales."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxlab.drivers.driver_rows import DriverRows, driver_rows
from cxlab.drivers.rating_scales import require_within, scales_of
from cxlab.drivers.robust_fit import Floats, RobustFit, robust_fit, two_sided
from cxlab.estimate.estimates import Scale, Weighting, weighting_of
from cxlab.estimate.finite_number import finite_number
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import require_conf_level, student
from cxlab.model.errors import MeasureError, nearest

ASSUMPTION = (
    "It would hold as a change only if nothing that was not asked stands behind both the changed ratings and "
    "the outcome, the outcome does not act back on the ratings, the other ratings stay as they are, and the "
    "same straight-line model still holds after the change."
)
TOGETHER = "(together)"
_FIGURES = [
    "difference", "std_error", "conf_low", "conf_high", "statistic", "p_value", "mean_change", "share_capped",
    "outcome_capped",
]  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class WhatIf:
    """The expected difference of the outcome between people as they rate and people who rate higher.

    Parameters
    ----------
    outcome
        Column of the outcome, in whose units differences are.
    drivers
        Drivers of the model.
    rows
        One row per changed driver and, where there are several, one for all `(together)`: `driver`, `change`
        (asked for), `mean_change` (what the scale leaves of it, on average), `share_capped` (share of the
        people whom the scale cuts short), `outcome_capped` (share of the people whose expected outcome
        reaches an end of its scale), `coefficient`, `difference`, `std_error`, `conf_low`, `conf_high`,
        `statistic`, `p_value`, `suppressed`.
    mean_outcome
        Weighted mean of the outcome in the same rows.
    assumption
        Under which assumption the difference would hold as a change.
    df, conf_level
        Degrees of freedom of t, and the confidence level of each interval.
    n, n_eff, kept
        Rows, Kish's effective base, and the share of the rows that hold the outcome and every driver.
    weighting, method
        `none` or `weighted`; `hc3` or `clustered`.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    drivers: tuple[str, ...]
    rows: pd.DataFrame
    mean_outcome: float
    df: int
    conf_level: float
    n: int
    n_eff: float
    kept: float
    weighting: Weighting
    method: str
    assumption: str = ASSUMPTION
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per changed driver, and one for all together."""
        return self.rows.assign(
            outcome=self.outcome, mean_outcome=self.mean_outcome, conf_level=self.conf_level, df=self.df,
            n=self.n, n_eff=self.n_eff, kept=self.kept, weighting=self.weighting, method=self.method,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English, and the assumption."""
        if self.rows["suppressed"].all():
            return f"What goes with other ratings in {self.outcome}: too few answers to say."
        said = [self._said(row) for _, row in self.rows.iterrows()]
        weighing = f", n_eff = {self.n_eff:.0f}" if self.weighting == "weighted" else ", unweighted"
        equal = ", the other ratings being equal" if len(self.drivers) > 1 else ""
        return (
            f"{'; '.join(said)}{equal} (n = {self.n:,}{weighing}, {self.kept:.0%} of the rows are complete). "
            f"This is an association. {self.assumption}"
        )

    def _said(self, row: pd.Series) -> str:
        change, together = row["change"], row["driver"] == TOGETHER
        subject = "people who rate all of these otherwise together" if together else (
            f"people who rate {row['driver']} {abs(change):g} point{'s' * (abs(change) != 1)} "
            f"{'higher' if change > 0 else 'lower'}"
        )  # fmt: skip
        capped = row["share_capped"] > 0 and not together
        limits = f", or {row['mean_change']:+.2f} on average within its scale," if capped else ""
        side = "higher" if row["difference"] >= 0 else "lower"
        known = np.isfinite(row["conf_low"]) and np.isfinite(row["conf_high"])
        ends = f"{row['conf_low']:+.2f} to {row['conf_high']:+.2f}" if known else "unknown"
        return (
            f"{subject}{limits} rate {self.outcome} {abs(row['difference']):.2f} {side} "
            f"({100 * self.conf_level:g}% interval {ends})"
        )

    def suppress(self, min_base: int) -> WhatIf:
        """Return the result, blanked where n or n_eff is below `min_base`."""
        if min_base <= self.min_base or not too_small(min(self.n, self.n_eff), min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        rows = self.rows.assign(suppressed=True, **dict.fromkeys([*_FIGURES, "coefficient"], np.nan))
        nan = float("nan")
        return replace(self, rows=rows, mean_outcome=nan, n=0, n_eff=nan, kept=nan, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and a small table, without ids or times."""
        some = ["driver", "change", "mean_change", "share_capped", "difference", "conf_low", "conf_high"]
        table = self.rows[some].round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def what_if(
    frame: Any,
    outcome: str,
    changes: Mapping[str, float],
    *,
    drivers: Sequence[str],
    scale: Scale | Mapping[str, Scale],
    weight: str | None = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> WhatIf:
    """Say what other ratings go with: `cx.what_if(answers, "nps", {"price": 1}, drivers=…, scale=(0, 10))`.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per respondent.
    outcome
        Numeric column.
    changes
        By how many points each of some drivers is rated higher (or lower, below 0).
    drivers
        Numeric columns of the model; those changed among them. A row that lacks the outcome or a driver is
        left out, and the share kept is said.
    scale
        Lowest and highest rating, one for all drivers or one for each column: needed of every changed driver,
        whose ratings stop at its ends row by row. Where one is named for the outcome, its expected value
        stops there too.
    weight
        Column of sampling weights ≥ 0; only their ratios matter.
    cluster
        Column that says which rows belong together, such as the account.
    conf_level
        Confidence level of each interval.

    Returns
    -------
    WhatIf
        D = Σw (f(x̃ᵢ) − f(xᵢ)) / Σw with f the fitted regression, cut at the scale of the outcome, and x̃ᵢ the
        changed ratings, cut at theirs. The error is that of the coefficients (HC3 or clustered) and of the
        people over whom D is averaged, by the delta method. Without cuts D is coefficient · change, exactly.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or holds no numbers, nothing is changed, a change is of no
        driver, a scale is lacking or an answer is off it, columns repeat each other, or rows are too few.

    References
    ----------
    MacKinnon, White (1985), Journal of Econometrics 29, 305–325. Lane, Nelder (1982), Biometrics 38, 613–621
    (average of predictions). Pearl (2009), Causality, section 3.3 (when it is a change).
    """
    require_conf_level(conf_level)
    rows = driver_rows(frame, outcome, drivers, weight=weight, cluster=cluster)
    scales = _scales(rows, changes, scale)
    fit = robust_fit(rows.x, rows.y, rows.w, rows.cluster, rows.drivers)
    asked = [{name: change} for name, change in changes.items()]
    asked += [dict(changes)] if len(changes) > 1 else []
    out = [_difference(rows, fit, one, scales, conf_level) for one in asked]
    table = pd.DataFrame(out).astype({"driver": "str"}).assign(suppressed=False)
    return WhatIf(
        outcome, rows.drivers, table, float(np.average(rows.y, weights=rows.w)), fit.df, conf_level, rows.n,
        rows.n_eff, rows.kept, weighting_of(weight), "hc3" if cluster is None else "clustered",
    )  # fmt: skip


def _scales(
    rows: DriverRows, changes: Mapping[str, float], scale: Scale | Mapping[str, Scale]
) -> dict[str, Scale]:
    if not changes or not isinstance(changes, Mapping):
        raise MeasureError("nothing is changed", remedy='name a driver and its change, such as {"price": 1}')
    for name, change in changes.items():
        if name not in rows.drivers:
            raise MeasureError(f"'{name}' is no driver of the model", remedy=nearest(str(name), rows.drivers))
        if not finite_number(change) or change == 0:
            raise MeasureError(
                f"a change of {change} in '{name}' is none", remedy="give points of its scale, such as 1"
            )
    names = [rows.outcome, *rows.drivers]
    # One scale for all is that of the drivers; whether the outcome shares it cannot be known.
    scales = scales_of(scale, names if isinstance(scale, Mapping) else rows.drivers)
    for name in changes:
        if name not in scales:
            raise MeasureError(f"'{name}' has no scale", remedy="give one for each driver that is changed")
    for name, column in zip(names, [rows.y, *rows.x.T], strict=True):
        if name in scales:
            require_within(name, column, scales[name])
    return scales


def _difference(
    rows: DriverRows, fit: RobustFit, changes: Mapping[str, float], scales: Mapping[str, Scale], level: float
) -> dict[str, object]:
    """Return the row of one change, or of several at once."""
    shares = rows.w / rows.w.sum()
    moved = rows.x.copy()
    cut = np.zeros(rows.n, dtype=bool)
    for name, change in changes.items():
        place = rows.drivers.index(name)
        wished = rows.x[:, place] + change
        moved[:, place] = np.clip(wished, *scales[name])
        cut |= moved[:, place] != wished
    now, slope_now = _expected(rows.x, fit, scales.get(rows.outcome))
    then, slope_then = _expected(moved, fit, scales.get(rows.outcome))
    difference = float(shares @ (then - now))
    gradient = shares @ (slope_then - slope_now)
    added = fit.influence @ gradient + shares * (then - now - difference)
    std_error = float(fit.std_error(added[:, None])[0])
    df = np.array([float(fit.df)])
    low, high = student(np.array([difference]), np.array([std_error]), df, level)
    statistic = difference / std_error if std_error > 0 else float("nan")
    name, change = next(iter(changes.items())) if len(changes) == 1 else (TOGETHER, np.nan)
    place = rows.drivers.index(name) if len(changes) == 1 else 0
    stopped = (slope_then[:, 0] == 0) | (slope_now[:, 0] == 0)
    return {
        "driver": name,
        "change": change,
        "mean_change": float(shares @ (moved - rows.x)[:, place]) if len(changes) == 1 else np.nan,
        "share_capped": float(shares @ cut),
        "outcome_capped": float(shares @ stopped),
        "coefficient": float(fit.coefficients[place + 1]) if len(changes) == 1 else np.nan,
        "difference": difference,
        "std_error": std_error,
        "conf_low": float(low[0]),
        "conf_high": float(high[0]),
        "statistic": statistic,
        "p_value": float(two_sided(np.array([statistic]), fit.df)[0]),
    }


def _expected(x: Floats, fit: RobustFit, scale: Scale | None) -> tuple[Floats, Floats]:
    """Return the expected outcome (n,), cut at its scale, and its derivatives by the coefficients (n, k)."""
    columns = np.column_stack([np.ones(len(x)), x])
    expected = columns @ fit.coefficients
    if scale is None:
        return expected, columns
    inside = (expected > scale[0]) & (expected < scale[1])
    return np.clip(expected, *scale), np.where(inside[:, None], columns, 0.0)
