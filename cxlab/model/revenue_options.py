"""Options of the study of revenue."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cxlab.model.mapping import Text
from cxlab.model.strict import Strict


class RevenueOptions(Strict):
    """Options of `06_revenue`: what is a point of satisfaction worth?

    Parameters
    ----------
    score
        Score of `responses` that is held against revenue; `csat_overall`, else `nps`, else
        `recommend_intent`, unless named.
    form
        Whether differences are said in `percent` of revenue or as an `amount`; in percent, where all revenue
        is above 0, unless named.
    period, lag, revenue, unit, books, max_age, contract_value, negative
        How answers are joined to revenue: see `cx.link_panel`. `books` are the first and last day the books
        cover. Without `revenue`, transactions are taken where there are some, else contracts.
    controls
        Columns of `responses` that are held constant, of the same survey as the score, such as
        `had_problem`; they also say how strong something unmeasured may be.
    segments
        Columns of `customers` to compare by; those of segment, age band and gender that it has, unless named.
    intention
        Column of `responses` through which the link may run.
    reliability
        Reliabilities of the score that are tried out, above 0 and at most 1.
    n_boot
        Resamples behind the wild bootstrap of few customers and the intervals of mediation.
    identified_by
        `randomised` where the score was assigned at random; nothing in the data can say so.
    """

    score: str | None = None
    form: Literal["percent", "amount"] | None = None
    period: Literal["month", "quarter", "half_year", "year", "wave"] = "quarter"
    lag: int = Field(1, ge=1)
    revenue: Literal["transactions", "contracts", "both"] | None = None
    unit: Literal["account_id", "customer_id"] | None = None
    books: tuple[Text, Text] | None = None
    max_age: int | None = Field(None, ge=1)
    contract_value: Literal["term", "year"] = "term"
    negative: Literal["refuse", "zero", "keep"] = "refuse"
    controls: tuple[str, ...] = ()
    segments: tuple[str, ...] | None = None
    intention: str = "recommend_intent"
    reliability: tuple[Annotated[float, Field(gt=0, le=1)], ...] = (0.9, 0.8, 0.7)
    n_boot: int = Field(999, ge=100)
    identified_by: Literal["none", "randomised"] = "none"
