"""Rises against falls: R's regression of changes, and what is a change."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError
from tests.linkage.shape_panels import R_PANEL, REFERENCE, cr1, panel


def test_slopes_are_rs_regression_of_changes():
    result = cx.asymmetric_effect(R_PANEL, "y", "x", entity="id", time="t", controls=["z"])
    theirs = REFERENCE["turns"]
    # The control, the constant and four of the five later periods count beside the two slopes.
    covariance = cr1(theirs["covariance"], 200, 40, 2 + 1 + 5)
    rows = result.rows.set_index("term")
    np.testing.assert_allclose(rows["estimate"].iloc[:2], theirs["estimate"], rtol=1e-9)
    np.testing.assert_allclose(rows["std_error"].iloc[:2], np.sqrt(np.diagonal(covariance)), rtol=1e-9)
    apart = np.array([1, -1])
    assert rows.loc["rise_less_fall", "estimate"] == pytest.approx(apart @ theirs["estimate"], rel=1e-9)
    assert rows.loc["rise_less_fall", "std_error"] == pytest.approx(
        np.sqrt(apart @ covariance @ apart), rel=1e-9
    )
    assert result.basis.n == 200 and result.basis.df == 39


def test_changes_skip_gaps_and_count_kinds():
    frame = pd.DataFrame(
        {
            "id": [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5],
            "t": ["a", "b", "c", "a", "c", "d", "a", "b", "c", "a", "b", "c", "d"],
            "x": [1, 3, 2, 5, 1, 4, 2, 2, 6, 7, 5, 4, 1],
            "y": [1, 2, 2.5, 3, 1, 3, 0, 1, 2, 4, 1, 2, 9],
        }
    ).sample(frac=1, random_state=1)
    result = cx.asymmetric_effect(frame, "y", "x", entity="id", time="t", period_effects=False)
    rows = result.rows.set_index("term")
    # 2's a to c is no step; 5 stands alone.
    assert rows["n"].to_dict() == {"rise": 3, "fall": 3, "rise_less_fall": 3}
    assert rows["entities"].to_dict() == {"rise": 3, "fall": 2, "rise_less_fall": 2}
    assert result.unchanged == 1 and result.basis.n == 7
    assert result.basis.kept == pytest.approx(7 / 13)
    rise = np.array([2, 0, 3, 0, 4, 0, 0.0])
    fall = np.array([0, -1, 0, 0, 0, -2, -1.0])
    change = np.array([1, 0.5, 2, 1, 1, -3, 1])
    slopes = np.linalg.lstsq(np.column_stack([np.ones(7), rise, fall]), change)[0]
    np.testing.assert_allclose(rows["estimate"].iloc[:2], slopes[1:], rtol=1e-10)


def test_where_slopes_are_equal_they_are_those_of_the_plain_difference():
    frame = panel().sort_values(["id", "period"])
    frame["y"] = 0.5 * frame["nps"] + frame["id"] + np.random.default_rng(1).normal(size=len(frame)) * 1e-6
    rows = cx.asymmetric_effect(frame, "y", "nps", entity="id", time="period").rows
    np.testing.assert_allclose(rows["estimate"], [0.5, 0.5, 0], atol=1e-6)


def test_a_point_of_fall_is_said_with_its_own_sign():
    frame = panel().assign(y=lambda frame: frame["nps"] + 0.1 * frame["age"])
    said = cx.asymmetric_effect(frame, "y", "nps", entity="id", time="period").summary()
    assert "a point of rise of nps goes with +" in said
    assert "a point of fall of nps goes with -" in said


def test_one_sided_panels_and_single_periods_are_refused():
    frame = panel()
    climbing = frame.assign(nps=frame.groupby("id").cumcount())
    with pytest.raises(MeasureError, match="never falls"):
        cx.asymmetric_effect(climbing, "revenue", "nps", entity="id", time="period")
    with pytest.raises(MeasureError, match="no entity has two successive periods"):
        cx.asymmetric_effect(frame[frame["period"] == "2025Q1"], "revenue", "nps", entity="id", time="period")


def test_small_kinds_are_hidden_with_what_gives_them_away():
    result = cx.asymmetric_effect(panel(), "revenue", "nps", entity="id", time="period")
    kinds = result.rows["n"].to_numpy()
    hidden = result.suppress(int(kinds.min()) + 1)
    assert hidden.rows.loc[hidden.rows["suppressed"], "estimate"].isna().all()
    assert hidden.rows["suppressed"].iloc[2] and hidden.basis.n == 0 and hidden.unchanged == 0


@pytest.mark.parametrize("gone", ["no outcome", "weight 0"])
def test_a_period_in_which_no_row_is_complete_still_lies_between_others(gone: str):
    frame = panel(entities=200).assign(w=1.0)
    if gone == "weight 0":
        frame.loc[frame["period"] == "2025Q2", "w"] = 0.0
    else:
        frame.loc[frame["period"] == "2025Q2", "revenue"] = np.nan
    options = {"entity": "id", "time": "period", "weight": "w"}
    result = cx.asymmetric_effect(frame, "revenue", "nps", **options)
    theirs = cx.panel_effect(frame, "revenue", "nps", designs=["first_differences"], **options).rows
    assert (
        result.basis.n == theirs["n"][0] == 2 * 200
    )  # from the first to the second, the fourth to the fifth


@pytest.mark.parametrize("kind", ["pandas", "enum", "categorical"])
def test_periods_stand_in_the_order_they_were_declared_in_else_in_that_of_their_values(kind: str):
    frame = panel()
    place = frame["period"].str[-1].astype(int)
    names = ["Q3 24", "Q4 24", "Q1 25", "Q2 25", "Q3 25"]
    named = pd.Categorical.from_codes(place, names, ordered=True)
    options = {"entity": "id", "time": "period"}
    expected = cx.asymmetric_effect(frame, "revenue", "nps", **options).rows["estimate"]
    if kind == "pandas":
        frame = frame.assign(period=named)
    elif kind == "enum":
        frame = pl.from_pandas(frame).with_columns(
            period=pl.Series(named.astype(str).tolist(), dtype=pl.Enum(names))
        )
    else:  # numbered as they appear, which is no order
        frame = pl.from_pandas(frame[::-1]).with_columns(pl.col("period").cast(pl.Categorical))
    found = cx.asymmetric_effect(frame, "revenue", "nps", **options).rows["estimate"]
    np.testing.assert_allclose(found, expected, rtol=1e-9)
