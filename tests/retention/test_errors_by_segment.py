"""Errors by segment: against Wilson, Pearson, the score test of statsmodels, DeLong, and planted truth."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm
from scipy.special import expit, logit
from scipy.stats import chi2_contingency

from cxlab.estimate.intervals import wilson
from cxlab.model.errors import MeasureError
from cxlab.retention.errors_by_segment import errors_by_segment
from cxlab.retention.score_quality import score_quality
from cxlab.retention.segment_rates import calibration_test, observed_interval

REPLICATIONS = 2_000


def _planted(seed: int, n: int = 900) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three regions; in the south twice the odds of the score leave."""
    rng = np.random.default_rng(seed)
    region = rng.choice(["north", "south", "west"], n, p=[0.5, 0.3, 0.2])
    p = expit(-1.5 + rng.normal(size=n))
    left = rng.random(n) < expit(logit(p) + np.log(2) * (region == "south"))
    return p, left.astype(int), region


def test_where_all_chances_are_the_same_it_is_wilson_and_pearson():
    _, left, region = _planted(1)
    found = errors_by_segment(np.full(900, 0.2), left, region, threshold=0.2)
    table = pd.crosstab(region, left)
    rows = found.rows.set_index("segment")
    low, high = wilson(rows["observed"].to_numpy(), table.sum(axis=1).to_numpy(float), 0.95)
    np.testing.assert_allclose(rows["difference_low"] + 0.2, low, rtol=1e-8)
    np.testing.assert_allclose(rows["difference_high"] + 0.2, high, rtol=1e-8)
    pearson = chi2_contingency(table, correction=False)
    tests = found.tests.set_index("term")
    assert tests.loc["difference", "statistic"] == pytest.approx(pearson.statistic, rel=1e-9)
    assert tests.loc["difference", "p_value"] == pytest.approx(pearson.pvalue, rel=1e-8)
    # All are contacted, so nothing could differ in false alarms and misses.
    assert (rows["false_alarm"] == 1).all() and (rows["missed"] == 0).all()
    assert tests.loc[["false_alarm", "missed"], "p_value"].isna().all()


def test_the_error_is_tested_as_by_the_score_test_of_statsmodels():
    p, left, region = _planted(2)
    dummies = pd.get_dummies(pd.Series(region)).astype(float).iloc[:, 1:].to_numpy()
    null = sm.GLM(left, np.ones((900, 1)), sm.families.Binomial(), offset=logit(p)).fit(tol=1e-14)
    statistic, p_value = null.score_test(exog_extra=dummies)[:2]
    test = errors_by_segment(p, left, region).tests.set_index("term").loc["difference"]
    assert test["statistic"] == pytest.approx(float(np.squeeze(statistic)), rel=1e-6)
    assert test["p_value"] == pytest.approx(float(np.squeeze(p_value)), rel=1e-6)


def test_each_segment_stands_as_if_it_were_alone_and_rates_are_counts():
    p, left, region = _planted(3)
    found = errors_by_segment(p, left, region, threshold=0.3)
    rows = found.rows.set_index("segment")
    for name, row in rows.iterrows():
        some = region == name
        alone = score_quality(p[some], left[some]).rows.set_index("metric").loc["auc"]
        expected = alone[["estimate", "conf_low", "conf_high"]].to_list()
        assert row[["auc", "auc_low", "auc_high"]].to_list() == pytest.approx(expected, rel=1e-12)
        stayed, went = p[some & (left == 0)], p[some & (left == 1)]
        assert row["false_alarm"] == pytest.approx((stayed >= 0.3).mean(), rel=1e-12)
        assert row["missed"] == pytest.approx((went < 0.3).mean(), rel=1e-12)
        assert row["n"] == some.sum() and row["left"] == len(went) and row["stayed"] == len(stayed)
        assert row["difference"] == pytest.approx(left[some].mean() - p[some].mean(), abs=1e-12)
    tests = found.tests.set_index("term")
    for term, outcome in (("false_alarm", 0), ("missed", 1)):
        own = left == outcome
        pearson = chi2_contingency(pd.crosstab(region[own], p[own] >= 0.3), correction=False)
        assert tests.loc[term, "statistic"] == pytest.approx(pearson.statistic, rel=1e-9)
    # Cochran's Q from the intervals, whose middle on the logit is the estimate.
    at = logit(rows["auc"])
    error = (logit(rows["auc_high"]) - logit(rows["auc_low"])) / (2 * 1.959964)
    middle = np.average(at, weights=1 / error**2)
    assert tests.loc["auc", "statistic"] == pytest.approx(((at - middle) ** 2 / error**2).sum(), rel=1e-5)
    long = found.tidy()
    assert len(long) == 12 and set(long["term"]) == {"difference", "auc", "false_alarm", "missed"}
    assert long.loc[long["term"] == "missed", "n"].to_list() == rows["left"].to_list()


