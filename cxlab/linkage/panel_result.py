"""The result of a panel question: designs side by side."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Estimates, Unit, Weighting, name_of
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.multiplicity import is_told
from cxlab.linkage.panel_designs import Design
from cxlab.linkage.partial_effect import PartialEffect
from cxlab.linkage.term_rows import FIGURES
from cxlab.model.errors import MeasureError

BASES = ["n", "n_eff", "entities", "periods", "clusters"]
COLUMNS = ["design", "term", *FIGURES, *BASES, "method", "note", "suppressed"]
NAMES: dict[str, str] = {
    "pooled": "all rows pooled",
    "entity": "within entities",
    "two_way": "within entities, less what is common to a period",
    "mundlak": "within entities, their means beside",
    "first_differences": "changes from one period to the next",
    "lagged_outcome": "among entities with the same outcome before",
}
WITHIN: tuple[Design, ...] = ("two_way", "entity", "first_differences")
"""Designs that compare customers with themselves, the one to go by first."""
_PREFERRED: tuple[Design, ...] = ("two_way", "entity", "mundlak", "first_differences", "lagged_outcome")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PanelEffect:
    """What a point of the exposure goes with, by several designs.

    Parameters
    ----------
    outcome, exposure
        Columns; estimates are units of the outcome per unit of the exposure.
    rows
        One row per design and term, the term asked about first: `design`, `term`, `estimate`, `std_error`,
        `statistic` (t), `df`, `p_value`, `conf_low`, `conf_high`, `n` (rows, or the sum of frequencies),
        `n_eff` (Kish's effective base of them), `entities`, `periods`, `clusters` (of two ways, the smaller
        number), `method`, `note`, `suppressed`. A design that cannot be had has no figures, and its note
        says why.
    partials
        Estimate of each design as `sensitivity` needs it.
    conf_level
        Confidence level of each interval.
    n, kept
        Complete rows, and their share of the rows of positive weight.
    weighting
        `none` or `weighted`.
    unit
        `coefficient` where the outcome is a logarithm, else `amount`.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    exposure: str
    rows: pd.DataFrame
    conf_level: float
    n: int
    kept: float
    weighting: Weighting
    partials: Mapping[Design, PartialEffect] = field(default_factory=dict)
    unit: Unit = "amount"
    min_base: int = 0

    @property
    def main(self) -> Design | None:
        """The design to go by: the first that compares customers with themselves and has figures."""
        return next((design for design in WITHIN if design in self.partials), None)

    def tidy(self) -> pd.DataFrame:
        """Return one row per design and term."""
        return self.rows.assign(
            outcome=self.outcome, exposure=self.exposure, conf_level=self.conf_level, kept=self.kept,
            weighting=self.weighting,
        )  # fmt: skip

    def estimates(self) -> Estimates:
        """Return the exposure's figure in each design as rows of `metrics.csv`.

        The base is the rows, and n_eff the clusters, as those are what is independent, or the entities or
        Kish's effective base where these are fewer.
        """
        first = self.rows.drop_duplicates("design")
        figures = ["estimate", "std_error", "conf_low", "conf_high", "n", "suppressed"]
        level = [name_of((self.exposure, design)) for design in first["design"]]
        rows = first[figures].assign(level=level, n_eff=first[["clusters", "entities", "n_eff"]].min(axis=1))
        columns = ["level", "estimate", "std_error", "conf_low", "conf_high", "n", "n_eff", "suppressed"]
        return Estimates(
            "panel_effect",
            self.outcome,
            ("exposure", "design"),
            self.unit,
            "cluster_robust",
            self.conf_level,
            self.weighting,
            rows[columns].reset_index(drop=True),
            None,
            self.min_base,
        )

    def partial(self, design: Design) -> PartialEffect:
        """Return the estimate of one design with its classical error and its benchmarks.

        Raises
        ------
        MeasureError
            Where the design was not asked for, could not be had, or is suppressed.
        """
        if design not in self.partials:
            raise MeasureError(
                f"there is no estimate of the design '{design}'",
                remedy="take one of " + (", ".join(self.partials) or "none: all are empty or suppressed"),
            )
        return self.partials[design]

    def summary(self) -> str:
        """Return what the designs say, in honest English: an association, and what the placebo says of it."""
        shown = self.rows[self.rows["estimate"].notna()]
        first = {row["design"]: row for _, row in shown.drop_duplicates("design").iterrows()}
        if not first:
            return f"What {self.exposure} goes with in {self.outcome}: nothing can be shown."
        main = [design for design in _PREFERRED if design in first][:1]
        told = main + [design for design in ("pooled",) if design in first]
        said = [self._said(first[design], design) for design in told]
        base = first[told[0]] if told else next(iter(first.values()))
        text = (
            f"A point more of {self.exposure} goes with {'; '.join(said)} "
            if said
            else f"What comes after {self.outcome}: "
        )
        text += (
            f"(n = {base['n']:,.0f}, {base['entities']:,.0f} entities, {base['periods']:,.0f} periods, "
            f"{base['clusters']:,.0f} clusters; {self.kept:.0%} of the rows are complete)."
        )
        if "placebo_lead" in first:
            text += " " + self._placebo(first["placebo_lead"])
        return text + " This is an association: what changed beside the exposure is not taken out."

    def _said(self, row: pd.Series, design: str) -> str:
        side = "more" if row["estimate"] >= 0 else "less"
        return (
            f"{abs(row['estimate']):.3g} {side} {self.outcome} {NAMES[design]} "
            f"({100 * self.conf_level:g}% interval {row['conf_low']:+.3g} to {row['conf_high']:+.3g})"
        )

    def _placebo(self, row: pd.Series) -> str:
        p = row["p_value"]
        if is_told(p, self.conf_level):
            return (
                f"Placebo: {row['term']}, which comes after the outcome, goes with it too beside the "
                f"exposure before it (p = {p:.2g}), so the outcome or something else moves the exposure, "
                "and the figures above cannot be read as what the exposure does."
            )
        return (
            f"Placebo: {row['term']}, which comes after the outcome, is not shown to go with it beside the "
            f"exposure before it (p = {p:.2g}); that is no proof that nothing else moves both."
        )

    def suppress(self, min_base: int) -> PanelEffect:
        """Return the result with designs blanked of fewer than `min_base` rows, entities or n_eff."""
        if min_base <= self.min_base:
            return self
        base = self.rows[["n", "n_eff", "entities"]].min(axis=1)
        empty = self.rows["estimate"].isna().to_numpy()
        small = np.array([too_small(value, min_base) for value in base], dtype=bool) & ~empty
        # All terms of a design rest on the same rows, so none can be found from the others.
        rows = self.rows.assign(suppressed=self.rows["suppressed"].to_numpy(dtype=bool) | small)
        rows.loc[small, [*FIGURES, *BASES]] = np.nan
        rows.loc[small, "note"] = ""
        gone = set(rows.loc[small, "design"])
        partials = {design: partial for design, partial in self.partials.items() if design not in gone}
        hidden = too_small(self.n, min_base)
        return replace(
            self, rows=rows, partials=partials, min_base=min_base, n=0 if hidden else self.n,
            kept=float("nan") if hidden else self.kept,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and a small table, without ids or times."""
        some = ["design", "term", "estimate", "std_error", "conf_low", "conf_high", "p_value", *BASES, "note"]
        table = self.rows[some].round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"
