"""One figure of several markets, pooled."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Scale, Unit, Weighting
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.random_effects import PoolInterval, PoolMethod, RandomEffects, random_effects
from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError

NEEDED = ["market", "estimate", "std_error"]
ALIKE = ["metric", "outcome", "by", "level", "conf_level", "unit", "weighting"]
"""What pooled figures must have in common."""
SHOWN = [
    "market", "estimate", "std_error", "conf_low", "conf_high", "n", "n_eff", "weight",
]  # fmt: skip
ENDS: dict[str, Scale] = {"points": (-100.0, 100.0), "share": (0.0, 1.0)}
_DECIMALS = {"points": 1, "share": 3}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Pooled:
    """One figure by market, and what it is in the mean of such markets.

    Parameters
    ----------
    metric, outcome, by, level
        The figure, as in `metrics.csv`; empty where the rows did not say.
    unit
        Unit of the figure.
    weighting
        `none` or `weighted`.
    markets
        One row per market: `market`, `estimate`, `std_error`, `conf_low`, `conf_high` (as the market's study
        has them), `n`, `n_eff`, `weight` (its share of the pooled mean; the shares add to 1).
    found
        The pooled mean, its intervals, τ², I² and Cochran's Q.
    method, interval
        How τ² and the interval were found.
    conf_level
        Confidence level of the pooled intervals.
    left_out
        Markets without an estimate or a standard error, such as suppressed ones.
    """

    metric: str
    outcome: str
    by: str
    level: str
    unit: Unit
    weighting: Weighting
    markets: pd.DataFrame
    found: RandomEffects
    method: PoolMethod
    interval: PoolInterval
    conf_level: float
    left_out: tuple[str, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return the markets' rows and one more, `market` empty, with the pooled mean and its spread.

        `kind` is `market` or `pooled`; the pooled row alone has `prediction_low`, `prediction_high`, `tau2`,
        `i2`, `q`, `q_p_value`.
        """
        found = self.found
        last = {
            "kind": "pooled",
            "market": "",
            "n": self.markets["n"].sum(min_count=len(self.markets)),
            "weight": 1.0,
            **{name: getattr(found, name) for name in RandomEffects.__slots__},
        }
        rows = pd.concat([self.markets.assign(kind="market"), pd.DataFrame([last])], ignore_index=True)
        rows["n"] = rows["n"].astype("Int64")
        return rows.assign(metric=self.metric, outcome=self.outcome, unit=self.unit)

    @property
    def ends(self) -> Scale | None:
        """Lowest and highest value the figure can take, where its unit says so."""
        return ENDS.get(self.unit)

    def summary(self) -> str:
        """Return one honest sentence in English."""
        found, digits = self.found, _DECIMALS.get(self.unit, 2)
        subject = f"{self.metric} of {self.outcome}" if self.metric else "The figure"
        ahead = "a prediction takes at least three markets"
        if np.isfinite(found.prediction_low):
            ahead = (
                f"one more such market would lie at {found.prediction_low:z.{digits}f} "
                f"to {found.prediction_high:z.{digits}f}"
            )
        left = f"; left out: {', '.join(self.left_out)}" if self.left_out else ""
        return (
            f"{subject} in the mean of {len(self.markets)} markets is {found.estimate:z.{digits}f} "
            f"({100 * self.conf_level:g}% interval {found.conf_low:z.{digits}f} to "
            f"{found.conf_high:z.{digits}f}); {100 * found.i2:.0f}% of what they differ by is not chance "
            f"(I², Q p = {found.q_p_value:.3g}), and {ahead}{left}."
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the markets, without ids or times."""
        table = self.markets.round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def pooled(
    figures: pd.DataFrame,
    *,
    method: PoolMethod = "reml",
    interval: PoolInterval = "modified_hartung_knapp",
    conf_level: float = 0.95,
) -> Pooled:
    """Pool one figure of several markets by a random-effects model.

    Parameters
    ----------
    figures
        One row per market with `market`, `estimate`, `std_error`, such as the rows of one figure in the
        markets' `metrics.csv`. Where they stand, `metric`, `outcome`, `by`, `level`, `unit`, `weighting` and
        `conf_level` must be the same in all. Rows without an estimate or a standard error
        (suppressed ones) are left out and named.
    method
        `reml` or `dersimonian_laird`: how the variance between markets is estimated.
    interval
        `hartung_knapp`: t on markets − 1 degrees of freedom, with a variance that follows the scatter;
        `modified_hartung_knapp`: the same, never shorter than τ² and the standard errors alone would have it,
        as it may be where markets agree by chance; `normal`, too short for few markets.
    conf_level
        Confidence level of the pooled interval and of the prediction.

    Returns
    -------
    Pooled
        The mean every market counts in, not the mean of all customers: a market's weight is
        1/(SE² + τ²), so with much spread all count nearly alike.

    Raises
    ------
    MeasureError
        Where columns are absent, the rows hold several figures or a market twice, a standard error is not
        positive, fewer than two markets are left, or an option is unknown.

    References
    ----------
    See `cxlab.estimate.random_effects`.
    """
    require_option("method", method, get_args(PoolMethod))
    require_option("interval", interval, get_args(PoolInterval))
    require_conf_level(conf_level)
    if absent := [name for name in NEEDED if name not in figures]:
        raise MeasureError(
            f"the figures lack {', '.join(absent)}", remedy="give rows of metrics.csv, one per market"
        )
    _require_one_figure(figures)
    numbers = figures[["estimate", "std_error"]].astype("float64")
    known = np.isfinite(numbers.to_numpy()).all(axis=1)
    kept, numbers = figures[known], numbers[known]
    if (numbers["std_error"] <= 0).any():
        certain = ", ".join(kept.loc[numbers["std_error"] <= 0, "market"].astype("str"))
        raise MeasureError(
            f"the standard error of {certain} is not positive",
            remedy="leave out markets whose answers are all alike: nothing says how sure their figure is",
        )
    if len(kept) < 2:
        raise MeasureError(
            f"{len(kept)} market has an estimate and a standard error", remedy="pooling takes at least two"
        )
    estimate, std_error = numbers["estimate"].to_numpy(), numbers["std_error"].to_numpy()
    found = random_effects(estimate, std_error, method=method, interval=interval, conf_level=conf_level)
    weight = 1 / (std_error**2 + found.tau2)
    found = _within(found, figures.iloc[0].get("unit", "score"))
    markets = kept.reindex(columns=SHOWN).assign(weight=weight / weight.sum(), **dict(numbers.items()))
    first = figures.iloc[0]
    return Pooled(
        **{name: _text(first, name) for name in ("metric", "outcome", "by", "level")},
        unit=first.get("unit", "score"),
        weighting=first.get("weighting", "none"),
        markets=markets.reset_index(drop=True),
        found=found,
        method=method,
        interval=interval,
        conf_level=conf_level,
        left_out=tuple(figures.loc[~known, "market"].astype("str")),
    )


def _require_one_figure(figures: pd.DataFrame) -> None:
    for name in ALIKE:
        if name in figures and figures[name].nunique(dropna=False) > 1:
            several = ", ".join(f"{value}" for value in figures[name].unique()[:5])
            raise MeasureError(
                f"the rows differ in '{name}': {several}",
                remedy="pool one figure at a time: figures.query(…)",
            )
    if figures["market"].duplicated().any():
        twice = figures.loc[figures["market"].duplicated(), "market"].iloc[0]
        raise MeasureError(f"the market '{twice}' stands twice", remedy="keep one wave and one figure each")


def _within(found: RandomEffects, unit: str) -> RandomEffects:
    """Cut the intervals at the ends of the unit."""
    low, high = ENDS.get(unit, (-np.inf, np.inf))
    cut = {
        name: float(np.clip(getattr(found, name), low, high))
        for name in ("conf_low", "conf_high", "prediction_low", "prediction_high")
    }
    return replace(found, **cut)


def _text(row: pd.Series, name: str) -> str:
    value = row.get(name, "")
    return "" if pd.isna(value) else str(value)
