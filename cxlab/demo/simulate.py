"""One market's answers as they reach the survey tool: who answered, what is left out, what is broken."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.opinions import Codes, People, Scores, answer_scores, draw_people

NOT_APPLICABLE = 98
REFUSED = 99
FIELD_DAYS = 21
FEWEST_CUSTOMERS = 400
TOKEN = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"))


def simulate_market(plan: MarketPlan, *, seed: int, customers: int) -> pd.DataFrame:
    """Simulate the answers of all waves, with the planted errors.

    Parameters
    ----------
    plan : MarketPlan
        The market with its planted values.
    seed : int
        Together with the market's number it fixes every value.
    customers : int
        One in four answers in each wave; 400 at least, so that planted errors stay exceptions.

    Returns
    -------
    pandas.DataFrame
        One row per exported answer, in order of delivery: `delivery` (wave of the export, from 0), `wave`,
        `response_no`, `token`, `responded_at`, `duration_s`, `channel`, `region`, `age_band`,
        `customer_type`, `weight`, `broken_date` and the scores. A score is NaN where left blank, 98 where
        not applicable, 99 where refused.

    Raises
    ------
    ValueError
        With fewer than 400 customers.
    """
    if customers < FEWEST_CUSTOMERS:
        reason = "are too few for the planted errors to stay below 5 %"
        raise ValueError(f"customers: {customers} {reason}; give {FEWEST_CUSTOMERS} or more")
    rng = np.random.default_rng(np.random.SeedSequence([seed, plan.number]))
    waves = [_simulate_wave(plan, wave, customers // 4, rng) for wave in range(len(WAVES))]
    answers = pd.concat(waves, ignore_index=True)
    answers.insert(0, "delivery", answers["wave"])
    answers.insert(2, "response_no", np.arange(100_001, 100_001 + len(answers)))
    answers.insert(3, "token", _tokens(len(answers), rng))
    return _plant_dirt(plan, answers, rng)


def score_columns(plan: MarketPlan) -> list[str]:
    """Names of the columns that hold scores, in the order of the questionnaire."""
    names = [attribute.name for attribute in plan.attributes]
    items = [f"{kind}.{name}" for kind in ("satisfaction", "importance") for name in names]
    return ["nps", "csat_overall", "ces", *items]


def _simulate_wave(plan: MarketPlan, wave: int, n: int, rng: np.random.Generator) -> pd.DataFrame:
    shares = np.array(plan.age_band.shares)
    people = draw_people(plan, n, shares * np.array(plan.willingness), rng)
    people = _with_small_region(plan, people, plan.small_region[wave], rng)
    scores = answer_scores(plan, wave, people, rng)
    frame = pd.DataFrame(
        {
            "wave": wave,
            "responded_at": _moments(WAVES[wave].first_day, n, rng),
            "duration_s": np.rint(rng.lognormal(5.5, 0.45, n)).astype(np.int64),
            "channel": rng.choice(np.arange(1, len(plan.channels) + 1), size=n, p=plan.channel_shares),
            "region": people.region,
            "age_band": people.age_band,
            "customer_type": people.customer_type,
            "weight": _weights(people.age_band, shares),
            **{column: _with_gaps(plan, column, scores[column], rng) for column in score_columns(plan)},
        }
    )
    return frame.sort_values("responded_at", kind="stable")


def _with_small_region(plan: MarketPlan, people: People, answers: int, rng: np.random.Generator) -> People:
    """Move a fixed few into the last region, so that suppression shows however large the demo is."""
    region = people.region.copy()
    region[rng.choice(len(region), size=answers, replace=False)] = len(plan.region.names)
    return People(region, people.age_band, people.customer_type)


def _moments(first_day: str, n: int, rng: np.random.Generator) -> np.ndarray:
    """Moments of answering by local time, between 8 and 22 h."""
    seconds = rng.integers(0, FIELD_DAYS, n) * 86_400 + rng.integers(8 * 3600, 22 * 3600, n)
    return np.datetime64(first_day, "s") + seconds.astype("timedelta64[s]")


def _weights(age_band: Codes, shares: Scores) -> Scores:
    """Post-stratify to the population's age bands; mean 1. Six decimals, as a tool would export them."""
    answered = np.bincount(age_band, minlength=len(shares) + 1)[1:]
    weight = (shares * len(age_band) / np.maximum(answered, 1))[age_band - 1]
    rounded: Scores = np.round(weight / weight.mean(), 6)
    return rounded


def _with_gaps(plan: MarketPlan, column: str, score: Scores, rng: np.random.Generator) -> Scores:
    """Leave answers out completely at random, so that the planted means stay what can be recovered."""
    chance = rng.random(len(score))
    never_met = {f"satisfaction.{attribute.name}": attribute.not_applicable for attribute in plan.attributes}
    not_applicable = never_met.get(column, 0.0)
    edges = np.cumsum([plan.blank, plan.refused, not_applicable])
    codes = [np.nan, REFUSED, NOT_APPLICABLE]
    return np.select([chance < edge for edge in edges], codes, score)


def _tokens(n: int, rng: np.random.Generator) -> np.ndarray:
    """Fifteen letters or digits each, the form of a Qualtrics response id."""
    letters = TOKEN[rng.integers(0, len(TOKEN), (n, 15))]
    return letters.view("U15")[:, 0]


def _plant_dirt(plan: MarketPlan, answers: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Break the planned number of rows, each in one way only; repeated rows are delivered last."""
    dirt = plan.dirt
    counts = [dirt.impossible_nps, dirt.impossible_item, dirt.duplicate_id, dirt.unparsable_date]
    chosen = rng.choice(len(answers), size=sum(counts), replace=False)
    nps, item, twice, date = np.split(chosen, np.cumsum(counts)[:-1])
    broken = answers.assign(broken_date=False)
    broken.loc[nps, "nps"] = 11
    broken.loc[item, "satisfaction.network"] = 0
    broken.loc[date, "broken_date"] = True
    again = broken.loc[twice].assign(delivery=len(WAVES) - 1)
    return pd.concat([broken, again], ignore_index=True)
