"""Training a churn model on 1,000,000 customers × 40 features: boosted trees of two makes, and the logit."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import pandas as pd
from scipy.special import expit

from bench.in_turns import Told, in_turns, line, peak_mib

KINDS = ("hist_gradient_boosting", "lightgbm", "logit")
ROWS, HELD_OUT = 1_000_000, 100_000


def customers(rows: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return 36 numbers, some missing, 4 categories, and who left: a tenth or so."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, 36)).astype("float64")
    codes = rng.integers(0, 8, (rows, 4))
    index = -2.8 + x[:, :6] @ np.linspace(0.8, 0.2, 6) + 0.5 * x[:, 6] * x[:, 7] + 0.2 * (codes[:, 0] - 3.5)
    x[rng.random((rows, 36)) < 0.1] = np.nan
    frame = pd.DataFrame(x, columns=[f"x{place}" for place in range(36)])
    levels = np.array(list("abcdefgh"))
    for place in range(4):
        frame[f"plan{place}"] = pd.Categorical(levels[codes[:, place]])
    return frame, (rng.random(rows) < expit(index)).astype(int)


def own(kind: str) -> Told:
    """Train one kind, guard against leaks included, and judge it on 100,000 others."""
    import cxlab as cx

    frame, left = customers(ROWS + HELD_OUT)
    before = peak_mib()
    start, start_work = time.perf_counter(), time.process_time()
    model = cx.churn_model(frame[:ROWS], left[:ROWS], kind=kind)
    told: Told = {
        "seconds": [time.perf_counter() - start], "worked": [time.process_time() - start_work],
        "peak": peak_mib(), "version": "", "before": before,
    }  # fmt: skip
    quality = cx.score_quality(model.predict_proba(frame[ROWS:])[:, 1], left[ROWS:])
    return {**told, "auc": quality.of("auc"), "slope": quality.of("slope")}


def main(turns: int = 2) -> None:
    """Print time, memory and AUC of each kind, in turns; the ratios are to boosted trees of scikit-learn."""
    ways = {kind: [sys.executable, "-m", "bench.churn_training", kind] for kind in KINDS}
    found = in_turns(ways, turns)
    print(f"{ROWS:,} customers × 40 features, judged on {HELD_OUT:,} others: median (range)")
    for name, each in found.items():
        print(
            f"{line(name, each, found[KINDS[0]])}, of which {each['before']:.0f} before; "
            f"AUC {each['auc']:.4f}, slope {each['slope']:.3f}"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(own(sys.argv[1])))
    else:
        main()
