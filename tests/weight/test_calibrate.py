"""Calibration to totals against R survey, least squares and brute force."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from cxlab.weight.calibrate import calibrate
from cxlab.weight.rake import rake

# survey 4.1.1, calibrate(calfun, bounds, epsilon = 1e-14); see rake_apiclus1.R.
KNOWN = json.loads(
    (Path(__file__).parents[1] / "reference" / "rake_apiclus1.json").read_text(encoding="utf-8")
)
ROWS = pd.DataFrame(KNOWN["rows"])
TOTALS = {"stype": KNOWN["totals"]["stype"], "api99": KNOWN["totals"]["api99"]}
BOUNDS = (0.7, 1.7)


def people(rows: int = 120, seed: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "g": rng.choice(["a", "b", "c"], rows),
            "age": rng.integers(18, 80, rows).astype(float),
            "spend": rng.lognormal(3, 0.7, rows),
            "w": rng.gamma(3, 1, rows) + 0.1,
        }
    )


def auxiliaries(frame: pd.DataFrame) -> np.ndarray:
    return np.column_stack(
        [*((frame["g"] == level).to_numpy(float) for level in "abc"), frame["age"], frame["spend"]]
    )


GOALS = {"g": {"a": 300, "b": 400, "c": 500}, "age": 1200 * 46.0, "spend": 1200 * 27.0}
T = np.array([300, 400, 500, 1200 * 46.0, 1200 * 27.0])


@pytest.mark.parametrize("method", ["linear", "raking"])
@pytest.mark.parametrize("bounds", [None, BOUNDS])
def test_equals_r_survey(method: str, bounds: tuple[float, float] | None):
    weights = calibrate(ROWS, TOTALS, weight="pw", method=method, bounds=bounds)
    expected = KNOWN["weights"][method + ("_bounded" if bounds else "")]
    np.testing.assert_allclose(weights.weights, expected, rtol=1e-9)
    ratio = np.array(expected) * ROWS["pw"].sum() / KNOWN["population"] / ROWS["pw"]
    held = np.isclose(ratio, BOUNDS[0], rtol=1e-9) | np.isclose(ratio, BOUNDS[1], rtol=1e-9)
    assert weights.trimmed == (held.sum() if bounds else 0)


def test_equals_r_survey_on_a_number_alone():
    frame = ROWS.assign(d=ROWS["pw"] * KNOWN["population"] / ROWS["pw"].sum())
    alone = calibrate(frame, {"api99": TOTALS["api99"]}, weight="d")
    np.testing.assert_allclose(alone.weights, KNOWN["weights"]["linear_number"], rtol=1e-9)
    everyone = calibrate(frame, {"api99": TOTALS["api99"]}, weight="d", population=KNOWN["population"])
    np.testing.assert_allclose(everyone.weights, KNOWN["weights"]["linear_everyone"], rtol=1e-9)
    assert alone.covariates is not None
    assert alone.covariates[:, 0].tolist() == frame["api99"].tolist()
    assert everyone.covariates is not None
    assert everyone.covariates.T.tolist() == [frame["api99"].tolist(), [1.0] * len(frame)]


def test_linear_weights_are_those_of_the_regression_estimator():
    """Särndal, Swensson, Wretman (1992), 6.5.10: g = 1 + (T − Σdx)'(Σdxx')⁻¹x."""
    frame = people()
    x = auxiliaries(frame)
    base = frame["w"].to_numpy() * 1200 / frame["w"].sum()
    ratio = 1 + x @ np.linalg.solve(x.T @ (base[:, None] * x), T - base @ x)
    weights = calibrate(frame, GOALS, weight="w")
    np.testing.assert_allclose(weights.weights, base * ratio, rtol=1e-9)
    # What the auxiliaries explain wholly is estimated without error.
    y = x @ [3.0, -1, 2, 0.5, 0.1]
    assert weights.weights @ y == pytest.approx(T @ [3.0, -1, 2, 0.5, 0.1], rel=1e-9)


def test_raking_weights_solve_the_dual_found_by_brute_force():
    frame = people()
    x = auxiliaries(frame) / np.array([1, 1, 1, 50, 30])
    totals = T / np.array([1, 1, 1, 50, 30])
    base = frame["w"].to_numpy() * 1200 / frame["w"].sum()
    found = minimize(
        lambda at: base @ np.exp(x @ at) - totals @ at,
        np.zeros(5),
        jac=lambda at: x.T @ (base * np.exp(x @ at)) - totals,
        method="BFGS",
        options={"gtol": 1e-8},
    )
    weights = calibrate(frame, GOALS, weight="w", method="raking")
    np.testing.assert_allclose(weights.weights, base * np.exp(x @ found.x), rtol=1e-6)


@pytest.mark.parametrize("method", ["linear", "raking"])
@pytest.mark.parametrize("bounds", [None, (0.6, 1.8)])
def test_totals_are_met_and_bounds_are_kept(method: str, bounds: tuple[float, float] | None):
    frame = people()
    weights = calibrate(frame, GOALS, weight="w", method=method, bounds=bounds)
    np.testing.assert_allclose(auxiliaries(frame).T @ weights.weights, T, rtol=1e-9)
    table = weights.tidy()
    np.testing.assert_allclose(table["after"], table["target"], rtol=1e-9)
    assert table["level"].tolist() == ["a", "b", "c", "", ""]
    base = frame["w"] * 1200 / frame["w"].sum()
    assert table.loc[table["variable"] == "age", "before"].item() == pytest.approx(base @ frame["age"])
    if bounds:
        ratio = weights.weights / base
        assert ratio.min() >= 0.6 * (1 - 1e-12)
        assert ratio.max() <= 1.8 * (1 + 1e-12)


def test_without_numbers_raking_to_totals_is_raking():
    frame = people().assign(h=lambda rows: np.where(rows["age"] > 50, "old", "young"))
    margins = {"g": {"a": 0.3, "b": 0.3, "c": 0.4}, "h": {"old": 0.6, "young": 0.4}}
    totals = calibrate(frame, margins, weight="w", method="raking")
    np.testing.assert_allclose(totals.weights, rake(frame, margins, weight="w").weights, rtol=1e-9)
    assert (totals.method, totals.covariates) == ("raking_to_totals", None)


def test_shares_go_with_means_and_weights_that_average_1():
    frame = people()
    shares = calibrate(frame, {"g": {"a": 0.25, "b": 1 / 3, "c": 5 / 12}, "age": 46, "spend": 27}, weight="w")
    assert shares.weights.mean() == pytest.approx(1, rel=1e-10)
    totals = calibrate(frame, GOALS, weight="w")
    np.testing.assert_allclose(shares.weights, totals.weights * len(frame) / 1200, rtol=1e-9)
    alone = calibrate(frame, {"age": 46}, weight="w", population=1)
    assert np.average(frame["age"], weights=alone.weights) == pytest.approx(46, rel=1e-10)
    assert alone.weights.mean() == pytest.approx(1, rel=1e-10)


@pytest.mark.parametrize("method", ["linear", "raking"])
def test_neither_scale_nor_unit_matters(method: str):
    frame = people()
    once = calibrate(frame, GOALS, weight="w", method=method).weights
    other = frame.assign(w=frame["w"] * 1e4, age=frame["age"] * 365.25)
    goals = {**GOALS, "age": GOALS["age"] * 365.25}
    np.testing.assert_allclose(calibrate(other, goals, weight="w", method=method).weights, once, rtol=1e-9)


@pytest.mark.parametrize("method", ["linear", "raking"])
def test_base_weight_2_is_the_row_twice(method: str):
    frame = people().assign(w=lambda rows: 1 + rows.index % 2)
    twice = frame.loc[frame.index.repeat(frame["w"])]
    weighted = calibrate(frame, GOALS, weight="w", method=method).weights
    doubled = calibrate(twice, GOALS, method=method).weights.groupby(level=0).sum()
    np.testing.assert_allclose(weighted, doubled, rtol=1e-9)


def test_a_number_that_says_twice_the_same_is_met_twice():
    frame = people().assign(double=lambda rows: 2 * rows["age"])
    once = calibrate(frame, GOALS, weight="w").weights
    twice = calibrate(frame, {**GOALS, "double": 2 * GOALS["age"]}, weight="w").weights
    np.testing.assert_allclose(twice, once, rtol=1e-8)


def test_a_total_of_0_can_be_met():
    frame = people().assign(centred=lambda rows: rows["age"] - 46)
    weights = calibrate(frame, {"centred": 0}, population=1)
    assert np.average(frame["age"], weights=weights.weights) == pytest.approx(46, rel=1e-10)
