"""What was planted in the demo: the known answers a study of it must find again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache

import numpy as np
import pandas as pd

from cxlab.demo.company import MARKETS, WAVES, MarketPlan
from cxlab.demo.opinions import answer_scores, draw_people
from cxlab.demo.simulate import NOT_APPLICABLE, REFUSED, score_columns, simulate_market

POPULATION = 500_000
POPULATION_SEED = 2025


@dataclass(frozen=True, slots=True)
class MarketTruth:
    """The planted values of one market.

    Attributes
    ----------
    market : str
        Name of the parameter file's market.
    driver_weights : mapping of str to float
        Weight of each attribute in recommendation and overall satisfaction; they sum to 1. A regression of
        either on the satisfaction scores has coefficients in these proportions, but for answers cut off at
        the ends of the outcome's scale: in large samples this moves a weight by up to 0.012.
    nps : mapping of str to float
        Net promoter score of all customers by wave, in points (−100 to 100), as they would answer if
        everyone did: response style included, non-response and errors not. Exact to about 0.1 points.
    means : mapping of str to mapping of str to float
        Mean of every score by wave and column (`csat_overall`, `satisfaction.network`, …), same population.
    nps_change : float
        Change of `nps` from the first wave to the last, in points; exactly 0 where nothing was planted.
    style_stretch, style_shift : float
        Response style: an opinion x, from −1 to 1, is answered as shift + stretch · x.
    rows : mapping of str to int
        Rows in the exports by the wave they name, repeated ones included.
    dirt : mapping of str to int
        Rows that break the contract, by kind: `impossible_nps` (one above the scale), `impossible_item`
        (satisfaction with the network one below it), `duplicate_id` (rows delivered a second time),
        `unparsable_date`. No row is broken in two ways.
    missing : mapping of str to int
        Scores missing in all exported rows, by reason: `blank`, `refused`, `not applicable`.
    """

    market: str
    driver_weights: Mapping[str, float]
    nps: Mapping[str, float]
    means: Mapping[str, Mapping[str, float]]
    nps_change: float
    style_stretch: float
    style_shift: float
    rows: Mapping[str, int]
    dirt: Mapping[str, int]
    missing: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DemoTruth:
    """The planted values of all demo markets, by market name."""

    seed: int
    customers: int
    markets: Mapping[str, MarketTruth]


def demo_truth(seed: int = 7, customers: int = 4000) -> DemoTruth:
    """Return what `write_demo` plants for the same seed and number of customers.

    Parameters
    ----------
    seed : int, default 7
        Seed of the exports. Scores of the population do not depend on it; counts of gaps do.
    customers : int, default 4000
        Customers per market.

    Returns
    -------
    DemoTruth
        One `MarketTruth` per market.

    Notes
    -----
    The truth about the population is simulated from 500,000 people drawn by the population's shares, the
    same people in every wave, so that a market in which nothing changes has a change of exactly 0. The
    small region is left out: its handful of answers has no share in the population.
    """
    markets = {plan.name: _market_truth(plan, seed, customers) for plan in MARKETS}
    return DemoTruth(seed, customers, markets)


def _market_truth(plan: MarketPlan, seed: int, customers: int) -> MarketTruth:
    answers = simulate_market(plan, seed=seed, customers=customers)
    nps = {wave.name: _population(plan, number)[0] for number, wave in enumerate(WAVES)}
    return MarketTruth(
        market=plan.name,
        driver_weights={attribute.name: attribute.driver for attribute in plan.attributes},
        nps=nps,
        means={wave.name: _population(plan, number)[1] for number, wave in enumerate(WAVES)},
        nps_change=nps[WAVES[-1].name] - nps[WAVES[0].name],
        style_stretch=plan.style_stretch,
        style_shift=plan.style_shift,
        rows={wave.name: int((answers["wave"] == number).sum()) for number, wave in enumerate(WAVES)},
        dirt=asdict(plan.dirt),
        missing=_missing(answers[score_columns(plan)]),
    )


@cache
def _population(plan: MarketPlan, wave: int) -> tuple[float, dict[str, float]]:
    """NPS in points and the mean of every score when all customers answer."""
    rng = np.random.default_rng(np.random.SeedSequence([POPULATION_SEED, plan.number]))
    people = draw_people(plan, POPULATION, np.array(plan.age_band.shares), rng)
    scores = answer_scores(plan, wave, people, rng)
    nps = 100 * float(np.mean(scores["nps"] >= 9) - np.mean(scores["nps"] <= 6))
    return nps, {column: float(score.mean()) for column, score in scores.items()}


def _missing(scores: pd.DataFrame) -> dict[str, int]:
    return {
        "blank": int(scores.isna().to_numpy().sum()),
        "refused": int((scores == REFUSED).to_numpy().sum()),
        "not applicable": int((scores == NOT_APPLICABLE).to_numpy().sum()),
    }
