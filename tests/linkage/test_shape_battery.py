"""What every question about the shape of a link owes: weights, frames, missing values, bases, bad input."""

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError
from tests.linkage.shape_panels import panel

INSIDE = {"entity": "id", "time": "period"}
QUESTIONS = {
    "bins": lambda frame, **o: cx.dose_response(frame, "revenue", "nps", levels=(0, 7, 9), **INSIDE | o),
    "spline": lambda frame, **o: cx.dose_response(
        frame, "revenue", "nps", kind="spline", knots=(3, 6, 8, 9), **INSIDE | o
    ),
    "asymmetric": lambda frame, **o: cx.asymmetric_effect(frame, "revenue", "nps", **INSIDE | o),
    "steps": lambda frame, **o: cx.nps_steps(frame, "revenue", **INSIDE | o),
    "elasticity": lambda frame, **o: cx.elasticity(frame, "revenue", "nps", **INSIDE | o),
    "glm": lambda frame, **o: cx.revenue_glm(frame, "revenue", "nps", power=1.5, **INSIDE | o),
    "retention": lambda frame, **o: cx.retention_effect(
        frame, "retained", "nps", model="logit", **INSIDE | o
    ),
    "segments": lambda frame, **o: cx.effect_by_segment(frame, "revenue", "nps", "segment", **INSIDE | o),
}
LINEAR = [name for name in QUESTIONS if name not in ("glm", "retention")]
every = pytest.mark.parametrize("name", QUESTIONS)


def estimates(result) -> np.ndarray:
    column = "coefficient" if "coefficient" in result.rows else "estimate"
    return result.rows[column].to_numpy(dtype=float)


def errors(result) -> np.ndarray:
    return result.rows["std_error"].to_numpy(dtype=float)


def close(a, b, rtol: float = 1e-8) -> None:
    np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-9)


@every
def test_rows_that_lack_a_value_are_left_out_and_counted(name: str):
    frame = panel()
    holed = frame.copy()
    holed.loc[[4, 17], "nps"] = np.nan
    holed.loc[[33], "revenue" if name != "retention" else "retained"] = np.inf
    found = QUESTIONS[name](holed)
    close(estimates(found), estimates(QUESTIONS[name](frame.drop([4, 17, 33]))))
    assert (found.kept if name == "segments" else found.basis.kept) < 1


@every
def test_every_frame_says_the_same_and_none_is_changed(name: str):
    frame = panel()
    before = frame.copy()
    plain = estimates(QUESTIONS[name](frame))
    pd.testing.assert_frame_equal(frame, before)
    for other in (
        pl.from_pandas(frame),
        duckdb.sql("select * from frame"),
        frame.sample(frac=1, random_state=1),
    ):
        close(estimates(QUESTIONS[name](other)), plain)


@every
def test_it_says_association_and_hides_small_bases(name: str):
    result = QUESTIONS[name](panel(), weight="w")
    assert "association" in result.summary() and len(result.tidy()) >= 1
    hidden = result.suppress(10**6)
    assert hidden.rows["suppressed"].all() and np.isnan(estimates(hidden)).all()
    assert "too few" in hidden.summary() and "nan" not in hidden.summary()
    assert hidden.suppress(5).min_base == 10**6
    assert not result.suppress(2).rows["suppressed"].any()


@every
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda frame: frame.head(0), "none of 0 rows"),
        (lambda frame: frame.rename(columns={"nps": "npss"}), "did you mean 'npss'"),
        (lambda frame: frame.assign(nps="high"), "not numbers"),
        (lambda frame: frame.assign(id=frame["id"].where(frame["id"] > 0)), "column 'id': 5 rows have none"),
        (lambda frame: pd.concat([frame, frame.head(3)]), "3 rows repeat an entity and period, such as 0 in"),
        (lambda frame: frame.assign(id=1, period=np.arange(len(frame))), "all rows are of one cluster"),
        (lambda frame: frame.assign(revenue=np.nan, retained=np.nan), "holds all of"),
        (lambda frame: frame.head(2), "."),
    ],
    ids=["empty", "misspelt", "text", "no entity", "twice", "one cluster", "no outcome", "two rows"],
)
def test_bad_panels_are_refused(name: str, change, said: str):
    with pytest.raises(MeasureError, match=said):
        QUESTIONS[name](change(panel()))


