"""What the demo's customers and employees do, and how it depends on what they think: the planted effects.

A unit score is an answer brought onto −1 (worst) to 1 (best): (score − middle) / half the scale's length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Reason = Literal["price", "service", "competitor", "other"]
REASONS: tuple[Reason, ...] = ("price", "service", "competitor", "other")


@dataclass(frozen=True, slots=True)
class NonResponse:
    """Who is asked and who answers.

    logit P(answer) = `by_age` + `csat` · (overall satisfaction − 3), with the satisfaction (1–5) a customer
    would report if he answered.
    """

    invited: float = 0.70  # share of the customers under contract, by lot
    by_age: tuple[float, ...] = (-1.25, -0.70, -0.30, -0.10)
    csat: float = 0.30


@dataclass(frozen=True, slots=True)
class Revenue:
    """Revenue of a customer in a half-year.

    log revenue = log(level) + type + `value` · V + season + `csat` · (overall satisfaction a wave before − 3)
    + the loyalty programme's effect + noise. V is a customer's value, standard normal; its correlation
    `confounding` with what a customer thinks for good biases every comparison between customers.
    """

    level: float  # of a private customer of middling value, in currency
    csat: float  # log points per point on 1–5, in the next half-year
    business: float = 1.10  # log points above a private customer
    value: float = 0.45
    confounding: float = 0.50
    seasons: tuple[float, ...] = (0.0, 0.02, 0.03, 0.05, 0.06, 0.08)
    noise: float = 0.15
    margin: tuple[float, float] = (0.38, 0.30)  # share of revenue, private and business
    margin_noise: float = 0.03


@dataclass(frozen=True, slots=True)
class Hazard:
    """A way to leave: log rate per half-year = `base` + `slope` · unit score of the answer `driver`."""

    reason: Reason
    driver: str
    base: float
    slope: float


@dataclass(frozen=True, slots=True)
class Churn:
    """How private customers without a complaint leave: three rates that compete in every half-year.

    P(leave) = 1 − exp(−sum of the rates); the reason is drawn in proportion to them. From the half-year
    `price_rise` on, the log rate of `price` is higher by `price_rise_effect` for one half-year.
    """

    hazards: tuple[Hazard, ...] = (
        Hazard("price", "satisfaction.price", base=-4.5, slope=-1.2),
        Hazard("service", "satisfaction.contact_centre", base=-4.7, slope=-1.5),
        Hazard("competitor", "csat_overall", base=-4.3, slope=-1.0),
    )
    price_rise: int = 3  # half-year 2025-H2
    price_rise_effect: float = 0.7


@dataclass(frozen=True, slots=True)
class Renewal:
    """Whether a business contract that ends is renewed.

    logit P(renew) = `intercept` + `slope` · RFI + shock of the half-year; RFI is the mean of the two renewal
    questions, each brought onto 0–1.
    """

    intercept: float
    slope: float
    shocks: tuple[float, ...] = (0.0, 0.25, -0.25, 0.25, -0.5, 0.25)
    reasons: tuple[float, ...] = (0.35, 0.25, 0.30, 0.10)  # of those lost, in the order of REASONS


@dataclass(frozen=True, slots=True)
class Cause:
    """A leaf of the tree of causes and its share of all complaints."""

    cause_id: str
    category: str
    kind: str  # type of complaint
    share: float


@dataclass(frozen=True, slots=True)
class Complaining:
    """Who complains, why, and what a gesture of goodwill does.

    logit P(complain in a half-year) = `intercept` + `slope` · unit satisfaction with the contact centre.
    Private complainants get goodwill with a chance that rises with severity (`goodwill`), and then leave with
    logit P = `leave` + `severity_effect` · (severity − 3) + `goodwill_effect` · goodwill, for the service.
    """

    intercept: float = -3.0
    slope: float = -1.0
    severity: tuple[float, ...] = (0.12, 0.25, 0.30, 0.20, 0.13)
    goodwill: tuple[float, ...] = (0.15, 0.30, 0.45, 0.60, 0.75)
    leave: float = -0.7
    severity_effect: float = 0.5
    goodwill_effect: float = -0.9
    problem: str = "complaints"
    causes: tuple[Cause, ...] = (
        Cause("wrong_tariff", "billing", "bill", 0.27),
        Cause("missed_appointment", "process", "repair", 0.21),
        Cause("no_answer", "people", "contact", 0.16),
        Cause("outage", "technology", "network", 0.12),
        Cause("late_refund", "billing", "bill", 0.08),
        Cause("long_menu", "technology", "contact", 0.06),
        Cause("wrong_promise", "people", "contract", 0.05),
        Cause("router_fault", "technology", "repair", 0.03),
        Cause("rude_agent", "people", "contact", 0.01),
        Cause("lost_parcel", "process", "delivery", 0.01),
    )


@dataclass(frozen=True, slots=True)
class Loyalty:
    """The loyalty programme: who is a member and what that is worth.

    Members are chosen by value segment, and by it alone: who compares like with like recovers the effects.
    """

    member: tuple[float, ...] = (0.15, 0.35, 0.60)  # by value segment
    spend_effect: float = 0.06  # log points of revenue
    recommend_effect: float = 0.10  # opinion units of the recommendation
    partners: tuple[str, ...] = ("fuel", "grocery", "cinema")
    partner_shares: tuple[float, ...] = (0.5, 0.35, 0.15)
    redeemed: float = 0.22  # share of the movements
    expired: float = 0.08


@dataclass(frozen=True, slots=True)
class Effort:
    """Share less loyal, as loyal and more loyal after an effortful (CES 1–4) and an easy contact (5–7)."""

    effortful: tuple[float, float, float] = (0.40, 0.50, 0.10)
    easy: tuple[float, float, float] = (0.08, 0.68, 0.24)


@dataclass(frozen=True, slots=True)
class WordOfMouth:
    """Where and how detractors, passives and promoters talk about the company."""

    source: tuple[tuple[float, float, float], ...] = (  # offline, online, none
        (0.45, 0.25, 0.30),
        (0.30, 0.10, 0.60),
        (0.45, 0.15, 0.40),
    )
    valence: tuple[tuple[float, float, float], ...] = (  # positive, negative, mixed
        (0.10, 0.70, 0.20),
        (0.50, 0.20, 0.30),
        (0.85, 0.05, 0.10),
    )


@dataclass(frozen=True, slots=True)
class Problems:
    """logit P(had a problem) = `intercept` + `slope` · unit satisfaction with the contact centre."""

    intercept: float = -1.2
    slope: float = -1.1


@dataclass(frozen=True, slots=True)
class Teams:
    """The teams that answer customers: an engaged team leaves customers more content.

    A team's engagement is standard normal. eNPS = 6.8 + `enps` · engagement + noise;
    satisfaction with a contact (1–5) = 3.5 + `csat` · engagement + noise, before rounding.
    logit P(an employee leaves) = `leave` + `leave_slope` · (eNPS − 7).
    """

    n: int = 24
    size: int = 14
    enps: float = 0.9
    enps_noise: float = 1.9
    csat: float = 0.28
    csat_noise: float = 0.9
    leave: float = -2.6
    leave_slope: float = -0.25
    first_contact: float = 0.68  # share of issues resolved by their first contact


@dataclass(frozen=True, slots=True)
class Sales:
    """Share of closed opportunities that are won, with customers and with others."""

    existing: float = 0.42
    new: float = 0.14


@dataclass(frozen=True, slots=True)
class Brands:
    """What the market thinks of the brands: mean scores 0–10, the company's own brand first."""

    names: tuple[str, ...]
    means: tuple[float, ...]
    sd: float = 1.9
    areas: tuple[str, ...] = (
        "network", "price", "service", "shop", "app", "billing", "speed", "honesty", "innovation",
    )  # fmt: skip
    area_effects: tuple[float, ...] = (0.4, -0.6, -0.2, 0.3, 0.1, 0.0, 0.2, -0.3, 0.1)  # sum to 0


@dataclass(frozen=True, slots=True)
class Organisation:
    """How able the company is: maturity stage by wave, and the chance that an item is rated 1, 2 or 3."""

    stages: tuple[int, ...]
    people: tuple[float, float, float] = (0.25, 0.50, 0.25)
    process: tuple[float, float, float] = (0.45, 0.40, 0.15)
    customers: tuple[float, float, float] = (0.20, 0.45, 0.35)
    finance: tuple[float, float, float] = (0.55, 0.35, 0.10)
    gain: float = 0.10  # share of the 1s and 2s that rise a step until the second date
