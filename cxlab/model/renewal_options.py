"""Options of the study of renewals."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cxlab.model.mapping import Text
from cxlab.model.strict import Strict


class RenewalOptions(Strict):
    """Options of `08_renewal`: what renews next?

    Parameters
    ----------
    as_of
        Day of the forecast: nothing dated on it or later is used. The day after the last answer of the wave,
        unless named.
    books_end
        Last day of the books, where they are complete for longer than answers come in.
    months, periods
        Months of a period, counted from the day of the forecast, and how many of them are forecast.
    max_age
        Days that an answer may lie back.
    answers
        Whether past decisions are held against the last answer before their `period`, as a forecast knows
        it, or before the `decision` itself.
    holders
        `accounts` takes only contracts with an account: where private customers stay until they go, no
        decision is ever due.
    written_after
        Days that may pass until the outcome of a contract that is over is written.
    segments
        Columns of `customers` to forecast by; those of segment, age band and gender that it has, unless
        named.
    silent
        Contracts without an answer: `own_rate` gives them the renewal rate of such contracts in the past,
        `leave_out` forecasts only the others.
    shock
        Standard deviation between periods on the logit, where it is known from elsewhere.
    conf_level
        Level of the prediction intervals.
    """

    as_of: Text | None = None
    books_end: Text | None = None
    months: int = Field(6, ge=1)
    periods: int = Field(1, ge=1)
    max_age: int = Field(365, ge=1)
    answers: Literal["period", "decision"] = "period"
    holders: Literal["all", "accounts"] = "all"
    written_after: int = Field(0, ge=0)
    segments: tuple[str, ...] | None = None
    silent: Literal["own_rate", "leave_out"] = "own_rate"
    shock: float | None = Field(None, ge=0, le=10)
    conf_level: float = Field(0.9, gt=0, lt=1)
