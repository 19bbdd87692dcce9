"""What a path model cannot be made of, and what it says then."""

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.ecsi import ecsi
from cxlab.measure.path_model import PathModel, ecsi_model
from cxlab.model.errors import MeasureError
from tests.measure.path_rows import SMALL, answers


def refused(match: str, frame: object = None, model: object = SMALL, **options: object) -> None:
    with pytest.raises(MeasureError, match=match):
        ecsi(answers() if frame is None else frame, model, **{"n_boot": 0, **options})


@pytest.mark.parametrize(
    ("blocks", "paths", "match"),
    [
        ({"a": ["x"], "b": []}, {"a": "b"}, "the construct 'b' has no columns"),
        ({"a": ["x"], "b": ["x"]}, {"a": "b"}, "the column 'x' is named twice; let each column measure one"),
        ({"a": ["x"], "b": ["y"]}, {"a": "bb"}, "there is no construct 'bb' in the blocks; did you mean 'b'"),
        ({"a": ["x"], "b": ["y"]}, {"a": ["b", "b"]}, "a path from 'a' is named twice"),
        ({"a": ["x"], "b": ["y"]}, {"a": "b", "b": "a"}, "the paths run in a circle through a, b"),
        ({"a": ["x"], "b": ["y"]}, {"a": ["a", "b"]}, "the paths run in a circle through a"),
        ({"a": ["x"], "b": ["y"], "c": ["z"]}, {"a": "b"}, "no path leads to or from 'c'"),
        ({"a": ["x"]}, {}, "no path leads to or from 'a'"),
        ({}, {}, "a path model needs constructs"),
    ],
)
def test_a_model_that_contradicts_itself(blocks: dict, paths: dict, match: str):
    with pytest.raises(MeasureError, match=match):
        PathModel(blocks, paths)


def test_an_unknown_formative_construct_and_an_unknown_part_of_the_ecsi():
    with pytest.raises(
        MeasureError, match="there is no construct 'qualty' in the blocks; did you mean 'qual"
    ):
        PathModel(SMALL.blocks, SMALL.paths, formative=["qualty"])
    with pytest.raises(MeasureError, match="the ECSI has no construct 'prices'; known are: complaints"):
        ecsi_model({"satisfaction": ["s1"], "prices": ["p1"]})
    with pytest.raises(MeasureError, match="the ECSI needs 'satisfaction'"):
        ecsi_model({"image": ["i1"]})
    refused("a list is no path model; name the columns", model=["s1"])


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"scheme": "pca"}, "unknown scheme 'pca'; take one of path, centroid, factorial"),
        ({"missing": "mean"}, "unknown missing 'mean'; take one of pairwise, complete"),
        ({"interval": "t"}, "unknown interval 't'; take one of percentile, bca"),
        ({"distinct": "yes"}, "unknown distinct 'yes'; take one of warn, refuse"),
        ({"weight_kind": "case"}, "unknown weight_kind 'case'"),
        ({"n_boot": 10}, "10 resamples will not do; take 50 or more, or 0"),
        ({"n_boot": -1}, "-1 resamples will not do"),
        ({"conf_level": 95}, "a confidence level of 95 is none"),
        ({"htmt_limit": 0}, "an HTMT limit of 0 is none"),
        ({"n_boot": 99.5}, "99.5 resamples will not do"),
        ({"scale": (10, 1)}, r"\(10, 1\) is no scale"),
        ({"scale": None}, "None is no scale; give the lowest and the highest score"),
        ({"scale": {"q1": (1, 10)}}, "scale= does not name 'q2'"),
        ({"scale": (1, 5)}, "the column 'q1' holds [6-9].*, outside 1–5; name the right scale"),
        ({"weight": "wt"}, "there is no column 'wt'"),
        ({"cluster": "acount"}, "there is no column 'acount'; did you mean 'account'"),
    ],
)
def test_options_that_will_not_do(options: dict, match: str):
    refused(match, **options)


def test_columns_that_will_not_do():
    frame = answers()
    refused("there is no column 'q3'; known are", frame.drop(columns="q3"))
    refused("the column 'q3' holds String, not numbers", frame.assign(q3="good"))
    refused("the column 's2' does not vary; leave it out", frame.assign(s2=7))
    refused("0 of 200 rows hold all columns", frame.assign(s2=np.nan))
    refused("a int is no frame", 3)


@pytest.mark.parametrize("rows", [0, 1])
def test_nobody_and_one_respondent(rows: int):
    refused(f"{rows} of {rows} rows hold all columns|there are no rows", answers().iloc[:rows])


def test_fewer_respondents_than_columns():
    refused("8 respondents answered, but the model has 8 columns", answers().iloc[:8])
    assert ecsi(answers().iloc[:9], SMALL, n_boot=0).n == 9


def test_everybody_answers_alike():
    refused("the column 'q1' does not vary", answers().assign(**dict.fromkeys(SMALL.columns, 10)))


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_an_answer_needs_a_weight(weight: float):
    frame = answers().assign(w=1.0)
    frame.loc[3, "w"] = weight
    refused("column 'w': 1 answers have no weight or a negative one", frame, weight="w")
    frame.loc[3, "s1"] = np.nan
    assert ecsi(frame, SMALL, weight="w", n_boot=0).n == 199


