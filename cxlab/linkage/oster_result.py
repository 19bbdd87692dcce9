"""What Oster's question returns."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Weighting
from cxlab.estimate.hidden_cells import too_small

LEAST_GAIN = 0.01
"""R² that the controls must add: below, delta and what is left hang on rounding."""
_FIGURES = ["estimate", "r2", "conf_low", "conf_high"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Oster:
    """What selection on unmeasured things, in proportion to that on the controls, would leave.

    Parameters
    ----------
    outcome, exposure, controls, always
        Columns; `always` are in every regression and no part of the comparison.
    r2_max, delta, beta
        R² if everything were measured, and the selection and the coefficient asked about.
    rows
        One row per `quantity`: `short` (coefficient without the controls), `controlled`, each with its `r2`;
        `adjusted` (coefficient at `delta`), `approximate` (by the linear approximation, to compare),
        `delta_needed` (selection that would leave `beta`): `estimate`, `conf_low`, `conf_high`
        (NaN without a bootstrap), `suppressed`.
    solutions
        Every coefficient that `delta` allows: `coefficient`, `keeps_direction` (Oster's assumption 3),
        `chosen`.
    n, n_eff, kept, entities
        Rows, Kish's effective base, share of the rows that are complete, entities.
    weighting, conf_level, n_boot
        As asked.
    notes
        What to know before the figures are used.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    exposure: str
    controls: tuple[str, ...]
    always: tuple[str, ...]
    r2_max: float
    delta: float
    beta: float
    rows: pd.DataFrame
    solutions: pd.DataFrame
    n: int
    n_eff: float
    kept: float
    entities: int
    weighting: Weighting
    conf_level: float
    n_boot: int
    notes: tuple[str, ...] = ()
    min_base: int = 0

    def of(self, quantity: str) -> float:
        """Return one estimate by its name in `rows`."""
        return float(self.rows.loc[self.rows["quantity"] == quantity, "estimate"].iloc[0])

    @property
    def gain(self) -> float:
        """What the controls add to R²; NaN where it is hidden."""
        return float(self.rows.set_index("quantity")["r2"].reindex(["short", "controlled"]).diff().iloc[1])

    @property
    def uninformative(self) -> bool:
        """Whether the controls explain too little to say anything of what was not measured."""
        return self.gain < LEAST_GAIN

    def tidy(self) -> pd.DataFrame:
        """Return one row per quantity."""
        return self.rows.assign(
            outcome=self.outcome, exposure=self.exposure, r2_max=self.r2_max, delta=self.delta,
            beta=self.beta, n=self.n, n_eff=self.n_eff, kept=self.kept, weighting=self.weighting,
            conf_level=self.conf_level, n_boot=self.n_boot,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English, and the notes."""
        if self.rows["suppressed"].all():
            return f"Selection on what was not measured beside {self.exposure}: too few rows to say."
        needed = self.of("delta_needed")
        enough = (
            "no such selection would leave" if np.isnan(needed) else f"selection {needed:.2f} times as strong"
            " would leave"
        )  # fmt: skip
        said = (
            f"A point of {self.exposure} goes with {self.of('short'):+.3g} of {self.outcome} without the "
            f"controls and {self.of('controlled'):+.3g} with them; were what was not measured {self.delta:g} "
            f"times as selective as they are, and R² {self.r2_max:.2f} with it, {self.of('adjusted'):+.3g} "
            f"would be left, and {enough} {self.beta:g} (n = {self.n})."
        )
        return " ".join([said, *self.notes])

    def suppress(self, min_base: int) -> Oster:
        """Return the result, blanked where entities, n or n_eff are below `min_base`."""
        base = min(self.n, self.n_eff, self.entities)
        if min_base <= self.min_base or not too_small(base, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        nan = float("nan")
        return replace(
            self, rows=self.rows.assign(suppressed=True, **dict.fromkeys(_FIGURES, nan)),
            solutions=self.solutions[:0], r2_max=nan, n=0, n_eff=nan, kept=nan, entities=0, notes=(),
            min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"
