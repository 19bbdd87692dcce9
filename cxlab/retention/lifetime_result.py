"""What a customer is worth: margins by period, survival and discounting, added up."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.estimate.hidden_cells import too_small

LifetimeMethod = Literal["contract", "purchases"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class LifetimeValue:
    """The discounted value of a customer, or of several.

    Parameters
    ----------
    method
        `contract` (margins of those who survive) or `purchases` (expected purchases times spend).
    value, conf_low, conf_high
        The value and its interval; NaN ends where nothing says how sure it is.
    rows
        By period: `t`, `survival` (contract) or `purchases`, `margin` (per survivor, or per purchase on
        average), `factor` (of discounting), `value` and `cumulative`. Empty for a contract without end.
    customers
        Value of each customer, shape (n,), as given; empty for a contract.
    discount, first
        Discount rate per period, and the first period that counts.
    n
        Customers that a value by purchases is of, or that survival was learnt from; None: not named.
    conf_level
        Confidence level.
    suppressed, min_base
        Whether figures were blanked, and the smallest base that is shown.
    left_out
        Customers given that have no value, because something of them is missing.
    """

    method: LifetimeMethod
    value: float
    conf_low: float
    conf_high: float
    rows: pd.DataFrame
    customers: pd.Series
    discount: float
    first: int
    n: int | None
    conf_level: float
    suppressed: bool = False
    min_base: int = 0
    left_out: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return the total as one row."""
        return pd.DataFrame({
            "method": pd.Series([self.method], dtype="str"), "estimate": self.value,
            "conf_low": self.conf_low, "conf_high": self.conf_high,
            "discount": self.discount, "first": self.first,
            "n": np.nan if self.n is None else self.n, "conf_level": self.conf_level,
            "suppressed": self.suppressed, "left_out": self.left_out,
        })  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if self.suppressed:
            return "Lifetime value: too few customers to say."
        ends = "" if np.isnan(self.conf_low) else (
            f" ({100 * self.conf_level:g}% {self.conf_low:,.2f} to {self.conf_high:,.2f})"
        )  # fmt: skip
        whose = "A customer is" if self.method == "contract" else f"{self.n:,} customers together are"
        last = "" if self.rows.empty else f" to {int(self.rows['t'].iloc[-1])}"
        held = "margins and survival are as assumed" if self.method == "contract" else "both models hold"
        have = "have" if self.left_out > 1 else "has"
        rest = f" {self.left_out:,} more {have} no value: something is missing." if self.left_out else ""
        span = f"from period {self.first}{last or ' without end'}"
        return (
            f"{whose} worth {self.value:,.2f}{ends} {span}, discounted at {100 * self.discount:g}% per "
            f"period, if {held}.{rest}"
        )

    def suppress(self, min_base: int) -> LifetimeValue:
        """Return the result, blanked where it is of fewer than `min_base` customers."""
        if min_base <= self.min_base or self.n is None or not too_small(self.n, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        blank = {str(name): np.nan for name in self.rows if name != "t"}
        return replace(
            self, value=np.nan, conf_low=np.nan, conf_high=np.nan, rows=self.rows.assign(**blank),
            customers=self.customers * np.nan, n=0, left_out=0, suppressed=True,
            min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"
