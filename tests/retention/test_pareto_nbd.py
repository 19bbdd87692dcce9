"""Pareto/NBD: against the published fit, lifetimes, and the integral over all rates."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import gammaln, hyp2f1

import cxlab as cx
from cxlab.model.errors import MeasureError
from cxlab.retention.pareto_nbd_terms import pareto_nbd_alive, pareto_nbd_expected, pareto_nbd_terms
from cxlab.retention.purchase_rows import purchase_rows
from tests.retention.simulated_customers import pareto_customers

REPLICATIONS = 2_000
CDNOW = Path(os.environ.get("CXLAB_DATA", "no folder")) / "cdnow" / "cdnow_customers_summary.csv"
# tests/reference/purchase_models.py, lifetimes 0.11.3
REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "purchase_models.json").read_text("utf-8"))
GIVEN = REFERENCE["given"]


def weeks():
    frame = pd.DataFrame(REFERENCE["summary"])
    return frame["frequency"], frame["recency"], frame["T"]


@pytest.mark.skipif(not CDNOW.is_file(), reason="needs CXLAB_DATA/cdnow")
def test_cdnow_gives_the_published_digits():
    frame = pd.read_csv(CDNOW)
    result = cx.pareto_nbd(frame["frequency"], frame["recency"], frame["T"])
    # Fader, Hardie, Lee (2005), table 2: r .553, alpha 10.578, s .606, beta 11.669, LL −9595.0
    assert result.theta == pytest.approx([0.553, 10.578, 0.606, 11.669], abs=2e-3)
    assert result.loglik == pytest.approx(-9595.0, abs=0.05)


def test_estimates_equal_those_of_lifetimes():
    peer = list(REFERENCE["pareto_nbd"]["params"].values())
    result = cx.pareto_nbd(*weeks())
    # The ridge of s and beta is flat; its optimiser, without slopes, stops at 1e-7 of the likelihood.
    assert result.theta == pytest.approx(peer, rel=1e-4)
    rows = result.customers
    assert result.loglik >= float(rows.count @ pareto_nbd_terms(np.array(peer), rows)[0]) - 1e-9


def test_expectations_equal_those_of_lifetimes_at_given_parameters():
    x, recency, age = (np.array(column, dtype=float) for column in zip(*GIVEN["customers"], strict=True))
    theta = np.array(GIVEN["pareto_nbd"])
    expected = pareto_nbd_expected(theta, x, recency, age, 10.0)
    assert expected == pytest.approx(GIVEN["pareto_nbd_expected_10"], rel=1e-8)
    assert pareto_nbd_alive(theta, x, recency, age) == pytest.approx(GIVEN["pareto_nbd_alive"], rel=1e-8)


@pytest.mark.parametrize("theta", [(0.5, 10.0, 0.6, 12.0), (0.5, 12.0, 1.6, 3.0), (2.0, 0.05, 1.0, 30.0)])
def test_the_likelihood_equals_that_by_hypergeometric_functions(theta):
    """Fader, Hardie (2005), equations 17 to 19, the larger of α and β in front."""
    r, alpha, s, beta = theta
    for x, t, end in [(0, 0.0, 20.0), (1, 4.0, 20.0), (5, 19.0, 20.0), (30, 15.0, 52.0)]:
        large, upper = (alpha, s + 1) if alpha >= beta else (beta, r + x)

        def part(at, x=x, large=large, upper=upper):
            z = abs(alpha - beta) / (large + at)
            return hyp2f1(r + s + x, upper, r + s + x + 1, z) / (large + at) ** (r + s + x)

        both = (alpha + end) ** -(r + x) * (beta + end) ** -s + s / (r + s + x) * (part(t) - part(end))
        by_hand = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(both)
        rows = purchase_rows([x, 1], [t, 1], [end, 2], None, "sampling")
        assert pareto_nbd_terms(np.array(theta), rows)[0][rows.code[0]] == pytest.approx(by_hand, rel=1e-9)


def log_left(theta, x, t, end):
    """log s ∫ (α + τ)^−(r + x) (β + τ)^−(s + 1) dτ over t to T, by 600 pieces of equal logarithm."""
    r, alpha, s, beta = theta
    small = min(alpha, beta)
    nodes, shares = np.polynomial.legendre.leggauss(20)
    ends = np.linspace(np.log(small + t), np.log(small + end), 601)
    u = ends[:-1, None] + np.diff(ends)[:, None] * (nodes + 1) / 2
    tau = np.exp(u) - small
    inside = u - (r + x) * np.log(alpha + tau) - (s + 1) * np.log(beta + tau)
    top = inside.max()
    return np.log(s) + top + np.log((np.exp(inside - top) * shares * np.diff(ends)[:, None] / 2).sum())


@pytest.mark.parametrize(
    ("theta", "x", "t", "end"),
    [
        ((0.5, 5.0, 20.0, 400.0), 0.0, 0.0, 52.0),
        ((2.0, 1000.0, 0.6, 1.0), 50.0, 1.0, 1000.0),
        ((0.67, 0.022, 54.0, 606.0), 0.0, 0.0, 626.0),
        ((0.5, 7.0, 0.5, 7.0), 0.0, 0.0, 30.0),
        ((3.0, 0.01, 90.0, 2000.0), 300.0, 3.0, 900.0),
    ],
)
def test_scales_far_apart_cut_nothing_off_the_integral(theta, x, t, end):
    r, alpha, s, beta = theta
    stayed = -(r + x) * np.log(alpha + end) - s * np.log(beta + end)
    left = log_left(theta, x, t, end)
    alive = pareto_nbd_alive(np.array(theta), *(np.array([part]) for part in (x, t, end)))[0]
    assert alive == pytest.approx(np.exp(stayed - np.logaddexp(stayed, left)), rel=1e-9)
    rows = purchase_rows([x, 1], [t, 1], [end, 2], None, "sampling")
    whole = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.logaddexp(stayed, left)
    assert pareto_nbd_terms(np.array(theta), rows)[0][rows.code[0]] == pytest.approx(whole, abs=1e-9)


def test_rates_of_leaving_much_alike_are_found():
    """Planted s 20, β 400: α + T and β + T are far apart, and the fit once found no maximum."""
    rng = np.random.default_rng(0)
    age = rng.integers(52, 105, 2000).astype(float)
    theta = np.array([0.5, 5.0, 20.0, 400.0])
    x, t = pareto_customers(rng, 2000, theta, age)
    result = cx.pareto_nbd(x, t, age)
    truth = pareto_nbd_terms(theta, result.customers)[0] @ result.customers.count
    # Twice the rise of the likelihood is χ² on 4: 20 has a chance of 0.0005.
    assert 0 < 2 * (result.loglik - truth) < 20
    assert result.rows["estimate"].iloc[-1] == pytest.approx(20 / 400, rel=0.3)


def test_the_unit_of_time_does_not_matter():
    """In seconds for weeks α is 600,000 times as large, and was taken for an endless rise."""
    x, t, age = weeks()
    weekly, by_second = cx.pareto_nbd(x, t, age), cx.pareto_nbd(x, t * 604_800, age * 604_800)
    assert by_second.theta == pytest.approx(weekly.theta * [1, 604_800, 1, 604_800], rel=1e-5)
    assert by_second.covariance == pytest.approx(weekly.covariance, rel=1e-4)
    # The density of a time, one per purchase.
    assert by_second.loglik == pytest.approx(weekly.loglik - x.sum() * np.log(604_800))
    rows = by_second.customers
    assert by_second.loglik == pytest.approx(float(rows.count @ pareto_nbd_terms(by_second.theta, rows)[0]))


def test_slopes_equal_differences_of_the_likelihood():
    rows = purchase_rows(*weeks(), None, "sampling")
    for theta in ([0.5, 10.0, 0.6, 12.0], [0.5, 12.0, 1.6, 3.0]):
        at = np.array(theta)
        slopes = pareto_nbd_terms(at, rows)[1]
        for place, unit in enumerate(np.eye(4)):
            step = 1e-6 * at * unit
            up, down = (pareto_nbd_terms(at + sign * step, rows)[0] for sign in (1, -1))
            assert slopes[place] == pytest.approx((up - down) / (2 * step.sum()), abs=1e-6)


def test_a_new_customer_buys_as_the_integral_of_the_rate_says():
    for s in (0.6, 1.0, 2.0):
        result = pareto_nbd_expected(np.array([0.5, 10.0, s, 12.0]), *np.zeros((3, 1)), 10.0)[0]
        # r/α · ∫ (β/(β + τ))^s dτ
        assert result == pytest.approx(0.05 * quad(lambda at, s=s: (12 / (12 + at)) ** s, 0, 10)[0])


def test_a_customer_who_bought_on_the_last_day_is_there():
    theta = np.array([0.5, 10.0, 0.6, 12.0])
    assert pareto_nbd_alive(theta, np.array([3.0]), np.array([20.0]), np.array([20.0]))[0] == 1


def test_customers_of_known_parameters_give_them_back():
    """One sample of 5,000 seen for 27 to 52 weeks: no parameter is off by 3.5 of its errors (p .002)."""
    rng = np.random.default_rng(1)
    age = rng.integers(27, 53, 5000).astype(float)
    theta = np.array([0.55, 10.5, 0.6, 11.7])
    x, t = pareto_customers(rng, 5000, theta, age)
    result = cx.pareto_nbd(x, t, age)
    off = (np.log(result.theta) - np.log(theta)) / np.sqrt(np.diag(result.covariance))
    assert np.abs(off).max() < 3.5
    true = pareto_nbd_expected(theta, x, t, age, 26.0).sum()
    assert abs(np.log(result.expected_total(26.0)["estimate"][0] / true)) < 0.1


def test_the_summary_small_bases_and_what_cannot_be():
    result = cx.pareto_nbd(*weeks())
    assert "they leave at a rate of 0.0224" in result.summary()
    assert result.rows["term"].tolist() == ["r", "alpha", "s", "beta", "rate", "dropout_rate"]
    assert result.suppress(1000).summary() == "Pareto/NBD: too few customers to say."
    with pytest.raises(MeasureError, match="the likelihood of Pareto/NBD has no maximum"):
        cx.pareto_nbd([2] * 50, [3] * 50, [4] * 50)


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say():
    """2,000 samples of 200 customers of five cohorts; ±3 Monte Carlo SE of 95 %: 93.5 to 96.5.

    So few customers leave s and β on their ridge: their intervals may be longer than they need be.
    """
    rng = np.random.default_rng(2)
    theta = np.array([0.8, 4.0, 0.7, 10.0])
    truth = np.array([*theta, 0.8 / 4, 0.7 / 10])
    held = np.zeros((REPLICATIONS, 7), dtype=bool)
    for at in range(REPLICATIONS):
        age = rng.choice([52.0, 65.0, 78.0, 91.0, 104.0], 200)
        x, t = pareto_customers(rng, 200, theta, age)
        result = cx.pareto_nbd(x, t, age)
        total = result.expected_total(26.0).iloc[0]
        held[at, :6] = (result.rows["conf_low"] <= truth) & (truth <= result.rows["conf_high"])
        expected = pareto_nbd_expected(theta, x, t, age, 26.0).sum()
        held[at, 6] = total["conf_low"] <= expected <= total["conf_high"]
    # r, alpha, s, beta, rate, dropout rate, total
    share, reach = held.mean(axis=0), 3 * np.sqrt(0.95 * 0.05 / REPLICATIONS)
    assert (share > 0.95 - reach).all()
    assert np.abs(np.delete(share, [2, 3]) - 0.95).max() < reach
