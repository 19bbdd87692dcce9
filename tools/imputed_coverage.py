"""Coverage of intervals over imputed rows by simulation: the sentence on them in docs/importance.md.

Run from the root: .venv/bin/python -m tools.imputed_coverage
"""

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from cxlab.drivers.driver_players import driver_players
from cxlab.drivers.importance_inference import Basis, inferred
from cxlab.drivers.importance_sample import from_imputations
from cxlab.drivers.incomplete_rows import incomplete_rows
from cxlab.drivers.lmg import lmg

N, SAMPLES, SEED, RHO = 200, 2000, 20261122, 0.4
COEFFICIENTS = np.array([0.4, 0.25, 0.15])
NAMES = ["a", "b", "c"]


def answers(rng: np.random.Generator) -> pd.DataFrame:
    """Draw answers; a is missing three times as often where the outcome is high, b at random."""
    correlation = np.where(np.eye(3), 1.0, RHO)
    x = rng.standard_normal((N, 3)) @ np.linalg.cholesky(correlation).T
    left = 1 - COEFFICIENTS @ correlation @ COEFFICIENTS
    y = x @ COEFFICIENTS + np.sqrt(left) * rng.standard_normal(N)
    frame = pd.DataFrame(x, columns=NAMES).assign(y=y)
    gone = np.where(frame["y"] > 0, 0.3, 0.1)
    return frame.assign(a=frame["a"].where(rng.random(N) > gone), b=frame["b"].where(rng.random(N) > 0.15))


def covered(n_imputed: int, n_boot: int) -> np.ndarray:
    """Return how often the intervals of the three drivers hold the true LMG."""
    players = driver_players("y", NAMES, None, ())
    correlation = np.where(np.eye(3), 1.0, RHO)
    truth = lmg(correlation, correlation @ COEFFICIENTS)
    basis = Basis(np.full(3, N), np.full(3, float(N)), N / (N - 4), N - 1.0, 0.95, "none")
    held = np.zeros(3)
    for seed in range(SAMPLES):
        rng = np.random.default_rng([SEED, seed])
        rows = incomplete_rows(answers(rng), ("y", *NAMES), weight=None, cluster=None, rng=rng)
        sample = from_imputations(rows, players, "lmg", n_boot, n_imputed, rng)
        size = inferred(sample.estimate, sample.draws, players, "lmg", basis).size
        held += (size.low <= truth) & (truth <= size.high)
    return held / SAMPLES


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        print(covered(n_imputed=5, n_boot=250))
