"""Elasticity: percent of the outcome per point and per percent of a score."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import pandas as pd

from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.require_option import require_option
from cxlab.linkage.effect_rows import EffectRows, effect_rows
from cxlab.linkage.elasticity_figures import Form, elasticity_rows
from cxlab.linkage.link_basis import LinkBasis, link_basis
from cxlab.linkage.repeated_rows import repeated_rows
from cxlab.linkage.shape_fit import shape_fit
from cxlab.linkage.term_rows import FIGURES
from cxlab.model.errors import MeasureError

JENSEN = (
    "The regression is of the mean of the log, not of the log of the mean: it speaks of the mean outcome "
    "only where the spread of the log does not change with the score (else ask cx.revenue_glm)."
)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Elasticity:
    """What a point, and a percent, of a score go with in percent of an outcome.

    Parameters
    ----------
    outcome, exposure
        Columns of outcome and score.
    form
        `log_log`, `log_linear` (log of the outcome on the score) or `linear`.
    rows
        `coefficient` (of the regression as it was run), `percent_per_point` (exact: 100(e^b − 1) of
        log_linear), `elasticity` (percent per percent; at the mean score of log_linear, at both means of
        linear) and, of log_linear, `percent_per_point_unbiased` (Kennedy's 100(e^(b − SE²/2) − 1), without
        interval); each with `estimate`, `std_error`, `statistic`, `df`, `p_value` (those of the coefficient),
        `conf_low`, `conf_high`, `suppressed`.
    mean_exposure, mean_outcome
        Weighted means.
    basis
        Rows, entities and errors.
    notes
        What to know before the figures are used.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    exposure: str
    form: Form
    rows: pd.DataFrame
    mean_exposure: float
    mean_outcome: float
    basis: LinkBasis
    notes: tuple[str, ...] = ()
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per figure."""
        return self.rows.assign(
            outcome=self.outcome, exposure=self.exposure, form=self.form, mean_exposure=self.mean_exposure,
            mean_outcome=self.mean_outcome, **self.basis.columns(),
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English, and the notes."""
        rows = self.rows.set_index("term")
        if rows["suppressed"].any():
            return f"Elasticity of {self.outcome} in {self.exposure}: too few to say."
        point, percent = rows.loc["percent_per_point"], rows.loc["elasticity"]
        at = {"log_log": "", "log_linear": " at its mean", "linear": " at the means"}[self.form]
        said = (
            f"A point of {self.exposure} goes with {point['estimate']:+.2f}% of {self.outcome} "
            f"({self.basis.level()} {point['conf_low']:+.2f}% to {point['conf_high']:+.2f}%), and 1% of it"
            f"{at} with {percent['estimate']:+.3f}% ({percent['conf_low']:+.3f}% to "
            f"{percent['conf_high']:+.3f}%) {self.basis.said()}. {self.basis.caution()}"
        )
        return " ".join([said, *self.notes])

    def suppress(self, min_base: int) -> Elasticity:
        """Return the result, blanked where rows, n_eff or entities are below `min_base`."""
        if min_base <= self.min_base or not self.basis.too_small(min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        rows = self.rows.assign(suppressed=True, **dict.fromkeys(FIGURES, np.nan))
        nan = float("nan")
        return replace(
            self, rows=rows, mean_exposure=nan, mean_outcome=nan, basis=self.basis.blanked(),
            min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and a small table, without ids or times."""
        table = self.rows[["term", "estimate", "std_error", "conf_low", "conf_high", "p_value"]].round(4)
        return f"<p>{html.escape(self.summary())}</p>{table.to_html(index=False, border=0, na_rep='')}"


def elasticity(
    panel: Any,
    outcome: str,
    exposure: str,
    *,
    form: Form = "log_linear",
    entity: str | None = None,
    time: str | None = None,
    controls: Sequence[str] = (),
    cluster: str | Sequence[str] | None = None,
    weight: str | None = None,
    conf_level: float = 0.95,
) -> Elasticity:
    """Say what a point goes with in percent: `cx.elasticity(panel, "revenue", "csat", entity="id")`.

    Parameters
    ----------
    panel
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per entity and period.
    outcome, exposure, controls
        Numeric columns; the outcome above 0 in both log forms, the score above 0 in `log_log`. Nothing is
        added to zeros to make their logs finite: `cx.revenue_glm` takes them as they are.
    form
        `log_linear`: log y on x; `log_log`: log y on log x; `linear`: y on x, put in percent at the means.
    entity, time
        Columns of the entity and the period, whose effects are taken out where they are named.
    cluster
        One column or two to cluster by; by default the entity.
    weight
        Column of sampling weights ≥ 0; only their ratios matter.
    conf_level
        Confidence level of each interval.

    Raises
    ------
    MeasureError
        Where columns are absent or hold no numbers, a log would be of zero or less, the mean outcome is not
        above 0 (`linear`), the score does not vary within entities, or there is one cluster only.

    References
    ----------
    Halvorsen, Palmquist (1980), American Economic Review 70, 474–475 (e^b − 1). Kennedy (1981), American
    Economic Review 71, 801. Santos Silva, Tenreyro (2006), Review of Economics and Statistics 88, 641–658
    (Jensen's inequality).
    """
    require_conf_level(conf_level)
    require_option("form", form, get_args(Form))
    rows = effect_rows(
        panel, outcome, exposure, controls=controls, entity=entity, time=time, cluster=cluster, weight=weight
    )
    rows = repeated_rows(rows, rows.effects)
    _require_positive(rows, form)
    x = np.log(rows.x) if form == "log_log" else rows.x
    y = rows.y if form == "linear" else np.log(rows.y)
    fit = shape_fit(replace(rows, y=y), x[:, None], [exposure])
    table = elasticity_rows(rows, fit, form, conf_level).assign(suppressed=False)
    within = tuple(name for name in (entity, time) if name is not None)
    return Elasticity(
        outcome, exposure, form, table, float(np.average(rows.x, weights=rows.w)),
        float(np.average(rows.y, weights=rows.w)),
        link_basis(
            rows, df=fit.df, method=fit.method, conf_level=conf_level, weight=weight, within=within
        ),
        () if form == "linear" else (JENSEN,),
    )  # fmt: skip


def _require_positive(rows: EffectRows, form: Form) -> None:
    if form == "linear":
        if not np.average(rows.y, weights=rows.w) > 0:
            raise MeasureError(
                "the mean is not above 0, and nothing is a percent of it",
                where=f"column '{rows.outcome}'",
                remedy="ask cx.panel_effect for units",
            )
        return
    _refuse(rows.y, rows.outcome, "take cx.revenue_glm (Tweedie), which knows zeros, or form='linear'")
    if form == "log_log":
        _refuse(rows.x, rows.exposure, "take form='log_linear', which leaves the score as it is")


def _refuse(values: np.ndarray, name: str, remedy: str) -> None:
    if (values <= 0).any():
        raise MeasureError(
            f"{int((values <= 0).sum()):,} values are zero or less, which have no log",
            where=f"column '{name}'",
            remedy=remedy,
        )
