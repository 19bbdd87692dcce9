"""Rises against falls: whether a fall of the score goes with as much as a rise does."""

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
from cxlab.estimate.multiplicity import is_told
from cxlab.linkage.effect_rows import EffectRows, effect_rows
from cxlab.linkage.entity_changes import entity_changes
from cxlab.linkage.link_basis import LinkBasis, link_basis
from cxlab.linkage.repeated_rows import repeated_rows
from cxlab.linkage.shape_fit import fitted
from cxlab.linkage.term_rows import FIGURES, term_rows
from cxlab.model.errors import MeasureError

Ints = npt.NDArray[np.int64]
TERMS = ("rise", "fall", "rise_less_fall")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class AsymmetricEffect:
    """What a point of rise and a point of fall of a score go with.

    Parameters
    ----------
    outcome, exposure
        Columns of the outcome, in whose units slopes are, and of the score.
    rows
        `rise`, `fall` (change of the outcome per point of change of the score, so that equal slopes are
        symmetry: a positive `fall` says that the outcome falls with the score) and `rise_less_fall`, each
        with `estimate`, `std_error`, `statistic`, `df`, `p_value`, `conf_low`, `conf_high`, `n` (changes of
        that kind; of the difference, the fewer), `entities` (that have such a change), `suppressed`.
    unchanged
        Changes of zero, which tell only what goes on without a change.
    basis
        Changes, entities and errors.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    exposure: str
    rows: pd.DataFrame
    unchanged: int
    basis: LinkBasis
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per slope, and one for their difference."""
        return self.rows.assign(outcome=self.outcome, exposure=self.exposure, **self.basis.shared())

    def summary(self) -> str:
        """Return one honest sentence in English."""
        rows = self.rows.set_index("term")
        if rows["suppressed"].any():
            return f"Rises and falls of {self.exposure}: too few changes to say."
        said = [
            f"a point of {term} of {self.exposure} goes with {sign * row['estimate']:+.3g} of {self.outcome} "
            f"({self.basis.level()} {min(ends):+.3g} to {max(ends):+.3g})"
            for term, sign in (("rise", 1), ("fall", -1))
            for row in [rows.loc[term]]
            for ends in [(sign * row["conf_low"], sign * row["conf_high"])]
        ]
        test = rows.loc["rise_less_fall"]
        told = is_told(test["p_value"], self.basis.conf_level)
        verdict = "the two are told apart" if told else "no asymmetry is shown"
        return (
            f"Within {self.basis.within[0]}, {'; '.join(said)}; {verdict} (difference of the slopes "
            f"{test['estimate']:+.3g}, p = {test['p_value']:.3g}) {self.basis.said()}. {self.basis.caution()}"
        )

    def suppress(self, min_base: int) -> AsymmetricEffect:
        """Return the result, blanked where changes or entities of a kind are below `min_base`."""
        if min_base <= self.min_base:
            return self
        base = self.rows[["n", "entities"]].astype("float64").min(axis=1, skipna=False)
        small = np.array([too_small(value, min_base) for value in base]) | self.basis.too_small(min_base)
        rows = self.rows.assign(suppressed=small)
        rows.loc[small, [*FIGURES, "n", "entities"]] = pd.NA
        hidden = bool(small.any())
        # The base of a hidden kind is what the others leave of all changes.
        basis, unchanged = (self.basis.blanked(), 0) if hidden else (self.basis, self.unchanged)
        return replace(self, rows=rows, unchanged=unchanged, basis=basis, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and a small table, without ids or times."""
        some = ["term", "estimate", "conf_low", "conf_high", "p_value", "n", "entities"]
        table = self.rows[some].round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def asymmetric_effect(
    panel: Any,
    outcome: str,
    exposure: str,
    *,
    entity: str,
    time: str,
    controls: Sequence[str] = (),
    period_effects: bool = True,
    cluster: str | Sequence[str] | None = None,
    weight: str | None = None,
    conf_level: float = 0.95,
) -> AsymmetricEffect:
    """Compare rises with falls: `cx.asymmetric_effect(panel, "revenue", "csat", entity="id", time="period")`.

    Parameters
    ----------
    panel
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per entity and period.
    outcome, exposure, controls
        Numeric columns. A row that lacks one of them is left out, and a change needs two successive periods.
    entity, time
        Columns of the entity and the period. Periods are put in order (as text, 2025Q3 or 2025-07; an ordered
        categorical has its own); the next is the next of those of all rows, used or not.
    period_effects
        Whether what changes for all from a period to the next is taken out; else one constant.
    cluster
        One column or two to cluster by; by default the entity.
    weight
        Column of sampling weights ≥ 0, that of the later row of each change; only their ratios matter.
    conf_level
        Confidence level of each interval.

    Returns
    -------
    AsymmetricEffect
        Δy = b⁺ · max(Δx, 0) + b⁻ · min(Δx, 0) + controls' changes + period, by least squares, errors
        clustered (successive changes of an entity go against each other), t on G − 1.

    Raises
    ------
    MeasureError
        Where columns are absent or hold no numbers, an entity stands twice in a period, no entity has two
        successive periods, nothing rises or nothing falls, or there is one cluster only.

    References
    ----------
    Allison (2019), Socius 5, 1–12, equations 6 to 8. York, Light (2017), Socius 3, 1–13.
    """
    require_conf_level(conf_level)
    rows = entity_changes(
        effect_rows(
            panel, outcome, exposure, controls=controls, entity=entity, time=time, cluster=cluster,
            weight=weight,
        )
    )  # fmt: skip
    rows = repeated_rows(rows, _periods(rows, period_effects))
    rise, fall = np.maximum(rows.x, 0.0), np.minimum(rows.x, 0.0)
    _require_both(rows)
    codes = _periods(rows, period_effects) or [np.zeros(rows.n, dtype="int64")]
    weights = None if np.ptp(rows.w) == 0 else rows.w
    fit = fitted(
        np.column_stack([rise, fall, rows.z]), rows.y, codes, rows.clusters, weights,
        ["rises", "falls", *rows.controls],
    )  # fmt: skip
    table = term_rows(TERMS, fit.combined(np.array([[1.0, 0], [0, 1], [1, -1]])), fit.df, conf_level)
    kinds = [rows.x > 0, rows.x < 0]
    n = [int(kind.sum()) for kind in kinds]
    entities = [len(np.unique(rows.entity[kind])) for kind in kinds if rows.entity is not None]
    table = table.assign(
        n=pd.array([*n, min(n)], dtype="Int64"),
        entities=pd.array([*entities, min(entities)], dtype="Int64"),
        suppressed=False,
    )
    basis = link_basis(
        rows, df=fit.df, method=fit.method, conf_level=conf_level, weight=weight,
        within=(entity, time) if period_effects else (entity,),
    )  # fmt: skip
    return AsymmetricEffect(outcome, exposure, table, int((rows.x == 0).sum()), basis)


def _periods(rows: EffectRows, period_effects: bool) -> list[Ints]:
    return [rows.time] if period_effects and rows.time is not None else []


def _require_both(rows: EffectRows) -> None:
    for absent, word in ((not (rows.x > 0).any(), "rises"), (not (rows.x < 0).any(), "falls")):
        if absent:
            raise MeasureError(
                f"'{rows.exposure}' never {word} from a period to the next",
                remedy="ask for one slope instead: cx.panel_effect",
            )
