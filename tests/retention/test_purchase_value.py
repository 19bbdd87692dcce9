"""Value without a contract: the sum of what both models expect, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError
from cxlab.retention.bgnbd_terms import bgnbd_expected
from cxlab.retention.gamma_gamma_terms import gamma_gamma_expected
from tests.retention.simulated_customers import bgnbd_customers, spends

REPLICATIONS = 2_000

# tests/reference/purchase_models.py, lifetimes 0.11.3
REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "purchase_models.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def fitted():
    frame = pd.DataFrame(REFERENCE["summary"])
    bought = cx.bgnbd(frame["frequency"], frame["recency"], frame["T"], n_boot=50)
    return frame, bought, cx.gamma_gamma(frame["frequency"], frame["monetary_value"], n_boot=50)


def test_without_discount_it_is_expected_purchases_times_expected_spend(fitted):
    _, bought, spent = fitted
    result = cx.purchase_value(bought, spent, periods=12, discount=0, margin=0.3)
    each = bought.expected(12.0) * spent.expected() * 0.3
    assert result.customers.to_numpy() == pytest.approx(each, rel=1e-9)
    assert result.value == pytest.approx(each.sum()) and result.conf_low < result.value < result.conf_high
    assert result.rows["purchases"].sum() == pytest.approx(bought.expected(12.0).sum())
    assert result.rows["cumulative"].iloc[-1] == pytest.approx(result.value)


def test_discounting_weighs_what_each_step_brings(fitted):
    _, bought, spent = fitted
    result = cx.purchase_value(bought, spent, periods=3, discount=0.02, step=4.0)
    until = [np.zeros(300)] + [bought.expected(4.0 * step) for step in (1, 2, 3)]
    by_hand = sum((until[step] - until[step - 1]) * spent.expected() / 1.02**step for step in (1, 2, 3))
    assert result.customers.to_numpy() == pytest.approx(by_hand, rel=1e-9)
    assert result.rows["value"].sum() == pytest.approx(by_hand.sum())


def test_the_interval_is_that_of_pairs_of_resamples(fitted):
    _, bought, spent = fitted
    result = cx.purchase_value(bought, spent, periods=2, discount=0)
    each = [
        (replace(bought, theta=first).expected(2.0) * replace(spent, theta=second).expected()).sum()
        for first, second in zip(bought.draws, spent.draws, strict=True)
    ]
    assert [result.conf_low, result.conf_high] == pytest.approx(np.quantile(each, [0.025, 0.975]), rel=1e-9)


def test_without_resamples_the_interval_is_by_the_information_of_both():
    frame = pd.DataFrame(REFERENCE["summary"])
    bought = cx.bgnbd(frame["frequency"], frame["recency"], frame["T"])
    spent = cx.gamma_gamma(frame["frequency"], frame["monetary_value"])
    found = cx.purchase_value(bought, spent, periods=3, discount=0.01, margin=0.2)
    assert found.conf_low * found.conf_high == pytest.approx(found.value**2, rel=1e-9)
    # By hand: parameters drawn from the normal law of their logarithms, of either model by itself.
    rng, spread = np.random.default_rng(2), []
    for _ in range(400):
        first, second = (
            model.theta * np.exp(rng.multivariate_normal(np.zeros(len(model.theta)), model.covariance / 100))
            for model in (bought, spent)
        )
        drawn = replace(bought, theta=first), replace(spent, theta=second)
        each = drawn[0].expected(1.0), drawn[0].expected(2.0), drawn[0].expected(3.0)
        steps = each[0] / 1.01 + (each[1] - each[0]) / 1.01**2 + (each[2] - each[1]) / 1.01**3
        spread.append(np.log((steps * drawn[1].expected()).sum()))
    reach = np.log(found.conf_high / found.value) / 1.959964
    # A tenth of each error, so that the logarithm is straight; 400 draws: ±3 of 1/√800.
    assert 10 * np.std(spread) == pytest.approx(reach, rel=0.11)
    loss = cx.purchase_value(bought, spent, periods=3, discount=0.01, margin=-0.2)
    assert [loss.conf_low, loss.conf_high] == pytest.approx([-found.conf_high, -found.conf_low])


def test_pareto_nbd_and_missing_customers_are_valued_too(fitted):
    frame = fitted[0]
    x, t, end, z = (np.append(frame[name], extra) for name, extra in zip(
        ("frequency", "recency", "T", "monetary_value"), (np.nan, 1.0, 20.0, 5.0), strict=True
    ))  # fmt: skip
    result = cx.purchase_value(cx.pareto_nbd(x, t, end), cx.gamma_gamma(x, z), periods=4, discount=0.01)
    assert np.isnan(result.customers.iloc[-1]) and result.customers[:-1].sum() == pytest.approx(result.value)
    assert result.conf_low < result.value < result.conf_high and result.n == 300
    assert result.summary().startswith(f"300 customers together are worth {result.value:,.2f} (95% ")
    said = "from period 1 to 4, discounted at 1% per period, if both models hold. 1 more has no value: "
    assert result.summary().endswith(f"{said}something is missing.") and result.left_out == 1
    hidden = result.suppress(301)
    assert hidden.customers.isna().all() and hidden.rows["value"].isna().all()


def test_the_base_is_of_those_who_have_a_value(fitted):
    frame, bought, _ = fitted
    again = np.flatnonzero(frame["frequency"] > 0)
    spend = frame["monetary_value"].to_numpy(dtype=float).copy()
    spend[again[:20]] = np.nan
    result = cx.purchase_value(bought, cx.gamma_gamma(frame["frequency"], spend), periods=4, discount=0.01)
    assert (result.n, result.left_out) == (280, 20) and result.customers.notna().sum() == 280
    assert result.summary().startswith("280 customers together are worth")
    assert result.summary().endswith("20 more have no value: something is missing.")


def test_what_does_not_go_together_is_refused(fitted):
    frame, bought, spent = fitted
    options = {"periods": 2, "discount": 0.0}
    other = cx.gamma_gamma(frame["frequency"][:250], frame["monetary_value"][:250])
    with pytest.raises(MeasureError, match="the models are of different customers"):
        cx.purchase_value(bought, other, **options)
    with pytest.raises(MeasureError, match="a model is blanked"):
        cx.purchase_value(bought.suppress(999), spent, **options)
    weighted = cx.bgnbd(frame["frequency"], frame["recency"], frame["T"], weight=np.arange(1.0, 301))
    with pytest.raises(MeasureError, match="a model is weighted"):
        cx.purchase_value(weighted, spent, **options)
    more = cx.gamma_gamma(frame["frequency"], frame["monetary_value"], n_boot=60)
    with pytest.raises(MeasureError, match="50 and 60 resamples, which make no pairs"):
        cx.purchase_value(bought, more, **options)
    heavy = replace(spent, theta=np.array([6.0, 0.9, 15.0]))
    with pytest.raises(MeasureError, match=r"no expectation \(q = 0.90\)"):
        cx.purchase_value(bought, heavy, **options)
    refused = [
        ({"periods": 0}, "0 periods"), ({"discount": -2}, "a discount of -2"),
        ({"margin": np.nan}, "a margin of nan"), ({"step": 0}, "a step of 0"),
    ]  # fmt: skip
    for wrong, message in refused:
        with pytest.raises(MeasureError, match=message):
            cx.purchase_value(bought, spent, **{**options, **wrong})


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say():
    """2,000 samples of 400 customers of known parameters; ±3 Monte Carlo SE of 95 %: 93.5 to 96.5.

    The truth is the value of the same customers by the parameters they were drawn from. A sample without a
    maximum is refused, as it should be, and does not count.
    """
    rng = np.random.default_rng(1)
    theta, values = np.array([0.5, 6.0, 0.9, 2.5]), np.array([6.0, 4.0, 15.0])
    options, held = {"periods": 1, "discount": 0.04, "step": 26.0}, []
    for _ in range(REPLICATIONS):
        age = rng.integers(27, 53, 400).astype(float)
        x, t = bgnbd_customers(rng, 400, theta, age)
        try:
            models = cx.bgnbd(x, t, age), cx.gamma_gamma(x, spends(rng, x, values))
        except MeasureError:
            continue
        found = cx.purchase_value(*models, **options)
        bought = bgnbd_expected(theta, x, t, age, 26.0)
        truth = bought @ gamma_gamma_expected(values, x, models[1].mean_value) / 1.04
        held.append(found.conf_low <= truth <= found.conf_high)
    assert len(held) >= 1980
    assert abs(np.mean(held) - 0.95) < 3 * np.sqrt(0.95 * 0.05 / REPLICATIONS)
