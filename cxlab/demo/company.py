"""The plan of the demo company, Aurea Telecom: who its customers are, what they think and how they say so.

Opinions live on a scale free of any questionnaire: −1 is the worst answer a scale allows, 0 its middle,
+1 the best. The same opinion can so be answered on 0–10, 1–10, 1–7 or 1–5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from cxlab.demo.behaviour import (
    Brands,
    Churn,
    Complaining,
    Effort,
    Loyalty,
    NonResponse,
    Organisation,
    Problems,
    Renewal,
    Revenue,
    Sales,
    Teams,
    WordOfMouth,
)

Tool = Literal["qualtrics", "questionpro", "spss", "surveymonkey"]
Language = Literal["es", "it", "pl", "en"]


@dataclass(frozen=True, slots=True)
class Wave:
    """One fieldwork: its name, its first day and the half-year it lies in.

    It lasts three weeks and never crosses a clock change.
    """

    name: str
    first_day: str
    half_year: str  # first day


@dataclass(frozen=True, slots=True)
class Segment:
    """A way to cut the customers; code 1 is the first name.

    `shares` are of the population and sum to 1; `effects` are added to every opinion of the group.
    """

    names: tuple[str, ...]
    shares: tuple[float, ...]
    effects: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One aspect of the service: how it is judged (`level`, `gain` per wave) and how much it matters.

    `driver` is its weight in satisfaction and recommendation, `effort` that in the effort score, both in
    whole per cent; each of the two sums to 100 over a market. `importance` is what customers say it matters,
    which is not what it does. `not_applicable` is the share who never met it.
    """

    name: str
    level: float
    driver: int
    effort: int
    importance: float
    not_applicable: float = 0.0
    gain: float = 0.0


@dataclass(frozen=True, slots=True)
class Dirt:
    """What is wrong with a market's exports: rows by kind, and two shares of the answers.

    The first six break the contract; an answer sent twice, a straight-liner and a speeder break none and have
    to be found by looking.
    """

    impossible_nps: int
    impossible_item: int
    duplicate_id: int
    unparsable_date: int
    orphan_transaction: int
    orphan_contract: int
    other_date_style: int  # readable by the second format of the mapping
    answered_twice: int  # a second questionnaire of one customer in one wave, with the same scores
    straight_liners: float = 0.010
    speeders: float = 0.012


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """Everything planted in one market."""

    name: str
    title: str
    number: int  # second word of the seed: markets never share random numbers
    language: Language
    currency: str
    tool: Tool
    id_prefix: str  # of the tool's response numbers
    attributes: tuple[Attribute, ...]
    region: Segment
    age_band: Segment
    customer_type: Segment  # private customers, then businesses
    style_stretch: float  # above 1: reaches for the ends of the scale
    style_shift: float  # above 0: friendlier than meant
    halo: float  # share of an opinion's variance that all attributes of a person have in common
    channels: tuple[str, ...]
    channel_shares: tuple[float, ...]
    blank: float  # share of scores left empty
    refused: float  # share of scores refused aloud (telephone)
    dirt: Dirt
    revenue: Revenue
    renewal: Renewal
    brands: Brands
    organisation: Organisation
    pilot: int = 0  # answers of a pilot before the first wave
    small_region: int = 24  # customers of the last region, however large the market is
    account_icc: float = 0.30  # share of an opinion's variance that the contacts of an account have in common
    non_response: NonResponse = field(default_factory=NonResponse)
    churn: Churn = field(default_factory=Churn)
    complaining: Complaining = field(default_factory=Complaining)
    loyalty: Loyalty = field(default_factory=Loyalty)
    effort: Effort = field(default_factory=Effort)
    word_of_mouth: WordOfMouth = field(default_factory=WordOfMouth)
    problems: Problems = field(default_factory=Problems)
    teams: Teams = field(default_factory=Teams)
    sales: Sales = field(default_factory=Sales)


WAVES = (
    Wave("2024-1", "2024-03-04", "2024-01-01"),
    Wave("2024-2", "2024-10-01", "2024-07-01"),
    Wave("2025-1", "2025-03-03", "2025-01-01"),
    Wave("2025-2", "2025-10-01", "2025-07-01"),
    Wave("2026-1", "2026-03-02", "2026-01-01"),
    Wave("2026-2", "2026-10-01", "2026-07-01"),
)
FIELD_DAYS = 21
BOOKS_OPEN = WAVES[0].half_year
BOOKS_CLOSE = "2026-12-31"
VALUE_SEGMENTS = ("basic", "plus", "premium")
VALUE_CUTS = (0.0, 1.036)  # of a customer's value, in standard deviations: 50, 35 and 15 %
