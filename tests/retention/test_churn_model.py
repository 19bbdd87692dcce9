"""The churn model: conventions of scikit-learn, references for its learners, the guard."""

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize
from scipy.special import expit, logit, xlogy
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import cross_val_score
from sklearn.preprocessing import OrdinalEncoder
from sklearn.utils.estimator_checks import check_estimator

from cxlab.model.errors import MeasureError
from cxlab.retention.churn_contributions import churn_contributions
from cxlab.retention.churn_estimator import ChurnModel
from cxlab.retention.churn_model import churn_model
from cxlab.retention.probability_calibration import beta_curve, step_curve

KINDS = ["logit", "hist_gradient_boosting", *(["lightgbm"] if importlib.util.find_spec("lightgbm") else [])]


def _customers(seed: int, n: int = 600) -> tuple[pd.DataFrame, pd.Series]:
    """Customers who leave by tenure, plan and a score that many never gave."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "tenure": rng.exponential(400, n),
            "score": np.where(rng.random(n) < 0.3, np.nan, rng.integers(0, 11, n)),
            "plan": rng.choice(["basic", "plus", "pro"], n),
        }
    )
    index = -0.5 - frame["tenure"] / 500 - 0.2 * (frame["score"].fillna(5) - 5) + (frame["plan"] == "basic")
    left = pd.Series((rng.random(n) < expit(index)).astype(int))
    return frame.assign(plan=frame["plan"].where(rng.random(n) < 0.9)), left


@pytest.mark.parametrize("kind", ["logit", "hist_gradient_boosting", "lightgbm"])
@pytest.mark.slow
def test_scikit_learn_finds_its_conventions_kept(kind):
    if kind == "lightgbm":
        pytest.importorskip("lightgbm", reason="the extra cxlab[boost]")
    check_estimator(ChurnModel(kind, iterations=20))


def test_without_lightgbm_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(MeasureError, match=r"LightGBM is not installed.*cxlab\[boost\]"):
        churn_model(*_customers(14), kind="lightgbm")


def test_lightgbm_takes_gaps_and_categories_as_it_does_by_itself():
    lightgbm = pytest.importorskip("lightgbm", reason="the extra cxlab[boost]")
    frame, left = _customers(14, 2000)
    plain = lightgbm.LGBMClassifier(
        learning_rate=0.05, n_estimators=150, num_leaves=8, random_state=0, verbosity=-1, n_jobs=1
    ).fit(frame.assign(plan=frame["plan"].astype("category")), left)
    native = plain.predict_proba(frame.assign(plan=frame["plan"].astype("category")))
    found = churn_model(frame, left, kind="lightgbm")
    np.testing.assert_allclose(found.predict_proba(frame), native, rtol=1e-9)
    # A gap is no level and no number: who has one is not scored as if the value were the mean or the first.
    gap = found.predict_proba(frame.assign(score=np.nan, plan=None))[:, 1]
    assert np.isfinite(gap).all() and found.predict_proba(frame.assign(score=0.0))[:, 1].mean() > gap.mean()


SEEN_ELSEWHERE = """
import sys, numpy as np, pandas as pd, cxlab as cx
from sklearn.datasets import make_classification
x, y = make_classification(3000, 12, n_informative=6, random_state=0)
frame = pd.DataFrame(x, columns=[f"x{k}" for k in range(12)]).assign(plan=np.where(x[:, 0] > 0.5, "a", "b"))
chance = cx.churn_model(frame, y, kind="lightgbm", seed=int(sys.argv[1])).predict_proba(frame)
print(chance[:, 1].tobytes().hex()[:4000])
"""


@pytest.mark.slow
def test_lightgbm_says_the_same_in_another_process_whatever_the_threads():
    pytest.importorskip("lightgbm", reason="the extra cxlab[boost]")
    runs = [
        subprocess.run(
            [sys.executable, "-c", SEEN_ELSEWHERE, seed], capture_output=True, text=True, check=True,
            env={**os.environ, "OMP_NUM_THREADS": threads},
        ).stdout
        for seed, threads in (("0", "1"), ("0", "2"))
    ]  # fmt: skip
    assert len(runs[0]) > 4000 and runs[0] == runs[1]


def test_parameters_can_be_asked_for_and_a_clone_is_untrained():
    model = ChurnModel("logit", allow=("a",), seed=3)
    assert clone(model).get_params() == model.get_params()
    assert not hasattr(clone(churn_model(*_customers(0), kind="logit")), "learner_")


def test_boosted_trees_are_those_of_scikit_learn_on_the_same_codes():
    frame, left = _customers(1)
    coded = frame.assign(plan=OrdinalEncoder().fit_transform(frame[["plan"]])[:, 0])
    plain = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=30, max_leaf_nodes=8, early_stopping=False,
        categorical_features=[False, False, True], random_state=0,
    ).fit(coded.to_numpy(), left)  # fmt: skip
    found = ChurnModel(iterations=30).fit(frame, left).predict_proba(frame)
    np.testing.assert_allclose(found, plain.predict_proba(coded.to_numpy()), rtol=1e-12)


def test_without_a_penalty_the_logit_is_that_of_statsmodels():
    frame, left = _customers(2)
    dummies = pd.get_dummies(frame["plan"], dummy_na=True).astype(float).iloc[:, 1:]
    gap = frame["score"].isna()
    x = np.column_stack([frame["tenure"], frame["score"].fillna(frame["score"].mean()), gap, dummies])
    plain = sm.Logit(left, sm.add_constant(x.astype(float))).fit(disp=0, tol=1e-12)
    model = ChurnModel("logit", inverse_penalty=1e8).fit(frame, left)
    np.testing.assert_allclose(model.predict_proba(frame)[:, 1], plain.predict(), atol=2e-5)


def test_a_weight_of_two_is_the_row_twice_and_equal_weights_are_none():
    frame, left = _customers(3)
    w = np.random.default_rng(0).integers(1, 3, len(left))
    # Of the estimator: in `churn_model` only ratios of weights matter, and copies meet a lesser penalty.
    weighted = ChurnModel("logit").fit(frame, left, sample_weight=w)
    twice = churn_model(
        frame.loc[np.repeat(frame.index, w)].reset_index(drop=True),
        left.loc[np.repeat(left.index, w)].reset_index(drop=True), kind="logit",
    )  # fmt: skip
    np.testing.assert_allclose(weighted.predict_proba(frame), twice.predict_proba(frame), atol=1e-6)
    same = churn_model(frame, left, kind="logit", weight=np.ones(len(left)))
    plain = churn_model(frame, left, kind="logit").predict_proba(frame)
    np.testing.assert_allclose(same.predict_proba(frame), plain, rtol=1e-6)


def test_columns_are_found_by_name_whatever_their_order_engine_and_company():
    frame, left = _customers(4)
    before = frame.copy()
    model = churn_model(frame, left, kind="logit")
    expected = model.predict_proba(frame)
    turned = frame[["plan", "score", "tenure"]].assign(noise="x")
    np.testing.assert_array_equal(model.predict_proba(turned), expected)
    by_polars = churn_model(pl.from_pandas(frame), left.to_numpy(), kind="logit")
    np.testing.assert_allclose(by_polars.predict_proba(frame), expected, rtol=1e-9)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("empty", [{"gap": np.nan}, {"gap": pd.Categorical([None] * 600, ["a", "b"])}])
def test_a_column_wholly_missing_in_training_tells_nothing(kind, empty):
    frame, left = _customers(15)
    model = churn_model(frame.assign(**empty), left, kind=kind)
    now = frame.assign(gap="a" if isinstance(empty["gap"], pd.Categorical) else 7.0)
    plain = churn_model(frame, left, kind=kind).predict_proba(frame)
    for scored in (frame.assign(**empty), now):
        np.testing.assert_allclose(model.predict_proba(scored), plain, rtol=1e-4)
        assert (churn_contributions(model, scored).values["gap"].abs() < 1e-4).all()
    # Missing only in the rows that are learnt from, not in the later block.
    later = np.arange(600) >= 400
    half = frame.assign(gap=np.where(later, np.arange(600.0), np.nan))
    calibrated = churn_model(half, left, kind=kind, calibrate="beta", later=later).predict_proba(half)
    assert np.isfinite(calibrated).all()
    for label in (0, 1):
        with pytest.raises(MeasureError, match="everybody left" if label else "nobody left"):
            ChurnModel(kind).fit(frame.assign(**empty), np.full(600, label))


def test_a_frame_of_another_engine_is_scored_and_learnt_from_as_well():
    frame, left = _customers(4)
    turned = pl.from_pandas(frame[["plan", "score", "tenure"]].assign(noise="x"))
    model = churn_model(pl.from_pandas(frame), left.to_numpy(), kind="logit")
    expected = model.predict_proba(frame)
    np.testing.assert_allclose(model.predict_proba(turned), expected, rtol=1e-12)
    by_hand = ChurnModel("logit").fit(pl.from_pandas(frame), pl.Series(left))
    np.testing.assert_allclose(by_hand.predict_proba(turned), expected, rtol=1e-12)
    assert list(by_hand.feature_names_in_) == list(frame.columns)


@pytest.mark.parametrize("kind", KINDS)
def test_only_ratios_of_weights_matter_and_who_has_none_is_left_out(kind):
    frame, left = _customers(16)
    w = np.random.default_rng(0).exponential(size=600)
    expected = churn_model(frame, left, kind=kind, weight=w).predict_proba(frame)
    for scale in (1e-4, 100.0):
        found = churn_model(frame, left, kind=kind, weight=w * scale).predict_proba(frame)
        np.testing.assert_allclose(found, expected, atol=1e-5)
    out = np.arange(600) < 100
    np.testing.assert_allclose(
        churn_model(frame, left, kind=kind, weight=np.where(out, 0, w)).predict_proba(frame),
        churn_model(frame[~out], left[~out], kind=kind, weight=w[~out]).predict_proba(frame), rtol=1e-9,
    )  # fmt: skip
    for weight, said in (
        (np.where(left == 1, 0.0, w), "nobody left"),
        (np.zeros(600), "no customer has an outcome"),
        (-w, "no weight or a negative one"),
        (np.where(out, np.nan, w), "no weight or a negative one"),
    ):
        with pytest.raises(MeasureError, match=said):
            churn_model(frame, left, kind=kind, weight=weight)


@pytest.mark.parametrize("kind", KINDS)
def test_a_level_declared_is_known_though_nobody_in_training_had_it(kind):
    frame, left = _customers(17)
    declared = frame.assign(plan=pd.Categorical(frame["plan"], ["basic", "plus", "pro", "gold"]))
    model = churn_model(declared, left, kind=kind)
    plain = churn_model(frame, left, kind=kind).predict_proba(frame)
    np.testing.assert_allclose(model.predict_proba(declared), plain, rtol=1e-9)
    gold = declared.assign(plan=pd.Categorical(["gold"] * 600, declared["plan"].cat.categories))
    assert np.isfinite(model.predict_proba(gold)).all()
    added = churn_contributions(model, gold)
    chance = expit(added.base + added.values.sum(axis=1))
    np.testing.assert_allclose(chance, model.predict_proba(gold)[:, 1], rtol=1e-9)
    # A level that only few have is lacking in some fold.
    rare = declared.assign(plan=declared["plan"].where(np.arange(600) > 0, "gold"))
    assert np.isfinite(cross_val_score(ChurnModel(kind, iterations=20), rare, left, cv=3)).all()


def test_customers_without_a_label_are_left_out():
    frame, left = _customers(5)
    gaps = left.astype("Int8").where(np.arange(len(left)) >= 50)
    found = churn_model(frame, gaps, kind="logit").predict_proba(frame)
    np.testing.assert_array_equal(
        found, churn_model(frame[50:], left[50:], kind="logit").predict_proba(frame)
    )


def test_what_cannot_be_scored_is_refused_by_name():
    frame, left = _customers(6)
    model = churn_model(frame, left, kind="logit")
    with pytest.raises(MeasureError, match="1 columns of the training are lacking: 'score'"):
        model.predict_proba(frame.drop(columns="score"))
    with pytest.raises(MeasureError, match=r"column 'plan': 2 rows have levels.*'gold'"):
        model.predict_proba(frame.assign(plan=["gold", "gold", *frame["plan"][2:]]))
    with pytest.raises(MeasureError, match="'tenure' held numbers in training"):
        model.predict_proba(frame.assign(tenure="long"))
    with pytest.raises(MeasureError, match="two columns 'score'"):
        model.predict_proba(pd.concat([frame, frame[["score"]]], axis=1))
    with pytest.raises(MeasureError, match="infinity"):
        model.predict_proba(frame.assign(tenure=np.inf))


@pytest.mark.parametrize(
    ("change", "label", "said"),
    [
        ({}, 0, "nobody left"),
        ({}, 1, "everybody left"),
        ({}, 2, "neither 0 nor 1"),
        ({}, np.nan, "no customer has an outcome"),
        ({"day": pd.Timestamp("2025-01-01")}, None, "neither numbers nor names"),
        ({"list": [[1, 2]] * 600}, None, "neither numbers nor names"),
        ({"name": [f"n{number}" for number in range(600)]}, None, "has 600 levels"),
    ],
)
def test_training_that_cannot_be_is_refused(change, label, said):
    frame, left = _customers(7)
    left = left if label is None else pd.Series(float(label), index=left.index)
    with pytest.raises(MeasureError, match=said):
        churn_model(frame.assign(**change), left)


def test_options_and_orders_that_make_no_sense_are_refused():
    frame, left = _customers(8)
    for options, said in [
        ({"kind": "forest"}, "take one of logit"),
        ({"calibrate": "platt"}, "take one of none, isotonic, beta"),
        ({"calibrate": "beta"}, "later block"),
        ({"later": np.arange(600) > 400}, "nothing is to be calibrated"),
        ({"calibrate": "beta", "later": np.ones(600, bool)}, "does not split"),
        ({"allow": ["nothing"]}, "is no column"),
        ({"weight": np.ones(3)}, "weight has 3 values"),
        ({"calibrate": "beta", "later": np.arange(3) > 1}, "later has 3 values"),
        ({"calibrate": "beta", "later": np.ones((600, 2), bool)}, "later has 1,200 values"),
    ]:
        with pytest.raises(MeasureError, match=said):
            churn_model(frame, left, **options)
    with pytest.raises(MeasureError, match="not in the same order"):
        churn_model(frame, left[::-1])


def test_a_column_that_gives_leaving_away_is_named_and_can_be_allowed():
    frame, left = _customers(9)
    leaking = frame.assign(cancelled_on=np.where(left == 1, 30.0, np.nan))
    with pytest.raises(MeasureError, match=r"given away by 'cancelled_on' \(AUC 1\.000"):
        churn_model(leaking, left)
    allowed = churn_model(leaking, left, kind="logit", allow=["cancelled_on"]).predict_proba(leaking)[:, 1]
    assert allowed[left == 1].min() > 0.5 > allowed[left == 0].max()
    alone = churn_model(leaking, left, kind="logit", allow="cancelled_on").predict_proba(leaking)[:, 1]
    np.testing.assert_array_equal(alone, allowed)


def test_where_leaving_rises_with_satisfaction_nothing_is_corrected():
    """As in a known e-commerce file: the satisfied leave more often, and the model says so."""
    rng = np.random.default_rng(10)
    score = rng.integers(1, 6, 3000).astype(float)
    left = (rng.random(3000) < expit(-3 + 0.5 * score)).astype(int)
    for kind in KINDS:
        model = ChurnModel(kind, iterations=60).fit(pd.DataFrame({"score": score}), left)
        chance = model.predict_proba(pd.DataFrame({"score": np.arange(1.0, 6.0)}))[:, 1]
        observed = [left[score == point].mean() for point in range(1, 6)]
        assert chance[-1] - chance[0] > 0.15
        np.testing.assert_allclose(chance, observed, atol=0.05)
        added = churn_contributions(model, pd.DataFrame({"score": [1.0, 5.0]})).values["score"]
        assert added[0] < 0 < added[1]


def test_the_beta_curve_is_the_maximum_of_its_likelihood_with_slopes_of_at_least_nought():
    rng = np.random.default_rng(11)
    raw = rng.beta(2, 3, 1500)
    for truth in (expit(0.4 + 1.7 * logit(raw)), np.clip(0.2 + 0.9 * raw**3, 0, 1), 1 - raw):
        y = (rng.random(1500) < truth).astype(float)
        curve = beta_curve(raw, y, np.ones(1500))

        def loss(theta, y=y):
            p = expit(theta[0] * np.log(raw) - theta[1] * np.log1p(-raw) + theta[2])
            return -(xlogy(y, p) + xlogy(1 - y, 1 - p)).sum()

        best = minimize(loss, [1, 1, 0], bounds=[(0, None), (0, None), (None, None)], options={"ftol": 1e-14})
        assert loss([curve.a, curve.b, curve.c]) <= best.fun + 1e-5
        assert curve.a >= 0 and curve.b >= 0


def test_the_step_curve_is_the_nearest_rising_one():
    """Pool adjacent violators by hand: 1, 0, 0 | 1, 0 | 1 have the means 1/3, 1/2 and 1."""
    curve = step_curve(np.arange(6) / 10, np.array([1.0, 0, 0, 1, 0, 1]), np.ones(6))
    np.testing.assert_allclose(curve.of(np.arange(6) / 10), [1 / 3] * 3 + [1 / 2] * 2 + [1.0])
    assert curve.of(np.array([0.9]))[0] == 1


@pytest.mark.parametrize("calibrate", ["isotonic", "beta"])
def test_calibration_is_learnt_on_the_later_block_alone(calibrate):
    frame, left = _customers(12, 4000)
    later = np.arange(4000) >= 2000
    # Among the later customers half as many leave.
    rng = np.random.default_rng(13)
    moved = left.where(~later | (rng.random(4000) < 0.5), 0)
    model = churn_model(frame, moved, kind="logit", calibrate=calibrate, later=later)
    first = churn_model(frame[~later], moved[~later], kind="logit")
    np.testing.assert_allclose(
        model.learner_.predict_proba(model.columns_.matrix(frame)), first.predict_proba(frame), rtol=1e-9
    )
    chance = model.predict_proba(frame[later])[:, 1]
    assert chance.mean() == pytest.approx(moved[later].mean(), abs=2e-3)
    assert first.predict_proba(frame[later])[:, 1].mean() > 1.5 * moved[later].mean()
