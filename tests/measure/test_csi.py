"""The index against its definition, R survey, the bootstrap, and what must never matter."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.csi import csi
from cxlab.measure.long_items import long_items
from cxlab.measure.mean_score import mean_score
from cxlab.model.errors import MeasureError
from cxlab.weight.rake import rake
from tests.measure.ratings_frames import NAMES, items_of, people, twice

REFERENCE = Path(__file__).parents[1] / "reference"
MOBI = (
    Path(os.environ.get("CXLAB_DATA") or REFERENCE.parents[2] / "shared" / "data") / "mobi_ecsi" / "mobi.csv"
)
FIGURES = ["estimate", "std_error", "conf_low", "conf_high", "n_eff"]


def by_hand(importance, satisfaction):
    columns = {f"i{place}": [value] for place, value in enumerate(importance)}
    columns |= {f"s{place}": [value] for place, value in enumerate(satisfaction)}
    places = [str(place) for place in range(len(importance))]
    return long_items(
        pd.DataFrame(columns),
        satisfaction={place: f"s{place}" for place in places},
        importance={place: f"i{place}" for place in places},
    )


def definition(frame, w):
    """The index as it is written down: mean importance over the sum of all, times mean satisfaction."""
    means = {
        column: np.average(frame[column].dropna(), weights=w[frame[column].notna()])
        for column in frame
        if column[:2] in ("s_", "i_")
    }
    total = sum(means[f"i_{name}"] for name in NAMES)
    return 10 * sum(means[f"i_{name}"] / total * means[f"s_{name}"] for name in NAMES)


def same(one, other, columns=("n", *FIGURES)):
    for column in columns:
        here, there = (result.rows[column].to_numpy(dtype="float64") for result in (one, other))
        # Sums of a hundred products.
        np.testing.assert_allclose(here, there, rtol=1e-9, atol=1e-9, err_msg=column)


def test_the_worked_example():
    # 181 / 30 of 10; a public example rounds the weights on the way and prints 60.10.
    row = csi(by_hand([7, 5, 9, 3, 6], [8, 4, 8, 3, 4]), scale=(1, 10)).rows.iloc[0]
    assert row["estimate"] == pytest.approx(1810 / 30, rel=1e-14)
    assert round(row["estimate"], 2) == 60.33
    assert row["n"] == 1
    assert np.isnan(row["conf_low"]) and np.isnan(row["std_error"])


def test_min_max_starts_at_the_lowest_score():
    items = by_hand([7, 5, 9, 3, 6], [8, 4, 8, 3, 4])
    result = csi(items, scale=(1, 10), form="min_max")
    assert result.rows["estimate"][0] == pytest.approx(100 * (181 / 30 - 1) / 9, rel=1e-14)
    assert (result.metric, result.scale) == ("csi_min_max", (0.0, 100.0))
    assert csi(by_hand([5, 2], [1, 1]), scale=(1, 10), form="min_max").rows["estimate"][0] == 0
    assert csi(by_hand([5, 2], [10, 10]), scale=(1, 10)).rows["estimate"][0] == pytest.approx(100)


def test_it_is_its_definition_with_gaps_and_weights():
    frame = people()
    result = csi(items_of(frame), frame, scale=(1, 10), weight="w")
    assert result.rows["estimate"][0] == pytest.approx(definition(frame, frame["w"].to_numpy()), rel=1e-12)
    # The thinnest mean, not the respondents.
    assert result.rows["n"][0] == frame.filter(regex="^[si]_").notna().sum().min() < len(frame)


@pytest.mark.skipif(not MOBI.exists(), reason="needs CXLAB_DATA/mobi_ecsi")
def test_mobi_with_equal_weights():
    # The mean of three items on 0–100; 71.970 is published for the unweighted index.
    mobi = pd.read_csv(MOBI)
    items = long_items(mobi, satisfaction=["CUSA1", "CUSA2", "CUSA3"])
    result = csi(items, scale=(1, 10), importance="equal", form="min_max")
    assert round(result.rows["estimate"][0], 3) == 71.970
    # Without gaps it is the mean of a respondent's mean, whose standard error is the textbook's.
    mean = mobi[["CUSA1", "CUSA2", "CUSA3"]].mean(axis=1)
    plain = mean_score(pd.DataFrame({"mean": mean}), "mean").rows.iloc[0]
    assert result.rows["std_error"][0] == pytest.approx(100 / 9 * plain["std_error"], rel=1e-10)
    assert result.rows["n_eff"][0] == pytest.approx(250)


def test_it_equals_r_survey_by_design():
    # index_gap.R: svycontrast of svymean, strata, clusters and weights.
    known = json.loads((REFERENCE / "index_gap.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(REFERENCE / "index_gap.csv")
    items = long_items(
        frame,
        satisfaction={"1": "s1", "2": "s2", "3": "s3"},
        importance={"1": "i1", "2": "i2", "3": "i3"},
        respondent="id",
    )
    design = {"weight": "w", "cluster": "cluster", "stratum": "stratum"}
    respondents = frame.rename(columns={"id": "response_id"})
    for form, name in {"percent_of_max": "index", "min_max": "min_max"}.items():
        row = csi(items, respondents, scale=(1, 10), form=form, **design).rows.iloc[0]
        # R writes 15 digits.
        assert row["estimate"] == pytest.approx(known[name], rel=1e-12)
        assert row["std_error"] == pytest.approx(known[f"{name}_se"], rel=1e-10)
    # t of .975 on 22 degrees of freedom: qt(.975, 22).
    half = 2.073873067904019 * known["min_max_se"]
    assert row["conf_high"] - row["estimate"] == pytest.approx(half, rel=1e-9)


def test_the_linearised_error_is_that_of_the_jackknife():
    # An independent route to the same variance: leave each respondent out.
    frame = people(150, seed=8)
    without = [definition(frame.drop(place), np.ones(len(frame) - 1)) for place in frame.index]
    n = len(frame)
    jackknife = np.sqrt((n - 1) / n * ((np.array(without) - np.mean(without)) ** 2).sum())
    row = csi(items_of(frame), frame, scale=(1, 10)).rows.iloc[0]
    # They agree to the order 1/n.
    assert row["std_error"] == pytest.approx(jackknife, rel=0.01)


@pytest.mark.parametrize("design", [{}, {"weight": "w", "cluster": "account"}])
def test_bootstrap_and_linearisation_agree(design):
    frame = people(200, seed=5)
    options = {"scale": (1, 10), **design}
    plain = csi(items_of(frame), frame, **options).rows.iloc[0]
    drawn = csi(items_of(frame), frame, method="bootstrap", n_boot=4000, seed=1, **options).rows.iloc[0]
    assert drawn["estimate"] == plain["estimate"]
    # A standard deviation of 4,000 replicates is known to 1.1 % (one standard error); three of them, and 3 %
    # for what is not linear.
    assert drawn["std_error"] == pytest.approx(plain["std_error"], rel=0.065)
    assert drawn["conf_low"] == pytest.approx(plain["conf_low"], abs=0.4 * plain["std_error"])


def test_a_seed_gives_the_same_bootstrap_and_another_another():
    frame = people()
    ends = [
        csi(items_of(frame), frame, scale=(1, 10), method="bootstrap", n_boot=200, seed=seed).rows[
            "conf_low"
        ][0]
        for seed in (1, 1, 2)
    ]
    assert ends[0] == ends[1] != ends[2]


@pytest.mark.parametrize("method", ["linearised", "bootstrap"])
def test_equal_weights_are_none_and_their_scale_never_matters(method):
    frame = people()
    options = {"scale": (1, 10), "by": "g", "method": method, "n_boot": 300}
    none = csi(items_of(frame), frame, **options)
    same(csi(items_of(frame), frame.assign(w=0.3), weight="w", **options), none)
    weighted = csi(items_of(frame), frame, weight="w", **options)
    same(csi(items_of(frame), frame.assign(w=2e6 * frame["w"]), weight="w", **options), weighted)


def test_weight_2_is_the_row_twice_and_frequencies_are_so_for_the_interval():
    frame = people().assign(w=lambda rows: 1 + rows.index % 3)
    more = twice(frame, frame["w"].to_numpy())
    one, other = (
        csi(items_of(frame), frame, scale=(1, 10), weight="w"),
        csi(items_of(more), more, scale=(1, 10)),
    )
    same(one, other, ["estimate"])
    assert one.rows["std_error"][0] > 1.2 * other.rows["std_error"][0]
    same(csi(items_of(frame), frame, scale=(1, 10), weight="w", weight_kind="frequency"), other)


def test_segments_are_filters_and_who_has_none_is_a_level():
    frame = people().assign(g=lambda rows: rows["g"].where(rows.index > 20))
    result = csi(items_of(frame), frame, scale=(1, 10), by="g", weight="w")
    assert result.rows["level"].tolist() == ["a", "b", "(missing)"]
    for level, row in zip(["a", "b", None], result.rows.to_dict("records"), strict=True):
        kept = frame[frame["g"].isna() if level is None else frame["g"] == level]
        alone = csi(items_of(kept), kept, scale=(1, 10), weight="w").rows.iloc[0]
        assert [row[name] for name in FIGURES] == pytest.approx([alone[name] for name in FIGURES], rel=1e-10)


def test_items_may_bear_the_columns_of_their_respondents():
    frame = people()
    items = items_of(frame).merge(frame[["response_id", "w", "g", "account"]], on="response_id")
    options = {"scale": (1, 10), "weight": "w", "by": "g", "cluster": "account"}
    same(csi(items, **options), csi(items_of(frame), frame, **options))


def test_calibrated_weights_count_what_they_gain():
    # Segments that differ much, and whose shares are known: the index is surer than its weights say.
    rng = np.random.default_rng(2)
    frame = people(300, seed=6)
    shift = np.where(frame["g"] == "a", 2.0, -2.0)
    for name in NAMES:
        frame[f"s_{name}"] = np.clip(5 + shift + rng.normal(0, 0.5, len(frame)), 1, 10)
    weights = rake(frame, {"g": {"a": 0.5, "b": 0.5}})
    known = csi(items_of(frame), frame, scale=(1, 10), weight=weights).rows.iloc[0]
    as_column = frame.assign(w=weights.weights)
    plain = csi(items_of(frame), as_column, scale=(1, 10), weight="w").rows.iloc[0]
    assert known["estimate"] == pytest.approx(plain["estimate"], rel=1e-12)
    assert known["std_error"] < 0.3 * plain["std_error"]
    with pytest.raises(MeasureError, match="knows neither calibrated weights nor finite populations"):
        csi(items_of(frame), frame, scale=(1, 10), weight=weights, method="bootstrap")


def test_awkward_data_have_a_meaning():
    frame = people(12)
    items = items_of(frame)
    kept = frame.assign(w=[0.0] * 6 + [1.0] * 6)
    same(
        csi(items, kept, scale=(1, 10), weight="w"),
        csi(items_of(frame[6:]), frame[6:], scale=(1, 10)),
    )
    nobody = csi(items, frame.assign(w=0.0), scale=(1, 10), weight="w").rows.iloc[0]
    assert nobody["n"] == 0 and np.isnan(nobody["estimate"])
    equal = csi(by_hand([5, 5], [10, 10]), scale=(1, 10))
    assert equal.rows["estimate"][0] == 100
    same_for_all = items.assign(score=7.0)
    row = csi(same_for_all, frame, scale=(1, 10)).rows.iloc[0]
    assert row["estimate"] == pytest.approx(70) and row["std_error"] == pytest.approx(0, abs=1e-12)
    silent = frame.assign(g="b").assign(g=lambda rows: rows["g"].where(rows.index > 0, "z"))
    lonely = csi(items[items["response_id"] != "r0"], silent, scale=(1, 10), by="g").rows
    assert lonely.set_index("level").loc["z", "n"] == 0
    assert np.isnan(lonely.set_index("level").loc["z", "estimate"])


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({}, {"form": "best"}, "unknown form 'best'; take one of percent_of_max, min_max"),
        ({}, {"method": "x"}, "unknown method 'x'; take one of linearised, bootstrap"),
        ({}, {"importance": "derived"}, "unknown importance 'derived'; take one of stated, equal"),
        ({}, {"scale": (1, 5)}, "the satisfaction holds 6, 7, 8, 9, 10, outside 1–5; name the right scale"),
        ({}, {"scale": (10, 1)}, "10–1 is no scale; name the lowest score first"),
        ({}, {"scale": {"satisfaction": (1, 10)}}, "importance has no scale; name it"),
        ({}, {"scale": 5}, "scale of the satisfaction: 5 is no scale"),
        ({}, {"scale": (1,)}, "scale of the satisfaction: 1 is no scale"),
        ({}, {"weight": 3}, "a value of type int does not name a column"),
        ({}, {"attributes": []}, "no attribute is named; leave attributes= away"),
        ({"response_id": None}, {}, "90 respondents have no response_id"),
        ({}, {"scale": (-5, 10)}, "the scale of the satisfaction goes below 0"),
        ({}, {"weight": "wgt"}, "there is no column 'wgt'"),
        ({}, {"by": "gg"}, "there is no column 'gg'; did you mean 'g'"),
        ({}, {"attributes": ["prise"]}, "nobody rated the satisfaction of 'prise'; did you mean 'price'"),
        ({}, {"method": "bootstrap", "n_boot": 10}, "10 bootstrap replicates are too few"),
        ({}, {"conf_level": 95}, "a confidence level of 95 is none"),
        ({"w": -1.0}, {"weight": "w"}, "90 answers have no weight or a negative one"),
        ({"w": np.nan}, {"weight": "w"}, "90 answers have no weight or a negative one"),
        ({"w": 1.5}, {"weight": "w", "weight_kind": "frequency"}, "90 frequencies are not whole numbers"),
        ({"response_id": "r1"}, {}, "the respondent 'r1' stands there twice"),
        ({"response_id": [f"q{i}" for i in range(90)]}, {}, "no item is of a respondent that is there"),
    ],
)
def test_what_cannot_be_is_refused(change, options, said):
    frame = people()
    with pytest.raises(MeasureError, match=said):
        csi(items_of(frame), frame.assign(**change), **{"scale": (1, 10), **options})


def test_an_attribute_without_importance_is_refused_by_name():
    items = items_of(people())
    items = items[(items["kind"] != "importance") | (items["attribute_id"] != "shop")]
    with pytest.raises(MeasureError, match="nobody rated the importance of 'shop'; name the attributes"):
        csi(items, scale=(1, 10))
    assert csi(items, scale=(1, 10), attributes=["price", "network"]).rows["n"][0] > 0
    with pytest.raises(MeasureError, match="nobody rated the importance of anything"):
        csi(items[items["kind"] == "satisfaction"], scale=(1, 10))


def test_a_score_given_twice_is_refused():
    items = items_of(people())
    with pytest.raises(
        MeasureError, match="1 scores stand there twice, such as the satisfaction of 'billing'"
    ):
        csi(pd.concat([items, items.iloc[:1]]), scale=(1, 10))


def test_other_frames_give_the_same():
    import duckdb
    import polars as pl

    frame = people()
    items = items_of(frame)
    options = {"scale": (1, 10), "weight": "w", "by": "g"}
    expected = csi(items, frame, **options)
    same(csi(pl.from_pandas(items), pl.from_pandas(frame), **options), expected)
    same(csi(duckdb.from_df(items), duckdb.from_df(frame), **options), expected)
