"""What customers without a contract are worth: expected purchases times expected spend, discounted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Weighting
from cxlab.estimate.finite_number import finite_number
from cxlab.estimate.intervals import normal_quantile, tails
from cxlab.estimate.resampling import require_count
from cxlab.model.errors import MeasureError
from cxlab.retention.gamma_gamma import GammaGamma
from cxlab.retention.gamma_gamma_terms import gamma_gamma_expected
from cxlab.retention.lifetime_result import LifetimeValue
from cxlab.retention.log_slopes import log_slopes
from cxlab.retention.purchase_model import EXPECTED, PurchaseModel

Floats = npt.NDArray[np.float64]
UNWEIGHTED: Weighting = "none"


def purchase_value(
    purchases: PurchaseModel,
    spend: GammaGamma,
    *,
    periods: int,
    discount: float,
    margin: float = 1.0,
    step: float = 1.0,
) -> LifetimeValue:
    """Value customers by what they will buy: `cx.purchase_value(bought, spent, periods=52, discount=0.002)`.

    Parameters
    ----------
    purchases, spend
        `cx.bgnbd` or `cx.pareto_nbd`, and `cx.gamma_gamma`, of the same customers in the same order.
    periods
        Steps ahead that count; what comes later does not.
    discount
        Discount rate per step, above −1; purchases of a step are paid at its end.
    margin
        Share of the spend that is margin.
    step
        Length of a step in the unit of recency and age: 52/12 for months where that is weeks.

    Returns
    -------
    LifetimeValue
        Of all customers of whom nothing is missing, by step and by customer. The interval is of the
        expectation, not of what chance will make of it: with resamples in both models (`n_boot=`) by pairs of
        them, else by the information of both, symmetric in the logarithm.

    Raises
    ------
    MeasureError
        Where the models are not of the same customers, mean spend has no expectation (px + q ≤ 1), a model is
        weighted or blanked, both have resamples but not as many, or options make no sense.

    References
    ----------
    Fader, Hardie, Lee (2005), RFM and CLV, Journal of Marketing Research 42, 415–430.
    """
    require_count(periods, "periods", least=1, remedy="take a whole number of steps from 1")
    _require_options(discount, margin, step)
    x = _same_customers(purchases, spend)
    factor = (1.0 + discount) ** -np.arange(1.0, periods + 1)
    worth = gamma_gamma_expected(spend.theta, x, spend.mean_value)
    known = np.isfinite(x)
    if not np.isfinite(worth[known]).all():
        raise MeasureError(
            f"mean spend has no expectation (q = {spend.theta[1]:.2f})",
            remedy="value customers with more repeat purchases alone: px + q must be above 1",
        )
    by_row = (
        np.bincount(purchases.customers.code[known], worth[known], len(purchases.customers.count)) * margin
    )
    bought = _bought(purchases, purchases.theta, periods, step)
    each = (bought @ by_row) * factor
    total = bought @ np.bincount(purchases.customers.code[known], minlength=len(by_row))
    rows = pd.DataFrame({
        "t": np.arange(1, int(periods) + 1), "purchases": total, "margin": bought @ by_row / total,
        "factor": factor, "value": each, "cumulative": each.cumsum(),
    })  # fmt: skip
    mine = np.append(factor @ bought, np.nan)[purchases.customers.code] * worth * margin
    low, high = np.sort(margin * _ends(_Priced(purchases, spend, known, factor, step)))
    return LifetimeValue(
        "purchases", float(each.sum()), float(low), float(high), rows, pd.Series(mine, name="value"),
        float(discount), 1, int(known.sum()), purchases.conf_level, left_out=int((~known).sum()),
    )  # fmt: skip


def _bought(purchases: PurchaseModel, theta: Floats, periods: int, step: float) -> Floats:
    """Return the purchases expected of each different customer in each step, shape (periods, m)."""
    at = purchases.customers
    until = [
        EXPECTED[purchases.kind](theta, at.frequency, at.recency, at.age, step * k)
        for k in range(1, periods + 1)
    ]
    return np.diff(np.array(until), axis=0, prepend=0.0)


@dataclass(frozen=True, slots=True)
class _Priced:
    """The value of the customers in hand by any parameters, before the margin.

    `known`: which customers are valued, shape (n,); `factor` of each step, shape (periods,), and its length.
    """

    purchases: PurchaseModel
    spend: GammaGamma
    known: npt.NDArray[np.bool_]
    factor: Floats
    step: float

    def bought(self, theta: Floats) -> Floats:
        """Return the discounted purchases of each different customer, shape (m,)."""
        return np.asarray(self.factor @ _bought(self.purchases, theta, len(self.factor), self.step))

    def worth(self, theta: Floats) -> Floats:
        """Return what a purchase of all customers alike is worth together, shape (m,)."""
        at, known = self.purchases.customers, self.known
        each = gamma_gamma_expected(theta, self.spend.frequency[known], self.spend.mean_value[known])
        return np.bincount(at.code[known], each, len(at.count)).astype("float64", copy=False)


def _ends(priced: _Priced) -> Floats:
    """Return the ends of the interval, by pairs of resamples or else by the information of both models."""
    first, second, level = priced.purchases, priced.spend, priced.purchases.conf_level
    if len(first.draws) and len(second.draws):
        pairs = zip(first.draws, second.draws, strict=True)
        values = [priced.bought(bought) @ priced.worth(spent) for bought, spent in pairs]
        return np.asarray(np.quantile(values, tails(level)))
    bought, worth = priced.bought(first.theta), priced.worth(second.theta)
    by_bought = log_slopes(lambda theta: float(priced.bought(theta) @ worth), first.theta)
    by_worth = log_slopes(lambda theta: float(bought @ priced.worth(theta)), second.theta)
    variance = by_bought @ first.covariance @ by_bought + by_worth @ second.covariance @ by_worth
    reach = normal_quantile(level) * np.sqrt(variance)
    return np.asarray(bought @ worth * np.exp(np.array([-reach, reach])))


def _same_customers(purchases: PurchaseModel, spend: GammaGamma) -> Floats:
    """Return the frequency of each customer, NaN where something of one is missing."""
    if purchases.suppressed or spend.suppressed:
        raise MeasureError("a model is blanked", remedy="value customers first, then suppress")
    if purchases.weighting != UNWEIGHTED or spend.weighting != UNWEIGHTED:
        raise MeasureError(
            "a model is weighted, and the value is of the customers as they are", remedy="fit without weight="
        )
    bought, spent = len(purchases.draws), len(spend.draws)
    if bought and spent and bought != spent:
        raise MeasureError(
            f"the models have {bought:,} and {spent:,} resamples, which make no pairs",
            where="n_boot",
            remedy="fit both with the same n_boot=",
        )
    at = purchases.customers
    x = np.append(at.frequency, np.nan)[at.code]
    same = len(x) == len(spend.frequency)
    if not same or (np.isfinite(x) & np.isfinite(spend.frequency) & (x != spend.frequency)).any():
        raise MeasureError(
            f"the models are of different customers ({len(x):,} and {len(spend.frequency):,} rows)",
            remedy="give frequency of the same customers in the same order to both",
        )
    unknown = (x > 0) & ~np.isfinite(spend.mean_value)
    return np.where(unknown, np.nan, x)


def _require_options(discount: float, margin: float, step: float) -> None:
    if not (finite_number(discount) and discount > -1):
        raise MeasureError(f"a discount of {discount} is none", remedy="take a share per step such as 0.01")
    if not finite_number(margin):
        raise MeasureError(f"a margin of {margin} is none", remedy="take the share of spend that is margin")
    if not (finite_number(step) and step > 0):
        raise MeasureError(f"a step of {step} is none", remedy="take a number of periods above 0")
