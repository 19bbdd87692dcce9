"""A planted truth: who answers depends on a margin that is known."""

import numpy as np
import pandas as pd
import pytest

from cxlab.weight.calibrate import calibrate
from cxlab.weight.post_stratify import post_stratify
from cxlab.weight.rake import rake

# Scenario: 500 invited. Region and tenure are independent; a customer answers with the probability of the
# tenure; the score depends on both. Truth: 0.3·6 + 0.7·8 + 0.4·0.5 = 7.6.
REGION = {"north": 0.4, "south": 0.6}
TENURE = {"new": 0.3, "old": 0.7}
ANSWERS = {"new": 0.25, "old": 0.75}
TRUTH = 7.6
REPLICATIONS, INVITED, SEED = 2000, 500, 20261122


def answers(rng: np.random.Generator) -> pd.DataFrame:
    new, north = rng.random(INVITED) < TENURE["new"], rng.random(INVITED) < REGION["north"]
    score = np.where(new, 6.0, 8.0) + 0.5 * north + rng.normal(0, 1.5, INVITED)
    came = rng.random(INVITED) < np.where(new, ANSWERS["new"], ANSWERS["old"])
    frame = pd.DataFrame(
        {
            "tenure": np.where(new, "new", "old"),
            "region": np.where(north, "north", "south"),
            "is_new": new.astype(float),
            "score": score,
        }
    )
    return frame[came]


@pytest.mark.slow
def test_the_weighted_mean_is_unbiased_and_the_plain_one_is_not():
    rng = np.random.default_rng(SEED)
    means: dict[str, list[float]] = {name: [] for name in ("plain", "raked", "post_stratified", "linear")}
    for _ in range(REPLICATIONS):
        frame = answers(rng)
        margins = {"tenure": TENURE, "region": REGION}
        found = {
            "raked": rake(frame, margins),
            "post_stratified": post_stratify(frame, "tenure", TENURE),
            "linear": calibrate(frame, {"region": REGION, "is_new": TENURE["new"]}),
        }
        means["plain"].append(frame["score"].mean())
        for name, weights in found.items():
            means[name].append(np.average(frame["score"], weights=weights.weights))
    bias = {name: np.mean(values) - TRUTH for name, values in means.items()}
    monte_carlo = {name: np.std(values, ddof=1) / np.sqrt(REPLICATIONS) for name, values in means.items()}
    # Plain: a share of new of .3·.25/(.3·.25 + .7·.75) = .125 instead of .3, so 2·.175 = .35 too high.
    assert bias["plain"] == pytest.approx(0.35, abs=3 * monte_carlo["plain"])
    for name in ("raked", "post_stratified", "linear"):
        assert abs(bias[name]) < 3 * monte_carlo[name], name
    # Knowing the region too explains a little of the score.
    assert np.std(means["raked"]) < np.std(means["post_stratified"])


def test_one_sample_shows_it_already():
    frame = answers(np.random.default_rng(SEED))
    weighted = np.average(frame["score"], weights=rake(frame, {"tenure": TENURE}).weights)
    by_hand = sum(TENURE[name] * group["score"].mean() for name, group in frame.groupby("tenure"))
    assert weighted == pytest.approx(by_hand, rel=1e-12)
