"""Sample sizes against known figures, against the intervals they promise, and against power by simulation."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlab.measure.detectable_change import detectable_change
from cxlab.measure.nps import nps
from cxlab.measure.sample_size import sample_size
from cxlab.measure.sample_size_to_detect import sample_size_to_detect
from cxlab.model.errors import MeasureError


@pytest.mark.parametrize(("variance", "n"), [(0.45, 692), (0.60, 922), (0.75, 1153)])
def test_known_sizes_for_a_margin_of_5_points(variance: float, n: int):
    # R 4.2.2: ceiling(qnorm(.975)^2 * c(.45, .60, .75) / .05^2)
    assert sample_size(5, variance=variance).n == n


@pytest.mark.parametrize(("variance", "n"), [(0.45, 2826), (0.60, 3768), (0.75, 4710)])
def test_known_sizes_to_detect_5_points(variance: float, n: int):
    # R 4.2.2: ceiling(2 * (qnorm(.975) + qnorm(.8))^2 * c(.45, .60, .75) / .05^2)
    assert sample_size_to_detect(5, variance=variance).n == n
    assert detectable_change(n, variance=variance).difference == pytest.approx(5, abs=0.002)
    assert (
        detectable_change(n, variance=variance).difference
        <= 5
        < detectable_change(n - 1, variance=variance).difference
    )


def test_the_size_gives_the_wald_interval_its_margin():
    # 600 promoters and 100 detractors in 1,000: a variance of .45.
    needed = sample_size(5, promoters=0.6, detractors=0.1)
    assert needed.variance == pytest.approx(0.45, rel=1e-12)
    scores = pd.DataFrame({"nps": [10] * 600 + [8] * 300 + [0] * 100})
    row = nps(scores, method="wald").rows.iloc[0]
    half = (row["conf_high"] - row["conf_low"]) / 2
    assert needed.n == int(np.ceil(1000 * (half / 5) ** 2))


def test_measures_have_their_own_units():
    # Cochran (1977), section 4.4: 95 % margin of .05 at p = .5, known as 385.
    assert sample_size(0.05, measure="share", share=0.5).n == 385
    assert sample_size(0.05, measure="share", variance=0.25).n == 385
    assert sample_size(0.2, measure="mean_score", variance=4).n == int(
        np.ceil(stats.norm.ppf(0.975) ** 2 * 100)
    )


def test_clusters_cost_and_small_populations_save():
    plain, clustered = sample_size(5, variance=0.6), sample_size(5, variance=0.6, design_effect=2)
    assert clustered.n in (2 * plain.n, 2 * plain.n - 1)
    small = sample_size(5, variance=0.6, population=1000)
    # With n of N the variance of a mean is (1 − n/N) · N/(N − 1) · V/n.
    error = [np.sqrt((1 - n / 1000) * 1000 / 999 * 0.6 / n) for n in (small.n, small.n - 1)]
    assert 1.959963984540054 * error[0] <= 0.05 < 1.959963984540054 * error[1]
    assert sample_size(5, variance=0.6, population=10).n == 10


def test_unequal_groups_detect_less():
    assert (
        detectable_change(100, 900, variance=0.5).difference > detectable_change(500, variance=0.5).difference
    )
    known = 100 * (stats.norm.ppf(0.975) + stats.norm.ppf(0.9)) * np.sqrt(0.5 * (1 / 100 + 1 / 900))
    found = detectable_change(100, 900, variance=0.5, power=0.9).difference
    assert found == pytest.approx(known, rel=1e-12)


def test_the_power_is_as_promised():
    # Two waves with the same shares but for 10 points; the z test of their difference; 20,000 pairs.
    needed = sample_size_to_detect(10, promoters=0.5, detractors=0.2)
    rng, pairs = np.random.default_rng(20261122), 20_000
    one = rng.multinomial(needed.n, [0.2, 0.3, 0.5], pairs) @ [-1, 0, 1] / needed.n
    # .55 promoters and .15 detractors: 10 points more, and a variance of .54 in the place of .61.
    other = rng.multinomial(needed.n, [0.15, 0.3, 0.55], pairs) @ [-1, 0, 1] / needed.n
    spread = np.sqrt((0.61 + 0.54) / needed.n)
    found = (np.abs(other - one) / spread > 1.959963984540054).mean()
    expected = stats.norm.sf(1.959963984540054 - 0.1 / spread)
    assert expected > 0.8
    assert abs(found - expected) < 3 * np.sqrt(expected * (1 - expected) / pairs) + 0.002


def test_summaries_say_what_was_supposed():
    assert sample_size(5, variance=0.45, population=2000).summary() == (
        "515 answers of a population of 2,000 give a 95% interval of ±5 points for nps (supposed: variance "
        "0.45, design effect 1)."
    )
    assert sample_size_to_detect(5, variance=0.45).summary() == (
        "2,826 answers in each of two groups detect a difference of 5 points in nps with a probability of "
        "80%, tested at 5% (supposed: variance 0.45, design effect 1)."
    )
    change = detectable_change(400, variance=0.45)
    assert "a difference of 13.3 points in nps" in change.summary()
    assert change.tidy().loc[0, "n_other"] == 400
    assert sample_size(5, variance=0.45)._repr_html_().startswith("<p>692 answers")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "the variance of an answer is not named once; say variance="),
        ({"variance": 0.4, "promoters": 0.5, "detractors": 0.1}, "not named once"),
        ({"promoters": 0.5}, "promoters= and detractors= do not fit 'nps'"),
        ({"promoters": 0.7, "detractors": 0.5}, "no shares of one sample"),
        ({"promoters": 1.0, "detractors": 0.0}, "all answers are supposed to be equal"),
        ({"variance": 1.2}, "1.2 is no variance of an answer"),
        ({"variance": float("nan")}, "is no variance of an answer"),
        ({"share": 0.5}, "share=0.5 does not fit 'nps'"),
        ({"measure": "share", "share": 1.0}, "share=1.0 does not fit 'share'"),
        ({"measure": "csat", "variance": 0.2}, "unknown measure 'csat'; take one of nps, share, mean_score"),
        ({"variance": 0.4, "design_effect": 0}, "design_effect=0 is not above 0"),
        ({"variance": 0.4, "conf_level": 95}, "a confidence level of 95 is none"),
    ],
)
def test_what_cannot_be_planned_is_refused(options: dict, message: str):
    for plan in (sample_size, sample_size_to_detect, detectable_change):
        with pytest.raises(MeasureError, match=message):
            plan(5, **options)


def test_sizes_and_powers_out_of_range_are_refused():
    with pytest.raises(MeasureError, match="margin=0 is not above 0"):
        sample_size(0, variance=0.4)
    with pytest.raises(MeasureError, match="n=-1 is not above 0"):
        detectable_change(-1, variance=0.4)
    with pytest.raises(MeasureError, match="a population of 0 is none"):
        sample_size(5, variance=0.4, population=0)
    for power in (0.5, 1, 80):
        with pytest.raises(MeasureError, match="is none to plan with; take one such as"):
            sample_size_to_detect(5, variance=0.4, power=power)
