"""The result of asking which drivers go with an outcome, and how strongly."""

from __future__ import annotations

import html
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.drivers.driver_diagnosis import DriverDiagnosis
from cxlab.drivers.driver_figures import Metric
from cxlab.drivers.importance_words import contest, counted, explained, share_ends
from cxlab.estimate.contrasts import FIGURES as PAIR_FIGURES
from cxlab.estimate.contrasts import Contrasts
from cxlab.estimate.estimates import Estimates, Weighting, suppress
from cxlab.estimate.hidden_cells import too_small

Floats = npt.NDArray[np.float64]
IMPORTANCE_COLUMNS = [
    "metric", "outcome", "driver", "importance", "share", "sign", "correlation_sign", "coefficient",
    "p_value", "std_error", "conf_low", "conf_high", "one_sided", "share_low", "share_high", "rank",
    "rank_low", "rank_high", "n", "n_eff", "conf_level", "weighting", "missing", "suppressed",
]  # fmt: skip
FIGURES = [
    "importance", "share", "sign", "correlation_sign", "coefficient", "p_value", "std_error", "conf_low",
    "conf_high", "one_sided", "share_low", "share_high", "rank", "rank_low", "rank_high", "n", "n_eff",
]  # fmt: skip
NAMES = {
    "lmg": "LMG", "johnson": "relative weight", "car": "squared CAR score", "first": "R² alone",
    "last": "R² added last", "betasq": "squared coefficient", "pratt": "Pratt measure",
}  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Importance:
    """How strongly k drivers, or groups of drivers, go with an outcome.

    Parameters
    ----------
    outcome, metric
        What was explained, and the measure of importance.
    rows
        One row per driver, in the order given: `driver`, `importance`, `share` (of the sum of importances),
        `sign` (of its coefficient beside all others), `correlation_sign`, `coefficient` (standardised),
        `p_value` (of the coefficient, or of all those of a group), `std_error`, `conf_low`, `conf_high`,
        `one_sided` (the importance may be 0, so the interval starts there), `share_low`, `share_high`,
        `rank`, `rank_low`, `rank_high` (joint), `n`, `n_eff`, `suppressed`.
    r_squared
        R² of all drivers and covariates, with its interval.
    pairs
        Every pair of drivers compared.
    diagnosis
        VIF, condition number, near-duplicates, suppressors.
    kept
        Share of the rows of positive weight that were used: see `missing`.
    missing
        `complete` (rows with every column), `pairwise` (the pair that fewest rows hold) or `multiple` (rows
        that needed no imputation).
    always
        Covariates.
    draws
        Importances of the resamples, shape (k, b).
    units, drawn
        Rows or clusters that were sampled independently, and the units, or groups of units, that a resample
        draws from.
    least
        Rows of the pair of columns that fewest rows hold.
    failed, n_boot
        Resamples that could not be solved, and resamples.
    doubts
        What to know before the figures are used, in plain sentences.
    """

    outcome: str
    metric: Metric
    rows: pd.DataFrame
    r_squared: Estimates
    pairs: Contrasts
    diagnosis: DriverDiagnosis
    kept: float
    missing: str
    weighting: Weighting
    conf_level: float
    always: tuple[str, ...]
    draws: Floats = field(repr=False)
    units: int
    drawn: int
    least: int
    failed: int
    n_boot: int
    doubts: tuple[str, ...] = ()
    min_base: int = 0

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know before the figures are used: the doubts and the notes of the diagnosis."""
        return (*self.doubts, *self.diagnosis.notes)

    def tidy(self) -> pd.DataFrame:
        """Return one row per driver."""
        return self.rows.assign(
            metric=self.metric,
            outcome=self.outcome,
            conf_level=self.conf_level,
            weighting=self.weighting,
            missing=self.missing,
        )[IMPORTANCE_COLUMNS]

    def differences(self) -> Contrasts:
        """Return all pairs of drivers, Holm-adjusted, with joint intervals."""
        return self.pairs

    def estimates(self) -> Estimates:
        """Return the importances as rows of `metrics.csv`."""
        rows = self.rows.rename(columns={"driver": "level", "importance": "estimate"})
        columns = ["level", "estimate", "std_error", "conf_low", "conf_high", "n", "n_eff", "suppressed"]
        return Estimates(
            f"importance_{self.metric}", self.outcome, ("driver",), "share", "bootstrap_expanded",
            self.conf_level, self.weighting, rows[columns], None, self.min_base,
        )  # fmt: skip

    def summary(self) -> str:
        """Return an honest sentence in English, how many rows were kept, and the doubts."""
        if self.rows["suppressed"].any() or self.rows.empty:
            return f"Drivers of {self.outcome}: too few answers to say."
        ranked = self.rows.sort_values("rank", kind="stable")
        top = ranked.iloc[0]
        said = (
            f"{counted(len(ranked))} beside {self.outcome} ({self._explained()}): {top['driver']} goes with "
            f"the largest {NAMES[self.metric]}, {100 * top['share']:.0f}% of the whole{share_ends(top)}"
            f"{contest(ranked)}; {self._base()}. An importance is an association, not an effect."
        )
        return " ".join([said, *self.warnings])

    def _explained(self) -> str:
        return explained(self.r_squared)

    def _base(self) -> str:
        n = int(self.rows["n"].min())
        kept = {
            "complete": f"{100 * self.kept:.1f}% of the rows kept",
            "pairwise": f"the smallest pair stands on {100 * self.kept:.1f}% of the rows",
            "multiple": f"{100 * self.kept:.1f}% of the rows complete, the rest imputed",
        }[self.missing]
        n_eff = self.rows["n_eff"].min()
        known = f", n_eff = {n_eff:.0f}" if np.isfinite(n_eff) else ", n_eff unknown"
        return f"n = {n:,}{known if self.weighting == 'weighted' else ', unweighted'}, {kept}"

    def suppress(self, min_base: int) -> Importance:
        """Return the result, blanked where n or n_eff of a driver, or the rarest pair, is below `min_base`.

        Shares add up to 1, so one that is hidden by itself could be found: all are hidden together.
        """
        base = float(self.rows[["n", "n_eff"]].astype("float64").min(axis=1).min())
        base = min(base, float(self.least))
        hidden = bool(self.rows["suppressed"].any())
        if hidden or not too_small(base, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        rows = self.rows.assign(suppressed=True)
        rows[FIGURES] = rows[FIGURES].mask(np.ones((len(rows), len(FIGURES)), dtype=bool))
        notes = self.diagnosis.rows.assign(**dict.fromkeys(
            ["vif", "nearest_correlation", "correlation", "coefficient"], np.nan
        ), nearest="", suppressor=False)  # fmt: skip
        return replace(
            self,
            rows=rows,
            r_squared=suppress(self.r_squared, min_base),
            pairs=replace(self.pairs, rows=_blank(self.pairs.rows), min_base=min_base),
            diagnosis=replace(self.diagnosis, rows=notes, condition=np.nan, notes=()),
            draws=np.empty((len(rows), 0)),
            least=0,
            units=0,
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


def _blank(pairs: pd.DataFrame) -> pd.DataFrame:
    rows = pairs.assign(suppressed=True)
    rows[PAIR_FIGURES] = rows[PAIR_FIGURES].mask(np.ones((len(rows), len(PAIR_FIGURES)), dtype=bool))
    return rows
