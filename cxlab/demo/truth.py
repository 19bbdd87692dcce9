"""What was planted in the demo: the known answers a study of it must find again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

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
from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.fieldwork import NOT_APPLICABLE, REFUSED
from cxlab.demo.market_size import market_size
from cxlab.demo.markets import MARKETS
from cxlab.demo.opinions import score_columns
from cxlab.demo.population import population, rounded_mean
from cxlab.demo.simulate import Simulation, simulate_market


@dataclass(frozen=True, slots=True)
class MarketTruth:
    """The planted values of one market.

    Attributes
    ----------
    market : str
        Name of the parameter file's market.
    driver_weights, effort_weights : mapping of str to float
        Weight of each attribute in recommendation and overall satisfaction, and in the effort score; each of
        the two sums to 1. A regression on the satisfaction scores has coefficients in these proportions, but
        for answers cut off at the ends of the outcome's scale: in large samples this moves a weight by up to
        0.012.
    importance : mapping of str to float
        How important customers say each attribute is, from −1 to 1, before the response style.
    halo : float
        Share of an opinion's variance that all attributes of a person have in common.
    item_correlation : float
        The mean correlation between two satisfaction scores that this makes in the last wave, groups,
        rounding and the ends of the scale included.
    account_icc : float
        Share of an opinion's variance that the contacts of one business account have in common.
    style_stretch, style_shift : float
        Response style: an opinion x, from −1 to 1, is answered as shift + stretch · x.
    nps : mapping of str to float
        Net promoter score by wave, in points (−100 to 100), of everyone the market ever had as a customer, if
        all answered: response style included; non-response, churn and errors not. Worked out, not simulated.
    means : mapping of str to mapping of str to float
        Mean of every score by wave and column (`csat_overall`, `satisfaction.network`, …), same population.
    nps_change : float
        Change of `nps` from the first wave to the last, in points; exactly 0 where nothing was planted.
    nps_of_customers : mapping of str to float
        Net promoter score by wave of the simulated customers under contract, if all answered. It departs from
        `nps` by chance, and because who leaves takes a low score along.
    non_response : NonResponse
        Who is asked and who answers.
    revenue, churn, renewal, complaining, loyalty, effort, word_of_mouth, problems, teams, sales : dataclass
        The planted effects; their fields say what each is.
    recommend_effect : float
        What the loyalty programme adds to the mean likelihood to recommend, in points of 0–10.
    brands : Brands
        What the market thinks of the brands.
    brand_means : mapping of str to float
        Mean score of each brand over all areas as answered: rounded and cut off at the ends of the scale.
    organisation : Organisation
        Maturity and self-assessment.
    rows : mapping of str to int
        Rows in the survey's exports by the wave they name, repeated ones included.
    dirt : mapping of str to int
        Rows that break the contract, by kind: `impossible_nps` (one above the scale), `impossible_item`
        (satisfaction with the network one below it), `duplicate_id` (rows delivered a second time),
        `unparsable_date`, `orphan_transaction` and `orphan_contract` (of customers nobody knows). No row is
        broken in two ways; what hangs on a quarantined answer (items, invitations, …) comes on top.
    flaws : mapping of str to int
        Rows that break no rule: `straight_liner` (one answer throughout both grids), `speeder` (below a third
        of the median duration), `answered_twice` (a second answer of one customer in one wave, with the same
        scores), `other_date_style` (a date in the mapping's second format).
    missing : mapping of str to int
        Scores missing in all exported rows, by reason: `blank`, `refused`, `not applicable`.
    """

    market: str
    driver_weights: Mapping[str, float]
    effort_weights: Mapping[str, float]
    importance: Mapping[str, float]
    halo: float
    item_correlation: float
    account_icc: float
    style_stretch: float
    style_shift: float
    nps: Mapping[str, float]
    means: Mapping[str, Mapping[str, float]]
    nps_change: float
    nps_of_customers: Mapping[str, float]
    non_response: NonResponse
    revenue: Revenue
    churn: Churn
    renewal: Renewal
    complaining: Complaining
    loyalty: Loyalty
    recommend_effect: float
    effort: Effort
    word_of_mouth: WordOfMouth
    problems: Problems
    teams: Teams
    sales: Sales
    brands: Brands
    brand_means: Mapping[str, float]
    organisation: Organisation
    rows: Mapping[str, int]
    dirt: Mapping[str, int]
    flaws: Mapping[str, int]
    missing: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DemoTruth:
    """The planted values of all demo markets, by market name."""

    seed: int
    customers: int
    markets: Mapping[str, MarketTruth]


@cache
def demo_truth(seed: int = 7, customers: int = 12_000) -> DemoTruth:
    """Return what `write_demo` plants for the same seed and number of customers.

    Parameters
    ----------
    seed : int, default 7
        Seed of the exports. Planted effects and the population do not depend on it; counts do.
    customers : int, default 12000
        Customers of the company, an equal quarter in each market.

    Returns
    -------
    DemoTruth
        One `MarketTruth` per market.

    Raises
    ------
    ParameterError
        With fewer than 1600 customers, or with a seed below 0.

    Examples
    --------
    >>> import cxlab as cx
    >>> cx.demo_truth().markets["demo-es"].revenue.csat
    0.04
    """
    share = market_size(customers, seed)
    markets = {plan.name: _market_truth(plan, seed, share) for plan in MARKETS}
    return DemoTruth(seed, customers, markets)


def _market_truth(plan: MarketPlan, seed: int, customers: int) -> MarketTruth:
    market = simulate_market(plan, seed=seed, customers=customers)
    waves = {wave.name: population(plan, number) for number, wave in enumerate(WAVES)}
    answers, last = market.fieldwork.answers, waves[WAVES[-1].name]
    return MarketTruth(
        market=plan.name,
        driver_weights={attribute.name: attribute.driver / 100 for attribute in plan.attributes},
        effort_weights={attribute.name: attribute.effort / 100 for attribute in plan.attributes},
        importance={attribute.name: attribute.importance for attribute in plan.attributes},
        halo=plan.halo,
        item_correlation=last.item_correlation,
        account_icc=plan.account_icc,
        style_stretch=plan.style_stretch,
        style_shift=plan.style_shift,
        nps={name: wave.nps for name, wave in waves.items()},
        means={name: wave.means for name, wave in waves.items()},
        nps_change=last.nps - waves[WAVES[0].name].nps,
        nps_of_customers=_nps_of_customers(market),
        non_response=plan.non_response,
        revenue=plan.revenue,
        churn=plan.churn,
        renewal=plan.renewal,
        complaining=plan.complaining,
        loyalty=plan.loyalty,
        recommend_effect=last.recommend_effect,
        effort=plan.effort,
        word_of_mouth=plan.word_of_mouth,
        problems=plan.problems,
        teams=plan.teams,
        sales=plan.sales,
        brands=plan.brands,
        brand_means=_brand_means(plan.brands),
        organisation=plan.organisation,
        rows={wave.name: int((answers["wave"] == number).sum()) for number, wave in enumerate(WAVES)},
        dirt=_dirt(plan),
        flaws=_flaws(market),
        missing=_missing(answers[score_columns(plan)]),
    )


def _nps_of_customers(market: Simulation) -> dict[str, float]:
    scores, active = market.panel.scores["nps"], market.lives.active
    return {
        wave.name: 100 * float(np.mean(here >= 9) - np.mean(here <= 6))
        for number, wave in enumerate(WAVES)
        for here in [scores[active[:, number], number]]
    }


def _brand_means(brands: Brands) -> dict[str, float]:
    return {
        name: float(
            np.mean([rounded_mean(mean + effect, brands.sd, 0, 10) for effect in brands.area_effects])
        )
        for name, mean in zip(brands.names, brands.means, strict=True)
    }


def _dirt(plan: MarketPlan) -> dict[str, int]:
    dirt = plan.dirt
    return {
        "impossible_nps": dirt.impossible_nps,
        "impossible_item": dirt.impossible_item,
        "duplicate_id": dirt.duplicate_id,
        "unparsable_date": dirt.unparsable_date,
        "orphan_transaction": dirt.orphan_transaction,
        "orphan_contract": dirt.orphan_contract,
    }


def _flaws(market: Simulation) -> dict[str, int]:
    return {
        "straight_liner": market.fieldwork.straight_liners,
        "speeder": market.fieldwork.speeders,
        "answered_twice": market.plan.dirt.answered_twice,
        "other_date_style": market.plan.dirt.other_date_style,
    }


def _missing(scores: pd.DataFrame) -> dict[str, int]:
    return {
        "blank": int(scores.isna().to_numpy().sum()),
        "refused": int((scores == REFUSED).to_numpy().sum()),
        "not applicable": int((scores == NOT_APPLICABLE).to_numpy().sum()),
    }
