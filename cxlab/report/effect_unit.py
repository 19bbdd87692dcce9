"""The unit in which a page says what goes with a point: percent of revenue, or money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cxlab.estimate.estimates import Unit
from cxlab.report.words import NOTHING, Words

Floats = npt.NDArray[np.float64]
CENTS_BELOW = 100
"""Amounts below this are shown with cents."""


@dataclass(frozen=True, slots=True)
class EffectUnit:
    """How a difference of the outcome is said.

    Parameters
    ----------
    currency
        ISO 4217 code of the amounts; None where nobody named one.
    log
        Whether estimates are of the outcome's natural logarithm: they are shown as 100(e^b − 1) percent.
    mean
        Mean of the outcome, to say a percentage as an amount as well; None: it is not said.
    """

    currency: str | None = None
    log: bool = False
    mean: float | None = None

    @property
    def kind(self) -> Unit:
        """Unit of what is drawn: shares of the outcome, or amounts."""
        return "share" if self.log else "amount"

    def shown(self, values: Any) -> Floats:
        """Return estimates as they are drawn: shares of the outcome, or amounts."""
        values = np.asarray(values, dtype="float64")
        return np.expm1(values) if self.log else values

    def text(self, value: float, words: Words) -> str:
        """Return an estimate with its sign: `+3.0%`, `−€12.40`."""
        if not np.isfinite(value):
            return NOTHING
        shown = float(self.shown(value))
        said = words.percent(shown, 1) if self.log else self.amount(shown, words)
        return f"+{said}" if shown > 0 else said

    def amount(self, value: float, words: Words) -> str:
        """Return an amount in the currency."""
        digits = 2 if abs(value) < CENTS_BELOW else 0
        return words.money(value, self.currency, digits) if self.currency else words.number(value, digits)

    def interval(self, low: float, high: float, words: Words) -> str:
        """Return an interval with signs: `+1.8% to +4.2%`."""
        if not (np.isfinite(low) and np.isfinite(high)):
            return words.text("figure.no_interval")
        return words.text("figure.interval", low=self.text(low, words), high=self.text(high, words))

    def name(self, words: Words) -> str:
        """Return what figures are in: `in %`, `in EUR`."""
        if self.log:
            return words.text("revenue.in_percent")
        return words.text("revenue.in_money", currency=self.currency or words.text("revenue.amounts"))


PLAIN = EffectUnit()
"""The unit of a call that names none."""