@every
@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (lambda frame: frame.assign(nps=8.0), {}, "."),
        (lambda frame: frame.assign(w=-1.0), {"weight": "w"}, "no weight or a negative one"),
        (lambda frame: frame, {"controls": ["nps"]}, "'nps' is named twice"),
        (
            lambda frame: frame.assign(same=2 * frame["age"]),
            {"controls": ["age", "same"]},
            "repeats what|0 of 4",
        ),
        (lambda frame: frame, {"cluster": ["id", "id"]}, "names 2 columns"),
        (lambda frame: frame, {"conf_level": 95}, "confidence level of 95"),
    ],
    ids=["one score", "weights", "twice", "repeating", "clusters", "level"],
)
def test_bad_options_are_refused(name: str, change, options: dict, said: str):
    with pytest.raises(MeasureError, match=said):
        QUESTIONS[name](change(panel()), **options)


@every
def test_names_of_entities_need_no_order(name: str):
    frame = panel()
    mixed = frame.assign(id=[number if number % 2 else f"c{number}" for number in frame["id"]])
    close(estimates(QUESTIONS[name](mixed)), estimates(QUESTIONS[name](frame)))


@every
def test_incomplete_rows_may_lack_an_entity_but_not_repeat_one(name: str):
    frame = panel()
    empty = frame.head(1).assign(nps=np.nan)
    nobody = pd.concat([frame, empty.assign(id=np.nan)])
    close(estimates(QUESTIONS[name](nobody)), estimates(QUESTIONS[name](frame)))
    with pytest.raises(MeasureError, match="1 rows repeat an entity and period, such as 0 in"):
        QUESTIONS[name](pd.concat([frame, empty]))


def test_no_cluster_may_be_named():
    frame = panel()
    alone = QUESTIONS["steps"](frame, cluster=())
    assert alone.basis.method == "HC1"
    close(estimates(alone), estimates(QUESTIONS["steps"](frame)))
    whole = cx.panel_effect(frame, "revenue", "nps", **INSIDE, cluster=(), designs="two_way")
    assert whole.rows["method"].eq("HC1").all()


@pytest.mark.parametrize("name", LINEAR)
def test_an_outcome_made_from_the_score_is_refused(name: str):
    frame = panel()
    kind = np.digitize(frame["nps"], [6.5, 8.5]) + 1.0
    made = {"bins": kind, "steps": kind, "elasticity": np.exp(frame["nps"] / 5)}
    with pytest.raises(MeasureError, match=r"exactly|0 of 4"):
        QUESTIONS[name](frame.assign(revenue=made.get(name, 3 * frame["nps"] + 1)))


@every
def test_an_outcome_that_never_varies_is_refused(name: str):
    with pytest.raises(MeasureError):
        QUESTIONS[name](panel().assign(revenue=5.0, retained=1.0))


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name != "segments"])
def test_two_ways_of_clusters_are_named(name: str):
    result = QUESTIONS[name](panel(), cluster=["id", "period"])
    assert result.basis.method.startswith("CGM") and result.basis.df in (3, 4)


@pytest.mark.parametrize("name", ["bins", "spline", "steps", "elasticity", "segments"])
def test_rows_alone_in_their_entity_change_nothing_and_are_counted(name: str):
    """The effect of such a row fits it exactly: counted, it would add to df and to the base."""
    frame = panel(entities=30)
    alone = panel(seed=9, entities=100, periods=1).assign(id=lambda frame: frame["id"] + 1000)
    found, plain = (QUESTIONS[name](one) for one in (pd.concat([frame, alone]), frame))
    close(estimates(found), estimates(plain))
    close(errors(found), errors(plain))
    if name == "segments":
        pd.testing.assert_frame_equal(
            found.rows.drop(columns="alone"), plain.rows.drop(columns="alone"), rtol=1e-8
        )
        assert found.rows["alone"].sum() == 100 and found.kept == pytest.approx(0.6)
        return
    assert (found.basis.df, found.basis.n, found.basis.entities) == (29, 150, 30)
    assert found.basis.alone == 100 and "100 alone in their entity or period left out" in found.summary()
    assert found.suppress(31).rows["suppressed"].all()


def test_where_every_row_is_alone_it_is_said():
    with pytest.raises(MeasureError, match="every row is alone in its entity or period"):
        QUESTIONS["elasticity"](panel(periods=1))
