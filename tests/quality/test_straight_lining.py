"""Straight lines against a brute force, an enumeration and planted ones."""

import statistics
from itertools import groupby, product

import numpy as np
import pytest

from cxlab.model.errors import MeasureError
from cxlab.quality.straight_lining import longest_run, person_sd, straight_lining
from tests.quality.quality_markets import honest_answers, honest_market, market_of, responses_of


def test_the_longest_run_and_the_sd_equal_a_brute_force():
    rng = np.random.default_rng(1)
    scores = rng.choice([1.0, 2.0, 3.0, np.nan], size=(300, 9))
    given = [[score for score in row if score == score] for row in scores.tolist()]
    runs = [max((len(list(group)) for _, group in groupby(row)), default=0) for row in given]
    assert longest_run(scores).tolist() == runs
    sds = [statistics.stdev(row) if len(row) > 1 else np.nan for row in given]
    np.testing.assert_allclose(person_sd(scores), sds, rtol=1e-12, atol=1e-12)


def test_planted_lines_are_found_and_hardly_anybody_else():
    rng = np.random.default_rng(2)
    answers = honest_answers(500, rng)
    items = [name for name in answers if "." in name]
    for name in items:
        answers[name][:40] = 1 + np.arange(40) % 10
        answers[name][rng.random(500) < 0.1] = np.nan
    found = straight_lining(market_of(responses_of(500, rng), answers))
    flagged = found.rows["flagged"].fillna(False).to_numpy(dtype=bool)
    assert flagged[:40].all()
    assert flagged[40:].sum() == 0
    assert (found.n, found.n_flagged, found.share) == (500, 40, 0.08)
    assert "40 of 500 answers (8.0%)" in found.summary()


def test_random_answers_are_flagged_as_often_as_the_enumeration_says():
    # Every answer to six items of three scores, once each: 6 items need a run of 5.
    scores = np.array(list(product([1.0, 2.0, 3.0], repeat=6)))
    answers = {f"satisfaction.a{item}": scores[:, item] for item in range(6)}
    market = market_of(responses_of(len(scores), np.random.default_rng(0)), answers)
    expected = sum(max(len(list(group)) for _, group in groupby(row)) >= 5 for row in scores.tolist())
    found = straight_lining(market)
    assert found.n_flagged == expected == 15
    assert found.share <= (6 - 5 + 1) * 3.0 ** (1 - 5)


def test_short_grids_are_not_judged():
    answers = {f"satisfaction.a{item}": np.full(3, 5.0) for item in range(5)}
    market = market_of(responses_of(3, np.random.default_rng(0)), answers)
    assert straight_lining(market).n == 0
    assert np.isnan(straight_lining(market).share)
    assert "no answer could be judged" in straight_lining(market).summary()
    assert straight_lining(market, min_items=5).n_flagged == 3


def test_reversed_items_count_as_they_were_shown():
    answers = {f"satisfaction.a{item}": np.array([9.0, 9.0]) for item in range(8)}
    for item in range(0, 8, 2):
        answers[f"satisfaction.a{item}"] = np.array([9.0, 2.0])
    turned = tuple(f"satisfaction.a{item}" for item in range(0, 8, 2))
    market = market_of(responses_of(2, np.random.default_rng(0)), answers, reversed_items=turned)
    assert straight_lining(market).rows["flagged"].tolist() == [False, True]


@pytest.mark.parametrize("options", [{"min_items": 1}, {"run_share": 0}, {"run_share": 1.1}])
def test_senseless_rules_are_refused(options):
    with pytest.raises(MeasureError, match="make no rule"):
        straight_lining(honest_market(10), **options)


def test_an_unknown_wave_is_named():
    with pytest.raises(MeasureError, match=r"no answers of wave '2026-11'; did you mean '2026-1'\?"):
        straight_lining(honest_market(10), "2026-11")
