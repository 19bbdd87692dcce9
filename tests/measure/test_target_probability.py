"""The probability of a target: against the posteriors, by simulation, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlab.estimate.estimates import suppress
from cxlab.measure.mean_score import mean_score
from cxlab.measure.nps import nps
from cxlab.measure.target_probability import target_probability
from cxlab.measure.top_box import top_box
from cxlab.measure.total import total
from cxlab.model.errors import MeasureError

SCORES = pd.DataFrame({"nps": [3] * 10 + [8] * 30 + [10] * 60, "g": ["a"] * 50 + ["b"] * 50})


def _probability(result: object, target: float) -> float:
    return float(target_probability(result, target).rows["probability"].iloc[0])


@pytest.mark.parametrize("method", ["score", "bayes", "wald"])
@pytest.mark.parametrize("target", [35.0, 50.0, 60.0])
def test_nps_is_that_of_simulated_shares_whatever_the_interval(method: str, target: float):
    draws = 400_000
    net = np.random.default_rng(1).dirichlet([60.5, 30.5, 10.5], draws) @ [100, 0, -100]
    expected = (net >= target).mean()
    found = _probability(nps(SCORES, method=method), target)
    assert abs(found - expected) < 3 * np.sqrt(expected * (1 - expected) / draws)


def test_an_end_of_the_bayes_interval_has_its_tail():
    row = nps(SCORES, method="bayes", conf_level=0.9).rows.iloc[0]
    assert _probability(nps(SCORES), row["conf_low"]) == pytest.approx(0.95, abs=1e-4)
    assert _probability(nps(SCORES), row["conf_high"]) == pytest.approx(0.05, abs=1e-4)


def test_a_share_is_a_beta_variable():
    # pbeta(.6, 60.5, 40.5, lower.tail = FALSE) in R, by scipy.
    found = _probability(top_box(SCORES, "nps"), 0.6)
    assert found == pytest.approx(stats.beta(60.5, 40.5).sf(0.6), rel=1e-12)


@pytest.mark.parametrize("design", [{}, {"cluster": "account"}])
def test_a_mean_is_the_t_distribution_of_its_interval(design: dict[str, str]):
    frame = SCORES.assign(account=np.arange(100) % 7)
    result = mean_score(frame, "nps", conf_level=0.9, **design)
    row, df = result.rows.iloc[0], 6 if design else 99
    for end, expected in (("conf_low", 0.95), ("conf_high", 0.05)):
        assert _probability(result, row[end]) == pytest.approx(expected, abs=1e-9)
    by_hand = stats.t(df).sf((9.0 - row["estimate"]) / row["std_error"])
    assert _probability(result, 9.0) == pytest.approx(by_hand, rel=1e-8)


def test_a_relative_target_stands_on_a_positive_baseline():
    result = nps(SCORES)
    relative = target_probability(result, 0.1, baseline=40)
    assert relative.target == pytest.approx(44)
    assert relative.rows["probability"][0] == _probability(result, relative.target)
    for baseline in (0, -12.5, float("nan")):
        with pytest.raises(MeasureError, match=r"relative to a baseline of .* means nothing; name the value"):
            target_probability(result, 0.1, baseline=baseline)


def test_weights_count_by_their_effective_base():
    frame = SCORES.assign(w=2.0, heavy=np.where(np.arange(100) % 2, 3.0, 1.0))
    plain = _probability(nps(frame), 45)
    assert _probability(nps(frame, weight="w"), 45) == pytest.approx(plain, rel=1e-10)
    assert _probability(nps(frame, weight="heavy"), 45) < plain


def test_segments_and_what_is_suppressed():
    frame = pd.concat([SCORES, pd.DataFrame({"nps": [10, 9, 1], "g": "c"})])
    result = target_probability(suppress(nps(frame, by="g"), 10), 40)
    assert result.rows["probability"].isna().tolist() == result.rows["suppressed"].tolist()
    assert result.rows["suppressed"].any()
    assert list(result.tidy())[:4] == ["metric", "outcome", "by", "target"]
    assert result.summary().startswith("Probability that nps of nps by g is truly at least 40: b over 99%")


def test_without_answers_nothing_is_said():
    nobody = target_probability(nps(SCORES.iloc[:0]), 40)
    assert nobody.rows["probability"].isna().all()
    assert "too few answers to say whether the target of 40 is met" in nobody.summary()
    assert np.isnan(_probability(mean_score(SCORES.iloc[:1], "nps"), 5.0))
    assert 0.5 < _probability(nps(SCORES.iloc[60:]), 90) < 1


def test_what_cannot_be_a_target_is_refused():
    with pytest.raises(MeasureError, match="a target of 140 cannot be met; name one between -100 and 100"):
        target_probability(nps(SCORES), 140)
    with pytest.raises(MeasureError, match="a target of 45 cannot be met; name one between 0 and 1"):
        target_probability(top_box(SCORES, "nps"), 45)
    with pytest.raises(MeasureError, match="there is no probability of a target for 'total'"):
        target_probability(total(SCORES.assign(w=1.0), "nps", weight="w"), 5)
