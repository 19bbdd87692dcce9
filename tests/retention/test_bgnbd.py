"""BG/NBD: against the paper and lifetimes, brute force, and customers whose parameters are known."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.integrate import quad
from scipy.special import betaln, gammaln

import cxlab as cx
from cxlab.model.errors import MeasureError
from cxlab.retention.bgnbd_terms import bgnbd_alive, bgnbd_expected, bgnbd_terms
from cxlab.retention.purchase_rows import purchase_rows
from tests.retention.simulated_customers import bgnbd_customers

REPLICATIONS = 2_000
CDNOW = Path(os.environ.get("CXLAB_DATA", "no folder")) / "cdnow" / "cdnow_customers_summary.csv"
# tests/reference/purchase_models.py, lifetimes 0.11.3
REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "purchase_models.json").read_text("utf-8"))
GIVEN = REFERENCE["given"]
TRUE = np.array([0.5, 6.0, 0.9, 2.5])


def weeks():
    frame = pd.DataFrame(REFERENCE["summary"])
    return frame["frequency"], frame["recency"], frame["T"]


@pytest.mark.skipif(not CDNOW.is_file(), reason="needs CXLAB_DATA/cdnow")
def test_cdnow_gives_the_published_digits():
    frame = pd.read_csv(CDNOW)
    result = cx.bgnbd(frame["frequency"], frame["recency"], frame["T"])
    # Fader, Hardie, Lee (2005), table 2: .243, 4.414, .793, 2.426, LL −9582.4; more digits by lifetimes
    assert result.theta == pytest.approx([0.2426, 4.4135, 0.7929, 2.4258], abs=1e-4)
    assert result.loglik == pytest.approx(-9582.43, abs=0.005) and result.n == 2357
    # Their note for Excel: 1.226 purchases in 39 weeks of the customer (2, 30.43, 38.86)
    assert result.expected(39.0)[0] == pytest.approx(1.226, abs=5e-4)


def test_estimates_and_errors_equal_those_of_lifetimes():
    result = cx.bgnbd(*weeks())
    peer = REFERENCE["bgnbd"]
    # Its optimiser stops at 1e-7 of the likelihood; the ridge of a and b is flat to 1e-6 there.
    assert result.theta == pytest.approx(list(peer["params"].values()), rel=1e-5)
    assert result.rows["std_error"][:4].tolist() == pytest.approx(list(peer["std_error"].values()), rel=1e-4)


def test_expectations_equal_those_of_lifetimes_at_given_parameters():
    x, recency, age = (np.array(column, dtype=float) for column in zip(*GIVEN["customers"], strict=True))
    theta = np.array(GIVEN["bgnbd"])
    expected = bgnbd_expected(theta, x, recency, age, 10.0)
    assert expected == pytest.approx(GIVEN["bgnbd_expected_10"], rel=1e-8)
    assert bgnbd_alive(theta, x, recency, age) == pytest.approx(GIVEN["bgnbd_alive"], rel=1e-8)
    new = bgnbd_expected(theta, np.zeros(1), np.zeros(1), np.zeros(1), 10.0)
    assert new[0] == pytest.approx(GIVEN["bgnbd_new_10"], rel=1e-8)


def test_the_likelihood_is_the_integral_over_rates_and_dropout():
    """Brute force: L(λ, p) integrated over the gamma and, in closed form, over the beta law."""
    for x, t, end in [(0, 0.0, 20.0), (1, 4.0, 20.0), (5, 19.0, 20.0)]:
        stay = np.exp(betaln(0.9, 2.5 + x) - betaln(0.9, 2.5))
        leave = np.exp(betaln(1.9, 1.5 + x) - betaln(0.9, 2.5)) if x else 0.0

        def density(rate, x=x, t=t, end=end, stay=stay, leave=leave):
            gamma = np.exp(0.5 * np.log(6) - gammaln(0.5) - 0.5 * np.log(rate) - 6 * rate)
            return gamma * rate**x * (stay * np.exp(-rate * end) + leave * np.exp(-rate * t))

        brute = quad(density, 0, 0.2, epsabs=0)[0] + quad(density, 0.2, 20, epsabs=0)[0]
        rows = purchase_rows([x, 1], [t, 1], [end, 2], None, "sampling")
        at = rows.code[0]
        assert bgnbd_terms(TRUE, rows)[0][at] == pytest.approx(np.log(brute), rel=1e-6)


def test_slopes_equal_differences_of_the_likelihood():
    rows = purchase_rows(*weeks(), None, "sampling")
    slopes = bgnbd_terms(TRUE, rows)[1]
    for place, unit in enumerate(np.eye(4)):
        step = 1e-6 * TRUE * unit
        by_hand = (bgnbd_terms(TRUE + step, rows)[0] - bgnbd_terms(TRUE - step, rows)[0]) / (2 * step.sum())
        assert slopes[place] == pytest.approx(by_hand, abs=1e-6)


@pytest.mark.parametrize("a", [1 - 1e-5, 1.0, 1 + 1e-5])
def test_the_expectation_passes_smoothly_where_a_is_one(a):
    one = [np.array([value]) for value in (3.0, 10.0, 20.0)]
    near = [bgnbd_expected(np.array([0.5, 6.0, at, 2.5]), *one, 10.0)[0] for at in (0.999, a, 1.001)]
    assert near[1] == pytest.approx((near[0] + near[2]) / 2, rel=1e-5)


def test_a_weight_of_two_is_the_row_twice():
    x, t, end = weeks()
    weight = np.where(np.arange(len(x)) % 3, 1, 2)
    counted = cx.bgnbd(x, t, end, weight=weight, weight_kind="frequency")
    twice = cx.bgnbd(*(np.repeat(column.to_numpy(), weight) for column in (x, t, end)))
    assert counted.theta == pytest.approx(twice.theta, rel=1e-6) and counted.n == twice.n
    assert counted.covariance == pytest.approx(twice.covariance, rel=1e-5)
    sampled = cx.bgnbd(x, t, end, weight=7 * weight)
    assert sampled.theta == pytest.approx(twice.theta, rel=1e-6) and sampled.n == len(x)
    without = cx.bgnbd(x, t, end, weight=np.where(np.arange(len(x)) < 250, 1.0, 0.0), n_boot=50)
    first = cx.bgnbd(x[:250], t[:250], end[:250])
    assert without.n == 250 and without.theta == pytest.approx(first.theta, rel=1e-6)
    assert cx.bgnbd(x, t, end, weight=np.full(len(x), 3.0)).theta == pytest.approx(cx.bgnbd(x, t, end).theta)


def test_missing_customers_are_left_out_and_stay_in_their_place():
    x, t, end = (column.astype("float64").to_numpy() for column in weeks())
    whole = cx.bgnbd(x, t, end)
    gap = cx.bgnbd(np.append(x, np.nan), np.append(t, 1.0), np.append(end, 30.0))
    assert gap.theta == pytest.approx(whole.theta, rel=1e-9)
    assert gap.kept == pytest.approx(300 / 301) and "99.7% of those given" in gap.summary()
    assert np.isnan(gap.expected(10.0)[-1]) and gap.expected(10.0)[:-1] == pytest.approx(whole.expected(10.0))
    assert cx.bgnbd(pl.Series(x), pl.Series(t), pl.Series(end)).theta.tolist() == whole.theta.tolist()
    with_none = pd.array([*x.astype(int), None], dtype="Int64")
    assert cx.bgnbd(pd.Series(with_none), np.append(t, 1), np.append(end, 30)).n == 300


def test_order_and_unit_of_time_change_nothing():
    x, t, end = (column.to_numpy() for column in weeks())
    whole = cx.bgnbd(x, t, end)
    order = np.random.default_rng(5).permutation(len(x))
    turned = cx.bgnbd(x[order], t[order], end[order])
    assert turned.theta == pytest.approx(whole.theta, rel=1e-9)
    days = cx.bgnbd(x, 7 * t, 7 * end)
    assert days.theta == pytest.approx(whole.theta * [1, 7, 1, 1], rel=1e-5)
    assert days.expected(70.0) == pytest.approx(whole.expected(10.0), rel=1e-5)
    # In seconds α is past e^13, which once passed for a likelihood without a maximum.
    seconds = cx.bgnbd(x, 604_800 * t, 604_800 * end)
    assert seconds.theta == pytest.approx(whole.theta * [1, 604_800, 1, 1], rel=1e-5)
    assert seconds.loglik == pytest.approx(whole.loglik - x.sum() * np.log(604_800))


def test_totals_are_sums_and_resamples_give_intervals_near_those_of_the_information():
    result = cx.bgnbd(*weeks(), n_boot=60, seed=4)
    total = result.expected_total(26.0).iloc[0]
    assert total["estimate"] == pytest.approx(result.expected(26.0).sum()) and total["method"] == "bootstrap"
    assert total["conf_low"] < total["estimate"] < total["conf_high"]
    plain = cx.bgnbd(*weeks()).expected_total(26.0).iloc[0]
    width = np.log(total["conf_high"] / total["conf_low"]) / np.log(plain["conf_high"] / plain["conf_low"])
    # 60 resamples: each end has an error of about a sixth of the half width
    assert 0.6 < width < 1.6
    again = cx.bgnbd(*weeks(), n_boot=60, seed=4)
    assert again.rows["conf_low"].tolist() == result.rows["conf_low"].tolist()
    assert ((result.alive() > 0) & (result.alive() <= 1)).all()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([], [], []), "there are no customers"),
        (([0, 0], [0, 0], [5, 5]), "none of 2 customers bought again"),
        (([1, 2], [1, 6], [5, 5]), "recency: 1 values are above age"),
        (([1.5], [1], [5]), "frequency: 1 values are no whole number"),
        (([-1], [0], [5]), "frequency: 1 values are no whole number"),
        (([0], [1], [5]), "above 0 without a repeat purchase"),
        (([1], [0], [0]), "age: 1 values are 0 with repeat purchases"),
        (([2] * 50, [3] * 50, [4] * 50), "has no maximum"),
        (([1, 2], [1], [5, 5]), "recency has 1 values where 2 were expected"),
        ((["one"], [1], [5]), "frequency holds something else than numbers"),
        (([[1]], [1], [5]), "frequency has 2 dimensions"),
    ],
)
def test_what_cannot_be_is_refused(columns, message):
    with pytest.raises(MeasureError, match=message):
        cx.bgnbd(*columns)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weight": [-1.0] * 300}, "300 customers have no weight or a negative one"),
        ({"weight": [0.5] * 300, "weight_kind": "frequency"}, "no whole number"),
        ({"weight_kind": "kish"}, "take one of sampling, frequency"),
        ({"n_boot": 3}, "3 resamples"),
        ({"conf_level": 2}, "a confidence level of 2"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, message):
    with pytest.raises(MeasureError, match=message):
        cx.bgnbd(*weeks(), **options)
    with pytest.raises(MeasureError, match="0 periods ahead"):
        cx.bgnbd(*weeks()).expected(0)


def test_the_summary_and_small_bases():
    result = cx.bgnbd(*weeks())
    assert result.summary().startswith("BG/NBD on 300 customers: they make 0.0704 purchases per period (95% ")
    assert "if the model holds" in result.summary() and "<table" in result._repr_html_()
    assert result.suppress(300).theta[0] > 0
    hidden = result.suppress(301)
    assert hidden.suppressed and hidden.tidy()[["estimate", "std_error", "loglik"]].isna().all().all()
    assert np.isnan(hidden.expected(5.0)).all() and hidden.expected_total(5.0)["estimate"].isna().all()
    assert np.isnan(hidden.alive()).all()


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say():
    """2,000 samples of 1,000 customers seen for 27 to 52 weeks; ±3 Monte Carlo SE of 95 %: 93.5 to 96.5."""
    rng = np.random.default_rng(1)
    truth = np.array([*TRUE, 0.5 / 6, 0.9 / 3.4])
    held = np.zeros((REPLICATIONS, 7), dtype=bool)
    for at in range(REPLICATIONS):
        age = rng.integers(27, 53, 1000).astype(float)
        x, t = bgnbd_customers(rng, 1000, TRUE, age)
        result = cx.bgnbd(x, t, age)
        total = result.expected_total(26.0).iloc[0]
        held[at, :6] = (result.rows["conf_low"] <= truth) & (truth <= result.rows["conf_high"])
        held[at, 6] = total["conf_low"] <= bgnbd_expected(TRUE, x, t, age, 26.0).sum() <= total["conf_high"]
    # r, alpha, a, b, rate, dropout, total
    assert np.abs(held.mean(axis=0) - 0.95).max() < 3 * np.sqrt(0.95 * 0.05 / REPLICATIONS)


def test_large_parameters_expect_what_one_dropout_probability_does():
    """Brute force where all leave with one probability: purchases until a coin stops them."""
    theta = np.array([2.0, 8.0, 3e5, 7e5])
    expected = bgnbd_expected(theta, *np.zeros((3, 1)), 10.0)[0]
    by_rate = quad(lambda rate: (1 - np.exp(-rate * 0.3 * 10)) / 0.3 * rate * 64 * np.exp(-8 * rate), 0, 20)[
        0
    ]
    assert expected == pytest.approx(by_rate, rel=1e-5)
    near = [bgnbd_expected(np.array([0.5, 6.0, a, 140.0]), *np.ones((3, 1)), 9.0)[0] for a in (59.9, 60.1)]
    middle = bgnbd_expected(np.array([0.5, 6.0, 60.0, 140.0]), *np.ones((3, 1)), 9.0)[0]
    assert middle == pytest.approx((near[0] + near[1]) / 2, rel=1e-6)
