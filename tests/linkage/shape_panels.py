"""Panels of entities and periods with a score, and what R says of one of them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

# Rscript link_shape.R > link_shape.json; versions stand in the file
REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "link_shape.json").read_text())
R_PANEL = pd.DataFrame(REFERENCE["data"])


def cr1(covariance: list, n: int, clusters: int, parameters: int) -> np.ndarray:
    """Put the factor of CR1 on R's covariance without factors."""
    return np.array(covariance) * clusters / (clusters - 1) * (n - 1) / (n - parameters)


def panel(seed: int = 3, entities: int = 60, periods: int = 5) -> pd.DataFrame:
    """Return a panel on which every question about the shape has an answer."""
    rng = np.random.default_rng(seed)
    n = entities * periods
    i, t = np.repeat(np.arange(entities), periods), np.tile(np.arange(periods), entities)
    u = rng.normal(size=entities)[i]
    x = np.clip(np.round(7 + u + 2 * rng.normal(size=n)), 0, 10)
    y = np.exp(2 + 0.3 * u + 0.05 * t + 0.06 * x + 0.2 * rng.normal(size=n))
    return pd.DataFrame(
        {
            "id": i, "period": np.char.add("2025Q", t.astype(str)), "nps": x, "age": rng.normal(size=n),
            "revenue": y, "paid": np.where(rng.random(n) < 0.2, 0.0, y), "w": rng.gamma(2, 1, n),
            "retained": (rng.random(n) > 0.5 - 0.04 * x).astype(float),
            "segment": np.array(list("abcd"))[i % 4],
        }
    )  # fmt: skip
