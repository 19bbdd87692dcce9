"""Boosted hazards: against the planted chances, against scikit-learn on expanded rows, and with bad input."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

import cxlab as cx
from cxlab.model.errors import MeasureError

FEW = {"iterations": 30, "folds": 2}


@pytest.fixture(autouse=True)
def _one_thread():
    """Small trees on busy cores lose more by waiting for each other than they gain."""
    with threadpool_limits(1, user_api="openmp"):
        yield


@pytest.fixture(scope="module")
def customers():
    # Leaving is rare except for low scores among the dear: no sum of two effects. Seed 8.
    rng = np.random.default_rng(8)
    n = 1000
    frame = pd.DataFrame({"csat": rng.uniform(0, 10, n), "dear": rng.integers(0, 2, n).astype(float)})
    chance = np.where((frame["csat"] < 4) & (frame["dear"] == 1), 0.4, 0.05)
    months = rng.geometric(chance)
    return frame.assign(months=np.minimum(months, 6), left=months <= 6, noise=rng.standard_normal(n))


def test_survival_is_near_the_planted_one(customers):
    found = cx.boosted_hazard(customers, "months", "left", ["csat", "dear"], folds=2, iterations=60)
    survival = found.survival(pd.DataFrame({"csat": [2.0, 2.0, 8.0], "dear": [1.0, 0.0, 1.0]}))
    assert survival[6].to_numpy() == pytest.approx([0.6**6, 0.95**6, 0.95**6], abs=0.12)
    assert (survival.diff(axis=1).iloc[:, 1:] <= 0).all().all()
    assert found.conf_low > 0 and "better than" in found.summary()


def test_chances_equal_scikit_learn_on_expanded_rows(customers):
    rows = [
        (month, row.csat, row.dear, float(row.left and month == row.months))
        for row in customers.itertuples() for month in range(1, row.months + 1)
    ]  # fmt: skip
    table = np.array(rows)
    plain = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=30, max_leaf_nodes=8, random_state=0, early_stopping=False
    ).fit(table[:, :3], table[:, 3])
    found = cx.boosted_hazard(customers, "months", "left", ["csat", "dear"], **FEW)
    one = found.survival(customers.head(1))[1].iloc[0]
    chance = plain.predict_proba([[1, customers["csat"][0], customers["dear"][0]]])[0, 1]
    assert one == pytest.approx(1 - chance, rel=1e-12)
    assert found.spells == len(table)


def test_the_gain_and_its_error_by_a_loop_over_the_customers(customers):
    few = customers.head(300)
    found = cx.boosted_hazard(few, "months", "left", ["csat"], **FEW, seed=4)
    fold = np.random.default_rng(4).permutation(len(few)) % 2
    rows = np.array([
        (place, month, row.csat, float(row.left and month == row.months))
        for place, row in enumerate(few.itertuples()) for month in range(1, row.months + 1)
    ])  # fmt: skip
    gains, of_customer = 0.0, np.zeros(len(few))
    for part in (0, 1):
        test = fold[rows[:, 0].astype(int)] == part
        train = rows[~test]
        model = HistGradientBoostingClassifier(
            learning_rate=0.05, max_iter=30, max_leaf_nodes=8, random_state=4, early_stopping=False
        ).fit(train[:, 1:3], train[:, 3])
        for place, month, csat, left in rows[test]:
            share = train[train[:, 1] == month, 3].mean()
            chance = model.predict_proba([[month, csat]])[0, 1]
            told = [np.log(p if left else 1 - p) for p in (chance, share)]
            gains += told[0] - told[1]
            of_customer[int(place)] += told[0] - told[1]
    assert found.gain == pytest.approx(gains / len(rows), rel=1e-9)
    spells = np.bincount(rows[:, 0].astype(int))
    error = np.sqrt(((of_customer - found.gain * spells) ** 2).sum()) / len(rows)
    assert found.std_error == pytest.approx(error, rel=1e-9)
    assert found.conf_high - found.gain == pytest.approx(1.959964 * error, rel=1e-6)


def test_noise_gains_nothing(customers):
    found = cx.boosted_hazard(customers, "months", "left", ["noise"], **FEW)
    assert found.conf_low < 0  # no gain is shown where there is none


def test_missing_covariates_stay_in_and_the_seed_decides(customers):
    holes = customers.assign(csat=customers["csat"].where(customers.index % 3 > 0))
    one, two = (cx.boosted_hazard(holes, "months", "left", ["csat", "dear"], **FEW) for _ in range(2))
    assert one.n == len(customers) and one.kept == 1
    assert one.tidy().equals(two.tidy())
    assert one.survival(holes.head(3)).notna().all().all()
    blank = one.suppress(len(customers) + 1)
    assert np.isnan(blank.gain) and "too few" in blank.summary()
    with pytest.raises(MeasureError, match="too few"):
        blank.survival(holes)


def test_bad_input_is_refused(customers):
    def refused(match, frame=customers, **options):
        with pytest.raises(MeasureError, match=match):
            cx.boosted_hazard(frame, "months", "left", ["csat"], **options)

    refused("learning rate", learning_rate=0)
    refused("iterations", iterations=0)
    refused("leaves", leaves=1)
    refused("folds", folds=1)
    refused("seed", seed=-1)
    refused("make no 5 folds", customers.head(4).assign(left=True))
    refused("nobody leaves", customers.assign(left=0))
    refused("everybody leaves", customers.assign(months=1, left=1))