def test_the_interval_is_where_the_score_test_of_a_shift_would_reject():
    p, left, _ = _planted(4, 80)
    low, high = observed_interval(p, left.astype(float), np.ones(80), 1.959964)
    shifts = np.linspace(-3, 3, 60_001)
    shares, inside = np.zeros((2, len(shifts)))
    for start in range(0, len(shifts), 5000):
        moved = expit(logit(p) + shifts[start : start + 5000, None])
        deviation = np.sqrt((moved * (1 - moved)).sum(axis=1))
        inside[start : start + 5000] = np.abs(left.sum() - moved.sum(axis=1)) <= 1.959964 * deviation
        shares[start : start + 5000] = moved.mean(axis=1)
    assert [low, high] == pytest.approx([shares[inside == 1].min(), shares[inside == 1].max()], abs=2e-5)
    nobody = observed_interval(np.full(50, 0.01), np.zeros(50), np.ones(50), 1.959964)
    assert nobody[0] == 0 and nobody[1] == pytest.approx(1.959964**2 / (50 + 1.959964**2), rel=1e-6)


def test_weights_count_as_rows_their_scale_does_not_matter_and_equal_ones_are_none():
    p, left, region = _planted(5, 300)
    w = np.random.default_rng(6).integers(1, 4, 300)
    points = ["score", "observed", "difference", "auc", "false_alarm", "missed"]
    weighted = errors_by_segment(p, left, region, threshold=0.3, weight=w)
    twice = errors_by_segment(np.repeat(p, w), np.repeat(left, w), np.repeat(region, w), threshold=0.3)
    np.testing.assert_allclose(weighted.rows[points], twice.rows[points], rtol=1e-10, atol=1e-14)
    scaled = errors_by_segment(p, left, region, threshold=0.3, weight=w * 1e-3)
    pd.testing.assert_frame_equal(scaled.rows, weighted.rows, rtol=1e-7)
    pd.testing.assert_frame_equal(scaled.tests, weighted.tests, rtol=1e-6)
    plain, same = (
        errors_by_segment(p, left, region, threshold=0.3, weight=each) for each in (None, [2] * 300)
    )
    pd.testing.assert_frame_equal(plain.rows, same.rows, rtol=1e-7)
    pd.testing.assert_frame_equal(plain.tests, same.tests, rtol=1e-6)
    assert weighted.weighting == "weighted" and plain.weighting == "none"


def test_who_is_told_apart_is_named_and_small_segments_are_hidden():
    p, left, region = _planted(7, 3000)
    found = errors_by_segment(p, left, region)
    assert found.tests.loc[0, "p_value"] < 1e-4 and "south" in found.summary()
    assert "false_alarm" not in set(found.tests["term"]) and found.rows["missed"].isna().all()
    left[region == "west"] = (np.arange((region == "west").sum()) < 4).astype(int)
    found = errors_by_segment(p, left, region, min_base=10)
    rows = found.rows.set_index("segment")
    # The largest stays; west alone would be found from the whole, so a second is hidden with it.
    assert rows["suppressed"].to_list() == [False, True, True] and pd.isna(rows.loc["west", "left"])
    assert found.tidy()["estimate"].isna().sum() == 4 and "west" not in found._repr_html_().split("<table")[0]
    assert found.suppress(5000).summary().endswith("too few to say.")


