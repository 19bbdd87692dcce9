"""Speeders: a third of the median, by channel where the channel is large enough."""

import numpy as np
import pytest

from cxlab.model.errors import MeasureError
from cxlab.quality.speeders import speeders
from tests.quality.quality_markets import honest_market, market_of, responses_of


def market_with(durations, channels):
    rng = np.random.default_rng(1)
    return market_of(responses_of(len(durations), rng, duration_s=durations, channel=channels))


def test_each_channel_has_its_own_median():
    durations = [300.0] * 40 + [99.9, 100.0] + [90.0] * 40 + [29.9, 30.0]
    found = speeders(market_with(durations, ["mail"] * 42 + ["app"] * 42))
    quick = found.rows.loc[found.rows["flagged"], "duration_s"].tolist()
    assert quick == [99.9, 29.9]


def test_a_small_channel_is_held_against_the_wave():
    durations = [300.0] * 60 + [90.0] * 10
    found = speeders(market_with(durations, ["mail"] * 60 + ["app"] * 10))
    assert found.n_flagged == 10
    assert set(found.rows["median_s"]) == {300.0}


def test_answers_without_a_duration_are_not_judged():
    found = speeders(market_with([300.0] * 40 + [np.nan] * 5, ["mail"] * 45))
    assert (found.n, found.n_flagged) == (40, 0)
    market = market_of(responses_of(5, np.random.default_rng(0)).drop(columns="duration_s"))
    assert speeders(market).n == 0


def test_honest_durations_are_hardly_ever_flagged():
    # ln T ~ N(5.5, 0.3): P(T < median / 3) = Φ(−ln 3 / 0.3) = 1.25e-4, 2.5 of 20,000; 3 SE more are 7.3.
    assert speeders(honest_market(20_000, seed=5)).n_flagged <= 7


@pytest.mark.parametrize("share", [0, 1, -0.5])
def test_a_senseless_share_is_refused(share):
    with pytest.raises(MeasureError, match="makes no rule"):
        speeders(honest_market(5), median_share=share)
