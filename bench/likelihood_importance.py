"""Shapley values of a likelihood R², against refitting every model with statsmodels in a loop."""

from __future__ import annotations

import math
import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from cxlab.drivers.class_rows import Family
from cxlab.drivers.likelihood_importance import likelihood_importance
from cxlab.drivers.likelihood_importance_result import LikelihoodImportance

ROWS = 1000
NAMES = [f"x{place}" for place in range(1, 13)]


def ratings(rows: int = ROWS) -> pd.DataFrame:
    """Return 12 ratings 1–5 with a halo, a flag and a likelihood to recommend that go with them."""
    rng = np.random.default_rng(12)
    x = np.clip(np.round(3 + rng.normal(size=(rows, 12)) + 0.8 * rng.normal(size=(rows, 1))), 1, 5)
    latent = (x - 3) @ np.linspace(0, 0.4, 12) + rng.logistic(size=rows)
    frame = pd.DataFrame(x, columns=NAMES)
    return frame.assign(bought=(latent > 0).astype(int), nps=np.clip(np.round(7.5 + 1.2 * latent), 0, 10))


def in_a_loop(frame: pd.DataFrame, names: list[str], outcome: str) -> np.ndarray:
    """Return the Shapley values of McFadden's R² by statsmodels, one fit for each subset."""
    import statsmodels.api as sm
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    p, x = len(names), frame[names].to_numpy()
    y = (
        np.searchsorted([7, 9], frame["nps"], side="right")
        if outcome == "nps"
        else frame["bought"].to_numpy()
    )
    worth = np.zeros(1 << p)
    for bits in range(1, 1 << p):
        chosen = x[:, [place for place in range(p) if bits >> place & 1]]
        if outcome == "nps":
            worth[bits] = OrderedModel(y, chosen, distr="logit").fit(method="bfgs", disp=0).prsquared
        else:
            worth[bits] = sm.Logit(y, sm.add_constant(chosen)).fit(disp=0).prsquared
    values = np.zeros(p)
    for bits in range(1 << p):
        size = bits.bit_count()
        for place in range(p):
            if not bits >> place & 1:
                step = worth[bits | 1 << place] - worth[bits]
                values[place] += (
                    step * math.factorial(size) * math.factorial(p - size - 1) / math.factorial(p)
                )
    return values


def seconds(run: Callable[[], object], times: int) -> list[float]:
    """Return the seconds of each of some runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return taken


def line(name: str, taken: list[float]) -> str:
    """Return one line: the median and the range."""
    return f"{name:<58} {statistics.median(taken):8.3f} s  ({min(taken):.3f}–{max(taken):.3f})"


def main(runs: int = 3) -> None:
    """Print times of cxlab and of statsmodels, their ratio and how far apart their values are."""
    frame = ratings()
    print(f"Shapley values of McFadden's R², {ROWS:,} rows: median (range) of {runs}")
    likelihood_importance(frame, "bought", NAMES[:3])
    for outcome, family, p in (("bought", "binary", 6), ("bought", "binary", 12), ("nps", "nps", 6)):
        against_a_loop(frame, outcome, family, NAMES[-p:], runs)
    nps = seconds(lambda: likelihood_importance(frame, "nps", NAMES, family="nps", n_boot=200), runs)
    print(line("nps, 12 drivers: cxlab, with 200 resamples", nps))


def against_a_loop(frame: pd.DataFrame, outcome: str, family: Family, names: list[str], runs: int) -> None:
    """Print the times for one outcome."""

    def ours(n_boot: int) -> LikelihoodImportance:
        return likelihood_importance(frame, outcome, names, family=family, n_boot=n_boot)

    said, plain = f"{family}, {len(names)} drivers:", seconds(lambda: ours(0), runs)
    print(line(f"{said} cxlab, {1 << len(names):,} models", plain))
    print(line(f"{said} cxlab, with 200 resamples", seconds(lambda: ours(200), runs)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = time.perf_counter()
        theirs = in_a_loop(frame, names, outcome)
        taken = [time.perf_counter() - start]
    print(line(f"{said} statsmodels in a loop, once", taken))
    gap = np.abs(theirs - ours(0).rows["importance"].to_numpy()).max()
    ratio = taken[0] / statistics.median(plain)
    print(f"{'  ratio, and largest difference of values':<58} {ratio:8.1f}    {gap:.1e}")


if __name__ == "__main__":
    main()
