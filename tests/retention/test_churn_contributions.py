"""Contributions: against Shapley values by brute force over coalitions, the package shap, and their sum."""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from cxlab.model.errors import MeasureError
from cxlab.retention.churn_contributions import churn_contributions
from cxlab.retention.churn_estimator import ChurnModel
from cxlab.retention.churn_model import churn_model
from cxlab.retention.tree_contributions import product_shares

KINDS = ["logit", "hist_gradient_boosting", "lightgbm"]


def _customers(seed: int, n: int = 500) -> tuple[pd.DataFrame, pd.Series]:
    """Gaps, a category with gaps between the numbers, and an interaction."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "tenure": rng.normal(size=n),
            "plan": rng.choice(["basic", "plus", "pro", "gold"], n),
            "score": np.where(rng.random(n) < 0.3, np.nan, rng.normal(size=n)),
            "noise": rng.normal(size=n),
        }
    )
    index = frame["tenure"] * np.where(frame["plan"] == "plus", 2, -0.5) + frame["score"].fillna(1) - 0.5
    left = pd.Series((rng.random(n) < expit(index)).astype(int))
    return frame.assign(plan=frame["plan"].where(rng.random(n) < 0.9)), left


def _shapley(game, players: int) -> np.ndarray:
    """The definition, over every coalition; `game` takes a tuple of players and returns shape (n,)."""
    value = {s: game(s) for size in range(players + 1) for s in combinations(range(players), size)}
    shares = []
    for player in range(players):
        total = 0.0
        for coalition in (s for s in value if player not in s):
            size = len(coalition)
            weight = factorial(size) * factorial(players - 1 - size) / factorial(players)
            total = total + weight * (value[tuple(sorted((*coalition, player)))] - value[coalition])
        shares.append(total)
    return np.stack(shares, axis=1)


def _walk(tree, order, row, coalition, place=0) -> float:
    """The mean of a tree where only a coalition is known, as the customers of the training went."""
    node = tree.nodes[place]
    if node["is_leaf"]:
        return node["value"]
    left, right = int(node["left"]), int(node["right"])
    feature = order[node["feature_idx"]]
    if feature not in coalition:
        branches = [(tree.nodes[child]["count"], child) for child in (left, right)]
        return sum(n * _walk(tree, order, row, coalition, child) for n, child in branches) / node["count"]
    value = row[feature]
    if np.isnan(value):
        goes = node["missing_go_to_left"]
    elif node["is_categorical"]:
        goes = tree.raw_left_cat_bitsets[node["bitset_idx"]][int(value) // 32] >> int(value) % 32 & 1
    else:
        goes = value <= node["num_threshold"]
    return _walk(tree, order, row, coalition, left if goes else right)


def test_trees_are_as_by_brute_force_over_coalitions():
    frame, left = _customers(1, 300)
    model = ChurnModel(iterations=5, leaves=6, learning_rate=0.3).fit(frame, left)
    matrix = model.columns_.matrix(frame)[:25]
    order = [1, 0, 2, 3]  # scikit-learn moves the category to the front
    trees = [stage[0] for stage in model.learner_._predictors]

    def game(coalition):
        return np.array([sum(_walk(tree, order, row, coalition) for tree in trees) for row in matrix])

    found = churn_contributions(model, frame[:25])
    np.testing.assert_allclose(found.values, _shapley(game, 4), atol=1e-12)
    start = float(model.learner_._baseline_prediction[0, 0]) + game(())[0]
    assert found.base == pytest.approx(start, rel=1e-12) and found.method == "tree_path"
    assert any(node["is_categorical"] for tree in trees for node in tree.nodes)


def test_the_logit_is_as_by_brute_force_against_the_customers_of_the_training():
    """Interventional: features outside the coalition take the values of each customer of the training."""
    frame, left = _customers(2, 80)
    model = churn_model(frame, left, kind="logit")
    some = frame[:6].reset_index(drop=True)

    def game(coalition):
        known = frame.columns[list(coalition)]
        chances = []
        for place in range(len(some)):
            mixed = frame.assign(**{name: [some.at[place, name]] * 80 for name in known})
            chances.append(logit(model.predict_proba(mixed)[:, 1]).mean())
        return np.array(chances)

    found = churn_contributions(model, some)
    np.testing.assert_allclose(found.values, _shapley(game, 4), atol=1e-8)
    assert found.base == pytest.approx(game(())[0], abs=1e-8) and found.method == "linear"


@pytest.mark.parametrize("kind", KINDS)
def test_they_add_up_to_the_log_odds_and_what_is_not_used_adds_nothing(kind):
    if kind == "lightgbm":
        pytest.importorskip("lightgbm", reason="the extra cxlab[boost]")
    frame, left = _customers(3)
    frame["same"] = 4.0
    model = churn_model(frame, left, kind=kind)
    found = churn_contributions(model, frame.sample(frac=0.5, random_state=1).assign(other="x"))
    index = logit(model.predict_proba(frame)[:, 1])[found.values.index]
    np.testing.assert_allclose(found.values.sum(axis=1) + found.base, index, atol=1e-9)
    assert (found.values["same"] == 0).all() and list(found.values) == list(frame)
    assert found.unit == "log-odds"


@pytest.mark.slow
def test_they_are_those_of_the_package_shap():
    """shap 0.51 and LightGBM 4.7; of scikit-learn's trees it knows no categories, so numbers alone."""
    shap = pytest.importorskip("shap", reason="the extra cxlab[boost]")
    pytest.importorskip("lightgbm", reason="the extra cxlab[boost]")
    frame, left = _customers(4)
    numbers = frame.drop(columns="plan")
    trees = ChurnModel(iterations=40).fit(numbers, left)
    explainer = shap.TreeExplainer(trees.learner_, feature_perturbation="tree_path_dependent")
    found = churn_contributions(trees, numbers)
    np.testing.assert_allclose(found.values, explainer.shap_values(numbers.to_numpy()), atol=1e-10)
    assert found.base == pytest.approx(float(explainer.expected_value[0]), abs=1e-10)
    other = ChurnModel("lightgbm", iterations=40).fit(frame, left)
    explainer = shap.TreeExplainer(other.learner_.model)
    with pytest.warns(UserWarning, match="LightGBM binary classifier"):
        expected = np.asarray(explainer.shap_values(other.columns_.matrix(frame)))
    np.testing.assert_allclose(churn_contributions(other, frame).values, expected, atol=1e-10)


