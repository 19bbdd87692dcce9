import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlab.measure.ecsi import ecsi
from cxlab.measure.mean_score import mean_score
from cxlab.measure.path_bootstrap import Draws, bootstrap, each_left_out, resampled, spread_of
from cxlab.measure.path_model import PathModel
from cxlab.tally.moments import Moments, moments
from tests.measure.path_rows import SMALL, answers

PAIR = PathModel({"one": ["q1"], "two": ["s1"]}, {"one": ["two"]})


def by_row(frame: pd.DataFrame) -> Moments:
    return moments(frame.assign(row=np.arange(len(frame))), "q1", ["s1", "v1"], blocks="row")


def test_a_resample_has_the_moments_of_its_rows():
    frame = answers(50)
    counts = np.random.default_rng(2).multinomial(49, np.full(50, 1 / 50), size=3)
    mean, covariance = resampled(by_row(frame), counts.astype(float))
    for number, count in enumerate(counts):
        rows = frame[["q1", "s1", "v1"]].loc[frame.index.repeat(count)]
        assert mean[number] == pytest.approx(rows.mean().to_numpy(), rel=1e-12)
        assert covariance[number] == pytest.approx(rows.cov(ddof=0).to_numpy(), rel=1e-9, abs=1e-12)
    mean, covariance = each_left_out(by_row(frame))
    assert mean[7] == pytest.approx(frame.drop(index=7)[["q1", "s1", "v1"]].mean().to_numpy(), rel=1e-12)


@pytest.mark.parametrize("cluster", [None, "account"])
def test_the_standard_error_of_an_index_of_one_question_is_that_of_its_mean(cluster: str | None):
    frame, draws = answers(200), 2000
    result = ecsi(frame, PAIR, cluster=cluster, n_boot=draws)
    mean = mean_score(frame, "s1", scale=(1, 10), cluster=cluster)
    index = result.index.rows.set_index("level").loc["two"]
    # A standard error of b draws has a relative standard error of about 1/√(2b).
    expected = mean.rows["std_error"][0] / 9 * 100
    assert index["std_error"] == pytest.approx(expected, rel=3 / np.sqrt(2 * draws))


def test_a_path_between_two_questions_is_their_correlation():
    frame = answers(200)
    result = ecsi(frame, PAIR, n_boot=2000)
    r = frame["q1"].corr(frame["s1"])
    row = result.paths.rows.iloc[0]
    assert row["estimate"] == pytest.approx(r, rel=1e-12)
    # Bootstrap of rows by scipy: the same up to chance, three standard errors of both.
    theirs = stats.bootstrap(
        (frame["q1"], frame["s1"]),
        lambda x, y, axis: stats.pearsonr(x, y, axis=axis).statistic,
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=2000,
        rng=np.random.default_rng(3),
    )
    assert row["std_error"] == pytest.approx(
        theirs.standard_error, rel=3 * np.sqrt(1 / 4000 + 1 / 4000) + 1 / 200
    )


def test_bca_is_that_of_scipy_on_the_same_draws():
    x = np.random.default_rng(8).gamma(1, 1, 40)
    theirs = stats.bootstrap(
        (x,), np.mean, n_resamples=999, method="BCa", rng=np.random.default_rng(1), confidence_level=0.9
    )
    draws = Draws(theirs.bootstrap_distribution[:, None], failed=0)
    left_out = np.array([[np.delete(x, place).mean()] for place in range(40)])
    ours = spread_of(draws, np.array([x.mean()]), 0.9, left_out=left_out)
    ends = theirs.confidence_interval
    assert (ours.low[0], ours.high[0]) == pytest.approx((ends.low, ends.high), rel=1e-9)
    assert ours.std_error[0] == pytest.approx(theirs.standard_error, rel=1e-12)


def test_percentiles_are_those_of_the_draws():
    values = np.arange(101.0)[:, None]
    found = spread_of(Draws(values, 0), np.array([50.0]), 0.9)
    assert (found.low[0], found.high[0]) == pytest.approx((5.0, 95.0), rel=1e-12)


def test_chunks_draw_what_one_piece_would():
    frame = answers(50)

    def means(mean: np.ndarray, _: np.ndarray) -> np.ndarray:
        return mean

    whole = bootstrap(by_row(frame), means, 600, np.random.default_rng(1)).figures
    assert whole.shape == (600, 3)
    assert whole.mean(axis=0) == pytest.approx(
        frame[["q1", "s1", "v1"]].mean().to_numpy(), abs=3 * 1.6 / np.sqrt(50 * 600)
    )
    first = bootstrap(by_row(frame), means, 250, np.random.default_rng(1)).figures
    assert np.array_equal(whole[:250], first)


def test_more_than_a_thousand_units_are_drawn_in_groups_of_units():
    frame = answers(3000, seed=9)
    result = ecsi(frame, PAIR, n_boot=1000)
    assert result.units == 3000
    expected = frame["s1"].sem() / 9 * 100
    # 1/√(2b) for the draws and 1/√(2·1000) for the variance among a thousand groups.
    error = 3 * np.sqrt(1 / 2000 + 1 / 2000)
    assert result.index.rows.set_index("level")["std_error"]["two"] == pytest.approx(expected, rel=error)


def test_a_construct_found_upside_down_is_turned_back():
    # A weak construct: in many resamples its columns correlate negatively with the rest.
    rng = np.random.default_rng(6)
    frame = pd.DataFrame(rng.integers(1, 11, (60, 4)), columns=["a1", "a2", "b1", "b2"])
    frame["a2"] = np.clip(frame["a1"] + rng.integers(-2, 3, 60), 1, 10)
    frame["b2"] = np.clip(frame["b1"] + rng.integers(-2, 3, 60), 1, 10)
    model = PathModel({"a": ["a1", "a2"], "b": ["b1", "b2"]}, {"a": ["b"]})
    result = ecsi(frame, model, n_boot=500)
    assert (result.loadings.rows["conf_low"] > 0).all()
    path = result.paths.rows.iloc[0]
    assert path["conf_low"] < 0 < path["conf_high"], "with nothing planted the path is not told from 0"


def test_bca_and_percentile_share_estimate_and_standard_error():
    frame = answers()
    one, two = (ecsi(frame, SMALL, n_boot=200, interval=interval) for interval in ("percentile", "bca"))
    for name in ("paths", "index", "loadings"):
        left, right = getattr(one, name).rows, getattr(two, name).rows
        assert left[["estimate", "std_error"]].equals(right[["estimate", "std_error"]])
        assert not left["conf_low"].equals(right["conf_low"])
    assert two.paths.method == "bootstrap_bca"
