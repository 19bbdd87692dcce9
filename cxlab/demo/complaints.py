"""Complaints and gestures of goodwill: who complains, about what, and what was given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxlab.demo.calendar import day_after, moments
from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.customers import PRIVATE, Customers, draw_codes
from cxlab.demo.identifiers import chosen, customer_ids, identifiers
from cxlab.demo.opinions import Panel

FIRST_DAY, LAST_DAY = 10, 108  # of the half-year: after joining, before anyone leaves
GOODWILL_WITHIN = 11  # days
CHANNELS = ("phone", "e-mail", "chat", "shop", "social media")
CHANNEL_SHARES = (0.48, 0.24, 0.14, 0.08, 0.06)
VERBAL = (0, 3)  # channels that are spoken
AMOUNTS = (5, 10, 20, 35, 60)  # of goodwill, in currency by severity; times the market's price level
PRICE_LEVEL = {"EUR": 1.0, "GBP": 0.9, "PLN": 3.0}


@dataclass(frozen=True, slots=True)
class Complaints:
    """What each customer would complain about in each half-year; arrays of shape (customers, waves).

    Attributes
    ----------
    made : ndarray of bool
        Whether there is a complaint, for those under contract.
    severity : ndarray of int
        1 to 5.
    goodwill : ndarray of bool
        Whether a gesture is made if there is a complaint.
    """

    made: NDArray[np.bool_]
    severity: NDArray[np.int64]
    goodwill: NDArray[np.bool_]


def draw_complaints(
    plan: MarketPlan, customers: Customers, panel: Panel, rng: np.random.Generator
) -> Complaints:
    """Draw who complains; goodwill goes to private customers, more often to the graver cases."""
    rule, shape = plan.complaining, (len(customers), len(WAVES))
    unit = np.stack([panel.unit("satisfaction.contact_centre", wave) for wave in range(len(WAVES))], axis=1)
    made = rng.random(shape) < 1 / (1 + np.exp(-(rule.intercept + rule.slope * unit)))
    severity = draw_codes(rule.severity, made.size, rng).reshape(shape)
    given = rng.random(shape) < np.array(rule.goodwill)[severity - 1]
    private = (customers.customer_type == PRIVATE)[:, None]
    return Complaints(made, severity, made & given & private)


def complaint_tables(
    plan: MarketPlan, complaints: Complaints, active: NDArray[np.bool_], rng: np.random.Generator
) -> dict[str, pa.Table]:
    """Return the tables `complaints`, `goodwill` and `causes`; `active` says who is under contract when."""
    customer, wave = np.nonzero(complaints.made & active)
    n, rule = len(customer), plan.complaining
    severity = complaints.severity[customer, wave]
    cause = draw_codes(tuple(cause.share for cause in rule.causes), n, rng) - 1
    channel = draw_codes(CHANNEL_SHARES, n, rng) - 1
    day = day_after(wave, rng.integers(FIRST_DAY, LAST_DAY, n))
    opened = moments(day, rng)
    answered = opened + _hours(rng.lognormal(3.0, 0.9, n))
    closed = answered + _hours(rng.lognormal(3.6, 0.8, n))
    ids = identifiers("K", np.arange(1, n + 1))
    names = customer_ids(plan, customer)
    causes = chosen(tuple(cause.cause_id for cause in rule.causes), cause)
    given = complaints.goodwill[customer, wave]
    decided = day + rng.integers(1, GOODWILL_WITHIN, n)
    tables = {
        "complaints": pa.table(
            {
                "complaint_id": ids,
                "customer_id": names,
                "opened_at": opened,
                "first_answered_at": answered,
                "closed_at": closed,
                "channel": chosen(CHANNELS, channel),
                "form": chosen(("verbal", "written"), (~np.isin(channel, VERBAL)).astype(np.int64)),
                "type": chosen(tuple(cause.kind for cause in rule.causes), cause),
                "cause_id": causes,
                "severity": severity,
                "resolved": rng.random(n) < 0.86 - 0.05 * severity,
            }
        ),
        "causes": causes_table(plan),
    }
    tables["goodwill"] = pa.table(
        {
            "goodwill_id": identifiers("G", np.arange(1, int(given.sum()) + 1)),
            "customer_id": names.filter(pa.array(given)),
            "complaint_id": ids.filter(pa.array(given)),
            "date": decided[given],
            "amount": np.array(AMOUNTS)[severity - 1][given] * PRICE_LEVEL[plan.currency],
            "cause_id": causes.filter(pa.array(given)),
        }
    )
    return tables


def causes_table(plan: MarketPlan) -> pa.Table:
    """Return the tree of causes: the branches of the diagram, then their leaves."""
    rule = plan.complaining
    branches = tuple(dict.fromkeys(cause.category for cause in rule.causes))
    return pa.table(
        {
            "cause_id": [*branches, *(cause.cause_id for cause in rule.causes)],
            "problem": [rule.problem] * (len(branches) + len(rule.causes)),
            "category": [*branches, *(cause.category for cause in rule.causes)],
            "parent": pa.array(
                [*[None] * len(branches), *(cause.category for cause in rule.causes)], pa.string()
            ),
        }
    )


def _hours(hours: NDArray[np.float64]) -> NDArray[np.timedelta64]:
    return np.rint(hours * 60).astype("timedelta64[m]")
