import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.estimate.random_effects import dersimonian_laird, random_effects, reml
from cxlab.model.errors import MeasureError

# Rscript random_effects.R > random_effects.json; versions stand in the file
REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "random_effects.json").read_text())["sets"]
METHODS = {"REML": "reml", "DL": "dersimonian_laird"}
INTERVALS = {"knha": "hartung_knapp", "adhoc": "modified_hartung_knapp", "z": "normal"}
CASES = [(name, fit) for name, one in REFERENCE.items() for fit in one["fits"]]
MARKETS = pd.DataFrame(
    {
        "market": ["es", "it", "pl", "en"],
        "estimate": [22.9, 18.0, 20.5, -4.1],
        "std_error": [2.8, 3.1, 2.2, 3.3],
        "n": [720, 650, 810, 600],
        "metric": "nps",
        "outcome": "nps",
        "unit": "points",
        "weighting": "none",
    }
)


@pytest.mark.parametrize(
    ("name", "fit"), CASES, ids=[f"{name}-{fit['method']}-{fit['test']}" for name, fit in CASES]
)
def test_it_is_metafors(name, fit):
    data = REFERENCE[name]["data"]
    found = random_effects(
        np.array(data["estimate"]),
        np.array(data["std_error"]),
        method=METHODS[fit["method"]],
        interval=INTERVALS[fit["test"]],
    )
    for theirs in set(fit) - {"method", "test", "tau2_se"}:
        ours = "q_p_value" if theirs == "q_p" else theirs
        assert getattr(found, ours) == pytest.approx(fit[theirs], rel=1e-9, abs=1e-11), theirs


def test_with_equal_errors_both_methods_are_the_variance_less_the_error():
    y, v = np.array([1.0, 4.0, 2.0, 9.0, 5.0]), np.full(5, 1.5)
    expected = np.var(y, ddof=1) - 1.5
    assert dersimonian_laird(y, v) == pytest.approx(expected)
    assert reml(y, v) == pytest.approx(expected, rel=1e-9)
    found = random_effects(y, np.sqrt(v), interval="hartung_knapp")
    # A plain t interval of the five estimates.
    assert found.estimate == pytest.approx(y.mean())
    assert found.std_error == pytest.approx(y.std(ddof=1) / np.sqrt(5), rel=1e-9)


def test_the_highest_likelihood_is_taken_by_brute_force():
    rng = np.random.default_rng(4)
    for _ in range(20):
        y, v = 3 * rng.standard_normal(6), rng.uniform(0.2, 6, 6)
        grid = np.linspace(0, 60, 60001)[:, None]
        w = 1 / (v + grid)
        mean = (w * y).sum(axis=1, keepdims=True) / w.sum(axis=1, keepdims=True)
        loglik = (np.log(w).sum(axis=1) - np.log(w.sum(axis=1)) - (w * (y - mean) ** 2).sum(axis=1)) / 2
        assert reml(y, v) == pytest.approx(grid[loglik.argmax(), 0], abs=1.1e-3)


def test_rows_of_markets_are_pooled_and_told():
    result = cx.pooled(MARKETS)
    assert result.markets["weight"].sum() == pytest.approx(1)
    table = result.tidy()
    assert table["kind"].tolist() == ["market"] * 4 + ["pooled"] and table["n"].iloc[-1] == 2780
    assert table["estimate"].iloc[-1] == pytest.approx((result.markets["weight"] * MARKETS["estimate"]).sum())
    assert "mean of 4 markets is" in result.summary() and "one more such market" in result.summary()
    assert result._repr_html_() == cx.pooled(MARKETS)._repr_html_()


def test_unknown_figures_are_left_out_and_named_and_intervals_stay_on_the_scale():
    rows = MARKETS.assign(estimate=[95.0, 60.0, None, 99.0])
    result = cx.pooled(rows)
    assert result.left_out == ("pl",) and "left out: pl" in result.summary()
    assert result.found.conf_high == 100 and result.found.prediction_low >= -100
    two = cx.pooled(MARKETS.iloc[:2])
    assert np.isnan(two.found.prediction_low) and "at least three markets" in two.summary()


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"std_error": [0.0, 3, 2, 3]}, {}, "the standard error of es is not positive"),
        ({"market": ["es", "es", "pl", "en"]}, {}, "the market 'es' stands twice"),
        ({"metric": ["nps", "nps", "nps", "csat"]}, {}, "the rows differ in 'metric': nps, csat"),
        ({"estimate": [1.0, None, None, None]}, {}, "1 market has an estimate"),
        ({}, {"method": "ml"}, "unknown method 'ml'; take one of reml"),
        ({}, {"interval": "t"}, "unknown interval 't'"),
        ({}, {"conf_level": 95}, "a confidence level of 95 is none"),
    ],
)
def test_what_cannot_be_pooled_is_said(change, options, message):
    with pytest.raises(MeasureError, match=message):
        cx.pooled(MARKETS.assign(**change), **options)


def test_figures_without_a_standard_error_column_are_refused():
    with pytest.raises(MeasureError, match="the figures lack std_error"):
        cx.pooled(MARKETS.drop(columns="std_error"))
