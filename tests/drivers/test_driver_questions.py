"""Comparisons, what is held out, halo, penalty and reward, what if, ceilings and the map: against R."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cxlab as cx

REFERENCE = Path(__file__).parents[1] / "reference"
DRIVERS = ["Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"]
PARTS = {"first": slice(0, 16), "second": slice(16, 32), "third": slice(32, 47)}


@pytest.fixture(scope="module")
def known():
    # driver_questions.R: lm() on every subset or without every row, sandwich, prcomp, definitions in R
    return json.loads((REFERENCE / "driver_questions.json").read_text(encoding="utf-8"))


def read(name):
    return pd.read_csv(REFERENCE / f"{name}.csv").astype("float64")


@pytest.fixture(scope="module")
def parts():
    swiss = read("swiss")
    return {name: cx.importance(swiss[rows], "Fertility", DRIVERS, n_boot=60) for name, rows in PARTS.items()}


def test_differences_between_parts_of_switzerland_are_those_of_r(parts, known):
    values = known["parts"]["values"]
    found = cx.compare_importance(parts, against="pairs").rows
    pairs = [("first", "second"), ("first", "third"), ("second", "third")]
    expected = np.concatenate([np.subtract(values[a], values[b]) for a, b in pairs])
    np.testing.assert_allclose(found["difference"], expected, rtol=0, atol=1e-12)


def test_the_agreement_of_their_orders_is_that_of_r(parts, known):
    found = cx.importance_stability(parts)
    np.testing.assert_allclose(found.rows["tau"], known["parts"]["tau"], atol=1e-12)
    assert found.concordance == pytest.approx(known["parts"]["w"], abs=1e-12)


def test_r_squared_without_each_row_is_that_of_r(known):
    found = cx.holdout_r_squared(read("swiss"), "Fertility", DRIVERS, folds=47, repeats=1)
    assert found.holdout == pytest.approx(known["holdout"]["one_out"], abs=1e-11)
    assert found.r_squared == pytest.approx(known["holdout"]["r_squared"], abs=1e-12)


def test_the_general_factor_and_what_is_left_are_those_of_r(known):
    found = cx.halo(read("swiss"), "Fertility", DRIVERS, n_boot=0)
    assert found.first_eigenvalue == pytest.approx(known["halo"]["first_eigenvalue"], abs=1e-12)
    assert found.general_r_squared == pytest.approx(known["halo"]["general_r_squared"], abs=1e-12)
    for figure in ("loading", "net_correlation"):
        np.testing.assert_allclose(found.rows[figure], known["halo"][figure], atol=1e-10)
    # docs/halo.md: each driver keeps a millionth of its variance for itself, the sixth digit changes.
    np.testing.assert_allclose(found.rows["net_importance"], known["halo"]["net_importance"], atol=5e-6)


@pytest.mark.parametrize(("errors", "cluster"), [("hc3", None), ("clustered", "carb")])
def test_penalties_and_rewards_of_cars_are_those_of_r(known, errors, cluster):
    cuts = {"low": {"cyl": 4, "gear": 3}, "high": {"cyl": 8, "gear": 5}}
    found = cx.penalty_reward(read("mtcars"), "mpg", ["cyl", "gear"], **cuts, weight="wt", cluster=cluster)
    for name, values in known["penalty_reward"][errors].items():
        np.testing.assert_allclose(found.rows[name], values["estimate"], rtol=1e-10)
        np.testing.assert_allclose(found.rows[f"{name}_std_error"], values["std_error"], rtol=1e-9)


def test_what_other_ratings_go_with_is_that_of_r(known):
    staff = read("attitude").assign(rating=lambda frame: frame["rating"].clip(upper=70))
    expected, drivers = known["what_if"], ["complaints", "learning", "advance"]
    scale = {"complaints": (20, 90), "learning": (34, 100), "rating": (0, 70)}
    changes = {"complaints": 10, "learning": -5}
    row = cx.what_if(staff, "rating", changes, drivers=drivers, scale=scale).rows.iloc[2]
    assert row["difference"] == pytest.approx(expected["difference"], rel=1e-9)
    assert row["std_error"] == pytest.approx(expected["std_error"], rel=1e-6)
    assert row["share_capped"] == pytest.approx(expected["share_capped"], abs=1e-12)


@pytest.mark.parametrize("ceiling", ["ce_fdh", "cr_fdh"])
def test_ceilings_over_attitude_are_those_of_r(known, ceiling):
    names = list(known["ceilings"])
    options = {"scale": (20, 100), "ceiling": ceiling, "n_permutations": 100, "levels": [70]}
    found = cx.necessary_condition(read("attitude"), "rating", names, **options)
    expected = pd.DataFrame(known["ceilings"].values())
    np.testing.assert_allclose(found.rows["effect_size"], expected[ceiling], rtol=1e-12)
    assert found.rows["corners"].tolist() == expected["corners"].tolist()
    if ceiling == "ce_fdh":
        assert found.bottlenecks["required"].tolist() == expected["required_at_70"].tolist()
    else:
        for figure in ("slope", "intercept", "accuracy"):
            np.testing.assert_allclose(found.rows[figure], expected[figure], rtol=1e-9)


def test_the_map_of_switzerland_is_that_of_r(known):
    found = cx.priority_map(read("swiss"), "Fertility", DRIVERS, n_boot=100).rows
    np.testing.assert_allclose(found["importance"], known["map"]["share"], atol=1e-12)
    np.testing.assert_allclose(found["performance"], known["map"]["mean"], rtol=1e-12)


def test_sampled_orders_come_as_near_to_the_values_of_r_as_they_say(known):
    swiss = read("swiss")
    matrix = swiss[["Fertility", *DRIVERS]].corr().to_numpy()
    found = cx.lmg_sampled(matrix[1:, 1:], matrix[1:, 0], n_permutations=4000)
    exact = np.array(known["map"]["share"]) * known["holdout"]["r_squared"]
    assert (np.abs(found.values - exact) < 4 * found.std_error).all()
    assert found.std_error.max() < 0.001
