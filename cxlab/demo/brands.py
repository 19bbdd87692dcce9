"""How the company compares: what its own respondents say of two brands, and published results of all."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.customers import Floats
from cxlab.demo.fieldwork import Fieldwork
from cxlab.demo.identifiers import chosen

RATED_BY = 0.20  # share of the respondents asked to rate brands
PUBLISHED_N = 400
CATEGORY = "telecom"
RATER_SD = 0.8  # what a rater gives to all areas of a brand alike; the rest of the plan's sd is each answer's
SPEND = (2.6, 0.5)  # of the logarithm of monthly spend, times the market's level


def brand_ratings_table(plan: MarketPlan, work: Fieldwork, rng: np.random.Generator) -> pa.Table:
    """Return the table `brand_ratings`: the company and one rival, in every area."""
    raters = np.flatnonzero(rng.random(len(work.clean)) < RATED_BY)
    n, areas = len(raters), len(plan.brands.areas)
    rival = rng.integers(1, len(plan.brands.names), n)
    brand = np.stack([np.zeros(n, dtype=np.int64), rival], axis=1)
    person = RATER_SD * rng.standard_normal((n, 2, 1))
    noise = np.sqrt(plan.brands.sd**2 - RATER_SD**2) * rng.standard_normal((n, 2, areas))
    meant = _means(plan)[brand] + person + noise
    score = np.clip(np.rint(meant), 0, 10).astype(np.int64)
    spend = np.rint(plan.revenue.level / 10 * rng.lognormal(*SPEND, (n, 2))) / 10
    rank = 1 + (spend < spend[:, ::-1]) + ((spend == spend[:, ::-1]) & (np.arange(2) == 1))
    row, place, area = (index.ravel() for index in np.indices(score.shape))
    return pa.table(
        {
            "response_id": pa.array(work.clean["response_id"]).take(pa.array(raters[row])),
            "brand": chosen(plan.brands.names, brand[row, place]),
            "area": chosen(plan.brands.areas, area),
            "category": chosen((CATEGORY,), np.zeros(len(row), dtype=np.int64)),
            "score": score.ravel(),
            "rank": rank[row, place],
            "spend": spend[row, place],
        }
    )


def competitors_table(plan: MarketPlan, rng: np.random.Generator) -> pa.Table:
    """Return the table `competitors`: mean, spread and counts of a published survey."""
    shape = (len(WAVES), len(plan.brands.names), len(plan.brands.areas))
    wave, brand, area = (index.ravel() for index in np.indices(shape))
    meant = _means(plan)[brand, area][:, None] + plan.brands.sd * rng.standard_normal(
        (len(wave), PUBLISHED_N)
    )
    score = np.clip(np.rint(meant), 0, 10).astype(np.int64)
    # Whole-number sums: the same on every machine, whatever the order of addition.
    total, squares = np.add.reduce(score, axis=1), np.add.reduce(score**2, axis=1)
    variance = (squares - total**2 / PUBLISHED_N) / (PUBLISHED_N - 1)
    return pa.table(
        {
            "wave": chosen(tuple(wave.name for wave in WAVES), wave),
            "brand": chosen(plan.brands.names, brand),
            "category": chosen((CATEGORY,), np.zeros(len(wave), dtype=np.int64)),
            "area": chosen(plan.brands.areas, area),
            "mean": np.round(total / PUBLISHED_N, 4),
            "sd": np.round(np.sqrt(variance), 4),
            "promoters": np.add.reduce((score >= 9).astype(np.int64), axis=1),
            "detractors": np.add.reduce((score <= 6).astype(np.int64), axis=1),
            "n": np.full(len(wave), PUBLISHED_N),
        }
    )


def _means(plan: MarketPlan) -> Floats:
    """Planted means before rounding, shape (brands, areas)."""
    return np.add.outer(np.array(plan.brands.means), np.array(plan.brands.area_effects))
