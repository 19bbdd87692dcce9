"""Who is asked in each wave, who answers, and what reaches the survey tool."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.demo.calendar import moments
from cxlab.demo.company import FIELD_DAYS, WAVES, MarketPlan
from cxlab.demo.customers import Codes, Customers, Floats, draw_codes
from cxlab.demo.dirt import plant_dirt
from cxlab.demo.identifiers import account_ids, customer_ids
from cxlab.demo.lives import Lives
from cxlab.demo.opinions import OUTCOMES, Panel, score_columns
from cxlab.demo.side_questions import side_answers

NOT_APPLICABLE = 98
REFUSED = 99
PILOT_DAYS = 7
MEDIAN_DURATION, DURATION_SPREAD = 5.5, 0.35  # of the logarithm of seconds
SHORTEST = 0.45  # of the median: who is faster is planted
TOKEN = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"))


@dataclass(frozen=True, slots=True)
class Fieldwork:
    """All waves of one market.

    Attributes
    ----------
    answers : pandas.DataFrame
        One row per exported answer, in order of delivery, planted errors included: `delivery` (wave of the
        export, from 0), `wave`, `stage`, `response_id`, `customer`, `customer_id`, `cluster`, `responded_at`,
        `date_style` (0 usual, 1 other, 2 no date), `duration_s`, `channel`, `region`, `age_band`,
        `customer_type`, `weight`, the scores and the other questions. A score is NaN where left blank, 98
        where not applicable, 99 where refused.
    clean : pandas.DataFrame
        The same before any error was planted.
    asked_customer, asked_wave : ndarray of int, shape (invitations,)
        Whom the survey went to, and when.
    straight_liners, speeders : int
        Answers of each kind.
    """

    answers: pd.DataFrame
    clean: pd.DataFrame
    asked_customer: Codes
    asked_wave: Codes
    straight_liners: int
    speeders: int


def run_fieldwork(
    plan: MarketPlan,
    customers: Customers,
    panel: Panel,
    lives: Lives,
    rng: np.random.Generator,
    dirt_rng: np.random.Generator,
) -> Fieldwork:
    """Ask, wait for the answers, and plant the errors of the exports."""
    asked, parts = [], []
    for wave in range(len(WAVES)):
        here = np.flatnonzero(lives.active[:, wave])
        invited = here[rng.random(len(here)) < plan.non_response.invited]
        who = invited[rng.random(len(invited)) < answer_chance(plan, customers, panel, wave, invited)]
        asked.append((invited, np.full(len(invited), wave)))
        parts.append(_answers(plan, customers, panel, wave, who, rng))
    clean = pd.concat(parts, ignore_index=True)
    clean.insert(0, "delivery", clean["wave"])
    clean.insert(1, "response_id", _response_ids(plan, len(clean), rng))
    clean.insert(2, "customer_id", customer_ids(plan, clean["customer"].to_numpy()).to_pandas())
    account = customers.account[clean["customer"]]
    cluster = account_ids(plan, account).to_pandas().where(account >= 0, clean["customer_id"])
    clean.insert(3, "cluster", cluster)
    dirty = plant_dirt(plan, clean, dirt_rng)
    customer, wave_asked = (np.concatenate(column) for column in zip(*asked, strict=True))
    return Fieldwork(dirty.answers, clean, customer, wave_asked, dirty.straight_liners, dirty.speeders)


def answer_chance(plan: MarketPlan, customers: Customers, panel: Panel, wave: int, who: Codes) -> Floats:
    """Return the chance that each of some invited customers answers: age and satisfaction decide."""
    rule = plan.non_response
    satisfaction = panel.scores["csat_overall"][who, wave] - 3
    logit = np.array(rule.by_age)[customers.age_band[who] - 1] + rule.csat * satisfaction
    chance: Floats = 1 / (1 + np.exp(-logit))
    return chance


def _answers(
    plan: MarketPlan, customers: Customers, panel: Panel, wave: int, who: Codes, rng: np.random.Generator
) -> pd.DataFrame:
    n = len(who)
    pilot = np.zeros(n, dtype=bool)
    if wave == 0:
        pilot[rng.choice(n, size=min(plan.pilot, n // 2), replace=False)] = True
    age_band = customers.age_band[who]
    scores = {column: panel.scores[column][who, wave].astype(np.float64) for column in score_columns(plan)}
    side = side_answers(plan, scores, rng)
    frame = pd.DataFrame(
        {
            "wave": wave,
            "stage": np.where(pilot, 1, 2),
            "customer": who,
            "responded_at": _moments(wave, pilot, rng),
            "date_style": 0,
            "duration_s": _durations(n, rng),
            "channel": draw_codes(plan.channel_shares, n, rng),
            "region": customers.region[who],
            "age_band": age_band,
            "customer_type": customers.customer_type[who],
            "weight": _weights(age_band, np.array(plan.age_band.shares)),
            **{column: _with_gaps(plan, column, score, rng) for column, score in scores.items()},
            **side,
        }
    )
    return frame.sort_values("responded_at", kind="stable")


def _moments(wave: int, pilot: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.datetime64]:
    """Moments of answering by local time, between 8 and 22 h, to the second; the pilot is a week earlier."""
    first = np.datetime64(WAVES[wave].first_day, "D")
    n = len(pilot)
    day = np.where(pilot, rng.integers(-PILOT_DAYS, 0, n), rng.integers(0, FIELD_DAYS, n))
    seconds = rng.integers(0, 60, n).astype("timedelta64[s]")
    return moments(first + day.astype("timedelta64[D]"), rng) + seconds


def _durations(n: int, rng: np.random.Generator) -> Codes:
    drawn = rng.lognormal(MEDIAN_DURATION, DURATION_SPREAD, n)
    shortest = SHORTEST * np.exp(MEDIAN_DURATION)
    return np.rint(np.where(drawn < shortest, 2 * shortest - drawn, drawn)).astype(np.int64)


def _weights(age_band: Codes, shares: Floats) -> Floats:
    """Post-stratify to the population's age bands; mean 1. Six decimals, as a tool would export them."""
    answered = np.bincount(age_band, minlength=len(shares) + 1)[1:]
    weight = (shares * len(age_band) / np.maximum(answered, 1))[age_band - 1]
    rounded: Floats = np.round(weight / weight.mean(), 6)
    return rounded


def _with_gaps(plan: MarketPlan, column: str, score: Floats, rng: np.random.Generator) -> Floats:
    """Leave answers out completely at random, so that the planted means stay what can be recovered."""
    chance = rng.random(len(score))
    never_met = {f"satisfaction.{attribute.name}": attribute.not_applicable for attribute in plan.attributes}
    refused = plan.refused if column in OUTCOMES or "." in column else 0.0
    edges = np.cumsum([plan.blank, refused, never_met.get(column, 0.0)])
    return np.select([chance < edge for edge in edges], [np.nan, REFUSED, NOT_APPLICABLE], score)


def _response_ids(plan: MarketPlan, n: int, rng: np.random.Generator) -> pd.Series:
    """Fifteen letters or digits behind the prefix where the tool numbers so, else plain numbers."""
    if not plan.id_prefix:
        return pd.Series(np.arange(100_001, 100_001 + n)).astype("str")
    letters = TOKEN[rng.integers(0, len(TOKEN), (n, 15))]
    return plan.id_prefix + pd.Series(letters.view("U15")[:, 0], dtype="str")
