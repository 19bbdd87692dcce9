"""Shifted beta-geometric: against the paper's two cohorts, the integral, and cohorts whose truth is known."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import betaln, expit
from scipy.stats import beta

import cxlab as cx
from cxlab.model.errors import MeasureError
from cxlab.retention.sbg_result import sbg_survival

REPLICATIONS = 2_000

# Fader, Hardie (2007), table 1: per cent of two cohorts there after 0 to 7 renewals, of 1,000 each
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]


@pytest.mark.parametrize(("survivors", "alpha", "beta_"), [(REGULAR, 0.704, 1.182), (HIGH_END, 0.668, 3.806)])
def test_the_published_cohorts(survivors, alpha, beta_):
    result = cx.sbg(survivors)
    assert result.theta == pytest.approx([alpha, beta_], abs=5e-4) and result.n == 1000


def test_the_maximum_is_that_of_a_search_without_slopes():
    lost = -np.diff(HIGH_END)
    t = np.arange(1, 8)

    def minus(logs):
        a, b = np.exp(logs)
        last = 491 * (betaln(a, b + 7) - betaln(a, b))
        return -(lost @ (betaln(a + 1, b + t - 1) - betaln(a, b)) + last)

    found = minimize(minus, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-10})
    result = cx.sbg(HIGH_END)
    assert result.theta == pytest.approx(np.exp(found.x), rel=1e-5)
    assert result.loglik == pytest.approx(-found.fun, abs=1e-8)


def test_survival_is_the_mean_of_customers_who_each_renew_at_random():
    for t in (1, 5, 30):
        brute = quad(lambda p, t=t: (1 - p) ** t * beta.pdf(p, 0.668, 3.806), 0, 1)[0]
        assert sbg_survival(np.array([0.668, 3.806]), np.array([t]))[0] == pytest.approx(brute, rel=1e-6)


def test_retention_follows_its_formula_and_rises():
    result = cx.sbg(HIGH_END)
    a, b = result.theta
    curve = result.curve(12)
    t = np.arange(1, 13)
    assert curve["retention"][1:].tolist() == pytest.approx(((b + t - 1) / (a + b + t - 1)).tolist())
    assert curve["survival"][1:].tolist() == pytest.approx(np.cumprod(curve["retention"][1:]).tolist())
    assert (np.diff(curve["retention"][1:]) > 0).all()
    assert ((curve["conf_low"] <= curve["survival"]) & (curve["survival"] <= curve["conf_high"])).all()


def test_a_forecast_starts_from_those_still_there():
    result = cx.sbg([HIGH_END, HIGH_END[:4]])
    table = result.forecast(3)
    assert table["cohort"].tolist() == [0] * 3 + [1] * 3 and table["t"].tolist() == [8, 9, 10, 4, 5, 6]
    a, b = result.theta
    assert table["survivors"][0] == pytest.approx(491 * (b + 7) / (a + b + 7))
    assert table["survivors"][3] == pytest.approx(653 * (b + 3) / (a + b + 3))
    assert ((table["pred_low"] < table["survivors"]) & (table["survivors"] < table["pred_high"])).all()


def test_that_all_stay_may_lie_in_the_interval_and_its_ends_are_the_quantiles_of_a_mixture():
    """Against 400,000 drawn futures."""
    result = cx.sbg([50, 46, 43, 41, 39, 38, 37])
    row = result.forecast(1).iloc[0]
    rng, (a, b) = np.random.default_rng(4), result.theta
    # The next retention is (β + 6)/(α + β + 6), its logit log((β + 6)/α).
    slopes = np.array([-1, b / (b + 6)])
    spread = np.sqrt(slopes @ result.covariance @ slopes)
    left = rng.binomial(37, expit(np.log((b + 6) / a) + spread * rng.standard_normal(400_000)))
    assert np.mean(left == 37) > 0.3 and row["pred_high"] == 37
    assert row["pred_low"] == np.quantile(left, 0.025, method="inverted_cdf")
    many = cx.sbg(HIGH_END).forecast(5)
    assert (many["pred_low"] % 1 == 0).all() and (many["pred_high"] <= 491).all()


def test_cohorts_of_one_law_share_what_they_say():
    once, twice = cx.sbg(HIGH_END), cx.sbg([HIGH_END, HIGH_END])
    assert twice.theta == pytest.approx(once.theta, rel=1e-6) and twice.n == 2000
    assert twice.covariance == pytest.approx(once.covariance / 2, rel=1e-6)
    assert cx.sbg(np.array([HIGH_END, HIGH_END]).tolist()).theta == pytest.approx(once.theta, rel=1e-6)


def test_draws_of_survival_have_the_curve_as_their_middle():
    result = cx.sbg(HIGH_END)
    draws = result.survival_draws(10, n_draws=2000, seed=3)
    assert draws.shape == (2000, 11) and (draws[:, 0] == 1).all() and (np.diff(draws, axis=1) < 0).all()
    curve = result.curve(10)
    low, high = np.quantile(draws[:, 10], [0.025, 0.975])
    # 2,000 draws: an end has an error of about 5 % of the interval's width
    width = curve["conf_high"][10] - curve["conf_low"][10]
    assert abs(low - curve["conf_low"][10]) < 0.15 * width > abs(high - curve["conf_high"][10])


@pytest.mark.parametrize(
    ("survivors", "message"),
    [
        ([], "no whole numbers"),
        ([100, 90], "at most one renewal"),
        ([100, 90, 95], "survivors rise"),
        ([100, 90.5, 80], "no whole numbers"),
        ([100, -1, -2], "no whole numbers"),
        ([100, 100, 100], "nobody left"),
        ([100, 0, 0], "has no maximum"),
        ([100, 95, 70, 40], "has no maximum"),
        ([[100, 90, 80], [50, 60, 40]], "cohort 1: survivors rise"),
    ],
)
def test_what_cannot_be_is_refused(survivors, message):
    with pytest.raises(MeasureError, match=message):
        cx.sbg(survivors)
    with pytest.raises(MeasureError, match="0 periods"):
        cx.sbg(HIGH_END).curve(0)


def test_the_summary_and_small_bases():
    result = cx.sbg(HIGH_END)
    assert result.summary().startswith(
        "Of 1,000 customers, 14.9% leave at the first renewal (95% 13.2 to 16.9)"
    )
    assert result.suppress(1000).n == 1000
    hidden = result.suppress(1001)
    assert hidden.suppressed and hidden.tidy()[["estimate", "loglik"]].isna().all().all()
    assert hidden.forecast(2)[["survivors", "pred_low"]].isna().all().all()
    assert hidden.curve(3)["survival"][1:].isna().all() and np.isnan(hidden.survival_draws(2)).all()


@pytest.mark.slow
def test_intervals_hold_the_truth_and_forecasts_what_comes_as_often_as_they_say():
    """2,000 cohorts of 1,000 over 7 renewals, forecast to 12; ±3 Monte Carlo SE of 95 %: 93.5 to 96.5."""
    rng = np.random.default_rng(1)
    truth = np.array([0.67, 3.8, 0.67 / 4.47])
    survival = sbg_survival(truth[:2], np.arange(1, 13))[[0, 6, 11]]
    held = np.zeros((REPLICATIONS, 8), dtype=bool)
    for at in range(REPLICATIONS):
        left = rng.geometric(rng.beta(0.67, 3.8, 1000))
        there = np.array([(left > renewal).sum() for renewal in range(13)])
        result = cx.sbg(there[:8])
        curve, ahead = result.curve(12).iloc[[1, 7, 12]], result.forecast(5).iloc[[0, 4]]
        held[at, :3] = (result.rows["conf_low"] <= truth) & (truth <= result.rows["conf_high"])
        held[at, 3:6] = (curve["conf_low"] <= survival) & (survival <= curve["conf_high"])
        held[at, 6:] = (ahead["pred_low"] <= there[[8, 12]]) & (there[[8, 12]] <= ahead["pred_high"])
    # alpha, beta, churn, survival at 1, 7 and 12, survivors at 8 and 12
    assert np.abs(held.mean(axis=0) - 0.95).max() < 3 * np.sqrt(0.95 * 0.05 / REPLICATIONS)


@pytest.mark.slow
def test_few_customers_are_forecast_no_more_surely_than_they_are():
    """2,000 cohorts of 50 over 6 renewals, the next one forecast; counts are whole: intervals hold more."""
    rng, held, made = np.random.default_rng(2), 0, 0
    while made < 2000:
        left = rng.geometric(rng.beta(0.5, 5.0, 50))
        there = [int((left > renewal).sum()) for renewal in range(8)]
        try:
            row = cx.sbg(there[:7]).forecast(1).iloc[0]
        except MeasureError:  # no maximum: nothing is forecast
            continue
        made, held = made + 1, held + (row["pred_low"] <= there[7] <= row["pred_high"])
    assert held / made > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 2000)
