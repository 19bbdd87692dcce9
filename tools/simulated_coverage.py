"""Coverage under weights and in accounts by simulation: the third table of docs/coverage.md.

Run from the root: .venv/bin/python -m tools.simulated_coverage
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from scipy import stats

from cxlab.estimate.estimates import Estimates
from cxlab.measure.mean_score import mean_score
from cxlab.measure.nps import nps
from cxlab.measure.top_box import top_box
from tools.nps_coverage import PAGE, replaced

# 20 % are detractors and half are promoters.
SCORES = np.array([1, 4, 6, 7, 8, 9, 10])
CHANCES = np.array([0.05, 0.05, 0.1, 0.1, 0.2, 0.25, 0.25])
TRUTH = {"nps": 30.0, "share": 0.5, "mean": float(SCORES @ CHANCES)}
ICC = 0.4
UNEQUAL = (1, 1, 2, 2, 3, 5, 8, 8, 13, 13, 21, 34)
# Answers of each account; or (answers, design effect of the weights).
SCENARIOS: dict[str, tuple[int, ...]] = {
    "30 answers, weights of design effect 2": (30, 2),
    "100 answers, weights of design effect 2": (100, 2),
    "40 accounts of 10 answers": (10,) * 40,
    "12 accounts of 1 to 34 answers": UNEQUAL,
}
MEASURES: dict[str, Callable[..., Estimates]] = {
    **{
        f"nps {method}": partial(nps, score="s", method=method)
        for method in ("score", "adjusted_wald", "bayes")
    },
    **{
        f"share {method}": partial(top_box, score="s", scale=(0, 10), method=method)
        for method in ("wilson", "agresti_coull", "logit")
    },
    "mean": partial(mean_score, score="s"),
}
SEED, SAMPLES, BATCH = 20261122, 8000, 1000


def simulated(scenario: str, samples: int, rng: np.random.Generator) -> pd.DataFrame:
    """Samples of one scenario: `s`, `sample`, and `w` or `account`."""
    plan = SCENARIOS[scenario]
    weighted = len(plan) == 2
    accounts = samples * (plan[0] if weighted else len(plan))
    sizes = 1 if weighted else np.tile(plan, samples)
    account = np.repeat(np.arange(accounts), sizes)
    shared = 0.0 if weighted else ICC
    latent = np.sqrt(shared) * rng.normal(size=accounts)[account]
    latent = latent + np.sqrt(1 - shared) * rng.normal(size=len(account))
    score = SCORES[np.searchsorted(stats.norm.ppf(np.cumsum(CHANCES)[:-1]), latent)]
    frame = pd.DataFrame({"s": score, "sample": account // (accounts // samples)})
    if not weighted:
        return frame.assign(account=account)
    # Log-normal, so that the design effect is that of the plan in large samples.
    return frame.assign(w=rng.lognormal(0, np.sqrt(np.log(plan[1])), len(frame)))


def coverage_of(name: str, frame: pd.DataFrame) -> float:
    """Share of the samples whose interval holds the truth."""
    # With each sample a stratum, its own accounts alone count in it.
    accounts = {"cluster": "account", "stratum": "sample"}
    design = accounts if "account" in frame else {"weight": "w"}
    rows = MEASURES[name](frame, by="sample", **design).rows
    truth = TRUTH[name.split()[0]]
    return float(((rows["conf_low"] <= truth) & (truth <= rows["conf_high"])).mean())


def main() -> None:
    """Write the table."""
    rows = []
    for scenario in SCENARIOS:
        rng = np.random.default_rng(SEED)
        held = [
            [coverage_of(name, frame) for name in MEASURES]
            for frame in (simulated(scenario, BATCH, rng) for _ in range(SAMPLES // BATCH))
        ]
        figures = 100 * np.mean(held, axis=0)
        rows.append(f"| {scenario} | " + " | ".join(f"{figure:.1f}" for figure in figures) + " |")
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), "simulated", rows), encoding="utf-8")


if __name__ == "__main__":
    main()