def test_weights_that_will_not_do():
    frame = answers()
    refused("0 of 200 rows hold all columns", frame.assign(w=0.0), weight="w")
    refused("frequencies are not whole numbers", frame, weight="w", weight_kind="frequency")
    many = frame.assign(f=100_000)
    refused("the frequencies add up to 20,000,000 rows", many, weight="f", weight_kind="frequency")
    assert ecsi(many, SMALL, weight="f", weight_kind="frequency", cluster="account", n_boot=0).n == 20_000_000


def test_clusters_that_will_not_do():
    frame = answers().assign(account=lambda rows: rows["account"].where(rows.index > 4))
    refused("column 'account': 5 rows have no cluster", frame, cluster="account")
    refused("all rows are of one cluster", frame.assign(account="a"), cluster="account", n_boot=50)


def test_few_clusters_are_a_doubt():
    frame = answers().assign(account=lambda rows: rows.index % 12)
    result = ecsi(frame, SMALL, cluster="account", n_boot=50)
    assert [doubt.kind for doubt in result.doubts if doubt.kind == "few_units"] == ["few_units"]
    assert "Only 12 units were sampled independently: the intervals are too short." in result.summary()


def test_blocks_that_say_the_same():
    frame = answers()
    copied = frame.assign(**{f"v{i}": frame[f"q{i}"] for i in (1, 2)})
    model = PathModel(
        {"quality": ["q1", "q2"], "value": ["v1", "v2"], "satisfaction": ["s1", "s2"]}, SMALL.paths
    )
    for scheme in ("path", "centroid", "factorial"):
        refused(
            "the constructs 'quality' and 'value' are one: their scores correlate perfectly; join them",
            copied,
            model,
            scheme=scheme,
        )


def test_a_formative_construct_whose_columns_determine_one_another():
    frame = answers()
    model = PathModel(SMALL.blocks, SMALL.paths, formative=["quality"])
    refused(
        "the weights do not come to rest; look for constructs, or columns of a formative one",
        frame.assign(q3=frame["q1"]),
        model,
    )


def test_pairwise_correlations_that_contradict_one_another():
    rng = np.random.default_rng(0)
    x = rng.integers(1, 11, 300).astype(float)
    frame = answers(300).assign(q1=x, q2=x, q3=x)
    third = np.arange(300) % 3
    frame.loc[third == 0, "q3"] = np.nan
    frame.loc[third == 1, "q1"] = np.nan
    frame.loc[third == 2, "q2"] = 11 - frame["q3"]
    refused("the pairwise correlations contradict one another", frame, missing="pairwise")
    apart = answers().assign(q1=lambda rows: rows["q1"].where(rows.index < 100))
    apart["s1"] = apart["s1"].where(apart.index >= 100)
    refused("no respondent answered both 'q1' and 's1'", apart, missing="pairwise")


def test_constructs_that_cannot_be_told_apart_are_a_doubt_or_refused():
    rng = np.random.default_rng(5)
    frame = answers(400)
    frame["v1"], frame["v2"] = (
        np.clip(frame["q1"] + rng.integers(-1, 2, 400), 1, 10),
        np.clip(frame["q2"] + rng.integers(-1, 2, 400), 1, 10),
    )
    result = ecsi(frame, SMALL, n_boot=100)
    assert [(doubt.kind, doubt.about) for doubt in result.doubts] == [("indistinct", ("quality–value",))]
    assert "These constructs cannot be told apart (HTMT may be 1 or more): quality–value." in result.summary()
    refused("these constructs cannot be told apart: quality–value", frame, n_boot=100, distinct="refuse")
    kept = ecsi(answers(400), SMALL, n_boot=100, distinct="refuse")
    assert kept.doubts == ()
    close = ecsi(answers(400), SMALL, n_boot=100, htmt_limit=0.5).doubts
    assert [doubt.kind for doubt in close] == ["close"]


def test_resamples_in_which_a_column_does_not_vary_are_left_out_and_counted():
    frame = answers(120).assign(s3=7)
    frame.loc[[0, 1], "s3"] = 9
    result = ecsi(frame, SMALL, n_boot=400)
    # Both rows that differ are missed by a resample of 119 of 120 with chance (118/120)^119 = .135.
    expected, spread = 400 * (118 / 120) ** 119, np.sqrt(400 * 0.135 * 0.865)
    assert abs(result.failed - expected) < 3 * spread
    assert f"{result.failed} of 400 resamples did not come to rest and were left out." in result.summary()
    assert result.paths.rows["conf_low"].notna().all()


def test_too_few_resamples_that_come_to_rest_give_no_interval():
    frame = answers(60).assign(s3=7)
    frame.loc[0, "s3"] = 9
    result = ecsi(frame, SMALL, n_boot=60)
    assert result.n_boot - result.failed < 50
    assert result.tidy()[["std_error", "conf_low", "conf_high"]].isna().all(axis=None)


def test_names_of_the_questionnaire_do_not_get_in_the_way():
    frame = answers().rename(columns={"q1": "w", "w": "block", "v1": "x0"})
    model = PathModel(
        {"quality": ["w", "q2", "q3"], "value": ["x0", "v2"], "satisfaction": ["s1", "s2", "s3"]}, SMALL.paths
    )
    renamed = ecsi(frame, model, weight="block", n_boot=50).paths.rows
    pd.testing.assert_frame_equal(renamed, ecsi(answers(), SMALL, weight="w", n_boot=50).paths.rows)
