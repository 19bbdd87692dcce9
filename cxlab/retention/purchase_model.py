"""Who still buys and how often: the result of a purchase model."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Weighting
from cxlab.estimate.finite_number import finite_number
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import normal_quantile, tails
from cxlab.model.errors import MeasureError
from cxlab.retention.bgnbd_terms import bgnbd_alive, bgnbd_expected
from cxlab.retention.log_slopes import log_slopes
from cxlab.retention.pareto_nbd_terms import pareto_nbd_alive, pareto_nbd_expected
from cxlab.retention.purchase_rows import PurchaseRows

Floats = npt.NDArray[np.float64]
PurchaseKind = Literal["bgnbd", "pareto_nbd"]
EXPECTED = {"bgnbd": bgnbd_expected, "pareto_nbd": pareto_nbd_expected}
ALIVE = {"bgnbd": bgnbd_alive, "pareto_nbd": pareto_nbd_alive}
NAMES = {"bgnbd": "BG/NBD", "pareto_nbd": "Pareto/NBD"}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PurchaseModel:
    """A fitted model of repeat purchases without a contract.

    Parameters
    ----------
    kind
        `bgnbd` or `pareto_nbd`.
    rows
        One row per parameter, then the mean rate of purchase and what is known of leaving: `term`,
        `estimate`, `std_error` (by the information), `conf_low`, `conf_high`, `method`.
    theta
        Parameters, shape (4,).
    covariance
        Of their logarithms, shape (4, 4).
    customers
        What was fitted.
    loglik
        Log-likelihood.
    n, kept
        Customers, and which share of those given they are.
    weighting, conf_level
        Whether customers were weighted, and the confidence level.
    draws
        Parameters of each resample, shape (resamples, 4); empty without a bootstrap.
    no_maximum
        Resamples without a maximum inside the range of the parameters; they count at its edge.
    suppressed, min_base
        Whether figures were blanked, and the smallest base that is shown.
    """

    kind: PurchaseKind
    rows: pd.DataFrame
    theta: Floats
    covariance: Floats
    customers: PurchaseRows
    loglik: float
    n: int
    kept: float
    weighting: Weighting
    conf_level: float
    draws: Floats
    no_maximum: int
    suppressed: bool = False
    min_base: int = 0

    def expected(self, t: float) -> Floats:
        """Return the purchases expected of each customer in the next t periods.

        Shape (n,), in the order of the customers as given; NaN where something of one is missing.
        """
        require_time(t)
        return self._of_customers(self._expected(self.theta, t))

    def alive(self) -> Floats:
        """Return the probability that each customer still buys, as `expected` orders them."""
        at = self.customers
        return self._of_customers(ALIVE[self.kind](self.theta, at.frequency, at.recency, at.age))

    def expected_new(self, t: float) -> float:
        """Return the repeat purchases expected of a new customer in the first t periods."""
        require_time(t)
        if self.suppressed:
            return np.nan
        new = np.zeros(1)
        return float(EXPECTED[self.kind](self.theta, new, new, new, t)[0])

    def expected_total(self, t: float) -> pd.DataFrame:
        """Return the purchases expected of all customers in the next t periods: one row, with its interval.

        The interval says how sure the expectation is, by the resamples or else by the information: how often
        they do buy varies beyond it. With sampling weights it is for as many customers as were weighted.
        """
        require_time(t)
        if self.suppressed:
            return total_row(t, np.full(3, np.nan), "suppressed")
        size = self.customers.count * self.customers.weight

        def total(theta: Floats) -> float:
            return float(size @ self._expected(theta, t))

        value = total(self.theta)
        if len(self.draws):
            ends = np.quantile([total(draw) for draw in self.draws], tails(self.conf_level))
            return total_row(t, np.array([value, *ends]), "bootstrap")
        slope = log_slopes(total, self.theta)
        reach = normal_quantile(self.conf_level) * np.sqrt(slope @ self.covariance @ slope)
        return total_row(t, value * np.exp(np.array([0.0, -reach, reach])), "information")

    def tidy(self) -> pd.DataFrame:
        """Return one row per parameter and derived figure."""
        return self.rows.assign(
            model=self.kind, n=self.n, kept=self.kept, loglik=np.nan if self.suppressed else self.loglik,
            weighting=self.weighting, conf_level=self.conf_level, suppressed=self.suppressed,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English."""
        name = NAMES[self.kind]
        if self.suppressed:
            return f"{name}: too few customers to say."
        rate, left = (self.rows.iloc[place] for place in (-2, -1))
        level = f"{100 * self.conf_level:g}%"
        leaving = (
            f"after each they leave with probability {left['estimate']:.3f}"
            if self.kind == "bgnbd"
            else f"they leave at a rate of {left['estimate']:.4f}"
        )
        lost = "" if self.kept == 1 else f", {100 * self.kept:.1f}% of those given,"
        return (
            f"{name} on {self.n:,} customers{lost}: they make {rate['estimate']:.4f} purchases per period "
            f"({level} {rate['conf_low']:.4f} to {rate['conf_high']:.4f}) while they stay, and {leaving} "
            f"({left['conf_low']:.4f} to {left['conf_high']:.4f}), if the model holds."
        )

    def suppress(self, min_base: int) -> PurchaseModel:
        """Return the result, blanked where fewer than `min_base` customers were fitted."""
        if min_base <= self.min_base or not too_small(self.n, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        blank = dict.fromkeys(["estimate", "std_error", "conf_low", "conf_high"], np.nan)
        return replace(
            self, rows=self.rows.assign(**blank), theta=np.full(4, np.nan),
            customers=self.customers.blanked(), loglik=np.nan, n=0,
            covariance=np.full((4, 4), np.nan), draws=np.empty((0, 4)), suppressed=True, min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"

    def _expected(self, theta: Floats, t: float) -> Floats:
        at = self.customers
        return EXPECTED[self.kind](theta, at.frequency, at.recency, at.age, t)

    def _of_customers(self, values: Floats) -> Floats:
        # An unknown frequency reads as none, of whom something is known.
        known = values * np.nan if self.suppressed else values
        return np.append(known, np.nan)[self.customers.code]


def require_time(t: float) -> None:
    """Raise MeasureError where a time is no number above 0."""
    if not (finite_number(t) and t > 0):
        raise MeasureError(f"{t} periods ahead will not do", remedy="take a number above 0, such as 52 weeks")


def total_row(t: float, figures: Floats, method: str) -> pd.DataFrame:
    """Return a total and the ends of its interval, shape (3,), as one row."""
    return pd.DataFrame({
        "t": [float(t)], "estimate": figures[0], "conf_low": figures[1], "conf_high": figures[2],
        "method": pd.Series([method], dtype="str"),
    })  # fmt: skip
