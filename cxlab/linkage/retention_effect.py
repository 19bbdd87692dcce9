"""Leaving on a score: odds by a logit, or the hazard of each period by a complementary log-log model."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Estimates
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.require_option import require_option
from cxlab.linkage.effect_rows import EffectRows, effect_rows, some_rows
from cxlab.linkage.glm_effects import FIGURES, AveragedRows, effects_table, glm_design, glm_effects
from cxlab.linkage.glm_families import HAZARD, LOGIT
from cxlab.linkage.leaving_rows import at_risk_once, informative, leaving_rows
from cxlab.linkage.link_basis import LinkBasis, link_basis
from cxlab.model.errors import MeasureError

Bools = npt.NDArray[np.bool_]
LeavingModel = Literal["logit", "hazard"]
FEW = 10
"""Leavers per coefficient below which a note says that intervals may be too short."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class RetentionEffect:
    """What a point of a score goes with in leaving.

    Parameters
    ----------
    outcome, exposure
        Columns of staying or leaving, and of the score.
    rows
        One row per term (the exposure first): `term`, `coefficient` (of the log odds, or log hazard, of
        leaving) with `std_error`, `statistic`, `p_value`, `conf_low`, `conf_high`; `ratio` (of odds, or of
        hazards, per unit) with its interval; `effect` (change of the chance of leaving in a period per unit,
        a share, averaged over all rows at risk) with `effect_std_error`, `effect_conf_low`,
        `effect_conf_high`; `df`; `suppressed`.
    model
        `logit` or `hazard`.
    share_leaving, leavers
        Weighted share and number of the rows in which somebody leaves, of all rows at risk.
    basis
        Rows and entities of the ratio (periods in which all stay or all leave are no part of it), and errors.
    notes
        What to know before the figures are used.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    exposure: str
    rows: pd.DataFrame
    model: LeavingModel
    share_leaving: float
    leavers: int
    basis: LinkBasis
    notes: tuple[str, ...] = ()
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per term."""
        return self.rows.assign(
            outcome=self.outcome, model=self.model, share_leaving=self.share_leaving, leavers=self.leavers,
            **self.basis.columns(),
        )  # fmt: skip

    def estimates(self) -> Estimates:
        """Return the ratio of the exposure as a row of `metrics.csv`; its error is that of its logarithm."""
        row, basis = self.rows.iloc[0], self.basis
        figures = {
            "level": [self.exposure], "estimate": [row["ratio"]], "std_error": [row["std_error"]],
            "conf_low": [row["ratio_conf_low"]], "conf_high": [row["ratio_conf_high"]], "n": [basis.n],
            "n_eff": [np.minimum(basis.n_eff, basis.entities)], "suppressed": [bool(row["suppressed"])],
        }  # fmt: skip
        name = "hazard_ratio" if self.model == "hazard" else "odds_ratio"
        return Estimates(
            name, self.outcome, ("exposure",), "coefficient", "cluster_robust", basis.conf_level,
            basis.weighting, pd.DataFrame(figures), None, self.min_base,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English, and the notes."""
        row = self.rows.iloc[0]
        if row["suppressed"]:
            return f"What {self.exposure} goes with in leaving: too few to say."
        what = "odds" if self.model == "logit" else "hazard"
        points = [100 * row[name] for name in ("effect", "effect_conf_low", "effect_conf_high")]
        equal = ", the controls being equal" if len(self.rows) > 1 else ""
        said = (
            f"A point more of {self.exposure} goes with {row['ratio']:.3f} times the {what} of "
            f"leaving{equal} "
            f"({self.basis.level()} {row['ratio_conf_low']:.3f} to "
            f"{row['ratio_conf_high']:.3f}), on average {points[0]:+.2f} percentage points ({points[1]:+.2f} "
            f"to {points[2]:+.2f}) at {self.share_leaving:.1%} ({self.leavers:,}) leaving in a period "
            f"{self.basis.said()}. {self.basis.caution()}"
        )
        return " ".join([said, *self.notes])

    def suppress(self, min_base: int) -> RetentionEffect:
        """Return the result, blanked where rows, n_eff or entities are below `min_base`."""
        if min_base <= self.min_base or not self.basis.too_small(min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        rows = self.rows.assign(suppressed=True, **dict.fromkeys([*FIGURES, "df"], np.nan))
        nan = float("nan")
        return replace(
            self, rows=rows, share_leaving=nan, leavers=0, basis=self.basis.blanked(), notes=(),
            min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and a small table, without ids or times."""
        some = ["term", "ratio", "ratio_conf_low", "ratio_conf_high", "effect", "effect_conf_low"]
        table = self.rows[[*some, "effect_conf_high", "p_value"]].round(4)
        return f"<p>{html.escape(self.summary())}</p>{table.to_html(index=False, border=0, na_rep='')}"


def retention_effect(
    panel: Any,
    outcome: str,
    exposure: str,
    *,
    model: LeavingModel = "hazard",
    leaves: Literal[0, 1] = 0,
    controls: Sequence[str] = (),
    entity: str | None = None,
    time: str | None = None,
    cluster: str | Sequence[str] | None = None,
    weight: str | None = None,
    conf_level: float = 0.95,
) -> RetentionEffect:
    """Say what a point goes with in leaving: `cx.retention_effect(panel, "retained", "csat", time=…)`.

    Parameters
    ----------
    panel
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per entity and period.
    outcome
        Column of 0 and 1 (or flags).
    exposure, controls
        Numeric columns known before the period. A row that lacks one of them is left out.
    model
        `hazard`: the chance to leave in a period for those still there, complementary log-log with effects
        of the periods, so that the ratio is that of hazards in continuous time; `logit`: the odds of leaving.
    leaves
        Which value of the outcome means leaving: 0 for a column such as `retained`, 1 for one such as `left`.
    entity
        Column of the customer or account: what errors are clustered by. Without it nobody can see whether
        rows follow a leaving.
    time
        Column of the period (or of the tenure, to compare those with equal tenure); needed of `hazard`.
        Periods in which all stay or all leave say nothing of the ratio, and count with a slope of 0 in the
        averages, which is said.
    cluster
        One column or two to cluster by, instead of the entity.
    weight
        Column of sampling weights ≥ 0; only their ratios matter.
    conf_level
        Confidence level of each interval.

    Returns
    -------
    RetentionEffect
        Sandwich errors with the observed curvature, clustered (G/(G − 1) · (n − 1)/(n − k)), t on G − 1.

    Raises
    ------
    MeasureError
        Where columns are absent or hold no numbers, the outcome is not 0 or 1, nobody or everybody leaves, an
        entity has rows after one it left in, complete or not (`hazard` with `entity`), the score tells
        leaving perfectly, columns repeat each other, or rows are too few.

    References
    ----------
    Prentice, Gloeckler (1978), Biometrics 34, 57–67; Allison (1982), Sociological Methodology 13, 61–98
    (discrete hazards). Liang, Zeger (1986), Biometrika 73, 13–22.
    """
    require_conf_level(conf_level)
    require_option("model", model, get_args(LeavingModel))
    if model == "hazard" and time is None:
        raise MeasureError(
            "a hazard is that of a period, and no time= was named",
            remedy='name the column of the period, or take model="logit"',
        )
    rows = leaving_rows(
        effect_rows(
            panel, outcome, exposure, controls=controls, entity=entity, time=time, cluster=cluster,
            weight=weight,
        ), leaves,
    )  # fmt: skip
    if model == "hazard":
        at_risk_once(rows, leaves)
    told = informative(rows)
    some = some_rows(rows, told)
    design = glm_design(some)
    family = HAZARD if model == "hazard" else LOGIT
    over = AveragedRows(rows.w, rows.clusters, told)
    _, found = glm_effects(design, some.y, some.w, family, some.clusters, over)
    return RetentionEffect(
        outcome, exposure, effects_table(design.terms, found, conf_level), model,
        float(np.average(rows.y, weights=rows.w)), int(rows.y.sum()),
        link_basis(some, df=found.df, method=found.method, conf_level=conf_level, weight=weight, within=()),
        _notes(some, _names(rows, ~told), design.x.shape[1]),
    )  # fmt: skip


def _names(rows: EffectRows, idle: Bools) -> list[str]:
    if rows.time is None:
        return []
    return [str(rows.periods[place]) for place in np.unique(rows.time[idle])]


def _notes(rows: EffectRows, idle: list[str], k: int) -> tuple[str, ...]:
    notes = []
    if idle:
        notes.append(
            f"In {', '.join(idle)} all stay or all leave: that says nothing of the ratio, and counts with a "
            "slope of 0 in the averages."
        )
    rarer = min(rows.y.sum(), rows.n - rows.y.sum())
    if rarer < FEW * k:
        notes.append(
            f"Only {rarer / k:.1f} of the rarer outcome stand to a coefficient: intervals may be too short."
        )
    return tuple(notes)
