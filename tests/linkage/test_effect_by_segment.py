"""Slopes by segment: each by itself, metafor's shrinkage, and what a hidden segment takes with it."""

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.estimate.multiplicity import adjusted
from cxlab.estimate.random_effects import random_effects
from cxlab.linkage.shrunken import shrunken
from cxlab.model.errors import MeasureError
from tests.linkage.shape_panels import REFERENCE, panel

INSIDE = {"entity": "id", "time": "period"}


def test_shrunken_slopes_are_metafors_blup():
    theirs = REFERENCE["shrunken"]
    slopes, errors = np.array(theirs["slopes"]), np.array(theirs["errors"])
    found = random_effects(slopes, errors)
    assert found.tau2 == pytest.approx(theirs["tau2"], rel=1e-8)
    drawn = shrunken(slopes, errors, found, 0.95)
    for mine, name in (
        (drawn.estimate, "estimate"), (drawn.std_error, "std_error"), (drawn.conf_low, "low"),
        (drawn.conf_high, "high"),
    ):  # fmt: skip
        np.testing.assert_allclose(mine, theirs[name], rtol=1e-7)


def test_each_slope_is_that_of_its_segment_alone():
    frame = panel()
    rows = cx.effect_by_segment(frame, "revenue", "nps", "segment", controls=["age"], **INSIDE).rows
    assert rows["segment"].tolist() == list("abcd")
    for row in rows.to_dict("records"):
        part = frame[frame["segment"] == row["segment"]]
        dummies = pd.get_dummies(part[["id", "period"]].astype(str), drop_first=True)
        x = np.column_stack([np.ones(len(part)), part[["nps", "age"]], dummies]).astype(float)
        coefficients, *_ = np.linalg.lstsq(x, part["revenue"])
        assert row["estimate"] == pytest.approx(coefficients[1], rel=1e-9)
        assert (row["n"], row["entities"]) == (len(part), part["id"].nunique())
        residual = part["revenue"] - x @ coefficients
        bread = np.linalg.inv(x.T @ x)
        sums = np.array(
            [(x * residual.to_numpy()[:, None])[part["id"] == one].sum(axis=0) for one in part["id"].unique()]
        )
        groups, n = len(sums), len(part)
        covariance = bread @ sums.T @ sums @ bread * groups / (groups - 1) * (n - 1) / (n - 2 - 5)
        assert row["std_error"] == pytest.approx(np.sqrt(covariance[1, 1]), rel=1e-8)


def test_p_values_are_holms_over_segments_and_over_pairs():
    result = cx.effect_by_segment(panel(), "revenue", "nps", "segment", **INSIDE)
    for table in (result.rows, result.pairs):
        np.testing.assert_allclose(table["p_adjusted"], adjusted(table["p_value"].to_numpy(), "holm"))
    slopes = result.rows.set_index("segment")["estimate"]
    for pair in result.pairs.to_dict("records"):
        assert pair["difference"] == pytest.approx(slopes[pair["segment_a"]] - slopes[pair["segment_b"]])
    assert len(result.pairs) == 6
    assert result.rows["weight"].sum() == pytest.approx(1)


def test_shrunken_slopes_lie_between_their_own_and_the_mean():
    result = cx.effect_by_segment(panel(), "revenue", "nps", "segment", **INSIDE)
    own, drawn, mean = result.rows["estimate"], result.rows["shrunken"], result.found.estimate
    assert ((drawn - mean).abs() <= (own - mean).abs() + 1e-12).all()
    assert result.tau == pytest.approx(np.sqrt(result.found.tau2))


def test_a_segment_without_a_slope_is_left_out_by_name():
    frame = panel()
    frame.loc[frame["segment"] == "c", "nps"] = 5.0
    result = cx.effect_by_segment(frame, "revenue", "nps", "segment", **INSIDE)
    assert result.rows["segment"].tolist() == list("abd")
    assert result.left_out[0].startswith("c ('nps' does not vary")
    assert "Left out: c" in result.summary()
    alone = frame[frame["segment"].isin(["a", "c"])]
    with pytest.raises(MeasureError, match="1 of 2 segments has a slope: left out are c"):
        cx.effect_by_segment(alone, "revenue", "nps", "segment", **INSIDE)


def test_an_entity_in_two_segments_is_refused():
    frame = panel()
    frame.loc[0, "segment"] = "d"
    with pytest.raises(MeasureError, match="1 clusters stand in more than one segment"):
        cx.effect_by_segment(frame, "revenue", "nps", "segment", **INSIDE)


def test_a_hidden_segment_takes_the_mean_with_it():
    frame = panel()
    frame = frame[(frame["segment"] != "b") | (frame["id"] < 20)]
    result = cx.effect_by_segment(frame, "revenue", "nps", "segment", **INSIDE)
    hidden = result.suppress(10)
    assert hidden.rows.set_index("segment")["suppressed"].to_dict() == {
        "a": False,
        "b": True,
        "c": False,
        "d": False,
    }
    assert np.isnan(hidden.found.estimate) and hidden.rows["shrunken"].isna().all()
    assert hidden.rows["estimate"].notna().sum() == 3
    assert hidden.pairs["difference"].notna().sum() == 3
    assert "too few" in hidden.summary()
