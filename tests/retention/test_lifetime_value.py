"""Lifetime value of a contract: against the closed form, sums by hand, and what each option means."""

import numpy as np
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError

HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]


@pytest.mark.parametrize(("first", "value"), [(0, 366.67), (1, 266.67)])
def test_the_first_period_is_a_difference_of_one_margin(first, value):
    # m 100, r .8, δ .1: m (1 + δ)/(1 + δ − r) from now, m r/(1 + δ − r) a period later
    result = cx.lifetime_value(100, retention=0.8, discount=0.1, first=first)
    assert result.value == pytest.approx(value, abs=0.005)
    long = cx.lifetime_value(100, survival=0.8 ** np.arange(400), discount=0.1, first=first)
    assert long.value == pytest.approx(result.value, rel=1e-12)
    assert long.rows["t"].iloc[0] == first and long.rows["cumulative"].iloc[-1] == pytest.approx(long.value)


def test_margins_by_period_are_summed_as_by_hand():
    result = cx.lifetime_value([10, 20, 30], survival=[1, 0.5, 0.4], discount=0.25, first=0)
    assert result.value == pytest.approx(10 + 20 * 0.5 / 1.25 + 30 * 0.4 / 1.25**2)
    later = cx.lifetime_value([10, 20, 30], survival=[1, 0.5, 0.4], discount=0.25, first=1)
    assert later.value == pytest.approx(result.value - 10)
    assert cx.lifetime_value(7, survival=[1, 1, 1], discount=0, first=0).value == 21


def test_draws_of_survival_make_the_interval():
    fit = cx.sbg(HIGH_END)
    draws = fit.survival_draws(20, n_draws=400, seed=1)
    result = cx.lifetime_value(
        100, survival=fit.curve(20)["survival"], draws=draws, discount=0.1, first=0, n=fit.n
    )
    each = [cx.lifetime_value(100, survival=draw, discount=0.1, first=0).value for draw in draws]
    assert [result.conf_low, result.conf_high] == pytest.approx(np.quantile(each, [0.025, 0.975]))
    assert result.conf_low < result.value < result.conf_high
    assert "A customer is worth" in result.summary() and "from period 0 to 20" in result.summary()
    assert "without end" in cx.lifetime_value(1, retention=0.5, discount=0, first=0).summary()


def test_small_bases():
    result = cx.lifetime_value(100, retention=0.8, discount=0.1, first=0, n=30)
    assert result.suppress(30).value > 0 and np.isnan(result.suppress(31).value)
    assert result.suppress(31).summary() == "Lifetime value: too few customers to say."
    curve = cx.lifetime_value(1, survival=[1, 0.5], discount=0, first=0, n=3).suppress(9)
    assert curve.rows.drop(columns="t").isna().all().all() and curve.tidy()["estimate"].isna().all()


@pytest.mark.parametrize(
    ("margin", "options", "message"),
    [
        (1, {"survival": [1, 0.5], "first": 2}, "period 2 cannot be the first"),
        (1, {"survival": [1, 0.5], "first": True}, "period True cannot be the first"),
        (1, {}, "survival is not told"),
        (1, {"survival": [1, 0.5], "retention": 0.5}, "survival is not told"),
        (1, {"retention": 1, "discount": 0}, "the sum has no end"),
        (1, {"retention": 1.2}, "constant retention of 1.2"),
        ([1, 2], {"retention": 0.5}, "goes with one margin"),
        (1, {"survival": [0.9, 0.5]}, "does not begin with 1"),
        (1, {"survival": []}, "does not begin with 1"),
        (1, {"survival": [1, np.nan]}, "does not begin with 1"),
        (1, {"survival": [1, 0.5, 0.6]}, "rises or falls below 0"),
        ([1, 2], {"survival": [1, 0.5, 0.4]}, "2 margins for 3 periods"),
        (1, {"survival": [1, 0.5], "discount": -1}, "a discount of -1"),
        (1, {"survival": [1, 0.5], "first": 1.0}, "period 1.0 cannot be the first"),
        (1, {"survival": [1, 0.5], "first": np.array([0, 1])}, "cannot be the first"),
        (1, {"survival": [1, 0.5], "n": "x"}, "x customers"),
        (1, {"survival": [1, 0.5], "draws": [[1, 2]]}, "draws of shape"),
        (1, {"survival": [1, 0.5], "draws": "x"}, "draws of shape"),
        (1, {"survival": [1, 0.5], "draws": [[1, 0.5], [1]]}, "draws of shape"),
        (1, {"survival": [1, 0.5], "draws": np.full((60, 2), 3.0)}, "does not begin with 1"),
        (1, {"survival": [1, 0.5, 0.5], "draws": [[1, 0.5, 0.6]] * 60}, "does not begin with 1, rises"),
        (1, {"survival": [1, 0.5], "draws": [[1, np.nan]] * 60}, "does not begin with 1, rises"),
        (1, {"survival": [1, 0.5], "conf_level": 1}, "a confidence level of 1"),
    ],
)
def test_what_makes_no_sense_is_refused(margin, options, message):
    with pytest.raises(MeasureError, match=message):
        cx.lifetime_value(margin, **{"discount": 0.1, "first": 0, **options})
