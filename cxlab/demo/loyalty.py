"""The loyalty programme's points, and the ideas customers hand in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cxlab.demo.calendar import day_after
from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.customers import Customers, draw_codes
from cxlab.demo.identifiers import chosen, customer_ids, identifiers
from cxlab.demo.lives import Lives

MOVEMENTS = 2  # mean number of movements of a member in a half-year
LAST_DAY = 120
POINT_VALUE = 0.01
TYPES = ("earn", "redeem", "expire")
REWARDS = ("voucher", "device", "donation")
WITH_CASH = 0.4  # share of rewards paid in part with money
IDEAS = 0.01  # ideas per customer under contract in a half-year
ADOPTED = 0.06  # share of ideas that earn points


def loyalty_tables(
    plan: MarketPlan, customers: Customers, lives: Lives, rng: np.random.Generator
) -> dict[str, pa.Table]:
    """Return the tables `loyalty_events` and `ideas`."""
    return {"loyalty_events": _events(plan, customers, lives, rng), "ideas": _ideas(plan, lives, rng)}


def _events(plan: MarketPlan, customers: Customers, lives: Lives, rng: np.random.Generator) -> pa.Table:
    rule = plan.loyalty
    counts = rng.poisson(MOVEMENTS, lives.active.shape) * (lives.active & customers.member[:, None])
    customer, wave = (np.repeat(place, counts[counts > 0]) for place in np.nonzero(counts))
    n = len(customer)
    kind = draw_codes((1 - rule.redeemed - rule.expired, rule.redeemed, rule.expired), n, rng) - 1
    redeemed = kind == TYPES.index("redeem")
    cash = np.rint(rng.uniform(1, 30, n) * 100) / 100
    return pa.table(
        {
            "event_id": identifiers("P", np.arange(1, n + 1), width=7),
            "customer_id": customer_ids(plan, customer),
            "date": day_after(wave, rng.integers(10, LAST_DAY, n)),
            "type": chosen(TYPES, kind),
            "points": np.where(redeemed, 500, 10) * rng.integers(1, 11, n),
            "partner": chosen(rule.partners, draw_codes(rule.partner_shares, n, rng) - 1),
            "reward": chosen(REWARDS, np.where(redeemed, rng.integers(0, len(REWARDS), n), -1)),
            "cash": pa.array(cash, mask=~(redeemed & (rng.random(n) < WITH_CASH))),
            "point_value": np.full(n, POINT_VALUE),
        }
    )


def _ideas(plan: MarketPlan, lives: Lives, rng: np.random.Generator) -> pa.Table:
    customer, wave = np.nonzero(lives.active & (rng.random((len(lives.active), len(WAVES))) < IDEAS))
    n = len(customer)
    votes = rng.negative_binomial(1, 0.08, n)
    return pa.table(
        {
            "idea_id": identifiers("D", np.arange(1, n + 1)),
            "customer_id": customer_ids(plan, customer),
            "date": day_after(wave, rng.integers(10, LAST_DAY, n)),
            "votes": votes,
            "awarded_points": pa.array(np.full(n, 250), mask=rng.random(n) >= ADOPTED),
        }
    )
