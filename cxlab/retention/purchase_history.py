"""From transactions to one row per customer: how often, until when, since when and for how much."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from datetime import date as Date
from typing import Any, Literal, get_args

import narwhals as nw
import numpy as np
import pandas as pd

from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError
from cxlab.tally.entry import finite, lazy_rows, require_names, require_numbers, require_once

PurchasePeriod = Literal["day", "week", "month", "year"]
DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PurchaseHistory:
    """What a purchase model needs to know of each customer.

    Parameters
    ----------
    frame
        One row per customer, in the order of their ids: `customer` (as named), `frequency` (days with a
        purchase after the first), `recency` (time from the first to the last), `age` (from the first to the
        end), in periods, and `mean_value` of the days after the first; NaN where there is none.
    period
        Unit of recency and age.
    end
        Last day that was looked at.
    n
        Customers.
    left_out
        Transactions without customer or date, and those after the end.
    suppressed, min_base
        Whether the rows were blanked, and the smallest base that is shown.
    """

    frame: pd.DataFrame
    period: PurchasePeriod
    end: pd.Timestamp
    n: int
    left_out: int
    suppressed: bool = False
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per customer."""
        return self.frame.assign(period=self.period, end=self.end, suppressed=self.suppressed)

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if self.suppressed:
            return "Purchase history: too few customers to say."
        again = int((self.frame["frequency"] > 0).sum())
        lost = f"; {self.left_out:,} transactions were left out" if self.left_out else ""
        return (
            f"{self.n:,} customers to {self.end.date().isoformat()}, {again:,} of whom bought on more than "
            f"one day{lost}."
        )

    def suppress(self, min_base: int) -> PurchaseHistory:
        """Return the result, without its rows where there are fewer than `min_base` customers."""
        if min_base <= self.min_base or not too_small(self.n, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        return replace(self, frame=self.frame.iloc[:0], n=0, left_out=0, suppressed=True, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.summary())}</p>"


def purchase_history(
    transactions: Any,
    *,
    customer: str = "customer_id",
    date: str = "date",
    value: str | None = "amount",
    period: PurchasePeriod = "week",
    end: str | Date | pd.Timestamp | None = None,
) -> PurchaseHistory:
    """Put transactions together by customer: `cx.purchase_history(transactions, end="2025-12-31")`.

    Parameters
    ----------
    transactions
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per transaction.
    customer, date, value
        Columns of the customer, the day or time, and the worth, not below 0; `value=None` leaves it out.
    period
        Unit of recency and age: `day`, `week` (7 days), `month` (365.25/12) or `year` (365.25). Nothing is
        rounded.
    end
        Last day that was seen; None takes that of the last transaction. Later transactions are left out.

    Returns
    -------
    PurchaseHistory
        Transactions of a customer on one day are one purchase. A missing value counts as none of that day; a
        day without any is not in the mean.

    Raises
    ------
    MeasureError
        Where a column is absent or no date, a value is below 0 or nothing is left.

    References
    ----------
    Fader, Hardie, Lee (2005), Marketing Science 24, 275–284, section 4 (frequency, recency and T).
    """
    require_option("period", period, get_args(PurchasePeriod))
    days, rows = _days(transactions, customer, date, value)
    last = _end(end, days)
    kept = days[days["day"] <= last]
    if kept.empty:
        raise MeasureError(
            f"none of {rows:,} transactions has customer and date up to {last.date().isoformat()}",
            remedy="look at end= and at what was joined",
        )
    length = DAYS[period]
    found = kept.groupby("customer", sort=True)["day"].agg(["size", "min", "max"])
    later = kept[kept["day"] > kept["customer"].map(found["min"])]
    mean = later.groupby("customer")["value"].mean()
    frame = pd.DataFrame({
        customer: found.index, "frequency": found["size"].to_numpy() - 1,
        "recency": (found["max"] - found["min"]).dt.days.to_numpy() / length,
        "age": (last - found["min"]).dt.days.to_numpy() / length,
        "mean_value": mean.reindex(found.index).to_numpy(dtype="float64"),
    })  # fmt: skip
    return PurchaseHistory(frame, period, last, len(frame), rows - int(kept["transactions"].sum()))


def _days(transactions: Any, customer: str, date: str, value: str | None) -> tuple[pd.DataFrame, int]:
    """Return one row per customer and day, and how many transactions there were."""
    rows = lazy_rows(transactions)
    schema = rows.collect_schema()
    named = [customer, date, *([] if value is None else [value])]
    require_names(named, schema)
    require_once(named)
    if schema[date] != nw.Date and schema[date] != nw.Datetime:
        raise MeasureError(
            f"the column '{date}' holds {schema[date]}, not dates",
            remedy="say so: pd.to_datetime(…) in pandas",
        )
    worth = nw.lit(None, dtype=nw.Float64)
    if value is not None:
        require_numbers(rows, value, schema[value])
        worth = finite(value)
    day = nw.col(date).cast(nw.Datetime) if schema[date] == nw.Date else nw.col(date)
    told = rows.select(
        nw.col(customer).alias("customer"), day.dt.truncate("1d").alias("day"), worth.alias("value")
    )
    total = told.select(nw.len().alias("n"), (nw.col("value") < 0).sum().alias("low")).collect().to_pandas()
    if total["low"].fillna(0).iloc[0]:
        raise MeasureError(
            f"{int(total['low'].iloc[0]):,} values are below 0",
            where=f"column '{value}'",
            remedy="leave returns out, or take them off the purchase they belong to",
        )
    known = told.filter(~nw.col("customer").is_null() & ~nw.col("day").is_null())
    by_day = known.group_by("customer", "day").agg(
        nw.len().alias("transactions"), nw.col("value").sum(), nw.col("value").count().alias("known")
    )
    days = by_day.collect().to_pandas()
    days["day"] = pd.to_datetime(days["day"])
    if days["day"].dt.tz is not None:
        days["day"] = days["day"].dt.tz_localize(None)
    # A sum of nothing is 0 in one engine and missing in another.
    days["value"] = days["value"].astype("float64").where(days["known"] > 0, np.nan)
    return days, int(total["n"].iloc[0])


def _end(end: str | Date | pd.Timestamp | None, days: pd.DataFrame) -> pd.Timestamp:
    if end is None:
        return pd.Timestamp(days["day"].max()) if len(days) else pd.Timestamp(0)
    last = pd.to_datetime(pd.Series([end]), errors="coerce")
    if last.isna().any():
        raise MeasureError(f"an end of {end!r} is no day", remedy='take one such as "2025-12-31"')
    return pd.Timestamp(last.dt.tz_localize(None).dt.normalize().iloc[0])
