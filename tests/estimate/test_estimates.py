"""What every result shows, and what a suppressed one keeps to itself."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from cxlab.estimate.estimates import Estimates, rows_of, suppress

# fmt: off
CONTRACT = [
    "metric", "outcome", "by", "level", "estimate", "std_error", "conf_low", "conf_high", "conf_level", "n",
    "n_eff", "unit", "weighting", "method", "suppressed",
]
# fmt: on
FIGURES = ["estimate", "std_error", "conf_low", "conf_high", "n", "n_eff"]


def _result(bases: dict[object, float], by: tuple[str, ...] = ("region",), n_eff: list[float] | None = None):
    levels = pd.DataFrame(
        [key if isinstance(key, tuple) else (key,) for key in bases], columns=list(by), dtype="str"
    )
    n = np.array(list(bases.values()), dtype="int64")
    # Figures that no other row and no constant could show by chance.
    estimate = np.where(n > 0, 31.41 + 1.137 * np.arange(len(n)), np.nan)
    rows = rows_of(
        levels,
        estimate=estimate,
        std_error=estimate / 7,
        conf_low=estimate - 4.321,
        conf_high=estimate + 4.321,
        n=n,
        n_eff=n.astype("float64") if n_eff is None else np.array(n_eff),
    )
    return Estimates("nps", "nps", by, "points", "wald", 0.95, "none" if n_eff is None else "weighted", rows)


def _everyone(estimate: float, n: int) -> Estimates:
    one = np.array([estimate])
    rows = rows_of(
        pd.DataFrame(index=[0]),
        estimate=one,
        std_error=one,
        conf_low=one,
        conf_high=one,
        n=np.array([n]),
        n_eff=one,
    )
    return Estimates("nps", "nps", (), "points", "wald", 0.999, "none", rows)


def test_tidy_has_the_columns_of_the_contract():
    tidy = _result({"north": 50, "south": 40}).tidy()
    assert list(tidy.columns) == CONTRACT
    assert tidy["by"].tolist() == ["region", "region"]
    assert tidy["level"].tolist() == ["north", "south"]
    assert tidy["n"].dtype == "Int64"
    assert tidy["suppressed"].dtype == "bool"


def test_everyone_has_neither_segment_nor_level():
    tidy = _everyone(12.0, 30).tidy()
    assert tidy[["by", "level"]].to_numpy().tolist() == [["", ""]]


def test_several_segment_columns_are_json_lists():
    tidy = _result({('nord, "est"', "ż"): 50, ("a", None): 40}, by=("region", "age")).tidy()
    assert json.loads(tidy["by"][0]) == ["region", "age"]
    assert json.loads(tidy["level"][0]) == ['nord, "est"', "ż"]
    assert json.loads(tidy["level"][1]) == ["a", "(missing)"]


def test_html_is_the_same_each_time_without_ids():
    result = _result({"<b>north</b>": 50, "south": 40})
    page = result._repr_html_()
    assert page == result._repr_html_()
    assert not re.search(r"\bid=|<style|<script|<b>", page)
    assert "&lt;b&gt;north" in page


def test_summary_says_base_interval_and_weighting():
    assert repr(_everyone(-0.04, 30)) == (
        "nps of nps is 0.0 points (99.9% interval 0.0 to 0.0, n = 30, unweighted)."
    )
    weighted = _result({"north": 50, "south": 40}, n_eff=[31.2, 22.8]).summary()
    assert weighted == (
        "nps of nps by region: highest south 32.5 points (95% interval 28.2 to 36.9, n = 40, n_eff = 23), "
        "lowest north 31.4 points (95% interval 27.1 to 35.7, n = 50, n_eff = 31)."
    )
    assert _result({"north": 0}).summary() == "nps of nps: too few answers to say."
    assert "highest" not in _result({"north": 50, "south": 0}).summary()


def test_suppress_blanks_every_figure_everywhere():
    result = _result({"north": 3, "south": 60, "west": 25, "none": 0})
    shown = suppress(result, 10)
    assert shown.rows["suppressed"].tolist() == [True, False, True, False]
    assert shown.tidy().loc[[0, 2], FIGURES].isna().all(axis=None)
    assert shown.tidy().loc[3, "n"] == 0
    for text in (shown.summary(), shown._repr_html_(), shown.tidy().to_csv()):
        for row in (0, 2):
            assert f"{result.rows['estimate'][row]:.1f}" not in text
            assert f"{result.rows['conf_low'][row]:.1f}" not in text
    assert "2 suppressed" in shown.summary()


def test_what_is_shown_stays_as_it_was():
    result = _result({"north": 3, "south": 60, "west": 25})
    pd.testing.assert_frame_equal(suppress(result, 10).rows.loc[[1]], result.rows.loc[[1]])
    pd.testing.assert_frame_equal(
        suppress(_result({"a": 10, "b": 11}), 10).rows, _result({"a": 10, "b": 11}).rows
    )


def test_suppress_leaves_its_input_alone():
    result = _result({"north": 3, "south": 60})
    before = result.rows.copy()
    suppress(result, 10)
    pd.testing.assert_frame_equal(result.rows, before)
    assert result.min_base == 0


@pytest.mark.parametrize("again", [10, 7, 0])
def test_suppressing_again_changes_nothing(again: int):
    once = suppress(_result({"north": 3, "south": 60, "west": 25}), 10)
    twice = suppress(once, again)
    assert twice.min_base == 10
    pd.testing.assert_frame_equal(twice.rows, once.rows)


def test_a_higher_base_hides_more():
    once = suppress(_result({"north": 3, "south": 60, "west": 12, "east": 15}), 10)
    more = suppress(once, 20)
    assert more.min_base == 20
    # What the first call hid has no base any more and counts as 0, so the second errs on the safe side.
    assert more.rows["suppressed"].all()


def test_a_base_is_the_smaller_of_answers_and_effective_answers():
    shown = suppress(_result({"a": 50, "b": 50, "c": 50, "d": 50}, n_eff=[9.9, 30.0, 40.0, 9.0]), 10)
    assert shown.rows["suppressed"].tolist() == [True, False, False, True]


def test_one_figure_for_everyone_is_suppressed_alone():
    assert suppress(_everyone(12.0, 9), 10).rows["suppressed"].tolist() == [True]
    assert suppress(_everyone(12.0, 10), 10).rows["suppressed"].tolist() == [False]
    shown = suppress(_result({"north": 9}), 10)
    assert shown.rows["suppressed"].tolist() == [True]
    assert shown.summary() == "nps of nps: too few answers to say."


def test_a_cross_table_is_protected_along_each_segment():
    bases = {(r, a): 30 for r in "abc" for a in "xyz"} | {("a", "x"): 4}
    hidden = suppress(_result(bases, by=("region", "age")), 10).rows["suppressed"].to_numpy().reshape(3, 3)
    assert hidden[0, 0]
    assert (hidden.sum(axis=0)[hidden.any(axis=0)] >= 2).all()
    assert (hidden.sum(axis=1)[hidden.any(axis=1)] >= 2).all()
    assert hidden.sum() == 4


def test_an_empty_result_can_be_suppressed():
    shown = suppress(_result({}), 10)
    assert len(shown.tidy()) == 0
    assert list(shown.tidy().columns) == CONTRACT
