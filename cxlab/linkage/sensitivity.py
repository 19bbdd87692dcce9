"""Sensitivity: how strong an unmeasured confounder must be to take an association away."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxlab.estimate.hidden_cells import too_small
from cxlab.linkage.adjusted_effect import (
    FIGURES,
    adjusted_rows,
    bound_rows,
    error_kind,
    interval_f,
    no_bounds,
)
from cxlab.linkage.partial_effect import PartialEffect
from cxlab.linkage.robustness_value import partial_r2, robustness_value
from cxlab.model.errors import MeasureError, nearest

_STEPS = 41


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Sensitivity:
    """What an unmeasured confounder would have to explain of exposure and outcome.

    Parameters
    ----------
    effect
        The estimate that is looked at.
    q, alpha
        The part of the estimate that is to vanish, and the error level of the interval.
    partial_r2
        Partial R² of the exposure with the outcome. It is also the least partial R² with the exposure of a
        confounder that explains all that is left of the outcome and takes the estimate to 0.
    robustness_value
        RV_q: a confounder with this partial R² with exposure and outcome alike takes the part q away.
    robustness_value_interval
        RV_{q,α}: what is enough for the interval to hold what would be left.
    rows
        One row per covariate and k: `benchmark`, `k`, `r2_exposure`, `r2_outcome` of a confounder k times as
        strong as the covariate, and with it in the regression `estimate`, `std_error`, `statistic`,
        `conf_low`, `conf_high`; `possible` is false where no confounder can be that strong; `suppressed`.
    method
        What the interval stands on: `classical` errors, `clustered` ones, or `HC1`, where rows were trusted
        to be independent.
    notes
        What to know before the figures are used.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    effect: PartialEffect
    q: float
    alpha: float
    partial_r2: float
    robustness_value: float
    robustness_value_interval: float
    rows: pd.DataFrame
    method: str
    notes: tuple[str, ...] = ()
    min_base: int = 0

    @property
    def suppressed(self) -> bool:
        """Whether the base was too small to show."""
        return bool(np.isnan(self.effect.estimate))

    def adjusted(self, r2_exposure: Any, r2_outcome: Any) -> pd.DataFrame:
        """Return the estimate had a confounder of given strength been in the regression.

        Parameters
        ----------
        r2_exposure
            Its partial R² with the exposure given the controls: numbers from 0 to below 1.
        r2_outcome
            Its partial R² with the outcome given exposure and controls: numbers from 0 to 1.

        Returns
        -------
        pandas.DataFrame
            One row per pair: `r2_exposure`, `r2_outcome`, `estimate`, `std_error`, `statistic` (of what the
            part 1 − q leaves), `conf_low`, `conf_high`.
        """
        pair = np.broadcast_arrays(
            np.atleast_1d(np.asarray(r2_exposure, dtype="float64")),
            np.atleast_1d(np.asarray(r2_outcome, dtype="float64")),
        )
        x, y = (values.ravel() for values in pair)
        if not (((x >= 0) & (x < 1)) | np.isnan(x)).all() or not (((y >= 0) & (y <= 1)) | np.isnan(y)).all():
            raise MeasureError(
                "a partial R² is from 0 to 1, and with the exposure below 1", remedy="give shares, such as .1"
            )
        return adjusted_rows(self.effect, self.q, self.alpha, x, y)

    def contour(self, *, limit: float | None = None, steps: int = _STEPS) -> pd.DataFrame:
        """Return a grid of both strengths, for a chart of contours.

        Parameters
        ----------
        limit
            Largest partial R² on either side, below 1; None takes .4 or what the benchmarks need.
        steps
            Points on each side.

        Returns
        -------
        pandas.DataFrame
            As `adjusted`, steps² rows.
        """
        if limit is None:
            needed = self.rows[["r2_exposure", "r2_outcome"]].to_numpy(dtype="float64")
            limit = float(min(0.99, max(0.4, 1.1 * np.nanmax(needed, initial=0.0))))
        if not 0 < limit < 1 or steps < 2:
            raise MeasureError(
                f"a grid of {steps} points up to {limit:g} is none", remedy="say limit=0.4, steps=41"
            )
        side = np.linspace(0, limit, steps)
        return self.adjusted(np.repeat(side, steps), np.tile(side, steps))

    def tidy(self) -> pd.DataFrame:
        """Return one row per benchmark and k; one row without benchmark where there are none."""
        rows = self.rows if len(self.rows) else no_bounds().reindex([0]).assign(suppressed=self.suppressed)
        return rows.assign(
            outcome=self.effect.outcome, exposure=self.effect.exposure, design=self.effect.design,
            effect=self.effect.estimate, q=self.q, alpha=self.alpha, partial_r2=self.partial_r2,
            robustness_value=self.robustness_value,
            robustness_value_interval=self.robustness_value_interval, n=self.effect.n, method=self.method,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English, the hardest benchmark, and the notes."""
        effect = self.effect
        if self.suppressed:
            return f"What was not measured beside {effect.exposure}: too few answers to say."
        part = "all" if self.q == 1 else f"{self.q:.0%}"
        said = (
            f"A point of {effect.exposure} goes with {effect.estimate:+.3g} of {effect.outcome} "
            f"({effect.design}, n = {effect.n}). Something unmeasured that explains "
            f"{self.robustness_value:.1%} of what is left of both would account for {part} of it; "
            f"{self.robustness_value_interval:.1%} is enough for the {1 - self.alpha:.0%} interval to allow "
            f"that."
        )
        return " ".join([said, *self._benchmarked(), *self.notes])

    def _benchmarked(self) -> list[str]:
        shown = self.rows[self.rows["possible"]] if len(self.rows) else self.rows
        if shown.empty:
            return []
        size = shown["estimate"] * np.sign(self.effect.estimate)
        worst = shown.loc[size[shown["k"] == shown["k"].min()].idxmin()]
        return [
            f"{worst['k']:g} times as strong as {worst['benchmark']}, the hardest of the measured ones, it "
            f"would leave {worst['estimate']:+.3g} ({1 - self.alpha:.0%} interval "
            f"{worst['conf_low']:+.3g} to {worst['conf_high']:+.3g})."
        ]

    def suppress(self, min_base: int) -> Sensitivity:
        """Return the result, blanked where n, n_eff or entities, as far as known, are below `min_base`."""
        if min_base <= self.min_base or not too_small(self.effect.base, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        nan = float("nan")
        rows = self.rows.assign(suppressed=True, possible=False, **dict.fromkeys(FIGURES, nan))
        effect = replace(
            self.effect, estimate=nan, std_error=nan, df=nan, n=0, clustered_std_error=nan, clustered_df=nan,
            benchmarks=self.effect.benchmarks.assign(r2_exposure=nan, r2_outcome=nan), entities=nan,
            n_eff=nan,
        )  # fmt: skip
        return replace(
            self, effect=effect, partial_r2=nan, robustness_value=nan, robustness_value_interval=nan,
            rows=rows, notes=(), min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def sensitivity(
    effect: Any,
    *,
    design: str | None = None,
    q: float = 1.0,
    alpha: float = 0.05,
    benchmarks: Sequence[str] | None = None,
    k: Sequence[float] = (1, 2, 3),
) -> Sensitivity:
    """Say what an unmeasured confounder would have to explain: `cx.sensitivity(panel, design="two_way")`.

    Parameters
    ----------
    effect
        A result of `cx.panel_effect`, or a `PartialEffect`, which holds an estimate, its classical standard
        error, its residual degrees of freedom and what each control explains. An estimate from elsewhere is
        put into one: `cx.PartialEffect("revenue", "csat", "paper", .0973, .0233, 783, 1276, table)`.
    design
        Which design of a result that holds several; needed of a result of `cx.panel_effect`.
    q
        Part of the estimate that is to vanish: 1 for all of it.
    alpha
        Error level of the interval.
    benchmarks
        Measured covariates to compare with; None takes all that the effect knows.
    k
        How many times as strong as each.

    Returns
    -------
    Sensitivity
        With f = |t|/√df, RV = ½(√(g⁴ + 4g²) − g²), g = qf. Clustered errors change the interval alone: it is
        taken as many times wider than the classical one after the confounder as before.

    Raises
    ------
    MeasureError
        Where the design is lacking or unknown, q, alpha or k are no such, a benchmark is unknown, or the
        estimate has no error.

    References
    ----------
    Cinelli, Hazlett (2020), Journal of the Royal Statistical Society B 82, 39–67.
    """
    partial = _partial(effect, design)
    _require(partial, q, alpha, k)
    table = _chosen(partial, benchmarks)
    f = q * abs(partial.statistic) / np.sqrt(partial.df)
    return Sensitivity(
        partial, float(q), float(alpha), partial_r2(partial.statistic, partial.df),
        robustness_value(f), robustness_value(f, interval_f(partial, alpha)),
        bound_rows(partial, table, k, q, alpha), error_kind(partial), _notes(partial, table),
    )  # fmt: skip


def _partial(effect: Any, design: str | None) -> PartialEffect:
    if isinstance(effect, PartialEffect):
        if design not in (None, effect.design):
            raise MeasureError(f"the effect is of the design '{effect.design}'", remedy="leave design= away")
        return effect
    if not hasattr(effect, "partial"):
        raise MeasureError(
            f"a {type(effect).__name__} is no effect",
            remedy="give a result of cx.panel_effect, or a cx.PartialEffect",
        )
    if design is None:
        raise MeasureError("no design was named", remedy='say which, such as design="two_way"')
    found: PartialEffect = effect.partial(design)
    return found


def _require(effect: PartialEffect, q: float, alpha: float, k: Sequence[float]) -> None:
    if not (effect.std_error > 0 and np.isfinite(effect.estimate) and effect.df > 1):
        raise MeasureError(
            "the estimate has no standard error or at most one degree of freedom",
            remedy="take a design that could be estimated",
        )
    if not q > 0:
        raise MeasureError(f"q={q:g} is no part of an estimate", remedy="take 1 for all of it")
    if not 0 < alpha < 1:
        raise MeasureError(f"alpha={alpha:g} is no error level", remedy="take one such as 0.05")
    if not len(k) or not all(np.isfinite(one) and one > 0 for one in k):
        raise MeasureError(f"k={list(k)} are no multiples", remedy="take such as (1, 2, 3)")


def _chosen(effect: PartialEffect, benchmarks: Sequence[str] | None) -> pd.DataFrame:
    table = effect.benchmarks
    if benchmarks is None:
        return table
    known = list(table["covariate"])
    names = [benchmarks] if isinstance(benchmarks, str) else list(benchmarks)
    for name in names:
        if name not in known:
            raise MeasureError(f"'{name}' is no measured covariate", remedy=nearest(str(name), known))
    return table.set_index("covariate").loc[names].reset_index()


def _notes(effect: PartialEffect, table: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    if table.empty:
        notes.append("No covariate was measured to compare with, so nothing says whether that is much.")
    kind = error_kind(effect)
    if kind == "clustered":
        notes.append("The interval is widened as clusters widen it without the confounder.")
    if kind == "HC1":
        notes.append("The interval trusts rows to be independent, as its errors (HC1) do.")
    return tuple(notes)
