"""Steps between the classes of NPS: R's weighted dummies, and jumps beside a line."""

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.linkage.nps_steps import JUMPS, STEPS
from cxlab.model.errors import MeasureError
from tests.linkage.shape_panels import R_PANEL, REFERENCE, cr1, panel

INSIDE = {"entity": "id", "time": "t", "controls": ["z"]}


def test_steps_are_rs_weighted_regression_on_classes():
    rows = cx.nps_steps(R_PANEL, "y", "x", weight="w", **INSIDE).rows.set_index("term")
    theirs = REFERENCE["classes"]
    covariance = cr1(theirs["covariance"], 240, 40, 2 + 1 + 6)
    contrasts = np.array([[1, 0], [-1, 1], [0, 1], [-2, 1]])
    rows = rows.loc[list(STEPS)]
    np.testing.assert_allclose(rows["estimate"], contrasts @ theirs["estimate"], rtol=1e-8)
    errors = np.sqrt(np.diagonal(contrasts @ covariance @ contrasts.T))
    np.testing.assert_allclose(rows["std_error"], errors, rtol=1e-8)


def test_jumps_are_rs_classes_beside_the_score():
    result = cx.nps_steps(R_PANEL, "y", "x", **INSIDE)
    theirs = REFERENCE["beside"]
    covariance = cr1(theirs["covariance"], 240, 40, 3 + 1 + 6)
    contrasts = np.array([[1, 0], [-1, 1]])
    rows = result.rows.set_index("term").loc[list(JUMPS)]
    np.testing.assert_allclose(rows["estimate"], contrasts @ theirs["estimate"], rtol=1e-8)
    errors = np.sqrt(np.diagonal(contrasts @ covariance @ contrasts.T))
    np.testing.assert_allclose(rows["std_error"], errors, rtol=1e-8)
    estimate = np.array(theirs["estimate"])
    wald = estimate @ np.linalg.solve(covariance, estimate)
    assert result.straight.statistic == pytest.approx(wald * 38 / (2 * 39), rel=1e-8)


def test_without_entities_steps_are_differences_of_means():
    frame = panel()
    rows = cx.nps_steps(frame, "revenue").rows.set_index("term")
    kind = np.digitize(frame["nps"], [6.5, 8.5])
    low, middle, high = (frame["revenue"][kind == place].mean() for place in range(3))
    expected = [middle - low, high - middle, high - low, high - 2 * middle + low]
    np.testing.assert_allclose(rows.loc[list(STEPS), "estimate"], expected, rtol=1e-10)
    assert rows["movers"].isna().all()
    assert rows.loc["detractor_to_passive", "n"] == min((kind == 0).sum(), (kind == 1).sum())


def test_movers_are_entities_seen_in_both_classes():
    frame = panel()
    rows = cx.nps_steps(frame, "revenue", entity="id").rows.set_index("term")
    kind = np.digitize(frame["nps"], [6.5, 8.5])
    met = {place: set(frame["id"][kind == place]) for place in range(3)}
    assert rows.loc["passive_to_promoter", "movers"] == len(met[1] & met[2])
    assert rows.loc["second_less_first", "movers"] == len(met[0] & met[1] & met[2])


def test_scores_that_only_name_the_class_leave_no_jump():
    frame = panel().assign(nps=lambda frame: np.array([4, 8, 9])[np.digitize(frame["nps"], [6.5, 8.5])])
    result = cx.nps_steps(frame, "revenue", entity="id", time="period")
    assert result.rows.set_index("term").loc[list(JUMPS), "estimate"].isna().all()
    assert "not tested" in result.summary()


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        (lambda x: x + 0.5, "no whole number from 0 to 10, such as .*levels=\\(0, 7, 9\\)"),
        (lambda x: np.minimum(x, 8), "there is no promoter"),
        (lambda x: np.maximum(x, 7), "there is no detractor"),
    ],
)
def test_answers_without_a_class_are_refused(scores, said: str):
    frame = panel()
    with pytest.raises(MeasureError, match=said):
        cx.nps_steps(frame.assign(nps=scores(frame["nps"])), "revenue")


def test_a_hidden_step_takes_those_it_adds_up_to_with_it():
    result = cx.nps_steps(panel(), "revenue", entity="id")
    hidden = result.suppress(int(result.rows["movers"].min()) + 1).rows
    assert hidden["suppressed"].iloc[:4].all()
    assert hidden.loc[hidden["suppressed"], ["estimate", "p_adjusted"]].isna().all(axis=None)


def test_the_joint_test_goes_with_either_jump():
    rng = np.random.default_rng(0)
    scores = np.r_[rng.integers(0, 7, 200), rng.integers(7, 9, 100), [9] * 6].astype(float)
    result = cx.nps_steps(pd.DataFrame({"nps": scores, "revenue": rng.normal(size=306)}), "revenue")
    hidden = result.suppress(10)
    assert np.isfinite(result.straight.p_value) and np.isnan(hidden.straight.p_value)
    assert hidden.rows.set_index("term")["suppressed"][["jump_at_passive", "jump_at_promoter"]].tolist() == [
        False, True,
    ]  # fmt: skip
    assert hidden.basis.n == 0 and hidden.tidy()["straight_p_value"].isna().all()
