"""The plan of the demo company, Aurea Telecom: who its customers are, what they think and how they say so.

Opinions live on a scale free of any questionnaire: −1 is the worst answer a scale allows, 0 its middle,
+1 the best. The same opinion can so be answered on 0–10, 1–10, 1–7 or 1–5.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wave:
    """One fieldwork: its name and its first day; it lasts three weeks and never crosses a clock change."""

    name: str
    first_day: str


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

    `driver` is its weight in satisfaction and recommendation, `effort` its weight in the effort score;
    each of the two sums to 1 over a market. `importance` is what customers say it matters, which is
    not what it does. `not_applicable` is the share who never met it.
    """

    name: str
    level: float
    driver: float
    effort: float
    importance: float
    not_applicable: float = 0.0
    gain: float = 0.0


@dataclass(frozen=True, slots=True)
class Dirt:
    """How many rows of a market's exports break the contract, by kind."""

    impossible_nps: int
    impossible_item: int
    duplicate_id: int
    unparsable_date: int


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """Everything planted in one market."""

    name: str
    number: int  # second word of the seed: markets never share random numbers
    attributes: tuple[Attribute, ...]
    region: Segment
    age_band: Segment
    customer_type: Segment
    willingness: tuple[float, ...]  # to answer at all, by age band, relative
    small_region: tuple[int, ...]  # answers per wave from the last region, whatever the number of customers
    style_stretch: float  # above 1: reaches for the ends of the scale
    style_shift: float  # above 0: friendlier than meant
    channels: tuple[str, ...]
    channel_shares: tuple[float, ...]
    blank: float  # share of scores left empty
    refused: float  # share of scores refused aloud (telephone)
    dirt: Dirt


WAVES = (Wave("2025-1", "2025-03-03"), Wave("2025-2", "2025-10-01"), Wave("2026-1", "2026-03-02"))

AGE_NAMES = ("18-29", "30-44", "45-59", "60+")
AGE_EFFECTS = (-0.24, -0.06, 0.05, 0.12)  # the young are the least satisfied …
WILLINGNESS = (0.45, 0.80, 1.10, 1.30)  # … and answer the least, so an unweighted score flatters

SPAIN = MarketPlan(
    name="demo-es",
    number=1,
    attributes=(  # level, driver, effort
        Attribute("network", 0.42, 0.28, 0.05, importance=0.62),
        Attribute("price", 0.10, 0.16, 0.05, importance=0.74),
        Attribute("billing", 0.26, 0.13, 0.20, importance=0.44, gain=0.06),
        Attribute("contact_centre", 0.08, 0.24, 0.40, importance=0.40, not_applicable=0.10, gain=0.12),
        Attribute("shop", 0.45, 0.03, 0.05, importance=0.10, not_applicable=0.25),
        Attribute("app", 0.30, 0.10, 0.20, importance=0.30, not_applicable=0.12, gain=0.08),
        Attribute("installation", 0.38, 0.06, 0.05, importance=0.34, not_applicable=0.30),
    ),
    region=Segment(("Norte", "Centro", "Sur", "Islas"), (0.30, 0.38, 0.32, 0.0), (0.06, -0.04, 0.0, 0.0)),
    age_band=Segment(AGE_NAMES, (0.22, 0.29, 0.27, 0.22), AGE_EFFECTS),
    customer_type=Segment(("Residencial", "Empresa"), (0.80, 0.20), (0.01, -0.04)),
    willingness=WILLINGNESS,
    small_region=(15, 12, 7),
    style_stretch=1.12,
    style_shift=0.05,
    channels=("email", "sms", "anonymous"),
    channel_shares=(0.60, 0.25, 0.15),
    blank=0.02,
    refused=0.0,
    dirt=Dirt(impossible_nps=4, impossible_item=3, duplicate_id=5, unparsable_date=2),
)

POLAND = MarketPlan(
    name="demo-pl",
    number=2,
    attributes=(  # level, driver, effort
        Attribute("network", 0.44, 0.20, 0.05, importance=0.58),
        Attribute("price", 0.24, 0.30, 0.05, importance=0.66),
        Attribute("billing", 0.34, 0.10, 0.25, importance=0.46),
        Attribute("contact_centre", 0.30, 0.18, 0.40, importance=0.36, not_applicable=0.10),
        Attribute("shop", 0.40, 0.08, 0.10, importance=0.22, not_applicable=0.15),
        Attribute("app", 0.36, 0.06, 0.10, importance=0.24, not_applicable=0.20),
        Attribute("installation", 0.34, 0.08, 0.05, importance=0.30, not_applicable=0.30),
    ),
    region=Segment(
        ("Mazowsze", "Południe", "Północ", "Podlasie"), (0.36, 0.40, 0.24, 0.0), (0.04, 0.0, -0.06, 0.0)
    ),
    age_band=Segment(AGE_NAMES, (0.20, 0.31, 0.24, 0.25), AGE_EFFECTS),
    customer_type=Segment(("Klient indywidualny", "Firma"), (0.85, 0.15), (-0.01, 0.06)),
    willingness=WILLINGNESS,
    small_region=(13, 9, 8),
    style_stretch=0.88,
    style_shift=-0.04,
    channels=("telefon", "internet"),
    channel_shares=(0.55, 0.45),
    blank=0.01,
    refused=0.015,
    dirt=Dirt(impossible_nps=3, impossible_item=2, duplicate_id=4, unparsable_date=0),
)

MARKETS = (SPAIN, POLAND)
