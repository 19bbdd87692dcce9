"""What a mediation returns."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Weighting
from cxlab.estimate.hidden_cells import too_small

ASSUMPTION = (
    "The indirect part is not identified by these data: it holds only if nothing unmeasured stands behind "
    "the mediator and the outcome, or behind the exposure and either (sequential ignorability)."
)
_FIGURES = ["estimate", "std_error", "statistic", "conf_low", "conf_high"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Mediation:
    """How much of an association runs along a mediator.

    Parameters
    ----------
    exposure, mediator, outcome, controls
        Columns.
    rows
        One row per `effect`: `indirect` (a·b), `direct`, `total`, `exposure_to_mediator` (a),
        `mediator_to_outcome` (b), `share_indirect` (indirect over total; only where the total is far from 0):
        `estimate`, `std_error`, `statistic`, `conf_low`, `conf_high`, `suppressed`.
    curve
        The indirect part at each correlation `rho` of the errors of mediator and outcome: `estimate`,
        `conf_low`, `conf_high`.
    rho_at_zero
        The correlation at which nothing is left of it.
    rho_low, rho_high
        Its interval.
    interval, n_boot, conf_level
        `percentile` or `bca`, resamples, confidence level.
    n, n_eff, kept, entities, units
        Rows, Kish's effective base, share of the rows that are complete, entities, and units drawn.
    weighting
        `none` or `weighted`.
    notes
        What to know before the figures are used.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    exposure: str
    mediator: str
    outcome: str
    controls: tuple[str, ...]
    rows: pd.DataFrame
    curve: pd.DataFrame
    rho_at_zero: float
    rho_low: float
    rho_high: float
    interval: str
    n_boot: int
    conf_level: float
    n: int
    n_eff: float
    kept: float
    entities: int
    units: int
    weighting: Weighting
    notes: tuple[str, ...] = ()
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per effect."""
        return self.rows.assign(
            exposure=self.exposure, mediator=self.mediator, outcome=self.outcome,
            rho_at_zero=self.rho_at_zero, n=self.n, n_eff=self.n_eff, kept=self.kept,
            weighting=self.weighting, interval=self.interval, n_boot=self.n_boot, conf_level=self.conf_level,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English, the assumption, and the notes."""
        if self.rows["suppressed"].all():
            return f"{self.exposure}, {self.mediator} and {self.outcome}: too few rows to say."
        rows = self.rows.set_index("effect")
        indirect, total = rows.loc["indirect"], rows.loc["total"]
        said = (
            f"A point of {self.exposure} goes with {total['estimate']:+.3g} of {self.outcome}, "
            f"{indirect['estimate']:+.3g} of it along {self.mediator} ({100 * self.conf_level:g}% interval "
            f"{indirect['conf_low']:+.3g} to {indirect['conf_high']:+.3g}, n = {self.n}). Nothing would be "
            f"left of that if the errors of {self.mediator} and {self.outcome} had a correlation of "
            f"{self.rho_at_zero:.2f}."
        )
        return " ".join([said, ASSUMPTION, *self.notes])

    def suppress(self, min_base: int) -> Mediation:
        """Return the result, blanked where entities, n or n_eff are below `min_base`."""
        base = min(self.n, self.n_eff, self.entities)
        if min_base <= self.min_base or not too_small(base, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        nan = float("nan")
        return replace(
            self, rows=self.rows.assign(suppressed=True, **dict.fromkeys(_FIGURES, nan)),
            curve=self.curve.assign(estimate=np.nan, conf_low=np.nan, conf_high=np.nan),
            rho_at_zero=nan, rho_low=nan, rho_high=nan, n=0, n_eff=nan, kept=nan, entities=0, units=0,
            notes=(), min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"
