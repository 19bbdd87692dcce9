"""Second answers and copies: planted ones, honest ones, and chance by its definition."""

import numpy as np
import pandas as pd
import pytest

from cxlab.quality.duplicate_answers import duplicate_answers, expected_others
from tests.quality.quality_markets import honest_answers, honest_market, market_of, responses_of


def test_planted_copies_are_found_and_the_first_is_kept():
    rng = np.random.default_rng(3)
    answers = honest_answers(600, rng)
    for scores in answers.values():
        scores[rng.random(600) < 0.05] = np.nan
        scores[200:212] = scores[300:312]
    found = duplicate_answers(market_of(responses_of(600, rng), answers))
    copied = found.rows.index[found.rows["identical"].fillna(False)]
    assert copied.tolist() == list(range(300, 312))


def test_the_later_of_two_is_the_copy_wherever_it_stands():
    rng = np.random.default_rng(4)
    answers = honest_answers(100, rng)
    for scores in answers.values():
        scores[10] = scores[90]
    times = pd.Timestamp("2026-03-01") - pd.to_timedelta(np.arange(100), unit="h")
    found = duplicate_answers(market_of(responses_of(100, rng, responded_at=times), answers))
    assert found.rows.index[found.rows["identical"].fillna(False)].tolist() == [10]


def test_honest_answers_are_not_copies():
    # 6,000 honest answers; the note says 2 in 100,000, so more than 2 would be a surprise (p < 1e-4).
    flagged = sum(duplicate_answers(honest_market(2000, seed=seed)).n_flagged for seed in range(3))
    assert flagged <= 2


def test_straight_lines_and_short_answers_are_not_judged():
    rng = np.random.default_rng(5)
    lines = {f"satisfaction.a{item}": np.full(30, 8.0) for item in range(12)}
    lines["satisfaction.b"] = np.full(30, 7.0)
    assert duplicate_answers(market_of(responses_of(30, rng), lines)).rows["identical"].isna().all()
    short = {name: scores for name, scores in honest_answers(30, rng).items() if "satisf" in name}
    assert len(short) == 7
    assert duplicate_answers(market_of(responses_of(30, rng), short)).rows["identical"].isna().all()


def test_chance_equals_its_definition():
    rng = np.random.default_rng(6)
    scores = rng.choice([1.0, 2.0, 3.0, np.nan], size=(40, 12), p=[0.3, 0.3, 0.3, 0.1])
    expected = expected_others(scores)
    means = pd.Series(np.nanmean(scores, axis=1))
    level = np.ceil(5 * means.rank(pct=True) - 1e-9).to_numpy()
    judged = 0
    for row in range(40):
        if np.isnan(expected[row]):
            continue
        judged += 1
        peers = np.flatnonzero(level == level[row])
        chance = 1.0
        for question in range(12):
            own = scores[row, question]
            same = [
                p
                for p in peers
                if scores[p, question] == own or (own != own and scores[p, question] != scores[p, question])
            ]
            chance *= len(same) / len(peers)
        assert expected[row] == pytest.approx((len(peers) - 1) * chance, rel=1e-12)
    assert judged > 20


def repeats(**columns: object) -> list[object]:
    n = len(columns["customer_id"])
    responses = responses_of(n, np.random.default_rng(0), **columns)
    return duplicate_answers(market_of(responses)).rows["repeat"].astype("object").tolist()


def test_second_answers_of_a_customer():
    assert repeats(customer_id=["a", "b", "a", "a"]) == [False, False, True, True]
    assert repeats(customer_id=["a", "a"], stage=["pilot", "full"]) == [False, False]
    unknown = repeats(customer_id=["a", None, None])
    assert unknown[0] is False and unknown[1] is pd.NA and unknown[2] is pd.NA
    kinds = ["relationship", "transactional", "transactional", "relationship"]
    said = repeats(customer_id=["a"] * 4, kind=kinds)
    assert said[0] is False and said[1] is pd.NA and said[2] is pd.NA and said[3] is True


def test_without_customers_nothing_is_said_of_second_answers():
    market = market_of(responses_of(5, np.random.default_rng(0)).drop(columns="customer_id"))
    assert duplicate_answers(market).n == 0
