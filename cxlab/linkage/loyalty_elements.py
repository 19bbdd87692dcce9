"""The three elements of loyalty on satisfaction: buying more, reluctance to switch, recommending."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr

from cxlab.estimate.estimates import Weighting, weighting_of
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import require_conf_level, student
from cxlab.estimate.multiplicity import adjusted, each_level, is_told
from cxlab.linkage.element_rows import ElementRows, element_rows
from cxlab.linkage.element_slopes import ElementSlopes, Floats, element_slopes

ELEMENTS = ("buy_more", "reluctance_to_switch", "recommend_intent")
_WORDS = {
    "buy_more": "intention to buy more",
    "reluctance_to_switch": "reluctance to switch",
    "recommend_intent": "intention to recommend",
}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class LoyaltyElements:
    """What goes with a point of satisfaction in each element of loyalty.

    Parameters
    ----------
    satisfaction
        Column of the exposure.
    rows
        One row per element: `element`, `slope` (points of the element per point of satisfaction),
        `std_error`, `conf_low`, `conf_high`, `statistic`, `p_value`; `standardised` (standard deviations per
        standard deviation) with its `_std_error`, `_conf_low`, `_conf_high`; `suppressed`.
    differences
        One row per pair: `element`, `other`, `difference` (slope of the first less that of the second),
        `std_error`, `conf_low`, `conf_high`, `statistic`, `p_value`, `p_adjusted`, and the same of the
        standardised slopes, whose names begin with `standardised_`. The intervals hold jointly.
    conf_level
        Confidence level.
    df
        Degrees of freedom of t.
    n, n_eff, kept
        Rows, Kish's effective base, and the share of the rows that hold satisfaction and every element.
    units
        Clusters, or rows where none were named.
    weighting, method
        `none` or `weighted`; `hc1` or `clustered`.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    satisfaction: str
    rows: pd.DataFrame
    differences: pd.DataFrame
    conf_level: float
    df: int
    n: int
    n_eff: float
    kept: float
    units: int
    weighting: Weighting
    method: str
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per element."""
        return self.rows.assign(
            satisfaction=self.satisfaction, conf_level=self.conf_level, df=self.df, n=self.n,
            n_eff=self.n_eff, kept=self.kept, units=self.units, weighting=self.weighting, method=self.method,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if self.rows["suppressed"].all():
            return f"Loyalty by {self.satisfaction}: too few answers to say."
        said = [
            f"{_WORDS.get(row['element'], row['element'])} {row['slope']:+.2f} ({row['conf_low']:.2f} to "
            f"{row['conf_high']:.2f}; standardised {row['standardised']:.2f})"
            for _, row in self.rows.iterrows()
        ]
        weighed = f", n_eff = {self.n_eff:.0f}" if self.weighting == "weighted" else ", unweighted"
        return (
            f"A point more of {self.satisfaction} goes with {', '.join(said)}, each in points of its own "
            f"scale with its {100 * self.conf_level:g}% interval{self._apart()} (n = {self.n}{weighed}, "
            f"{self.kept:.0%} of the rows are complete). Intentions were asked together with satisfaction: "
            "this is an association between answers, not between answers and what people do."
        )

    def _apart(self) -> str:
        known = self.differences["standardised_p_adjusted"]
        apart = self.differences[is_told(known, self.conf_level)]
        if self.differences.empty:
            return ""
        if apart.empty:
            return "; standardised, no two slopes can be told apart"
        pairs = [_said_pair(row) for _, row in apart.iterrows()]
        return f"; standardised, told apart are {', '.join(pairs)}"

    def suppress(self, min_base: int) -> LoyaltyElements:
        """Return the result, blanked where n, n_eff or the number of clusters is below `min_base`."""
        if min_base <= self.min_base or not too_small(min(self.n, self.n_eff, self.units), min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        rows, differences = self.rows.assign(suppressed=True), self.differences.copy()
        rows[list(rows.columns.drop(["element", "suppressed"]))] = np.nan
        differences[list(differences.columns.drop(["element", "other"]))] = np.nan
        nan = float("nan")
        return replace(
            self, rows=rows, differences=differences, n=0, n_eff=nan, kept=nan, units=0, min_base=min_base
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and a small table, without ids or times."""
        some = ["element", "slope", "conf_low", "conf_high", "standardised", "p_value"]
        table = self.rows[some].round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def _said_pair(row: pd.Series) -> str:
    first, second = (_WORDS.get(name, name) for name in (row["element"], row["other"]))
    above = (first, second) if row["standardised_difference"] > 0 else (second, first)
    return f"{above[0]} (steeper) and {above[1]}"


