"""Whom to keep first: customers at risk by what contacting them is expected to save."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlab.estimate.finite_number import finite_number
from cxlab.model.errors import MeasureError
from cxlab.retention.churn_forecast import ChurnForecast
from cxlab.retention.profit_rows import Costs, costs_of


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class SaveList:
    """The customers to look after first.

    Parameters
    ----------
    rows
        `rank`, `customer_id`, `chance`, `value_at_stake` (of the running contract), `expected_loss` (chance
        times value), `expected_saved` (missing where no money was told): rows of customers, not to be shown.
    campaign
        What was assumed of the campaign; None where no money was told.
    accepted
        Share of those about to leave that was assumed to take the offer and stay; None without a campaign.
    n
        Customers at risk.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    rows: pd.DataFrame
    campaign: Costs | None
    accepted: float | None
    n: int
    min_base: int = 0

    @property
    def total(self) -> float:
        """What the list adds up to: expected to be saved, or expected to be lost where no money was told."""
        few = len(self.rows) < self.min_base
        column = "expected_loss" if self.campaign is None else "expected_saved"
        return np.nan if few else float(self.rows[column].sum())

    def tidy(self) -> pd.DataFrame:
        """Return the size of the list and what it adds up to; no customer is in it."""
        saved = self.campaign is not None
        return pd.DataFrame({"n": [len(self.rows)], "of": [self.n], "total": [self.total], "saved": [saved]})

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if np.isnan(self.total):
            return f"A save list of {self.n:,} customers at risk: too few to say."
        what = "lose" if self.campaign is None else "save"
        return f"{len(self.rows):,} of {self.n:,} customers, expected to {what} {self.total:,.0f} together."

    def suppress(self, min_base: int) -> SaveList:
        """Return the list, its sum hidden where it is short."""
        return replace(self, min_base=max(min_base, self.min_base))

    def __repr__(self) -> str:
        """Return the summary; no customer is shown."""
        return self.summary()

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.summary())}</p>"


def save_list(
    forecast: ChurnForecast,
    *,
    most: int = 100,
    clv: float | None = None,
    incentive: float | None = None,
    contact: float | None = None,
    accepted: float = 0.3,
) -> SaveList:
    """Rank customers by what contacting them is expected to save: `cx.save_list(forecast, clv=900, …)`.

    Parameters
    ----------
    forecast
        What `cxlab.churn_forecast` returned.
    most
        Customers on the list at most.
    clv, incentive, contact
        Mean value of a customer who is kept, cost of the offer and of the contact; all or none.
    accepted
        Share of those about to leave who take the offer and stay: .3 is the mean of the published law that
        `cxlab.expected_profit` takes.

    Returns
    -------
    SaveList
        By p · γ · (v − d) − (1 − p) · d − f, the profit of contacting one customer, positive ones only, where
        v is the customer's own value, `clv` times contract over mean contract; without money by chance times
        value of the contract. Of equals the first by name.

    Raises
    ------
    MeasureError
        Where some of the three amounts are given and others not, they are no such amounts, `accepted` is no
        share, or `most` is below 1.

    References
    ----------
    Verbraken, Verbeke, Baesens (2013), IEEE TKDE 25, 961–973, equation 4, for one customer.
    """
    told = _costs(clv, incentive, contact)
    _require_accepted(accepted)
    if most < 1:
        raise MeasureError(f"most={most} is no length of a list", remedy="take 1 or more")
    p, value = forecast.chance.to_numpy(), forecast.value.to_numpy(dtype="float64")
    rows = pd.DataFrame({"customer_id": forecast.chance.index.astype("str"), "chance": p})
    rows = rows.assign(value_at_stake=value, expected_loss=p * value, expected_saved=np.nan)
    by = "expected_loss"
    if told is not None:
        mean = float(np.nanmean(value)) if np.isfinite(value).any() else 0.0
        own = told.clv * (value / mean if mean > 0 else np.ones(len(value)))
        saved = p * accepted * (own - told.incentive) - (1 - p) * told.incentive - told.contact
        rows, by = rows.assign(expected_saved=saved), "expected_saved"
    rows = rows[rows[by] > 0].sort_values([by, "customer_id"], ascending=[False, True]).head(most)
    rows.insert(0, "rank", np.arange(1, len(rows) + 1))
    return SaveList(rows.reset_index(drop=True), told, accepted if told else None, forecast.n)


def _costs(clv: float | None, incentive: float | None, contact: float | None) -> Costs | None:
    given = [amount is None for amount in (clv, incentive, contact)]
    if all(given):
        return None
    if any(given):
        raise MeasureError(
            "of clv=, incentive= and contact= some are given and others not", remedy="give all or none"
        )
    return costs_of(clv, incentive, contact)


def _require_accepted(accepted: object) -> None:
    if not (finite_number(accepted) and 0 < float(accepted) <= 1):  # type: ignore[arg-type]
        raise MeasureError(f"accepted={accepted!r} is no share", remedy="take one above 0, at most 1")
