"""The result of a boosted hazard: chances, and how good they were for customers left out."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

from cxlab.estimate.estimates import Weighting
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.multiplicity import is_told
from cxlab.retention.hazard_rows import unbroken
from cxlab.retention.plain_columns import plain_columns, require_shown


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class BoostedHazard:
    """Chances to leave in each period, learned by gradient boosting.

    Parameters
    ----------
    duration, event, covariates
        Columns.
    model
        The fitted classifier of spells: the period, then the covariates.
    periods
        The periods seen, sorted.
    loss, loss_of_periods
        Mean log loss of a period at risk for customers left out of the fit: of the model, and of the share
        that leaves in each period.
    gain, std_error, conf_low, conf_high, p_value
        The latter less the former, its error by customer, interval (normal) and p-value.
    n, customers, events, spells
        Rows, distinct ids (or rows), events and periods at risk.
    kept
        Share of the rows of positive weight with duration and event.
    conf_level, weighting
        Level of the interval, and `none` or `weighted`.
    suppressed, min_base
        Whether figures were blanked, and the smallest base that is shown.
    """

    duration: str
    event: str
    covariates: tuple[str, ...]
    model: HistGradientBoostingClassifier
    periods: tuple[int, ...]
    loss: float
    loss_of_periods: float
    gain: float
    std_error: float
    conf_low: float
    conf_high: float
    p_value: float
    n: int
    customers: int
    events: int
    spells: int
    kept: float
    conf_level: float
    weighting: Weighting
    suppressed: bool = False
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row with every figure."""
        names = [
            "duration", "event", "loss", "loss_of_periods", "gain", "std_error", "conf_low", "conf_high",
            "p_value", "n", "customers", "events", "spells", "kept", "conf_level", "weighting", "suppressed",
        ]  # fmt: skip
        return pd.DataFrame({name: [getattr(self, name)] for name in names})

    def survival(self, frame: Any) -> pd.DataFrame:
        """Return the chance to be still there after each period, one row per row and a column per period.

        Of those there before the first period; NaN after a period in which nobody was at risk. A covariate
        that is missing is taken as missing, as it was in the fit. Raises MeasureError where the result was
        blanked.
        """
        require_shown(not self.suppressed)
        values = plain_columns(frame, self.covariates)
        k = len(self.periods)
        table = np.column_stack([np.tile(self.periods, len(values)), np.repeat(values, k, axis=0)])
        chance = np.zeros(0) if not len(table) else self.model.predict_proba(table)[:, 1]
        there = np.cumprod(1 - chance.reshape(len(values), k), axis=1)
        told = unbroken(np.array(self.periods, dtype="int64"))
        return pd.DataFrame(np.where(told, there, np.nan), columns=list(self.periods))

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if self.suppressed:
            return f"Boosted hazard of {self.duration}: too few to say."
        better = "better than" if self.gain > 0 else "no better than"
        sure = "" if is_told(self.p_value, self.conf_level) else ", which may be chance"
        return (
            f"For customers left out of the fit, boosting predicts leaving in a period {better} the share "
            f"that leaves in it (log loss {self.loss:.4f} against {self.loss_of_periods:.4f}; gain "
            f"{self.gain:.4f}, "
            f"{100 * self.conf_level:g}% interval {self.conf_low:.4f} to {self.conf_high:.4f}{sure}; "
            f"n = {self.n:,}, {self.spells:,} periods at risk, {self.events:,} events)."
        )

    def suppress(self, min_base: int) -> BoostedHazard:
        """Return the result, its figures blanked where customers or events are below `min_base`."""
        if min_base <= self.min_base or not too_small(min(self.customers, self.events), min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        nan = float("nan")
        figures = ["loss", "loss_of_periods", "gain", "std_error", "conf_low", "conf_high", "p_value", "kept"]
        blank: dict[str, Any] = dict.fromkeys(figures, nan)
        return replace(
            self, **blank, n=0, customers=0, events=0, spells=0, suppressed=True, min_base=min_base
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary."""
        return f"<p>{html.escape(self.summary())}</p>"
