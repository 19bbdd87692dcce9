"""Quality of a score: against pROC, scikit-learn and statsmodels, pairs counted by hand, planted truth."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from cxlab.estimate.intervals import wilson
from cxlab.model.errors import MeasureError
from cxlab.retention.compare_scores import compare_scores
from cxlab.retention.metric_interval import metric_interval
from cxlab.retention.score_influence import capture, expected_calibration_error, lift
from cxlab.retention.score_quality import metric_parts, score_quality
from cxlab.retention.scored_rows import scored_rows

REPLICATIONS = 2_000
REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "score_quality.json").read_text())
FIGURES = ["estimate", "conf_low", "conf_high"]
METRICS = ["base_rate", "auc", "pr_auc", "lift", "capture", "brier", "log_loss", "slope", "intercept", "ece"]


def _planted(seed: int, n: int, *, ties: bool = False) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    p = expit(-1 + 1.5 * rng.normal(size=n))
    p = np.clip(np.round(p, 1), 0.05, 0.95) if ties else p
    return p, (rng.random(n) < p).astype(int)


def test_auc_and_its_variance_are_those_of_proc():
    y, score = REFERENCE["y"], REFERENCE["s100b"]
    row = score_quality(score, y, probability=False).rows.set_index("metric").loc["auc"]
    assert row["estimate"] == pytest.approx(REFERENCE["auc"], rel=1e-12)
    assert row["std_error"] ** 2 == pytest.approx(REFERENCE["auc_variance"], rel=1e-10)


def test_two_scores_are_compared_as_by_proc():
    result = compare_scores(REFERENCE["s100b"], REFERENCE["ndka"], REFERENCE["y"], probability=False)
    row = result.rows.set_index("metric").loc["auc"]
    assert row["difference"] / row["std_error"] == pytest.approx(REFERENCE["paired_z"], rel=1e-9)
    assert row["p_value"] == pytest.approx(REFERENCE["paired_p"], rel=1e-9)
    assert row["second"] == pytest.approx(REFERENCE["auc_2"], rel=1e-12)


def test_calibration_and_losses_are_those_of_glm_in_r():
    rows = score_quality(REFERENCE["p"], REFERENCE["y"]).rows.set_index("metric")
    for metric in ("slope", "intercept"):
        assert rows.loc[metric, "estimate"] == pytest.approx(REFERENCE[metric], rel=1e-8)
        assert rows.loc[metric, "std_error"] == pytest.approx(REFERENCE[f"{metric}_se"], rel=1e-6)
    for metric in ("brier", "log_loss"):
        assert rows.loc[metric, "estimate"] == pytest.approx(REFERENCE[metric], rel=1e-10)


@pytest.mark.parametrize("ties", [False, True])
def test_point_estimates_are_those_of_scikit_learn_with_weights_too(ties):
    p, y = _planted(3, 700, ties=ties)
    for w in (None, np.random.default_rng(4).integers(1, 5, 700)):
        found = score_quality(p, y, weight=w)
        assert found.of("auc") == pytest.approx(roc_auc_score(y, p, sample_weight=w), rel=1e-12)
        assert found.of("pr_auc") == pytest.approx(average_precision_score(y, p, sample_weight=w), rel=1e-12)
        assert found.of("brier") == pytest.approx(brier_score_loss(y, p, sample_weight=w), rel=1e-12)
        assert found.of("log_loss") == pytest.approx(log_loss(y, p, sample_weight=w), rel=1e-12)
        fit = sm.GLM(y, sm.add_constant(logit(p)), sm.families.Binomial(), freq_weights=w).fit(tol=1e-14)
        assert found.of("slope") == pytest.approx(fit.params[1], rel=1e-7)


def test_auc_and_lift_by_counting():
    p, y = _planted(5, 120, ties=True)
    ones, noughts = p[y == 1], p[y == 0]
    pairs = [(a > b) + 0.5 * (a == b) for a in ones for b in noughts]
    assert score_quality(p, y).of("auc") == pytest.approx(np.mean(pairs), rel=1e-12)
    # Of rows tied at the cut an equal part of each: the mean over all orders of the tied.
    rng, held = np.random.default_rng(0), []
    for _ in range(1000):
        order = np.lexsort((rng.random(120), -p))
        held.append(y[order[:12]].sum() / y.sum())
    error = np.std(held) / np.sqrt(1000)
    assert abs(score_quality(p, y, top=0.1).of("capture") - np.mean(held)) <= 3 * error


def test_influence_is_what_taking_a_row_out_changes():
    """The jackknife, another road to the same variance: no formula of an influence in it."""
    p, y = _planted(6, 300)
    whole = score_quality(p, y).rows.set_index("metric")
    out = []
    for kept in ~np.eye(300, dtype=bool):
        parts = metric_parts(
            p[kept], scored_rows([p[kept]], y[kept], None, probability=True), 0.1, probability=True
        )
        out.append({name: part.estimate for name, part in parts.items()})
    jackknife = np.sqrt(299**2 / 300 * pd.DataFrame(out).var())
    for metric in ("auc", "pr_auc", "brier", "log_loss", "slope", "intercept", "base_rate"):
        assert whole.loc[metric, "std_error"] == pytest.approx(jackknife[metric], rel=0.03), metric


def test_gains_are_captures_and_the_error_of_calibration_is_written_out():
    p, y = _planted(11, 400)
    found = score_quality(p, y, top=0.3)
    third = found.gains.loc[2]
    row = found.rows.set_index("metric").loc["capture"]
    assert third[["capture", "conf_low", "conf_high"]].tolist() == row[FIGURES].tolist()
    assert third["lift"] == pytest.approx(row["estimate"] / 0.3) and third["lift_high"] > third["lift"]
    assert found.gains.loc[9, ["capture", "conf_low", "conf_high", "lift"]].tolist() == [1, 1, 1, 1]
    bins = np.minimum((p * 10).astype(int), 9)
    inside = [bins == number for number in range(10)]
    gap = sum(abs((y - p)[some].sum()) for some in inside) / 400
    error = [max(((y - p)[some] ** 2).sum(), (p * (1 - p))[some].sum()) for some in inside]
    error = np.sqrt(error) / 400
    # P(Σ|e| ≤ reach) by drawing the errors of the bins.
    drawn = np.abs(np.random.default_rng(0).normal(size=(40_000, 10)) * error).sum(axis=1)
    ece = found.rows.set_index("metric").loc["ece"]
    assert ece["estimate"] == pytest.approx(gap, rel=1e-12)
    assert (drawn <= ece["conf_high"] - gap).mean() == pytest.approx(0.95, abs=0.01)
    assert ece["conf_low"] == max(0, gap - (ece["conf_high"] - gap))


def test_weights_count_as_rows_scale_does_not_matter_and_equal_weights_are_none():
    p, y = _planted(7, 200)
    w = np.random.default_rng(8).integers(1, 4, 200)
    plain, same = score_quality(p, y), score_quality(p, y, weight=np.full(200, 7.0))
    weighted, doubled = score_quality(p, y, weight=w), score_quality(np.repeat(p, w), np.repeat(y, w))
    scaled = score_quality(p, y, weight=w * 1e-3)
    for metric in METRICS:
        assert weighted.of(metric) == pytest.approx(doubled.of(metric), rel=1e-9), metric
        assert weighted.of(metric) == pytest.approx(scaled.of(metric), rel=1e-9), metric
        assert plain.of(metric) == pytest.approx(same.of(metric), rel=1e-9), metric
    columns = ["std_error", "conf_low", "conf_high"]
    pd.testing.assert_frame_equal(plain.rows[columns], same.rows[columns], rtol=1e-9)
    assert weighted.n_eff < weighted.n == 200 and weighted.weighting == "weighted"


def test_a_perfect_score_and_a_constant_one_have_no_interval_of_what_has_none():
    y = np.array([0, 0, 1, 1] * 10)
    perfect = score_quality(np.where(y == 1, 0.9, 0.1), y)
    row = perfect.rows.set_index("metric").loc["auc"]
    assert row["estimate"] == 1 and np.isnan(row["conf_low"]) and np.isnan(perfect.of("slope"))
    constant = score_quality(np.full(40, 0.5), y)
    assert constant.of("auc") == 0.5 and constant.of("lift") == pytest.approx(1)
    assert constant.of("intercept") == pytest.approx(0, abs=1e-12)
    sure = score_quality(np.where(np.arange(40) == 0, 1.0, 0.3), y)
    assert sure.of("log_loss") == np.inf and "exactly 0 or 1" in sure.summary()
    single = score_quality([0.1, 0.2, 0.3], [0, 0, 1]).rows.set_index("metric")
    assert np.isnan(single.loc["auc", "std_error"])


@pytest.mark.parametrize(("times", "plus"), [(3, 0), (1, -3), (9, 0), (0.3, 4), (1e-5, 0), (40, -12)])
def test_calibration_is_found_however_far_off_the_score_is(times, plus):
    rng = np.random.default_rng(12)
    index = rng.normal(-1.5, 1, 3000)
    y = (rng.random(3000) < expit(index)).astype(int)
    given = np.clip(times * index + plus, -300, 36)
    found, x = score_quality(expit(given), y), logit(expit(given))
    fit = sm.GLM(y, sm.add_constant(x / times), sm.families.Binomial()).fit(tol=1e-14)
    assert found.of("slope") == pytest.approx(fit.params[1] / times, rel=1e-6)

    def slack(shift):
        return y.sum() - expit(x + shift).sum()

    assert found.of("intercept") == pytest.approx(brentq(slack, -500, 500, xtol=1e-12), abs=1e-8)
    assert "separates" not in found.summary()


def test_no_slope_is_put_down_to_its_reason():
    y = np.array([0, 0, 0, 1, 1])
    said = {"separates those who left": [0.1, 0.2, 0.3, 0.3, 0.4], "is the same for all": [0.3] * 5}
    for reason, score in said.items():
        found = score_quality(score, y)
        assert np.isnan(found.of("slope")) and f"The score {reason}: calibration" in found.summary()
    assert np.isfinite(score_quality([0.1, 0.2, 0.35, 0.3, 0.4], y).of("slope"))
    for score in ([0.1, 0.2, 0.3, 0.25, 0.4], [0.0, 0.2, 0.3, 0.4, 0.5]):
        for left in (y, [0, 0, 0, 0, 1]):
            assert "nan" not in score_quality(score, left).summary()
            assert "nan" not in compare_scores(score, score, left).summary()


def test_the_order_of_rows_says_nothing_where_scores_are_tied():
    rng = np.random.default_rng(20261122)
    score = np.round(rng.beta(1, 3, 5000), 1)
    y = (rng.random(5000) < score).astype(int)
    other = np.round(np.clip(score + rng.normal(0, 0.1, 5000), 0, 1), 2)
    orders = [np.arange(5000), np.argsort(-y, kind="stable"), np.argsort(y, kind="stable")]
    for top in (0.1, 0.2, 0.37):
        each = [score_quality(score[some], y[some], top=top).rows.set_index("metric") for some in orders]
        gained = [compare_scores(other[o], score[o], y[o], top=top).rows.set_index("metric") for o in orders]
        for rows in (each, gained):
            errors = [some.loc["lift", "std_error"] for some in rows]
            np.testing.assert_allclose(errors, errors[0], rtol=1e-9)
    # Within a tie a part is taken of all: the rate at the cut is that of the tied, as the jackknife finds.
    p, left, one = score[:400], y[:400].astype(float), np.ones(399)
    part = [capture(p[some], left[some], one, 0.2).estimate for some in ~np.eye(400, dtype=bool)]
    found = capture(p, left, np.ones(400), 0.2).std_error
    assert found == pytest.approx(np.sqrt(399**2 / 400 * np.var(part, ddof=1)), rel=0.03)


@pytest.mark.parametrize("bins", [1, 2, 3, 8])
def test_the_reach_of_the_calibration_error_holds_in_few_bins_too(bins):
    score = np.repeat(np.linspace(0.05, 0.75, bins), 4000 // bins)
    _, reach, _ = expected_calibration_error(score, score, np.ones(len(score)), 10, 0.95)
    spread = np.sqrt(score * (1 - score)).reshape(bins, -1)[:, 0] * np.sqrt(len(score) / bins) / len(score)
    noise = np.abs(np.random.default_rng(bins).normal(size=(100_000, bins)) * spread).sum(axis=1)
    assert (noise <= reach).mean() == pytest.approx(0.95, abs=0.005)


def test_few_leavers_of_a_tenth_cannot_be_counted_from_the_gains():
    rng = np.random.default_rng(14)
    p = rng.random(400) ** 2
    y = (rng.random(400) < p).astype(int)
    found = score_quality(p, y)
    for least in (5, 10, 20):
        hidden = found.suppress(least)
        known = hidden.gains.dropna(subset="capture")
        tops = np.r_[0, known["top"]] * 400
        held = np.r_[0, known["capture"]] * y.sum()
        for count in (np.diff(held), np.diff(tops) - np.diff(held)):
            assert ((count < 1e-6) | (count > least - 0.5)).all()
        assert 1 < len(known) < 10 and hidden.of("auc") == found.of("auc")
        top = hidden.rows.set_index("metric").loc[["lift", "capture"]]
        few = bool(np.isnan(hidden.gains["lift"][0]))
        assert top["estimate"].isna().tolist() == top["suppressed"].tolist() == [few, few]
        assert "nan" not in hidden.summary()
    assert hidden.suppress(30).gains["capture"].notna().sum() <= len(known)
    # The top tenth of the score holds three who stayed, that of noise many of either.
    both = compare_scores(p, rng.random(400), y).rows.set_index("metric")["suppressed"]
    assert not both.any()
    for first in (p, rng.random(400)):
        rows = compare_scores(first, rng.random(400), y).suppress(5).rows.set_index("metric")
        held = rows.loc[["lift", "capture"]]
        assert held["suppressed"].all() == held["first"].isna().all() == (first is p)
        assert not rows.drop(["lift", "capture"])["suppressed"].any()


def test_missing_rows_are_left_out_and_said_and_frames_of_any_kind_are_read():
    p, y = _planted(9, 100)
    gaps = pd.Series(p).where(np.arange(100) != 3)
    left = pd.Series(y, dtype="Int8").where(np.arange(100) != 5)
    found = score_quality(gaps, left)
    kept = ~np.isin(np.arange(100), [3, 5])
    assert found.n == 98 and found.of("auc") == score_quality(p[kept], y[kept]).of("auc")
    assert "2 rows without a score" in found.summary()
    assert score_quality(pl.Series(p), pl.Series(y)).of("auc") == score_quality(p, y.astype(bool)).of("auc")


@pytest.mark.parametrize(
    ("score", "churned", "options", "said"),
    [
        ([0.1, 0.2], [0, 0], {}, "nobody left"),
        ([0.1, 0.2], [1, 1], {}, "everybody left"),
        ([], [], {}, "no customer has an outcome"),
        ([0.1, 1.2], [0, 1], {}, "outside 0–1"),
        ([0.1, 0.2], [0, 2], {}, "neither 0 nor 1"),
        ([0.1, 0.2, 0.3], [0, 1], {}, "score has 3 values and churned 2"),
        (["a", "b"], [0, 1], {}, "something else than numbers"),
        ([0.1, 0.2], [0, 1], {"weight": [1, -1]}, "negative"),
        ([0.1, 0.2], [0, 1], {"top": 1}, "is no share"),
        ([0.1, 0.2], [0, 1], {"conf_level": 95}, "confidence level"),
    ],
)
def test_bad_input_is_refused(score, churned, options, said):
    with pytest.raises(MeasureError, match=said):
        score_quality(score, churned, **options)


def test_small_bases_are_hidden():
    p, y = _planted(10, 60)
    found = score_quality(p, y, top=0.3)
    assert found.suppress(2).rows["estimate"].notna().all()
    hidden = found.suppress(40)
    assert hidden.rows["suppressed"].all() and hidden.n == 0 and hidden.gains["lift"].isna().all()
    assert hidden.reliability["n"].isna().all() and "too few" in hidden.summary()
    assert compare_scores(p, p, y).suppress(40).summary().endswith("too few to say.")


@pytest.mark.slow
def test_intervals_cover_planted_truth():
    """n = 1,000, a sixth leaves; 2,000 replications, seed 20261122; truth by 2 million draws."""
    rng = np.random.default_rng(20261122)
    big = expit(-2 + 1.2 * rng.normal(size=2_000_000))
    left = (rng.random(len(big)) < big).astype(int)
    truth = score_quality(big, left)
    wanted = {name: truth.of(name) for name in ("auc", "pr_auc", "lift", "brier", "log_loss", "base_rate")}
    wanted |= {"slope": 1.0, "intercept": 0.0}
    hits = dict.fromkeys(wanted, 0)
    for _ in range(REPLICATIONS):
        p = expit(-2 + 1.2 * rng.normal(size=1000))
        known = scored_rows([p], rng.random(1000) < p, None, probability=True)
        parts = metric_parts(p, known, 0.1, probability=True)
        for name, value in wanted.items():
            low, high = metric_interval(name, parts[name], 1.959964)
            if name == "base_rate":
                low, high = np.ravel(wilson(np.array([parts[name].estimate]), np.array([1000.0]), 0.95))
            hits[name] += low <= value <= high
    coverage = {name: n / REPLICATIONS for name, n in hits.items()}
    print(coverage)
    error = np.sqrt(0.95 * 0.05 / REPLICATIONS)
    for share in coverage.values():
        assert abs(share - 0.95) <= 3 * error, coverage


@pytest.mark.slow
@pytest.mark.parametrize("slope", [1.0, 1.4])
def test_the_interval_of_the_calibration_error_holds_at_least_as_often_as_it_says(slope):
    """n = 1,000; a calibrated score (its error is 0), one too timid; 2,000 replications, seed 20261122."""
    rng = np.random.default_rng(20261122)

    def drawn(n):
        index = -2 + 1.2 * rng.normal(size=n)
        return expit(index), (rng.random(n) < expit(slope * index)).astype(float)

    big, left = drawn(4_000_000)
    truth = 0.0 if slope == 1 else expected_calibration_error(big, left, np.ones(len(big)), 10, 0.95)[0]
    hits = 0
    for _ in range(2000):
        p, y = drawn(1000)
        found, reach, _ = expected_calibration_error(p, y, np.ones(1000), 10, 0.95)
        hits += found - reach <= truth <= found + reach
    print(slope, truth, hits / 2000)
    assert hits / 2000 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 2000)


@pytest.mark.slow
@pytest.mark.parametrize("digits", [1, 2])
def test_the_interval_of_the_lift_covers_where_scores_are_tied(digits):
    """n = 1,000, a fifth taken, scores rounded; 2,000 replications, seed 20261122; leavers stand first."""
    rng = np.random.default_rng(20261122)

    def drawn(n):
        p = expit(-2 + 1.2 * rng.normal(size=n))
        y = np.sort((rng.random(n) < 0.2).astype(float))[::-1]
        return np.round(np.clip(p + 0.2 * y, 0, 1), digits), y

    big, left = drawn(2_000_000)
    truth, hits = lift(big, left, np.ones(len(big)), 0.2).estimate, 0
    for _ in range(2000):
        p, y = drawn(1000)
        low, high = metric_interval("lift", lift(p, y, np.ones(1000), 0.2), 1.959964)
        hits += low <= truth <= high
    print(digits, truth, hits / 2000)
    assert abs(hits / 2000 - 0.95) <= 3 * np.sqrt(0.95 * 0.05 / 2000)
