"""Revenue on a score by a Tweedie or Gamma model with a log link: skewed amounts, zeros among them."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.require_option import require_option
from cxlab.linkage.effect_rows import EffectRows, effect_rows
from cxlab.linkage.glm_effects import FIGURES, GlmDesign, effects_table, glm_design, glm_effects
from cxlab.linkage.glm_families import tweedie
from cxlab.linkage.link_basis import LinkBasis, link_basis
from cxlab.linkage.tweedie_power import tweedie_power
from cxlab.model.errors import MeasureError

GlmKind = Literal["tweedie", "gamma"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class RevenueGlm:
    """What a point of a score goes with in skewed revenue.

    Parameters
    ----------
    outcome, exposure
        Columns of revenue and score.
    rows
        One row per term (the exposure first): `term`, `coefficient` (of the log of the mean) with
        `std_error`, `statistic`, `p_value`, `conf_low`, `conf_high`; `ratio` (e to the coefficient: the mean
        is so many times as large per unit) with its interval; `effect` (average of what one more unit comes
        to, in units of the outcome) with `effect_std_error`, `effect_conf_low`, `effect_conf_high`; `df`;
        `suppressed`.
    family, power, power_estimated
        The variance is dispersion · mean^power; 2 is Gamma's. Whether the power was estimated.
    dispersion
        Pearson's.
    mean_outcome, share_zero
        Weighted mean of revenue, and share of the rows with none.
    basis
        Rows, entities and errors.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    exposure: str
    rows: pd.DataFrame
    family: GlmKind
    power: float
    power_estimated: bool
    dispersion: float
    mean_outcome: float
    share_zero: float
    basis: LinkBasis
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per term."""
        return self.rows.assign(
            outcome=self.outcome, family=self.family, power=self.power, dispersion=self.dispersion,
            **self.basis.columns(),
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English."""
        row = self.rows.iloc[0]
        if row["suppressed"]:
            return f"What {self.exposure} goes with in {self.outcome}: too few to say."
        percent = [100 * (row[name] - 1) for name in ("ratio", "ratio_conf_low", "ratio_conf_high")]
        source = "estimated" if self.power_estimated else "given"
        kind = "Gamma" if self.family == "gamma" else f"Tweedie, power {self.power:.2f} {source}"
        equal = ", the controls being equal" if len(self.rows) > 1 else ""
        return (
            f"A point of {self.exposure} goes with {percent[0]:+.1f}% of mean {self.outcome}{equal} "
            f"({self.basis.level()} {percent[1]:+.1f}% to {percent[2]:+.1f}%), on average "
            f"{row['effect']:+,.2f} ({row['effect_conf_low']:+,.2f} to {row['effect_conf_high']:+,.2f}) at a "
            f"mean of {self.mean_outcome:,.2f}; {kind}, {self.share_zero:.0%} of the rows are zero "
            f"{self.basis.said()}. {self.basis.caution()}"
        )

    def suppress(self, min_base: int) -> RevenueGlm:
        """Return the result, blanked where rows, n_eff or entities are below `min_base`."""
        if min_base <= self.min_base or not self.basis.too_small(min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        rows = self.rows.assign(suppressed=True, **dict.fromkeys([*FIGURES, "df"], np.nan))
        nan = float("nan")
        return replace(
            self, rows=rows, power=nan, dispersion=nan, mean_outcome=nan, share_zero=nan,
            basis=self.basis.blanked(), min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and a small table, without ids or times."""
        some = ["term", "ratio", "ratio_conf_low", "ratio_conf_high", "effect", "effect_conf_low"]
        table = self.rows[[*some, "effect_conf_high", "p_value"]].round(4)
        return f"<p>{html.escape(self.summary())}</p>{table.to_html(index=False, border=0, na_rep='')}"


def revenue_glm(
    panel: Any,
    outcome: str,
    exposure: str,
    *,
    controls: Sequence[str] = (),
    family: GlmKind = "tweedie",
    power: float | None = None,
    entity: str | None = None,
    time: str | None = None,
    cluster: str | Sequence[str] | None = None,
    weight: str | None = None,
    conf_level: float = 0.95,
) -> RevenueGlm:
    """Say what a point goes with in skewed revenue: `cx.revenue_glm(panel, "revenue", "csat", entity="id")`.

    Parameters
    ----------
    panel
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per entity and period.
    outcome
        Revenue ≥ 0; above 0 for `gamma`.
    exposure, controls
        Numeric columns. A row that lacks one of them is left out, and the share kept is said.
    family
        `tweedie` (zeros allowed) or `gamma`.
    power
        1 ≤ power ≤ 2 of the Tweedie variance; by default the likeliest. 1 is Poisson's.
    entity
        Column of the customer or account: what errors are clustered by. Its effects are not taken out: give
        the mean of the exposure by entity as a control to ask within entities.
    time
        Column of the period, whose effects are in the model.
    cluster
        One column or two to cluster by, instead of the entity.
    weight
        Column of sampling weights ≥ 0; only their ratios matter.
    conf_level
        Confidence level of each interval.

    Returns
    -------
    RevenueGlm
        log E(y) = c + b · exposure + controls + period. Errors need the mean to be right, not the variance:
        sandwich, clustered (G/(G − 1) · (n − 1)/(n − k)), t on G − 1. The power is orthogonal to the
        coefficients, so its estimation adds nothing to their errors.

    Raises
    ------
    MeasureError
        Where columns are absent or hold no numbers, revenue is negative or never above 0, zero under
        `gamma`, the power is no such or lies at an edge, columns repeat each other, or rows are too few.

    References
    ----------
    Dunn, Smyth (2005), Statistics and Computing 15, 267–280. McCullagh, Nelder (1989), Generalized Linear
    Models, chapter 8. Santos Silva, Tenreyro (2006), Review of Economics and Statistics 88, 641–658 (why not
    the log of revenue). Liang, Zeger (1986), Biometrika 73, 13–22.
    """
    require_conf_level(conf_level)
    require_option("family", family, get_args(GlmKind))
    rows = effect_rows(
        panel, outcome, exposure, controls=controls, entity=entity, time=time, cluster=cluster, weight=weight
    )
    _require_amounts(rows, family)
    design = glm_design(rows)
    chosen = _power(rows, design, family, power)
    fit, found = glm_effects(design, rows.y, rows.w, tweedie(chosen), rows.clusters)
    return RevenueGlm(
        outcome, exposure, effects_table(design.terms, found, conf_level), family, chosen,
        family == "tweedie" and power is None, fit.dispersion, float(np.average(rows.y, weights=rows.w)),
        float(np.average(rows.y == 0, weights=rows.w)),
        link_basis(rows, df=found.df, method=found.method, conf_level=conf_level, weight=weight, within=()),
    )  # fmt: skip


def _require_amounts(rows: EffectRows, family: GlmKind) -> None:
    where = f"column '{rows.outcome}'"
    if (rows.y < 0).any():
        raise MeasureError(
            f"{int((rows.y < 0).sum()):,} rows are negative, such as {rows.y.min():g}",
            where=where,
            remedy="set refunds to zero when the panel is linked, or ask cx.panel_effect, which takes them",
        )
    if np.ptp(rows.y) == 0:
        raise MeasureError("the outcome does not vary", where=where, remedy="take rows whose outcome differs")
    if family == "gamma" and (rows.y == 0).any():
        raise MeasureError(
            f"{int((rows.y == 0).sum()):,} rows are zero, which a Gamma variable never is",
            where=where,
            remedy='take family="tweedie"',
        )


def _power(rows: EffectRows, design: GlmDesign, family: GlmKind, power: float | None) -> float:
    if family == "gamma":
        if power is not None:
            raise MeasureError("Gamma's power is 2", remedy='leave power= away, or take family="tweedie"')
        return 2.0
    if power is None:
        if not (rows.y == 0).any():
            raise MeasureError(
                "no row is zero, and the power is estimated from zeros and amounts together",
                where=f"column '{rows.outcome}'",
                remedy='take family="gamma", or give power=',
            )
        return tweedie_power(design.x, rows.y, rows.w).power
    if not 1 <= power <= 2 or (power == 2 and (rows.y == 0).any()):
        raise MeasureError(
            f"power={power:g} does not go with these rows", remedy="take 1 to 2, below 2 where rows are zero"
        )
    return float(power)
