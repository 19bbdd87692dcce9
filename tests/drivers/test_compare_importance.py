"""Importances compared between markets and waves, the stability of their order, and R² held out."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau

import cxlab as cx
from cxlab.drivers.importance_stability import kendall_tau, kendall_w, tau_bounds, w_bounds
from cxlab.model.errors import MeasureError

NAMES = ["a", "b", "c", "d"]


def made(seed, n, coefficients):
    rng = np.random.default_rng(seed)
    x = 0.6 * rng.standard_normal((n, 1)) + 0.8 * rng.standard_normal((n, 4))
    frame = pd.DataFrame(x, columns=NAMES)
    return frame.assign(y=x @ coefficients + rng.standard_normal(n), account=np.arange(n) // 5)


@pytest.fixture(scope="module")
def waves():
    same = [0.5, 0.3, 0.2, 0.0]
    frames = {
        "2024": made(1, 800, same),
        "2025": made(2, 700, same),
        "2026": made(3, 900, [0.0, 0.3, 0.2, 0.5]),
    }
    return {name: cx.importance(frame, "y", NAMES, n_boot=400) for name, frame in frames.items()}


def test_a_difference_stands_on_both_bootstraps(waves):
    result = cx.compare_importance(waves, group="wave", against="previous", family="none")
    assert result.rows["level_a"].tolist() == ["2025"] * 4 + ["2026"] * 4
    one, other = waves["2025"].rows, waves["2024"].rows
    row = result.rows.iloc[0]
    assert row["difference"] == pytest.approx(one["importance"][0] - other["importance"][0], abs=1e-12)
    assert row["std_error"] == pytest.approx(np.hypot(one["std_error"][0], other["std_error"][0]), rel=1e-12)
    assert result.differs.tolist()[4] and result.differs.tolist()[7]
    assert not result.differs[:4].any()


def test_shares_and_pairs(waves):
    result = cx.compare_importance(waves, figure="share")
    assert len(result.rows) == 12
    assert result.metric == "share_lmg"
    share = waves["2024"].draws / waves["2024"].draws.sum(axis=0)
    widen = waves["2024"].rows["std_error"] / waves["2024"].draws.std(axis=1, ddof=1)
    other = waves["2025"].draws / waves["2025"].draws.sum(axis=0)
    more = waves["2025"].rows["std_error"] / waves["2025"].draws.std(axis=1, ddof=1)
    error = np.hypot(share.std(axis=1, ddof=1) * widen, other.std(axis=1, ddof=1) * more)
    np.testing.assert_allclose(result.rows["std_error"][:4], error, rtol=1e-10)


def test_kendalls_tau_and_w_are_as_published():
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, 5, (7, 30)).astype(float), rng.integers(0, 5, (7, 30)).astype(float)
    expected = [kendalltau(x[:, b], y[:, b]).statistic for b in range(30)]  # scipy 1.x, tau-b
    np.testing.assert_allclose(kendall_tau(x, y), expected, atol=1e-12)
    same = np.arange(5.0)[:, None]
    assert kendall_w([same, same, same])[0] == pytest.approx(1)
    assert kendall_w([same, same[::-1]])[0] == pytest.approx(0)


def test_stability_is_high_where_waves_are_alike(waves):
    alike = cx.importance_stability({name: waves[name] for name in ("2024", "2025")})
    unlike = cx.importance_stability(waves)
    assert alike.rows["tau"][0] > unlike.rows["tau"].min()
    assert unlike.rows["successive"].tolist() == [True, False, True]
    assert (unlike.rows["conf_low"] <= unlike.rows["tau"]).all()
    assert "Kendall's W" in unlike.summary()
    ends = unlike.rows[["conf_low", "conf_high"]].to_numpy()
    assert (np.abs(ends) <= 1).all() and 0 <= unlike.conf_low <= unlike.concordance <= unlike.conf_high <= 1


def test_what_is_open_is_every_order_that_the_told_signs_allow():
    rng = np.random.default_rng(3)
    orders = np.array(list(permutations(range(4))))
    a, b = np.triu_indices(4, 1)
    signs = np.sign(orders[:, a] - orders[:, b])
    for _ in range(20):
        chosen = rng.integers(0, 24, 2)
        told = signs[chosen] * (rng.random((2, 6)) < 0.5)
        allowed = [orders[((signs == one) | (one == 0)).all(axis=1)].T.astype(float) for one in told]
        x, y = (np.repeat(allowed[0], allowed[1].shape[1], axis=1), np.tile(allowed[1], allowed[0].shape[1]))
        tau, w = kendall_tau(x, y), kendall_w([x, y])
        low, high = tau_bounds(told)
        assert low <= tau.min() + 1e-12 and tau.max() - 1e-12 <= high
        low, high = w_bounds(told, 4)
        assert low <= w.min() + 1e-12 and w.max() - 1e-12 <= high
    alone = signs[[5, 17]]
    assert tau_bounds(alone) == (kendall_tau(*orders[[5, 17], :, None].astype(float))[0],) * 2
    assert w_bounds(alone, 4) == pytest.approx(
        [kendall_w(list(orders[[5, 17], :, None].astype(float)))[0]] * 2
    )


def test_stability_without_resamples_has_no_intervals_and_hidden_figures_are_refused(waves):
    frame = made(1, 300, [0.5, 0.3, 0.2, 0.0])
    plain = cx.importance(frame, "y", NAMES, n_boot=0)
    result = cx.importance_stability({"a": plain, "b": waves["2024"]})
    assert result.rows["tau"].notna().all() and result.rows[["conf_low", "conf_high"]].isna().all(axis=None)
    assert np.isnan([result.conf_low, result.conf_high]).all()
    with pytest.raises(MeasureError, match="a: the result was suppressed"):
        cx.importance_stability({"a": waves["2025"].suppress(10_000), "b": waves["2024"]})


def test_what_cannot_be_compared_is_refused(waves):
    first = waves["2024"]
    frame = made(1, 300, [0.5, 0.3, 0.2, 0.0])
    for results, message in (
        ({"a": first}, "two results"),
        ({"a": first, "b": cx.importance(frame, "y", NAMES[:3], n_boot=60)}, "drivers"),
        ({"a": first, "b": cx.importance(frame, "y", NAMES, metric="car", n_boot=60)}, "metric"),
        ({"a": first, "b": cx.importance(frame, "y", NAMES, n_boot=0)}, "no resamples"),
    ):
        with pytest.raises(MeasureError, match=message):
            cx.compare_importance(results)
    with pytest.raises(MeasureError, match="pairs, previous, first"):
        cx.compare_importance(waves, against="rest")


def test_r_squared_held_out_is_that_of_refitting():
    frame = made(4, 60, [0.5, 0.3, 0.2, 0.0])
    result = cx.holdout_r_squared(frame, "y", NAMES, folds=60, repeats=1)
    x, y = np.column_stack([np.ones(60), frame[NAMES]]), frame["y"].to_numpy()
    left = around = 0.0
    for row in range(60):
        others = np.arange(60) != row
        slopes = np.linalg.lstsq(x[others], y[others], rcond=None)[0]
        left += (y[row] - x[row] @ slopes) ** 2
        around += (y[row] - y[others].mean()) ** 2
    assert result.holdout == pytest.approx(1 - left / around, abs=1e-10)
    fitted = x @ np.linalg.lstsq(x, y, rcond=None)[0]
    assert result.r_squared == pytest.approx(
        1 - ((y - fitted) ** 2).sum() / ((y - y.mean()) ** 2).sum(), abs=1e-10
    )


def test_a_cluster_is_never_in_two_folds():
    # Copies of a row in another fold would give the outcome away.
    frame = made(5, 80, [0.0] * 4)
    copies = pd.concat([frame.assign(account=np.arange(80))] * 10)
    split = cx.holdout_r_squared(copies, "y", NAMES, cluster="account").holdout
    once = cx.holdout_r_squared(frame, "y", NAMES).holdout
    assert split < 0 and split == pytest.approx(once, abs=0.1)
    assert cx.holdout_r_squared(copies, "y", NAMES).holdout > split


def test_what_cannot_be_held_out_is_refused():
    frame = made(6, 200, [0.5, 0.3, 0.2, 0.0])
    with pytest.raises(MeasureError, match="too few"):
        cx.holdout_r_squared(frame.head(8), "y", NAMES)
    with pytest.raises(MeasureError, match="follows from"):
        cx.holdout_r_squared(frame.assign(a=frame["b"]), "y", NAMES)
    with pytest.raises(MeasureError, match="complete"):
        cx.holdout_r_squared(cx.moments(frame, "y", NAMES), "y", NAMES)
    with pytest.raises(MeasureError, match="folds will not do"):
        cx.holdout_r_squared(frame, "y", NAMES, folds=1)