def test_nobody_of_a_segment_left_and_rows_that_lack_something():
    p, left, region = _planted(8, 400)
    left[region == "west"] = 0
    found = errors_by_segment(p, left, region, threshold=0.3)
    west = found.rows.set_index("segment").loc["west"]
    assert np.isnan(west["auc"]) and np.isnan(west["missed"]) and west["difference_high"] < 0.2
    assert found.tests["segments"].to_list() == [3, 2, 3, 2] and "Fewer than 10" in found.summary()
    gaps = pd.Series(region, dtype=object).where(np.arange(400) > 9)
    kept = errors_by_segment(p[10:], left[10:], region[10:])
    some = errors_by_segment(pl.Series(p), pd.Series(left, dtype="Int8"), gaps)
    pd.testing.assert_frame_equal(some.rows, kept.rows)
    assert "10 rows without a segment" in some.summary()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"churned": [0, 0, 0, 0]}, "nobody left"),
        ({"churned": [1, 1, 1, 1]}, "everybody left"),
        ({"churned": [0, 2, 0, 1]}, "neither 0 nor 1"),
        ({"score": [0.1, 0.2, 0.3, 1.4]}, "outside 0–1"),
        ({"segment": ["a"] * 4}, "one segment only"),
        ({"segment": ["a", "b"]}, "segment has 2 values and churned 4"),
        ({"threshold": "high"}, "threshold='high' is no score"),
        ({"threshold": np.nan}, "is no score"),
        ({"weight": [1, 1, 1, -1]}, "negative"),
        ({"conf_level": 95}, "confidence level"),
    ],
)
def test_bad_input_is_refused(change, said):
    given = {
        "score": [0.1, 0.2, 0.3, 0.4],
        "churned": [0, 1, 0, 1],
        "segment": ["a", "b", "a", "b"],
        **change,
    }
    with pytest.raises(MeasureError, match=said):
        errors_by_segment(given.pop("score"), given.pop("churned"), given.pop("segment"), **given)


@pytest.mark.slow
def test_intervals_and_tests_hold_planted_truth():
    """4 segments of 150, a sixth leaves, a score with a true shift of .3; 2,000 replications, seed 20261122.

    Truth of the error given the chances. The interval and the test of calibration: ±3 Monte Carlo SE.
    """
    rng = np.random.default_rng(20261122)
    hits, refused, sampling = 0, 0, 0
    segment = np.repeat(np.arange(4), 150)
    w = rng.choice([0.5, 1.0, 2.0], 600)
    for _ in range(REPLICATIONS):
        p = expit(-2 + 1.2 * rng.normal(size=600))
        truth = expit(logit(p) + 0.3)
        y = (rng.random(600) < truth).astype(float)
        low, high = observed_interval(p[:150], y[:150], np.ones(150), 1.959964)
        hits += low <= truth[:150].mean() <= high
        for weight, add in ((np.ones(600), 0), (w, 1)):
            statistic, df = calibration_test(p, y, weight, segment, 4)
            told = statistic > 7.814728
            refused, sampling = refused + (told and not add), sampling + (told and bool(add))
        assert df == 3
    shares = {
        "interval": hits / REPLICATIONS,
        "test": 1 - refused / REPLICATIONS,
        "weighted": 1 - sampling / REPLICATIONS,
    }
    print(shares)
    for share in shares.values():
        assert abs(share - 0.95) <= 3 * np.sqrt(0.95 * 0.05 / REPLICATIONS), shares
