"""The result of sharing a likelihood R² among drivers."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlab.drivers.class_rows import Family
from cxlab.drivers.importance_result import FIGURES, IMPORTANCE_COLUMNS
from cxlab.drivers.importance_words import contest, counted, explained, share_ends
from cxlab.drivers.likelihood_r2 import Fit
from cxlab.estimate.estimates import Estimates, Weighting, suppress
from cxlab.estimate.hidden_cells import too_small

_NAMES = {"mcfadden": "McFadden", "nagelkerke": "Nagelkerke", "tjur": "Tjur"}
_FAMILIES = {"binary": "logit", "ordinal": "proportional odds", "nps": "NPS classes, proportional odds"}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class LikelihoodImportance:
    """How a likelihood R² is shared among k drivers, or groups, of an outcome in classes.

    Parameters
    ----------
    outcome, family, fit
        What was explained, how it falls into classes, and which R² is shared.
    rows
        One row per driver, with the columns of `cxlab.drivers.importance_result.Importance.rows`;
        `coefficient` is per standard deviation of the driver, in log odds.
    r_squared
        R² of all drivers and covariates, with its interval.
    r_squared_always
        R² of the covariates, which is not shared.
    classes
        The classes from low to high: `class`, `n`, `share` (weighted).
    kept
        Share of the rows of positive weight that hold every column.
    always
        Covariates.
    exact
        Whether every model was refitted. Else the values are approximate ones, set right by some refits.
    corrected, approximation_error
        By how much these refits moved a share at most, and the largest standard error of a share for the
        models that were not refitted; 0 where `exact`.
    units, failed, n_boot
        What was drawn, resamples without a fit, resamples.
    doubts
        What to know before the figures are used, in plain sentences.
    """

    outcome: str
    family: Family
    fit: Fit
    rows: pd.DataFrame
    r_squared: Estimates
    r_squared_always: float
    classes: pd.DataFrame
    kept: float
    weighting: Weighting
    conf_level: float
    always: tuple[str, ...]
    exact: bool
    corrected: float
    approximation_error: float
    units: int
    failed: int
    n_boot: int
    doubts: tuple[str, ...] = ()
    min_base: int = 0

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know before the figures are used: the doubts."""
        return self.doubts

    def tidy(self) -> pd.DataFrame:
        """Return one row per driver, with the columns of every table of importances."""
        return self.rows.assign(
            metric=self.fit,
            outcome=self.outcome,
            conf_level=self.conf_level,
            weighting=self.weighting,
            missing="complete",
        )[IMPORTANCE_COLUMNS]

    def estimates(self) -> Estimates:
        """Return the importances as rows of `metrics.csv`."""
        rows = self.rows.rename(columns={"driver": "level", "importance": "estimate"})
        columns = ["level", "estimate", "std_error", "conf_low", "conf_high", "n", "n_eff", "suppressed"]
        return Estimates(
            f"importance_{self.fit}", self.outcome, ("driver",), "share", "one_step_bootstrap_root",
            self.conf_level, self.weighting, rows[columns], None, self.min_base,
        )  # fmt: skip

    def summary(self) -> str:
        """Return what was found, in English, how many rows were kept, and the doubts."""
        if self.rows["suppressed"].any():
            return f"Drivers of {self.outcome}: too few answers to say."
        ranked = self.rows.sort_values("rank", kind="stable")
        top = ranked.iloc[0]
        said = (
            f"{counted(len(ranked))} beside {self.outcome} ({self._explained()}): "
            f"{top['driver']} goes with the largest part of it, {100 * top['share']:.0f}% of what is shared"
            f"{share_ends(top)}{contest(ranked)}; {self._base()}. "
            "An importance is an association, not an effect."
        )
        return " ".join([said, *self.doubts])

    def _explained(self) -> str:
        beside = f", {self.r_squared_always:.2f} of it with {', '.join(self.always)}" if self.always else ""
        return f"{_FAMILIES[self.family]}, {_NAMES[self.fit]} {explained(self.r_squared)}{beside}"

    def _base(self) -> str:
        n, n_eff = int(self.rows["n"].iloc[0]), float(self.rows["n_eff"].iloc[0])
        weighing = f"n_eff = {n_eff:.0f}" if self.weighting == "weighted" else "unweighted"
        return f"n = {n:,}, {weighing}, {100 * self.kept:.1f}% of the rows kept"

    def suppress(self, min_base: int) -> LikelihoodImportance:
        """Return the result, blanked where n, n_eff or the rows of a class are fewer than `min_base`.

        Shares add up to 1, so one that is hidden by itself could be found: all are hidden together.
        """
        hidden = bool(self.rows["suppressed"].any())
        figures = [*self.rows[["n", "n_eff"]].astype("float64").min(), float(self.classes["n"].min())]
        if hidden or not too_small(min(figures), min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        rows = self.rows.assign(suppressed=True)
        rows[FIGURES] = rows[FIGURES].mask(np.ones((len(rows), len(FIGURES)), dtype=bool))
        classes = self.classes.copy()
        classes[["n", "share"]] = classes[["n", "share"]].mask(np.ones((len(classes), 2), dtype=bool))
        # A small class hides R² as well, whatever the base of all.
        nan, least = float("nan"), max(min_base, int(self.r_squared.rows["n"].max()) + 1)
        return replace(
            self,
            rows=rows,
            r_squared=replace(suppress(self.r_squared, least), min_base=min_base),
            r_squared_always=nan,
            classes=classes,
            kept=nan,
            corrected=nan,
            approximation_error=nan,
            doubts=(),
            min_base=min_base,
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the rows as a small table, without ids or times."""
        table = self.rows.drop(columns="suppressed").round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"
