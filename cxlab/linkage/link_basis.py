"""On what a figure of the link rests: rows, entities, effects taken out, and how errors were made."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cxlab.estimate.estimates import Weighting, weighting_of
from cxlab.estimate.hidden_cells import too_small
from cxlab.linkage.effect_rows import EffectRows


@dataclass(frozen=True, slots=True)
class LinkBasis:
    """The rows behind a result.

    Parameters
    ----------
    n, n_eff, entities
        Rows, Kish's effective base, and entities (rows where none were named).
    kept
        Share of the rows that were complete and are used.
    df, conf_level
        Degrees of freedom of t, and the level of each interval.
    weighting
        `none` or `weighted`.
    method
        `HC1`, `CR1` (clustered), `CGM` (by two) or `CGM, repaired`.
    within
        Names of the entity and period whose effects were taken out.
    alone
        Complete rows left out as alone in their entity or period.
    """

    n: int
    n_eff: float
    entities: int
    kept: float
    df: int
    conf_level: float
    weighting: Weighting
    method: str
    within: tuple[str, ...] = ()
    alone: int = 0

    def columns(self) -> dict[str, float | str]:
        """Return the columns that a tidy table has beside its rows."""
        return {
            "n": self.n, "n_eff": self.n_eff, "entities": self.entities, "kept": self.kept,
            "conf_level": self.conf_level, "weighting": self.weighting, "method": self.method,
            "within": " and ".join(self.within), "alone": self.alone,
        }  # fmt: skip

    def shared(self) -> dict[str, float | str]:
        """Return `columns` without the bases that each row has of its own."""
        return {name: value for name, value in self.columns().items() if name not in ("n", "entities")}

    def level(self) -> str:
        """Return the level in words, such as `95% interval`."""
        return f"{100 * self.conf_level:g}% interval"

    def said(self) -> str:
        """Return the base in words, in brackets."""
        if not self.n:
            return "(the base of all rows is not shown)"
        weighing = f", n_eff = {self.n_eff:.0f}" if self.weighting == "weighted" else ", unweighted"
        inside = f", within {' and '.join(self.within)}" if self.within else ""
        of_entities = f", {self.entities:,} entities" if self.entities < self.n else ""
        alone = f", {self.alone:,} alone in their entity or period left out" if self.alone else ""
        return f"(n = {self.n:,}{of_entities}{weighing}{inside}, {self.kept:.0%} of the rows are used{alone})"

    def caution(self) -> str:
        """Return what the comparison leaves open, as a sentence."""
        if self.within:
            return (
                "This is an association: what is constant is taken out, what changes with the score is not."
            )
        return "This is an association: different entities are compared with each other."

    def too_small(self, min_base: int) -> bool:
        """Tell whether rows, n_eff or entities are below the smallest base that is shown."""
        return too_small(min(self.n, self.n_eff, self.entities), min_base)

    def blanked(self) -> LinkBasis:
        """Return it without its numbers."""
        nan = float("nan")
        return replace(self, n=0, n_eff=nan, entities=0, kept=nan, df=0, alone=0)


def link_basis(
    rows: EffectRows, *, df: int, method: str, conf_level: float, weight: str | None, within: tuple[str, ...]
) -> LinkBasis:
    """Return the basis of some rows."""
    return LinkBasis(
        rows.n,
        rows.n_eff,
        rows.entities,
        rows.kept,
        df,
        conf_level,
        weighting_of(weight),
        method,
        within,
        rows.alone,
    )
