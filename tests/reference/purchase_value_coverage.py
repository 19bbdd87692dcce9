"""How often the bootstrap interval of `purchase_value` holds the truth: run with `python -m`, from the root.

Samples of 500 customers of known parameters, seen for 27 to 52 weeks; the value of the next two quarters of a
year at 2 % each, with 200 resamples of each model. The truth is the value of the same customers by the
parameters they were drawn from. Seed 1. Takes minutes; writes purchase_value_coverage.json beside itself.
"""

import json
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

import cxlab as cx
from cxlab.model.errors import MeasureError
from tests.retention.simulated_customers import bgnbd_customers, spends

BOUGHT, SPENT = np.array([0.5, 6.0, 0.9, 2.5]), np.array([6.0, 4.0, 15.0])
SAMPLES, CUSTOMERS, RESAMPLES = 300, 500, 200


def one(rng: np.random.Generator) -> tuple[bool, float]:
    """Return whether the interval of one sample holds the truth, and its width over the truth."""
    age = rng.integers(27, 53, CUSTOMERS).astype(float)
    x, t = bgnbd_customers(rng, CUSTOMERS, BOUGHT, age)
    bought = cx.bgnbd(x, t, age, n_boot=RESAMPLES, seed=rng)
    spent = cx.gamma_gamma(x, spends(rng, x, SPENT), n_boot=RESAMPLES, seed=rng)
    options = {"periods": 2, "discount": 0.02, "step": 13.0}
    found = cx.purchase_value(bought, spent, **options)
    alone = replace(bought, theta=BOUGHT, draws=np.empty((0, 4)))
    truth = cx.purchase_value(alone, replace(spent, theta=SPENT, draws=np.empty((0, 3))), **options).value
    return bool(found.conf_low <= truth <= found.conf_high), (found.conf_high - found.conf_low) / truth


def main() -> None:
    """Write the share of intervals that hold the truth, with its Monte Carlo error."""
    rng = np.random.default_rng(1)
    found, lost = [], 0
    for _ in range(SAMPLES):
        try:
            found.append(one(rng))
        except MeasureError:  # the likelihood of this sample has no maximum
            lost += 1
    held, width = np.array(found).T
    share = held.mean()
    told = {
        "numpy": version("numpy"), "samples": SAMPLES, "customers": CUSTOMERS, "resamples": RESAMPLES,
        "lost": lost, "held": share, "error": np.sqrt(share * (1 - share) / len(held)),
        "width": np.median(width),
    }  # fmt: skip
    Path(__file__).with_suffix(".json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
