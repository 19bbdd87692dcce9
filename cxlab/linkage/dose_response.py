"""The outcome at each score against a score of reference, in levels or as a smooth curve."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import require_conf_level, student_quantile
from cxlab.estimate.multiplicity import is_told
from cxlab.estimate.require_option import require_option
from cxlab.estimate.resampling import require_seed
from cxlab.linkage.dose_curves import DoseCurve, bins_curve, spline_curve
from cxlab.linkage.effect_rows import effect_rows
from cxlab.linkage.joint_reach import joint_reach
from cxlab.linkage.link_basis import LinkBasis, link_basis
from cxlab.linkage.repeated_rows import repeated_rows
from cxlab.linkage.shape_fit import NOT_TESTED, JointTest
from cxlab.model.errors import MeasureError

DoseKind = Literal["bins", "spline"]
_FIGURES = [
    "score", "estimate", "std_error", "conf_low", "conf_high", "joint_low", "joint_high", "p_value", "n",
    "entities",
]  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class DoseResponse:
    """The outcome along a score.

    Parameters
    ----------
    outcome, exposure
        Columns of the outcome, in whose units differences are, and of the score.
    rows
        One row per level (or point of the curve): `level` (its lowest score), `score` (its mean score),
        `estimate` (the outcome there less that at the reference, 0 at the reference), `std_error`,
        `conf_low`, `conf_high` (this level by itself), `joint_low`, `joint_high` (all levels together),
        `p_value`, `n`, `entities` (of the level; empty on a curve), `suppressed`.
    kind
        `bins` or `spline`.
    reference
        Level everything is held against.
    linearity
        Test that all lie on a straight line in the score.
    association
        Test that all are 0.
    knots
        Of the spline; empty for bins.
    basis
        Rows, entities and errors.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    exposure: str
    rows: pd.DataFrame
    kind: DoseKind
    reference: float
    linearity: JointTest
    association: JointTest
    knots: tuple[float, ...]
    basis: LinkBasis
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per level or point."""
        return self.rows.assign(
            outcome=self.outcome, exposure=self.exposure, kind=self.kind, reference=self.reference,
            linearity_p_value=self.linearity.p_value, association_p_value=self.association.p_value,
            **self.basis.shared(),
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English."""
        shown = self.rows[~self.rows["suppressed"] & (self.rows["level"] != self.reference)]
        if shown.empty:
            return f"How {self.outcome} goes with {self.exposure}: too few to say."
        ends = shown.iloc[[0, -1]] if len(shown) > 1 else shown
        said = " and ".join(
            f"{row['estimate']:+.3g} ({self.basis.level()} {row['conf_low']:+.3g} to "
            f"{row['conf_high']:+.3g}) "
            f"at {row['level']:g}"
            for _, row in ends.iterrows()
        )
        p = self.linearity.p_value
        blank = "not shown" if self.rows["suppressed"].any() else "not tested: too few levels or clusters"
        line = f"p = {p:.3g}" if np.isfinite(p) else blank
        judged = "" if np.isnan(p) else (
            ": the line is contradicted, " if is_told(p, self.basis.conf_level)
            else ": nothing speaks against the line, "
        )  # fmt: skip
        return (
            f"Against {self.exposure} {self.reference:g}, {self.outcome} is {said}; a straight line"
            f"{judged or ' is '}{line} {self.basis.said()}. {self.basis.caution()}"
        )

    def suppress(self, min_base: int) -> DoseResponse:
        """Return the result, levels blanked where their rows or entities are below `min_base`.

        With one of them go the joint tests and the base of all rows; where the base of the reference or of
        all rows is too small, everything does.
        """
        if min_base <= self.min_base:
            return self
        small = np.full(len(self.rows), self.basis.too_small(min_base))
        if self.kind == "bins":
            base = self.rows[["n", "entities"]].astype("float64").min(axis=1, skipna=False)
            small |= np.array([too_small(value, min_base) for value in base])
            small |= bool(small[(self.rows["level"] == self.reference).to_numpy()].any())
        rows = self.rows.assign(suppressed=small)
        rows.loc[small, _FIGURES] = pd.NA
        if not small.any():
            return replace(self, rows=rows, min_base=min_base)
        # A joint test and the levels that are shown tell a hidden one; all rows less theirs are its base.
        return replace(
            self, rows=rows, linearity=NOT_TESTED, association=NOT_TESTED, basis=self.basis.blanked(),
            min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and a small table, without ids or times."""
        some = ["level", "estimate", "conf_low", "conf_high", "joint_low", "joint_high", "n", "entities"]
        table = self.rows[some].round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def dose_response(
    panel: Any,
    outcome: str,
    exposure: str,
    *,
    entity: str | None = None,
    time: str | None = None,
    controls: Sequence[str] = (),
    kind: DoseKind = "bins",
    levels: Sequence[float] | None = None,
    reference: float | None = None,
    knots: int | Sequence[float] | None = None,
    cluster: str | Sequence[str] | None = None,
    weight: str | None = None,
    conf_level: float = 0.95,
    seed: int = 0,
) -> DoseResponse:
    """Say how the outcome runs along a score: `cx.dose_response(panel, "revenue", "csat", entity="id", …)`.

    Parameters
    ----------
    panel
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per entity and period.
    outcome, exposure, controls
        Numeric columns. A row that lacks one of them is left out, and the share kept is said.
    entity, time
        Columns of the entity and the period, whose effects are taken out where they are named.
    kind
        `bins`: a mean for each level of the score; `spline`: a restricted cubic spline.
    levels
        Bins: lowest score of each level, such as (0, 7, 9); by default each score that occurs, up to 21.
        Spline: scores at which the curve is given; by default 41 from the lowest to the highest.
    reference
        Level (spline: score) against which all are held; by default that of the weighted median.
    knots
        Of the spline: 3 to 7 at Harrell's quantiles (4 by default), or the knots themselves.
    cluster
        One column or two to cluster by; by default the entity.
    weight
        Column of sampling weights ≥ 0; only their ratios matter.
    conf_level
        Confidence level, of each interval by itself and of all together.
    seed
        Of the draws behind the joint intervals.

    Returns
    -------
    DoseResponse
        One regression of the outcome on the levels (or the spline), controls and effects. The line is tested
        as Hotelling's T²: bins against a line through the mean score of each level, the spline by its bends.

    Raises
    ------
    MeasureError
        Where columns are absent or hold no numbers, scores are too many for levels, a level is empty or does
        not vary within entities, knots fall together, or there is one cluster only.

    References
    ----------
    Harrell (2015), Regression Modeling Strategies, section 2.4. Liang, Zeger (1986), Biometrika 73, 13–22.
    Hothorn, Bretz, Westfall (2008), Biometrical Journal 50, 346–363 (joint intervals).
    """
    require_conf_level(conf_level)
    require_seed(seed)
    require_option("kind", kind, get_args(DoseKind))
    if kind == "bins" and knots is not None:
        raise MeasureError("bins have no knots", remedy="leave knots= away, or take kind='spline'")
    rows = effect_rows(
        panel, outcome, exposure, controls=controls, entity=entity, time=time, cluster=cluster, weight=weight
    )
    rows = repeated_rows(rows, rows.effects)
    rng = np.random.default_rng(seed)
    curve = bins_curve(rows, levels, reference) if kind == "bins" else (
        spline_curve(rows, levels, reference, knots)
    )  # fmt: skip
    fit = curve.fit
    table = _with_intervals(curve, conf_level, rng)
    inside = tuple(name for name in (entity, time) if name is not None)
    return DoseResponse(
        outcome, exposure, table, kind, curve.reference, fit.joint(curve.bends),
        fit.joint(np.eye(curve.bends.shape[1])), curve.knots,
        link_basis(
            rows, df=fit.df, method=fit.method, conf_level=conf_level, weight=weight, within=inside
        ),
    )  # fmt: skip


def _with_intervals(curve: DoseCurve, conf_level: float, rng: np.random.Generator) -> pd.DataFrame:
    fit = curve.fit
    found = fit.combined(curve.contrasts)
    reach = float(student_quantile(np.array([float(fit.df)]), conf_level)[0])
    together = joint_reach(found.covariance, fit.df, conf_level, rng)
    figures = {
        "estimate": found.estimate,
        "std_error": found.std_error,
        "conf_low": found.estimate - reach * found.std_error,
        "conf_high": found.estimate + reach * found.std_error,
        "joint_low": found.estimate - together * found.std_error,
        "joint_high": found.estimate + together * found.std_error,
        "p_value": found.p_value(fit.df),
    }
    out = curve.points.assign(**figures, suppressed=False)
    return out[["level", *_FIGURES, "suppressed"]]
