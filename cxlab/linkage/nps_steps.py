"""The steps from detractor to passive to promoter, and whether they say more than a straight line."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.multiplicity import adjusted, is_told
from cxlab.linkage.effect_rows import EffectRows, effect_rows
from cxlab.linkage.link_basis import LinkBasis, link_basis
from cxlab.linkage.repeated_rows import repeated_rows
from cxlab.linkage.score_levels import ScoreLevels, score_levels
from cxlab.linkage.shape_fit import NOT_TESTED, JointTest, shape_fit
from cxlab.linkage.term_rows import FIGURES, term_rows
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
STEPS = ("detractor_to_passive", "passive_to_promoter", "detractor_to_promoter", "second_less_first")
JUMPS = ("jump_at_passive", "jump_at_promoter")
_SIDES = {
    "detractor_to_passive": (0, 1), "passive_to_promoter": (1, 2), "detractor_to_promoter": (0, 2),
    "second_less_first": (0, 1, 2), "jump_at_passive": (0, 1), "jump_at_promoter": (1, 2),
}  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class NpsSteps:
    """What the classes of NPS go with in an outcome.

    Parameters
    ----------
    outcome, exposure
        Columns of the outcome, in whose units all figures are, and of the answer 0–10.
    rows
        `detractor_to_passive`, `passive_to_promoter`, `detractor_to_promoter`, `second_less_first` (the
        second step less the first), and, beside a straight line in the score, `jump_at_passive` (between 6
        and 7) and `jump_at_promoter` (between 8 and 9): each with `estimate`, `std_error`, `statistic`, `df`,
        `p_value`, `p_adjusted` (Holm over the two steps, and over the two jumps), `conf_low`, `conf_high`,
        `n`, `entities` (of the smallest class involved), `movers` (entities seen in all classes involved;
        empty without an entity), `suppressed`.
    straight
        Test that both jumps are 0: the classes say nothing beyond the score.
    basis
        Rows, entities and errors.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    exposure: str
    rows: pd.DataFrame
    straight: JointTest
    basis: LinkBasis
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per step and jump."""
        return self.rows.assign(
            outcome=self.outcome, exposure=self.exposure, straight_p_value=self.straight.p_value,
            **self.basis.shared(),
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English."""
        rows = self.rows.set_index("term")
        steps = rows.loc[list(STEPS[:2])]
        if steps["suppressed"].any():
            return f"Steps of {self.exposure}: too few to say."
        said = ", ".join(
            f"the step from {str(name).replace('_to_', ' to ')} goes with {row['estimate']:+.3g} of "
            f"{self.outcome} ({self.basis.level()} {row['conf_low']:+.3g} to {row['conf_high']:+.3g})"
            for name, row in steps.iterrows()
        )
        p = self.straight.p_value
        line = (
            "whether the classes say more than a straight line in the score was not tested"
            if np.isnan(p)
            else f"the classes say more than a straight line in the score (p = {p:.3g})"
            if is_told(p, self.basis.conf_level)
            else f"nothing shows that the classes say more than a straight line in the score (p = {p:.3g})"
        )
        return f"{said[0].upper()}{said[1:]}; {line} {self.basis.said()}. {self.basis.caution()}"

    def suppress(self, min_base: int) -> NpsSteps:
        """Return the result, blanked where rows, entities or movers involved are below `min_base`."""
        if min_base <= self.min_base:
            return self
        base = self.rows[["n", "entities", "movers"]].astype("float64").min(axis=1)
        small = np.array([too_small(value, min_base) for value in base]) | self.basis.too_small(min_base)
        # Two steps add up to the third, so one that is hidden by itself could be found.
        small[: len(STEPS)] |= small[: len(STEPS)].any()
        rows = self.rows.assign(suppressed=small)
        rows.loc[small, [*FIGURES, "p_adjusted", "n", "entities", "movers"]] = pd.NA
        if not small.any():
            return replace(self, rows=rows, min_base=min_base)
        # The joint test and one jump tell the other; the base of a class is what the others leave of all.
        return replace(self, rows=rows, straight=NOT_TESTED, basis=self.basis.blanked(), min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and a small table, without ids or times."""
        some = ["term", "estimate", "conf_low", "conf_high", "p_adjusted", "n", "entities", "movers"]
        table = self.rows[some].round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def nps_steps(
    panel: Any,
    outcome: str,
    exposure: str = "nps",
    *,
    entity: str | None = None,
    time: str | None = None,
    controls: Sequence[str] = (),
    cluster: str | Sequence[str] | None = None,
    weight: str | None = None,
    conf_level: float = 0.95,
) -> NpsSteps:
    """Say what the steps between the classes of NPS go with: `cx.nps_steps(panel, "revenue", entity="id")`.

    Parameters
    ----------
    panel
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per entity and period.
    outcome, controls
        Numeric columns. A row that lacks one of them is left out, and the share kept is said.
    exposure
        Whole answers 0–10: detractors 0–6, passives 7–8, promoters 9–10.
    entity, time
        Columns of the entity and the period, whose effects are taken out where they are named. Then only
        `movers`, entities seen in both classes, tell how large a step is.
    cluster
        One column or two to cluster by; by default the entity.
    weight
        Column of sampling weights ≥ 0; only their ratios matter.
    conf_level
        Confidence level of each interval.

    Returns
    -------
    NpsSteps
        Steps from a regression on the two classes; jumps from one on the score and the two classes, tested
        together as Hotelling's T².

    Raises
    ------
    MeasureError
        Where columns are absent or hold no numbers, an answer is not whole or off 0–10, a class is empty or
        does not vary within entities, or there is one cluster only.

    References
    ----------
    Reichheld (2003), Harvard Business Review 81(12), 46–54 (the classes). Keiningham, Cooil, Andreassen,
    Aksoy (2007), Journal of Marketing 71(3), 39–51 (whether they say more than other scores).
    """
    require_conf_level(conf_level)
    rows = effect_rows(
        panel, outcome, exposure, controls=controls, entity=entity, time=time, cluster=cluster, weight=weight
    )
    rows = repeated_rows(rows, rows.effects)
    levels = _classes(rows)
    steps = shape_fit(rows, levels.dummies(), ["passive", "promoter"])
    table = term_rows(
        STEPS, steps.combined(np.array([[1.0, 0], [-1, 1], [0, 1], [-2, 1]])), steps.df, conf_level
    )
    jumps, straight = _jumps(rows, levels, conf_level)
    table = pd.concat([table, jumps], ignore_index=True)
    table["p_adjusted"] = np.nan
    for pair in (list(STEPS[:2]), list(JUMPS)):
        inside = table["term"].isin(pair)
        table.loc[inside, "p_adjusted"] = adjusted(table.loc[inside, "p_value"].to_numpy(), "holm")
    table = pd.concat([table, _bases(rows, levels)], axis=1).assign(suppressed=False)
    within = tuple(name for name in (entity, time) if name is not None)
    basis = link_basis(
        rows, df=steps.df, method=steps.method, conf_level=conf_level, weight=weight, within=within
    )
    return NpsSteps(outcome, exposure, table, straight, basis)


def _classes(rows: EffectRows) -> ScoreLevels:
    odd = ~np.isin(rows.x, np.arange(11))
    if odd.any():
        raise MeasureError(
            f"{int(odd.sum()):,} answers are no whole number from 0 to 10, such as {rows.x[odd][0]:g}",
            where=f"column '{rows.exposure}'",
            remedy="a mean of several answers has no class: ask cx.dose_response(levels=(0, 7, 9))",
        )
    for low, high, name in ((0, 6, "detractor"), (7, 8, "passive"), (9, 10, "promoter")):
        if not ((rows.x >= low) & (rows.x <= high)).any():
            raise MeasureError(
                f"there is no {name}",
                where=f"column '{rows.exposure}'",
                remedy="ask cx.dose_response for the scores that occur",
            )
    return score_levels(rows, (0, 7, 9), 0)


def _jumps(rows: EffectRows, levels: ScoreLevels, conf_level: float) -> tuple[pd.DataFrame, JointTest]:
    """Return the rows of the two jumps beside a line in the score, and their joint test."""
    spread = [np.ptp(rows.x[levels.place == place]) for place in range(3)]
    if not any(spread):
        blank = dict.fromkeys(FIGURES, np.nan)
        return pd.DataFrame({"term": pd.Series(JUMPS, dtype="str")}).assign(**blank), NOT_TESTED
    fit = shape_fit(rows, np.column_stack([levels.dummies(), rows.x]), ["passive", "promoter", rows.exposure])
    contrasts = np.array([[1.0, 0], [-1, 1]])
    return term_rows(JUMPS, fit.combined(contrasts), fit.df, conf_level), fit.joint(contrasts)


def _bases(rows: EffectRows, levels: ScoreLevels) -> pd.DataFrame:
    """Return the base of each step and jump: that of the smallest class involved, and who moved."""
    seen = None
    if rows.entity is not None:
        seen = np.zeros((int(rows.entity.max()) + 1, 3), dtype=bool)
        seen[rows.entity, levels.place] = True
    out: dict[str, list[object]] = {"n": [], "entities": [], "movers": []}
    for term in (*STEPS, *JUMPS):
        sides = list(_SIDES[term])
        out["n"].append(int(levels.n[sides].min()))
        out["entities"].append(int(levels.entities[sides].min()))
        out["movers"].append(pd.NA if seen is None else int(seen[:, sides].all(axis=1).sum()))
    return pd.DataFrame(out).astype("Int64")
