"""Options of the study of leaving."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cxlab.model.mapping import Text
from cxlab.model.strict import Strict


class ChurnOptions(Strict):
    """Options of `07_churn`: who leaves, when and why?

    Parameters
    ----------
    cutoff
        Day on which customers are scored: what is dated before it is known. The day after the last answer of
        the wave unless named, or the day after the books end where that comes first.
    horizon
        Days from the cut-off on within which leaving counts.
    origins
        How many earlier days, each a horizon before the next, the model learns from and is tried out on;
        fewer where the books do not reach back so far.
    books
        First and last day the contracts are kept up for; the first and the last end of a settled contract
        unless named.
    window
        Days before a cut-off over which complaints, contacts and amounts are counted.
    ends
        `planned` where the last day stands in a contract from the beginning, `actual` where it is written
        when the customer goes: days to the end are then no feature.
    scores, attributes
        Columns of `responses`, and of `customers`, among the features: see `cx.snapshot`.
    kind
        `auto` takes boosted trees, and the logit where fewer than 200 leavers are known to learn from;
        LightGBM only where it is named.
    calibrate
        `isotonic` or `beta`: chances are brought to what happened in the latest of the origins, which then
        teaches nothing else.
    allow
        Columns that may tell leaving almost perfectly because they are known before: the guard lets them
        pass.
    segments
        Columns of `customers` to compare by; those of segment, age band and gender that it has, unless named.
    top
        Share of the customers, highest chances first, that the lift is of.
    clv, incentive, contact
        Value of a customer who is kept, cost of the offer and of the contact: together they say whom to
        contact. Without them there is no profit, and the save list ranks by chance times the value of the
        contract.
    groups
        Reasons for leaving that count as one, by the name of the group; each reason by itself unless named.
    movable
        Reason to the groups it might belong to as well.
    unknown
        Reasons that say nothing.
    save_list
        How many customers the save list holds at most.
    n_boot
        Resamples behind the intervals of profits.
    """

    cutoff: Text | None = None
    horizon: int = Field(90, ge=1)
    origins: int = Field(5, ge=2)
    books: tuple[Text, Text] | None = None
    window: int = Field(365, ge=1)
    ends: Literal["planned", "actual"] = "planned"
    scores: tuple[str, ...] | None = None
    attributes: tuple[str, ...] = ()
    kind: Literal["auto", "logit", "hist_gradient_boosting", "lightgbm"] = "auto"
    calibrate: Literal["none", "isotonic", "beta"] = "none"
    allow: tuple[str, ...] = ()
    segments: tuple[str, ...] | None = None
    top: Annotated[float, Field(gt=0, lt=1)] = 0.1
    clv: float | None = Field(None, gt=0)
    incentive: float | None = Field(None, ge=0)
    contact: float | None = Field(None, ge=0)
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    movable: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    save_list: int = Field(100, ge=1)
    n_boot: int = Field(500, ge=100)
