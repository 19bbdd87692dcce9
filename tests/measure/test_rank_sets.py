"""Rank sets: what they say, that they hold the truth, and what is refused."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlab.estimate.estimates import suppress
from cxlab.estimate.rank_bounds import one_sided_holm, rank_bounds
from cxlab.measure.contrast import contrast
from cxlab.measure.mean_score import mean_score
from cxlab.measure.nps import nps
from cxlab.measure.rank_sets import rank_sets
from cxlab.model.errors import MeasureError


def _frame(n: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    frames = [
        pd.DataFrame({"s": np.clip(np.round(rng.normal(mean, 2, n)), 0, 10), "g": g})
        for g, mean in {"a": 5, "b": 7, "c": 7, "d": 8.2}.items()
    ]
    return pd.concat(frames, ignore_index=True).assign(w=1.0, h=lambda rows: rows.index % 2)


def _sets(rows: pd.DataFrame) -> dict[str, tuple[int, int, int]]:
    return {
        row["group_level"]: (row["rank"], row["rank_low"], row["rank_high"])
        for row in rows.to_dict("records")
    }


def test_levels_that_cannot_be_told_apart_share_ranks():
    result = rank_sets(contrast(_frame(), "mean_score", "g", score="s"))
    sets = _sets(result.rows)
    assert sets["d"] == (1, 1, 1) and sets["a"] == (4, 4, 4)
    assert sorted([sets["b"], sets["c"]]) == [(2, 2, 3), (3, 2, 3)]
    assert result.rows["rank"].tolist() == [1, 2, 3, 4]
    assert result.summary() == "ranks of g by mean_score of s (95% joint sets): d is highest of 4."
    assert result.tidy()["levels"].tolist() == [4] * 4


def test_the_lowest_may_be_the_best():
    frame = _frame()
    high, low = (
        rank_sets(contrast(frame, "mean_score", "g", score="s"), best=best) for best in ("highest", "lowest")
    )
    mirrored = {
        name: (5 - rank, 5 - last, 5 - first) for name, (rank, first, last) in _sets(high.rows).items()
    }
    assert _sets(low.rows) == mirrored
    assert "a is lowest of 4" in low.summary()


def test_results_by_segment_are_compared_as_independent():
    frame = _frame()
    independent = rank_sets(nps(frame, "s", by="g"))
    assert _sets(independent.rows) == _sets(
        rank_sets(contrast(frame, "nps", "g", score="s", method="wald")).rows
    )
    assert independent.group == "g"


def test_little_data_leave_all_ranks_open():
    result = rank_sets(contrast(_frame(3), "mean_score", "g", score="s", family="none"))
    assert {(low, high) for _, low, high in _sets(result.rows).values()} == {(1, 4)}
    assert "4 of 4 may be highest" in result.summary()


def test_a_level_without_answers_or_hidden_is_not_ranked():
    frame = _frame()
    frame.loc[frame["g"] == "b", "s"] = np.nan
    rows = rank_sets(contrast(frame, "mean_score", "g", score="s")).rows
    assert rows["group_level"].tolist()[-1] == "b" and pd.isna(rows["rank"].iloc[-1])
    assert rows["levels"].tolist() == [3] * 4
    few = pd.concat([_frame(60), pd.DataFrame({"s": [9.0] * 4, "g": "z"})])
    for result in (
        contrast(few, "mean_score", "g", score="s").suppress(10),
        suppress(mean_score(few, "s", by="g"), 10),
    ):
        ranked = rank_sets(result).rows
        hidden = ranked[ranked["suppressed"]]
        assert "z" in hidden["group_level"].tolist() and len(hidden) == 2
        assert hidden[["rank", "rank_low", "estimate", "n"]].isna().all(axis=None)
    assert "too few" in rank_sets(contrast(frame.assign(s=np.nan), "mean_score", "g", score="s")).summary()


def test_levels_are_ranked_within_each_segment():
    result = rank_sets(contrast(_frame(), "mean_score", "g", score="s", by="h"))
    assert result.rows.groupby("level")["rank"].apply(sorted).tolist() == [[1, 2, 2, 4], [1, 2, 3, 4]]
    assert "0: d is highest of 4; 1: d is highest of 4" in result.summary()
    assert "<table" in result._repr_html_()


def test_equal_values_share_a_rank():
    frame = pd.DataFrame({"s": [1, 9, 1, 9, 5, 6], "g": ["a", "a", "b", "b", "c", "c"]})
    rows = rank_sets(mean_score(frame, "s", by="g")).rows.set_index("group_level")
    assert rows.loc[["a", "b", "c"], "rank"].tolist() == [2, 2, 1]


def test_a_level_where_nothing_varies_is_not_told_apart():
    frame = pd.DataFrame({"nps": [10] * 30 + [3, 9] * 15, "g": ["a"] * 30 + ["b"] * 30})
    assert _sets(rank_sets(nps(frame, by="g")).rows)["a"] == (1, 1, 2)
    assert _sets(rank_sets(contrast(frame, "nps", "g")).rows)["a"] == (1, 1, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"best": "first"}, "unknown best 'first'; take one of highest, lowest"),
        ({"conf_level": 95}, "level of 95"),
    ],
)
def test_unknown_options_are_refused(options: dict, message: str):
    with pytest.raises(MeasureError, match=message):
        rank_sets(contrast(_frame(9), "mean_score", "g", score="s"), **options)


def test_what_cannot_be_ranked_is_refused():
    frame = _frame(9)
    with pytest.raises(MeasureError, match=r"compared against 'rest' only; say against=\"pairs\""):
        rank_sets(contrast(frame, "mean_score", "g", score="s", against="rest"))
    with pytest.raises(MeasureError, match="a result for everyone has nothing to rank"):
        rank_sets(mean_score(frame, "s"))


SCENARIOS = {
    "all equal": [0.0] * 6,
    "evenly spread": [0.0, 0.4, 0.8, 1.2, 1.6, 2.0],
    "one ahead, five equal": [0.0, 0.0, 0.0, 0.0, 0.0, 0.8],
    "two bunches": [0.0, 0.0, 0.0, 0.5, 0.5, 0.5],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_sets_hold_the_true_ranks_jointly(name: str):
    # 20,000 samples of 6 means of 50 normal answers each, standard deviation 1; seed 20260722.
    samples, n, truth = 20_000, 50, np.array(SCENARIOS[name])
    rng = np.random.default_rng(20260722)
    means = truth + rng.normal(0, 1 / np.sqrt(n), (samples, len(truth)))
    spread = rng.chisquare(n - 1, (samples, len(truth))) / (n - 1) / n
    a, b = np.array(list(combinations(range(len(truth)), 2))).T
    t = (means[:, a] - means[:, b]) / np.sqrt(spread[:, a] + spread[:, b])
    adjusted = one_sided_holm(2 * stats.t.sf(np.abs(t), 2 * (n - 1)))
    bounds = rank_bounds(means[:, a] - means[:, b], adjusted, a, b, levels=len(truth), alpha=0.05)
    rank = 1 + (truth[:, None] < truth).sum(axis=1)
    held = ((bounds.low <= rank) & (rank <= bounds.high)).all(axis=1).mean()
    assert held > 0.95 - 3 * np.sqrt(0.95 * 0.05 / samples)
    # Not for lack of trying: levels far apart are told apart.
    if name == "evenly spread":
        assert (bounds.high - bounds.low).mean() < 2
