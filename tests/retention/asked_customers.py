"""Customers of whom every question about retention can be asked, for the batteries."""

import numpy as np
import pandas as pd

from tests.retention.simulated_customers import bgnbd_customers, pareto_customers, spends


def asked_customers(n: int = 300) -> pd.DataFrame:
    """Customers who answer whatever is asked: how long they stayed, why they left, what they bought."""
    rng = np.random.default_rng(23)
    csat = rng.integers(0, 11, n).astype(float)
    months = rng.geometric(1 / (1 + np.exp(1.5 + 0.1 * csat)))
    score = rng.beta(2, 3, n)
    age = rng.uniform(20, 40, n)
    frequency, recency = bgnbd_customers(rng, n, (0.8, 6.0, 0.9, 2.5), age)
    often, last = pareto_customers(rng, n, (0.8, 4.0, 0.6, 8.0), age)
    frame = pd.DataFrame({
        "csat": csat, "price": rng.normal(50, 10, n), "t": np.minimum(months, 8.0), "left": months <= 8,
        "cause": np.where(months <= 8, rng.choice(["price", "service"], n), "none"),
        "why": rng.choice(["dear", "rude", "slow", "?"], n), "segment": np.where(csat > 5, "a", "b"),
        "score": score, "other": np.clip(score + rng.normal(0, 0.2, n), 0, 1),
        "churned": (rng.random(n) < score) * 1.0, "frequency": frequency, "recency": recency, "age": age,
        "often": often, "last": last, "spend": spends(rng, frequency, (6.0, 4.0, 15.0)),
        "renew_q1": rng.integers(1, 6, n), "renew_q2": rng.integers(0, 11, n), "w": 1.0,
    })  # fmt: skip
    frame.loc[1, ["frequency", "recency", "spend"]] = 2.0, 5.0, 20.0  # a row of which nothing is missing
    return frame