def test_a_long_path_is_worked_out_by_the_patterns_that_occur():
    """Eleven features on a path: a chain of splits, one feature each, is deeper than the table."""
    rng = np.random.default_rng(5)
    x = pd.DataFrame(rng.random((3000, 12)), columns=[f"x{place}" for place in range(12)])
    left = (x > 0.15).all(axis=1).astype(int)
    model = ChurnModel(iterations=2, leaves=40, learning_rate=0.5).fit(x, left)
    longest = max(len(set(stage[0].nodes["feature_idx"])) for stage in model.learner_._predictors)
    assert longest > 10
    found = churn_contributions(model, x)
    index = logit(model.predict_proba(x)[:, 1])
    np.testing.assert_allclose(found.values.sum(axis=1) + found.base, index, atol=1e-9)


def test_a_product_is_shared_as_by_brute_force():
    rng = np.random.default_rng(6)
    present, absent = rng.integers(0, 2, (7, 5)), rng.random(5)

    def game(coalition):
        inside = np.isin(np.arange(5), coalition)
        return np.where(inside, present, absent).prod(axis=1)

    np.testing.assert_allclose(product_shares(present, absent), _shapley(game, 5), atol=1e-14)


def test_rows_of_customers_are_not_shown_and_what_cannot_be_is_refused():
    frame, left = _customers(7)
    model = churn_model(frame, left, kind="logit")
    found = churn_contributions(model, frame)
    assert "<table" not in found._repr_html_() and "500 customers" in found.summary()
    assert found.tidy()["mean_size"].iloc[0] == pytest.approx(found.values["tenure"].abs().mean())
    assert found.suppress(501).n == 0 and "too few" in found.suppress(501).summary()
    assert found.suppress(500).n == 500
    with pytest.raises(MeasureError, match="lacking: 'plan'"):
        churn_contributions(model, frame.drop(columns="plan"))
    nameless = ChurnModel("logit").fit(frame[["tenure"]].to_numpy(), left)
    with pytest.raises(MeasureError, match="names"):
        churn_contributions(nameless, frame)
