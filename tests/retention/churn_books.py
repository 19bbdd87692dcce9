"""Little books of contracts, with answers that tell who leaves."""

import numpy as np
import pandas as pd

LAST = "2026-06-30"


def churn_books(n=600, seed=1, hazard=0.1):
    """Return contracts from 2024 on, whose end is written on leaving, and answers of each spring and autumn.

    The unhappy leave more often; who leaves goes for the price, the service or without a word.
    """
    rng = np.random.default_rng(seed)
    days = pd.to_datetime(["2024-03-15", "2024-09-15", "2025-03-15", "2025-09-15", "2026-03-15"])
    score = rng.integers(0, 11, n)
    rate = hazard * np.exp(0.35 * (4 - score))
    gone = (1 + rng.exponential(365 / np.maximum(rate, 1e-9))).astype(int)
    begin = pd.Timestamp("2024-01-01") - pd.to_timedelta(rng.integers(1, 900, n), unit="D")
    end = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.minimum(gone, 5000), unit="D")
    lost = np.asarray(end <= pd.Timestamp(LAST))
    names = np.array([f"k{number:04d}" for number in range(n)])
    contracts = pd.DataFrame(
        {
            "customer_id": names, "start": begin, "end": end.where(lost, pd.Timestamp("2027-12-31")),
            "value": rng.integers(100, 900, n).astype(float), "outcome": np.where(lost, "lost", "open"),
            "reason": np.where(lost, rng.choice(["price", "service", ""], n), ""),
        }
    )  # fmt: skip
    contracts["reason"] = contracts["reason"].where(contracts["reason"] != "", None)
    asked = [
        pd.DataFrame({"customer_id": names, "responded_at": day, "nps": score.astype(float)})[
            np.asarray((end > day) & (rng.random(n) < 0.7))
        ]
        for day in days
    ]
    return {"contracts": contracts, "responses": pd.concat(asked, ignore_index=True)}