def loyalty_elements(
    frame: Any,
    *,
    satisfaction: str = "csat_overall",
    elements: Sequence[str] = ELEMENTS,
    weight: str | None = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> LoyaltyElements:
    """Say what goes with a point of satisfaction in loyalty: `cx.loyalty_elements(market.responses)`.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per answer.
    satisfaction
        Numeric column of the exposure.
    elements
        Numeric columns of intentions, each on any scale. A row that lacks satisfaction or one of them is left
        out, so that all slopes are of the same people, and the share kept is said.
    weight
        Column of sampling weights ≥ 0; only their ratios matter.
    cluster
        Column that says which rows belong together, such as the account or a customer who answered in several
        waves.
    conf_level
        Confidence level of each interval of a slope, and of all differences together.

    Returns
    -------
    LoyaltyElements
        The slope of each element on satisfaction, in points per point and in standard deviations, and the
        differences of all pairs by the joint covariance of the same respondents, Holm-adjusted. Raw slopes
        compare only where the elements were asked on one scale; standardised ones always.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or holds no numbers, does not vary, an element repeats
        satisfaction exactly, rows are too few, or there is one cluster only.

    References
    ----------
    Temkin (2009), Customer Experience Correlates To Loyalty, Forrester Research. White (1980),
    Econometrica 48, 817–838. Liang, Zeger (1986), Biometrika 73, 13–22. Zellner (1962), JASA 57, 348–368.
    Holm (1979), Scandinavian Journal of Statistics 6, 65–70.
    """
    require_conf_level(conf_level)
    rows = element_rows(frame, satisfaction, elements, weight=weight, cluster=cluster)
    fit = element_slopes(rows.x, rows.y, rows.w, rows.units)
    return LoyaltyElements(
        satisfaction, _slopes(rows, fit, conf_level), _differences(rows, fit, conf_level), conf_level, fit.df,
        len(rows.x), rows.n_eff, rows.kept, len(rows.x) if rows.units is None else int(rows.units.max()) + 1,
        weighting_of(weight), "hc1" if cluster is None else "clustered",
    )  # fmt: skip


def _slopes(rows: ElementRows, fit: ElementSlopes, conf_level: float) -> pd.DataFrame:
    table = pd.DataFrame({"element": pd.Series(rows.elements, dtype="str")})
    tested = _tested(fit.slope, np.sqrt(np.diag(fit.covariance)), fit.df, conf_level)
    r, error = fit.standardised, np.sqrt(np.diag(fit.standardised_covariance))
    # The interval of a correlation is that of Fisher's z, brought back.
    low, high = student(np.arctanh(r), error / (1 - r**2), np.full(len(r), float(fit.df)), conf_level)
    return table.assign(
        slope=fit.slope, **tested, standardised=r, standardised_std_error=error,
        standardised_conf_low=np.tanh(low), standardised_conf_high=np.tanh(high), suppressed=False,
    )  # fmt: skip


def _differences(rows: ElementRows, fit: ElementSlopes, conf_level: float) -> pd.DataFrame:
    pairs = np.array(list(combinations(range(len(rows.elements)), 2)), dtype="int64").reshape(-1, 2)
    contrast = np.zeros((len(pairs), len(rows.elements)))
    contrast[np.arange(len(pairs)), pairs[:, 0]] = 1
    contrast[np.arange(len(pairs)), pairs[:, 1]] = -1
    names = pd.Series(rows.elements, dtype="str")
    out = {f"{name}": names.take(pairs[:, at]).to_numpy() for at, name in enumerate(("element", "other"))}
    table = pd.DataFrame(out).astype("str")
    level = each_level(conf_level, len(pairs), "holm")
    for prefix, estimate, covariance in (
        ("", fit.slope, fit.covariance), ("standardised_", fit.standardised, fit.standardised_covariance),
    ):  # fmt: skip
        difference = contrast @ estimate
        error = np.sqrt(np.maximum(np.diag(contrast @ covariance @ contrast.T), 0))
        tested = _tested(difference, error, fit.df, level)
        figures = {"difference": difference, **tested, "p_adjusted": adjusted(tested["p_value"], "holm")}
        table = table.assign(**{prefix + name: value for name, value in figures.items()})
    return table


def _tested(estimate: Floats, error: Floats, df: int, level: float) -> dict[str, Floats]:
    low, high = student(estimate, error, np.full(len(estimate), float(df)), level)
    statistic = np.divide(estimate, error, out=np.full_like(estimate, np.nan), where=error > 0)
    p_value = 2 * stdtr(df, -np.abs(statistic))
    return {
        "std_error": error, "conf_low": low, "conf_high": high, "statistic": statistic, "p_value": p_value
    }  # fmt: skip
