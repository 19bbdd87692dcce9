"""Small ratings for the tests of index, gap and quadrants."""

import numpy as np
import pandas as pd

from cxlab.measure.long_items import long_items

NAMES = ("billing", "network", "price", "shop")
WANTED = (8.5, 7.6, 8.9, 5.5)
FOUND = (7.8, 7.4, 6.2, 7.6)


def people(n: int = 90, seed: int = 4) -> pd.DataFrame:
    """Respondents with weights, segments, accounts and ratings s_… and i_… on 1–10, one in ten missing."""
    rng = np.random.default_rng(seed)
    account = rng.integers(0, max(n // 5, 2), n)
    level = rng.normal(0, 0.8, n) + rng.normal(0, 0.8, account.max() + 1)[account]
    frame = pd.DataFrame(
        {
            "response_id": [f"r{place}" for place in range(n)],
            "w": rng.gamma(3, 1, n),
            "g": rng.choice(["a", "b"], n),
            "account": account,
        }
    )
    for prefix, means in {"s": FOUND, "i": WANTED}.items():
        for name, mean in zip(NAMES, means, strict=True):
            score = np.clip(np.round(mean + level + rng.normal(0, 1.2, n)), 1, 10)
            frame[f"{prefix}_{name}"] = np.where(rng.random(n) < 0.1, np.nan, score)
    return frame


def items_of(frame: pd.DataFrame) -> pd.DataFrame:
    return long_items(
        frame,
        satisfaction={name: f"s_{name}" for name in NAMES},
        importance={name: f"i_{name}" for name in NAMES},
        respondent="response_id",
    )


def twice(frame: pd.DataFrame, times: np.ndarray) -> pd.DataFrame:
    """Each row as often as its weight, under a name of its own."""
    rows = frame.loc[frame.index.repeat(times)].reset_index(drop=True)
    return rows.assign(response_id=[f"t{place}" for place in rows.index])
