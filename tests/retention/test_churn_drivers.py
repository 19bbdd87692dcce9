"""What a model leans on: against scikit-learn's permutation importance, means, and what tells nothing."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.inspection import permutation_importance

from cxlab.model.errors import MeasureError
from cxlab.retention.churn_contributions import churn_contributions
from cxlab.retention.churn_drivers import churn_drivers
from cxlab.retention.churn_estimator import ChurnModel
from cxlab.retention.churn_model import churn_model


def _customers(n: int = 1500) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "strong": rng.normal(size=n),
            "weak": rng.normal(size=n),
            "same": "a",
            "noise": rng.normal(size=n),
            "plan": rng.choice(["x", "y"], n),
        }
    )
    index = -1 + 1.5 * frame["strong"] + 0.4 * frame["weak"] + 0.8 * (frame["plan"] == "x")
    return frame, pd.Series((rng.random(n) < expit(index)).astype(int))


def test_losses_are_those_of_scikit_learn_within_the_noise_of_shuffling():
    frame, left = _customers()
    model = churn_model(frame[:1000], left[:1000], kind="logit")
    found = churn_drivers(model, frame[1000:], left[1000:], method="permutation", repeats=12).rows.set_index(
        "column"
    )
    other = permutation_importance(
        model, frame[1000:], left[1000:], scoring="roc_auc", n_repeats=12, random_state=1
    )
    for place, name in enumerate(frame):
        spread = other.importances[place].std(ddof=1) * np.sqrt(2 / 12)
        assert abs(found.loc[name, "importance"] - other.importances_mean[place]) <= 4 * spread + 1e-12, name
    assert found.index[0] == "strong" and found.loc["same", "importance"] == 0
    assert found.loc["strong", "conf_low"] > 0 and found.loc["noise", "conf_low"] <= 0


def test_unlabelled_customers_seeds_small_bases_and_refusals():
    frame, left = _customers(300)
    model = churn_model(frame, left, kind="logit")
    gaps = left.astype("Int8").where(np.arange(300) >= 20)
    options = {"method": "permutation", "repeats": 2, "seed": 5}
    found = churn_drivers(model, frame, gaps, **options)
    assert found.n == 280
    again = churn_drivers(model, frame[20:], left[20:], **options)
    pd.testing.assert_frame_equal(found.rows, again.rows)
    hidden = found.suppress(1000)
    assert hidden.rows["importance"].isna().all() and "too few" in hidden.summary()
    with pytest.raises(MeasureError, match="nobody left"):
        churn_drivers(model, frame, left * 0)
    nameless = ChurnModel("logit").fit(frame[["strong", "weak"]].to_numpy(), left)
    with pytest.raises(MeasureError, match="names"):
        churn_drivers(nameless, frame, left)
    with pytest.raises(MeasureError, match="too few"):
        churn_drivers(model, frame, left, repeats=1)
    with pytest.raises(MeasureError, match="take one of auto, permutation, shap"):
        churn_drivers(model, frame, left, method="gain")


@pytest.mark.parametrize("kind", ["logit", "hist_gradient_boosting"])
def test_by_contributions_it_is_their_mean_size_with_the_spread_of_a_mean(kind):
    frame, left = _customers()
    model = ChurnModel(kind, iterations=30).fit(frame[:1000], left[:1000])
    found = churn_drivers(model, frame[1000:], left[1000:], n_boot=1000, seed=1)
    size = churn_contributions(model, frame[1000:]).values.abs()
    rows = found.rows.set_index("column").loc[frame.columns]
    np.testing.assert_allclose(rows["importance"], size.mean(), rtol=1e-12, atol=1e-15)
    # The bootstrap of a mean has the error s √(n − 1)/n, told by 1,000 resamples within 3 × 1/√2000.
    np.testing.assert_allclose(rows["std_error"], size.std(ddof=0) / np.sqrt(500), rtol=0.067, atol=1e-15)
    inside = (rows["conf_low"] <= rows["importance"]) & (rows["importance"] <= rows["conf_high"])
    assert inside.all() and rows.loc["same", "importance"] == pytest.approx(0, abs=1e-12)
    assert found.method == "shap" and found.unit == "log-odds" and found.rows["column"][0] == "strong"
    assert "mean size in log-odds" in found.summary()
    bare = churn_drivers(model, frame[1000:], left[1000:], n_boot=0)
    assert bare.rows["conf_low"].isna().all() and bare.rows["importance"].equals(found.rows["importance"])
    curved = churn_model(frame, left, kind=kind, calibrate="beta", later=np.arange(1500) >= 900)
    assert churn_drivers(curved, frame, left).unit == "log-odds before calibration"
