"""What a forecast of renewals returns."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Estimates, level_names
from cxlab.estimate.hidden_cells import hidden_cells, too_small
from cxlab.model.errors import MeasureError

Silent = Literal["own_rate", "leave_out"]
_FIGURES = [
    "estimate", "std_error", "conf_low", "conf_high", "at_stake", "rate", "rate_low", "rate_high", "n",
    "silent",
]  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class RenewalForecast:
    """How many of the contracts due will be renewed, and of what value, with prediction intervals.

    Parameters
    ----------
    covariates, by
        Columns P(renew) was learned from, and those of the cohorts.
    due_periods
        Periods of the decisions to come.
    rows
        One row per `quantity` (`renewals`, and `value` where one was named) for all (`by` and `level` empty),
        then by cohort: `estimate` (Σp or Σp·value), `std_error` (of the prediction), `conf_low`, `conf_high`,
        `at_stake` (contracts due or their value), `rate`, `rate_low`, `rate_high` (the same over `at_stake`),
        `n` (contracts due), `silent` (of whom nothing was known), `suppressed`.
    coefficients
        One row per `term` on the logit: `estimate`, `std_error`, `conf_low`, `conf_high`. `intercept` is for
        covariates of 0, `no answer` stands in the place of intercept and covariates for the silent,
        `shock_sd` is the standard deviation between periods.
    periods
        The past: `market`, `period`, `n`, `renewed`, `effect` (logit at average covariates), `std_error`.
    customers
        One row per contract due: `entity`, `period`, `level`, `probability`, `value`, `silent`. Never for a
        page; `suppress` empties it.
    shock_given
        Whether the standard deviation between periods was given rather than estimated.
    past, open
        Past decisions learned from, and those left out because they are open.
    silent
        What was done with contracts of whom nothing was known.
    conf_level, n_draws, seed
        As asked.
    notes
        What to know before the figures are used.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    covariates: tuple[str, ...]
    by: tuple[str, ...]
    due_periods: tuple[str, ...]
    rows: pd.DataFrame
    coefficients: pd.DataFrame
    periods: pd.DataFrame
    customers: pd.DataFrame
    shock_given: bool
    past: int
    open: int
    silent: Silent
    conf_level: float
    n_draws: int
    seed: int
    notes: tuple[str, ...] = ()
    min_base: int = 0

    @property
    def shock(self) -> float:
        """Standard deviation between periods on the logit."""
        return float(self.coefficients.set_index("term")["estimate"]["shock_sd"])

    def estimates(
        self, quantity: Literal["renewals", "value"] = "renewals", *, by: bool = False
    ) -> Estimates:
        """Return one quantity, for all or by cohort, as `metrics.csv` takes it.

        The interval is a prediction interval (`simulated_prediction`), of what will come and not of a mean;
        `std_error` is the standard deviation of the simulated futures and `n` counts contracts due.
        """
        some = self.rows[(self.rows["quantity"] == quantity) & ((self.rows["by"] != "") == by)]
        if some.empty:
            raise MeasureError(
                f"the forecast has no {quantity}{' by cohort' if by else ''}",
                remedy="name value= and by= where it is made",
            )
        names = ["level", "estimate", "std_error", "conf_low", "conf_high", "n"]
        n_eff = some["n"].astype("float64")
        rows = some[names].assign(n_eff=n_eff, suppressed=some["suppressed"]).reset_index(drop=True)
        return Estimates(
            "renewal_forecast", quantity, self.by if by else (), "amount", "simulated_prediction",
            self.conf_level, "none", rows, min_base=self.min_base,
        )  # fmt: skip

    def tidy(self) -> pd.DataFrame:
        """Return one row per quantity, for all and by cohort."""
        return self.rows.assign(
            due=", ".join(self.due_periods), conf_level=self.conf_level, past=self.past, shock_sd=self.shock
        )

    def summary(self) -> str:
        """Return one honest sentence in English, and the notes."""
        first = self.rows.iloc[0]
        due = ", ".join(self.due_periods)
        if first["suppressed"]:
            return f"Renewals of {due}: too few contracts to say."
        level = f"{100 * self.conf_level:g}% interval"
        said = (
            f"Of {first['n']:,} contracts due in {due}, {first['estimate']:,.0f} are expected to be renewed "
            f"({level} {first['conf_low']:,.0f} to {first['conf_high']:,.0f}, {100 * first['rate']:.0f}%)"
        )
        worth = self.rows[(self.rows["quantity"] == "value") & (self.rows["by"] == "")]
        if len(worth):
            row = worth.iloc[0]
            said += (
                f", and {row['estimate']:,.0f} of {row['at_stake']:,.0f} in value "
                f"({row['conf_low']:,.0f} to {row['conf_high']:,.0f})"
            )
        how = "as given" if self.shock_given else "estimated"
        before = self.periods["period"].nunique()
        said += (
            f"; learned from {self.past:,} decisions in {before} past periods, whose shocks have "
            f"a standard deviation of {self.shock:.2f} on the logit ({how})."
        )
        return " ".join([said, *self.notes])

    def suppress(self, min_base: int) -> RenewalForecast:
        """Return the forecast with figures on fewer than `min_base` contracts blanked, and no single one."""
        if min_base <= self.min_base:
            return self
        rows = self.rows
        hidden = np.zeros(len(rows), dtype=bool)
        for quantity in rows["quantity"].unique():
            whole = ((rows["quantity"] == quantity) & (rows["by"] == "")).to_numpy()
            part = ((rows["quantity"] == quantity) & (rows["by"] != "")).to_numpy()
            hidden[whole] = [too_small(float(one), min_base) for one in rows.loc[whole, "n"].fillna(0)]
            if part.any():
                named = [level_names(level, len(self.by)) for level in rows.loc[part, "level"]]
                cells = np.array(named, dtype=object).reshape(int(part.sum()), len(self.by))
                hidden[part] = hidden_cells(cells, rows.loc[part, "n"].to_numpy("float64"), min_base)
        blanked = rows.assign(suppressed=hidden)
        blanked.loc[hidden, _FIGURES] = pd.NA
        periods = self.periods.copy()
        # Past periods add up to `past`: one that is hidden alone could be found.
        cells = np.arange(len(periods), dtype=object)[:, None]
        small = hidden_cells(cells, periods["n"].to_numpy("float64", na_value=np.nan), min_base)
        periods.loc[small, ["n", "renewed", "effect", "std_error"]] = pd.NA
        return replace(
            self, rows=blanked, periods=periods, customers=self.customers.iloc[:0], min_base=min_base
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary, the figures and the coefficients, without single contracts, ids or times."""
        tables = [table.round(3).to_html(index=False, border=0, na_rep="")
                  for table in (self.rows, self.coefficients)]  # fmt: skip
        return f"<p>{html.escape(self.summary())}</p>{''.join(tables)}"
