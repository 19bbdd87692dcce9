"""Differences: against published numbers and R, by identities, and what must never matter."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlab.estimate.contrasts import Contrasts
from cxlab.measure.averaged import MeasureName
from cxlab.measure.bottom_box import bottom_box
from cxlab.measure.contrast import contrast
from cxlab.measure.csat import csat
from cxlab.measure.mean_score import mean_score
from cxlab.measure.nps import nps
from cxlab.measure.nps_classes import nps_classes
from cxlab.measure.share import share
from cxlab.measure.top_box import top_box
from cxlab.model.errors import MeasureError
from cxlab.weight.calibrate import calibrate
from tests.tally.engines import ENGINES, awkward_frame

REFERENCE = Path(__file__).parents[1] / "reference"
# R survey 4.1.1, svyby(covmat = TRUE) and svycontrast, prop.test, t.test: see contrasts.R.
KNOWN = json.loads((REFERENCE / "contrasts.json").read_text(encoding="utf-8"))
SCHOOLS = {name: pd.read_csv(REFERENCE / f"api_{name}.csv") for name in ("srs", "strat", "clus1")}
DESIGNS: dict[str, dict[str, Any]] = {
    "srs": {"fpc": "fpc"},
    "strat": {"stratum": "stype", "fpc": "fpc"},
    "strat_no_fpc": {"stratum": "stype"},
    "clus1": {"cluster": "dnum", "fpc": "fpc"},
    "clus1_no_fpc": {"cluster": "dnum"},
    "clus1_half": {"cluster": "dnum", "stratum": "half"},
    "clus1_nest": {"cluster": "local", "stratum": "half", "nest": True},
    "clus1_linear": {"cluster": "dnum", "fpc": "fpc"},
}
MEASURES: dict[str, tuple[MeasureName, dict[str, Any]]] = {
    "nps": ("nps", {"score": "s"}),
    "promoters": ("promoters", {"score": "s"}),
    "top_box": ("top_box", {"score": "s", "scale": (0, 10)}),
    "bottom_box": ("bottom_box", {"score": "s", "scale": (0, 10), "boxes": 3}),
    "mean_score": ("mean_score", {"score": "s"}),
    "share": ("share", {"score": "s", "values": [9]}),
}
ONE_BY_ONE: dict[str, Callable[..., Any]] = {
    "nps": nps,
    "promoters": lambda *given, **options: nps_classes(*given, **options)[0],
    "top_box": lambda *given, **options: top_box(*given, scale=(0, 10), **options),
    "bottom_box": lambda *given, **options: bottom_box(*given, scale=(0, 10), boxes=3, **options),
    "mean_score": mean_score,
    "share": lambda *given, **options: share(*given, values=[9], **options),
}
FIGURES = [
    "estimate_a", "estimate_b", "difference", "std_error", "statistic", "p_value", "p_adjusted", "conf_low",
    "conf_high", "n_a", "n_b", "n_eff_a", "n_eff_b",
]  # fmt: skip
every = pytest.mark.parametrize("name", MEASURES)
# The classes of NPS and the boxes share one path.
each = pytest.mark.parametrize("name", ["nps", "top_box", "mean_score", "share"])


def _of(name: str, frame: Any, group: str = "g", **options: Any) -> Contrasts:
    measure, given = MEASURES[name]
    return contrast(frame, measure, group, **given, **options)


def _frame(rows: int = 240, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "s": rng.choice([0.0, 4, 6, 7, 8, 9, 9, 10, 10, np.nan], rows),
            "w": rng.gamma(2, 1, rows),
            "g": rng.choice(["a", "b", "c"], rows),
            "h": rng.choice([1, 2], rows),
            "account": rng.choice([f"account {i}" for i in range(30)], rows),
        }
    )


def _same(one: Contrasts, other: Contrasts, columns: list[str] | None = None) -> None:
    assert one.rows[["level_a", "level_b"]].equals(other.rows[["level_a", "level_b"]])
    for column in columns or FIGURES:
        here, there = (result.rows[column].to_numpy(dtype="float64") for result in (one, other))
        np.testing.assert_allclose(here, there, rtol=1e-9, atol=1e-10, err_msg=column)


def _groups(first: tuple[int, int, int], second: tuple[int, int, int]) -> pd.DataFrame:
    scores = np.repeat([3, 8, 10, 3, 8, 10], [*first, *second])
    return pd.DataFrame({"nps": scores, "g": np.repeat(["a", "b"], [sum(first), sum(second)])})


@pytest.mark.parametrize(
    ("method", "statistic", "p_value"),
    # Computed by hand from the counts with scipy 1.17's norm.sf; the pooled z is cut, not rounded, after 6.
    [("wald", None, 0.000746837), ("adjusted_wald", None, 0.000919890), ("pooled_z", 3.279848, 0.00103863)],
)
def test_two_known_nps(method: str, statistic: float | None, p_value: float):
    row = contrast(_groups((10, 30, 60), (25, 35, 40)), "nps", "g", method=method).rows.iloc[0]
    assert row["difference"] == pytest.approx(35)
    assert row["p_value"] == pytest.approx(p_value, abs=6e-9 if method == "pooled_z" else 6e-10)
    if statistic:
        assert row["statistic"] == pytest.approx(statistic, abs=1e-6)


def test_the_gap_interval_is_recovered_from_the_intervals_of_each():
    frame = _groups((10, 30, 60), (25, 35, 40))
    row = contrast(frame, "nps", "g").rows.iloc[0]
    a, b = nps(frame, by="g", method="adjusted_wald").rows.to_dict("records")
    low = 35 - np.hypot(a["estimate"] - a["conf_low"], b["conf_high"] - b["estimate"])
    high = 35 + np.hypot(a["conf_high"] - a["estimate"], b["estimate"] - b["conf_low"])
    assert [row["conf_low"], row["conf_high"]] == pytest.approx([low, high], rel=1e-12)
    assert row["std_error"] == pytest.approx(np.hypot(a["std_error"], b["std_error"]), rel=1e-12)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, table II, method 10, columns (a), (b) and (e).
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((0, 10), (0, 20), -0.1611, 0.2775),
    ],
)
def test_published_intervals_of_two_shares(first: tuple, second: tuple, low: float, high: float):
    hits = [1] * first[0] + [0] * (first[1] - first[0]) + [1] * second[0] + [0] * (second[1] - second[0])
    frame = pd.DataFrame({"hit": hits, "g": ["a"] * first[1] + ["b"] * second[1]}).astype({"hit": "bool"})
    row = contrast(frame, "share", "g", score="hit", values=True).rows.iloc[0]
    assert [row["conf_low"], row["conf_high"]] == pytest.approx([low, high], abs=5.1e-5)
    if first == (56, 70):
        assert row["statistic"] ** 2 == pytest.approx(KNOWN["prop_test"]["z2"], rel=1e-12)
        assert row["p_value"] == pytest.approx(KNOWN["prop_test"]["p"], rel=1e-12)


def test_means_are_compared_by_welch():
    a, b, known = [9, 7, 10, 4, 8, 8, 6], [3, 9, 5, 5, 6], KNOWN["welch"]
    frame = pd.DataFrame({"s": a + b, "g": ["a"] * 7 + ["b"] * 5})
    row = contrast(frame, "mean_score", "g", score="s").rows.iloc[0]
    found = [row[name] for name in ("statistic", "df", "p_value", "std_error", "conf_low", "conf_high")]
    assert found == pytest.approx([known[k] for k in ("t", "df", "p", "se")] + known["ends"], rel=1e-12)


def test_respondents_who_repeat_are_compared_with_themselves():
    a, b, known = [9, 7, 10, 4, 8], [3, 9, 5, 5, 6], KNOWN["paired"]
    frame = pd.DataFrame({"s": a + b, "wave": [1] * 5 + [2] * 5, "id": [*range(5), *range(5)]})
    row = contrast(frame, "mean_score", "wave", score="s", paired="id").rows.iloc[0]
    found = [row[name] for name in ("statistic", "df", "p_value", "conf_low", "conf_high")]
    assert found == pytest.approx([known[k] for k in ("t", "df", "p")] + known["ends"], rel=1e-12)
    # The same for a class: NPS as −1, 0 and 1.
    coded = np.select([frame["s"] >= 9, frame["s"] >= 7], [1.0, 0.0], -1.0)
    gap = contrast(frame.rename(columns={"s": "nps"}), "nps", "wave", paired="id").rows.iloc[0]
    assert gap["p_value"] == pytest.approx(stats.ttest_rel(coded[:5], coded[5:]).pvalue, rel=1e-12)


def test_respondents_who_never_repeat_are_nearly_independent():
    frame = _frame().assign(id=range(240)).query("g != 'c'").dropna()
    paired, plain = (
        contrast(frame, "mean_score", "g", score="s", **options).rows.iloc[0]
        for options in ({"paired": "id"}, {})
    )
    n_a, n_b = paired["n_a"], paired["n_b"]
    shares = [frame.loc[frame["g"] == g, "s"].var(ddof=0) / n for g, n in (("a", n_a), ("b", n_b))]
    n = n_a + n_b
    assert paired["std_error"] == pytest.approx(np.sqrt(n / (n - 1) * sum(shares)), rel=1e-12)
    assert paired["std_error"] == pytest.approx(plain["std_error"], rel=0.01)


def test_overlap_is_counted_and_lies_between():
    rng = np.random.default_rng(9)
    person = rng.normal(0, 2, 150)
    wave = np.repeat([1, 2], 100)
    ids = np.concatenate([np.arange(100), np.arange(50, 150)])
    frame = pd.DataFrame({"s": 6 + person[ids] + rng.normal(0, 1, 200), "wave": wave, "id": ids})
    paired, plain = (
        contrast(frame, "mean_score", "wave", score="s", **options).rows["std_error"][0]
        for options in ({"paired": "id"}, {})
    )
    # Half of the people repeat, with a correlation of .8: the variance falls by about .4.
    assert paired**2 / plain**2 == pytest.approx(0.6, abs=0.1)


@pytest.mark.parametrize("name", DESIGNS)
def test_designs_equal_svycontrast(name: str):
    frame = SCHOOLS[name.split("_")[0]].assign(high=lambda rows: rows["api00"] > 700)
    weight: Any = "pw"
    if name == "clus1_linear":
        weight = calibrate(frame, {"stype": {"E": 4421, "H": 755, "M": 1018}, "api99": 3914069}, weight="pw")
    options = {"weight": weight, **DESIGNS[name]}
    known = KNOWN["designs"][name]
    results = {
        "api00": contrast(frame, "mean_score", "stype", score="api00", **options),
        "gappy": contrast(frame, "mean_score", "awards", score="gappy", **options),
        "high": contrast(frame, "share", "stype", score="high", values=True, **options),
        "rest": contrast(frame, "mean_score", "stype", score="api00", against="rest", **options),
    }
    for kind, result in results.items():
        rows = result.rows.set_index(["level_a", "level_b"])
        for expected in known[kind]:
            row = rows.loc[(expected["a"], expected["b"])]
            assert row["difference"] == pytest.approx(expected["difference"], rel=1e-9), kind
            assert row["std_error"] == pytest.approx(expected["std_error"], rel=1e-9), kind
            t = expected["difference"] / expected["std_error"]
            assert row["p_value"] == pytest.approx(2 * stats.t.sf(abs(t), row["df"]), rel=1e-8), kind
            assert row["df"] <= known["degf"]


@every
def test_estimates_and_bases_are_those_of_the_measure(name: str):
    frame = _frame()
    for options in ({}, {"weight": "w"}, {"weight": "w", "cluster": "account"}):
        single = ONE_BY_ONE[name](frame, "s", by="g", **options).rows.set_index("level")
        rows = _of(name, frame, **options).rows
        for side in ("a", "b"):
            expected = single.loc[rows[f"level_{side}"]]
            for column in ("estimate", "n", "n_eff"):
                found = rows[f"{column}_{side}"].to_numpy(dtype="float64")
                np.testing.assert_allclose(found, expected[column].to_numpy(dtype="float64"), rtol=1e-9)


def test_a_score_between_two_boxes_is_in_neither():
    frame = pd.DataFrame({"s": [1, 2, 2.5, 3, 4, 4.5, 5, 2.5], "g": ["a", "b"] * 4})
    for name, measure in (("bottom_box", bottom_box), ("top_box", top_box), ("csat", csat)):
        difference = contrast(frame, name, "g", score="s", scale=(1, 5)).rows.iloc[0]
        alone = measure(frame, "s", scale=(1, 5), by="g").rows["estimate"]
        assert [difference["estimate_a"], difference["estimate_b"]] == alone.tolist(), name


@pytest.mark.parametrize("name", ["nps", "mean_score"])
def test_each_level_against_the_rest_is_a_group_of_two(name: str):
    frame = _frame()
    for options in ({"weight": "w"}, {"weight": "w", "cluster": "account"}):
        rest = _of(name, frame, against="rest", family="none", **options).rows
        for row in rest.to_dict("records"):
            two = frame.assign(side=np.where(frame["g"] == row["level_a"], "a", "b"))
            alone = _of(name, two, "side", family="none", **options).rows.iloc[0]
            for column in FIGURES:
                assert row[column] == pytest.approx(alone[column], rel=1e-9, abs=1e-10), column


@each
def test_by_is_filtering(name: str):
    frame = _frame()
    within = _of(name, frame, by="h", weight="w", family="none").rows
    for level in ("1", "2"):
        alone = _of(name, frame[frame["h"] == int(level)], weight="w", family="none")
        rows = within[within["level"] == level].reset_index(drop=True)
        for column in FIGURES:
            np.testing.assert_allclose(
                rows[column].to_numpy("float64"),
                alone.rows[column].to_numpy("float64"),
                rtol=1e-9,
                atol=1e-10,
            )


@every
def test_weight_2_is_the_row_twice(name: str):
    frame = _frame().assign(w=lambda rows: 1 + rows.index % 2)
    twice = frame.loc[frame.index.repeat(frame["w"])]
    _same(_of(name, frame, weight="w"), _of(name, twice), ["estimate_a", "estimate_b", "difference"])
    _same(_of(name, frame, weight="w", weight_kind="frequency"), _of(name, twice))


@each
@pytest.mark.parametrize("options", [{}, {"cluster": "account"}], ids=["plain", "clusters"])
def test_equal_weights_are_none_and_their_scale_never_matters(name: str, options: dict):
    frame = _frame().assign(one=0.3, more=lambda rows: 3e7 * rows["w"])
    _same(_of(name, frame, weight="one", **options), _of(name, frame, **options))
    _same(_of(name, frame, weight="more", **options), _of(name, frame, weight="w", **options))


@each
def test_missing_levels_and_answers_are_left_out(name: str):
    frame = _frame()
    gaps = frame.assign(g=frame["g"].where(frame.index % 5 > 0, None))
    _same(_of(name, gaps), _of(name, gaps.dropna(subset=["g", "s"])))


def test_against_says_who_is_compared_with_whom():
    frame = _frame().assign(wave=np.tile(["2025-10", "2025-2", "2026-1"], 80))
    named = {
        against: list(
            map(tuple, _of("nps", frame, "wave", against=against).rows[["level_a", "level_b"]].to_numpy())
        )
        for against in ("pairs", "previous", "first", "rest", "2026-1")
    }
    assert named["pairs"] == [("2025-2", "2025-10"), ("2025-2", "2026-1"), ("2025-10", "2026-1")]
    assert named["previous"] == [("2025-10", "2025-2"), ("2026-1", "2025-10")]
    assert named["first"] == [("2025-10", "2025-2"), ("2026-1", "2025-2")]
    assert named["rest"] == [("2025-2", "(rest)"), ("2025-10", "(rest)"), ("2026-1", "(rest)")]
    assert named["2026-1"] == [("2025-2", "2026-1"), ("2025-10", "2026-1")]
    assert len(_of("nps", frame, "h", against=2).rows) == 1


def test_the_joint_interval_is_bonferronis():
    frame = _frame()
    joint, each_one = _of("nps", frame), _of("nps", frame, family="none", conf_level=1 - 0.05 / 3)
    _same(joint, each_one, ["conf_low", "conf_high", "p_value"])
    by_itself = _of("nps", frame, family="bh")
    assert (by_itself.rows["conf_high"] < joint.rows["conf_high"]).all()
    assert (joint.rows["p_adjusted"] >= by_itself.rows["p_adjusted"]).all()


def test_pairs_with_shared_clusters_have_a_covariance():
    # Each account answers in both groups, and its level carries over.
    rng = np.random.default_rng(5)
    account = np.repeat(np.arange(40), 10)
    score = 5 + rng.normal(0, 2, 40)[account] + rng.normal(0, 1, 400)
    frame = pd.DataFrame({"s": score, "g": np.tile(["a", "b"], 200), "account": account})
    shared = _of("mean_score", frame, cluster="account").rows.iloc[0]
    alone = mean_score(frame, "s", by="g", cluster="account").rows["std_error"]
    assert shared["std_error"] < 0.5 * np.hypot(*alone)
    difference = frame.groupby(["account", "g"])["s"].mean().unstack()
    assert shared["std_error"] == pytest.approx(
        stats.sem(difference["a"] - difference["b"]), rel=1e-12
    )  # equal sizes: the t test of account means
    assert shared["df"] == 39


@each
def test_nothing_varies(name: str):
    frame = pd.DataFrame({"s": [9.0] * 20, "g": ["a", "b"] * 10, "account": np.repeat(range(10), 2)})
    row = _of(name, frame).rows.iloc[0]
    assert row["difference"] == 0
    if name == "mean_score":
        assert np.isnan(row["p_value"])
    else:
        assert row["p_value"] == 1
        assert row["conf_low"] < 0 < row["conf_high"]
    by_account = _of(name, frame, cluster="account").rows.iloc[0]
    assert np.isnan(by_account["p_value"]) and np.isnan(by_account["conf_low"])


@each
def test_one_respondent_a_group(name: str):
    frame = pd.DataFrame({"s": [9.0, 3.0], "g": ["a", "b"]})
    row = _of(name, frame).rows.iloc[0]
    assert row["n_a"] == row["n_b"] == 1
    assert np.isnan(row["p_value"]) == (name == "mean_score")
    if name != "mean_score":
        assert row["conf_low"] <= row["difference"] <= row["conf_high"]


@each
@pytest.mark.parametrize("options", [{}, {"cluster": "account"}], ids=["plain", "clusters"])
def test_a_group_without_answers_has_a_base_of_0_and_no_test(name: str, options: dict):
    frame = _frame()
    frame.loc[frame["g"] == "b", "s"] = np.nan
    rows = _of(name, frame, weight="w", **options).rows.set_index(["level_a", "level_b"])
    assert rows.loc[("a", "b"), "n_b"] == 0
    assert np.isfinite(rows.loc[("a", "b"), "estimate_a"])
    assert rows.loc[("a", "b"), ["difference", "std_error", "p_value", "p_adjusted", "conf_low"]].isna().all()
    # The family is then of one test.
    known = rows.loc[("a", "c")]
    assert known["p_adjusted"] == known["p_value"]
    silent = _of(name, frame.assign(s=np.nan), **options)
    assert silent.rows["difference"].isna().all() and "too few answers to compare" in silent.summary()


def test_a_group_of_one_cluster_has_no_test():
    frame = _frame().assign(account=lambda rows: rows["account"].where(rows["g"] != "a", "one"))
    rows = _of("nps", frame, cluster="account").rows.set_index(["level_a", "level_b"])
    assert np.isnan(rows.loc[("a", "b"), "std_error"]) and np.isnan(rows.loc[("a", "b"), "p_value"])
    assert np.isfinite(rows.loc[("b", "c"), "p_value"])


@pytest.mark.parametrize(
    ("measure", "options", "message"),
    [
        ("cast", {}, "unknown measure 'cast'; take one of nps, promoters"),
        ("nps", {"family": "tukey"}, "unknown family 'tukey'; take one of holm, bh, none"),
        (
            "nps",
            {"score": "s", "method": "score"},
            "unknown method 'score'; take one of pooled_z, adjusted_wald, wald",
        ),
        ("mean_score", {"score": "s", "method": "wald"}, "method 'wald' is not one for 'mean_score'"),
        (
            "promoters",
            {"score": "s", "method": "adjusted_wald"},
            "'adjusted_wald' is not one for 'promoters'",
        ),
        ("nps", {"score": "s", "method": "wald", "cluster": "account"}, "is not one for a design"),
        ("nps", {"score": "s", "scale": (0, 10)}, "'nps' has no use for scale="),
        ("mean_score", {}, "'mean_score' needs a column; name it"),
        ("share", {"score": "s"}, "no value of 's' is named"),
        ("share", {"score": "s", "values": 11}, "no answer in 's' is '11'"),
        ("top_box", {"score": "s"}, "the scale of 's' is not known"),
        ("top_box", {"score": "s", "scale": (1, 5)}, "outside 1–5"),
        ("top_box", {"score": "s", "scale": (0, 10), "boxes": 0}, "0 boxes do not fit"),
        ("nps", {"score": "s", "against": "d"}, "'d' is no level of 'g'.*or say against= one of pairs, rest"),
        ("nps", {"score": "s", "conf_level": 95}, "a confidence level of 95 is none"),
        ("nps", {"score": "s", "paired": "h", "cluster": "account"}, "paired='h' and cluster='account' both"),
        ("nps", {"score": "s", "by": "g"}, "by= names 'g' twice"),
        ("nps", {"score": "s", "weight": "bad"}, "answers have no weight or a negative one"),
        ("nps", {"score": "t"}, "there is no column 't'"),
        ("nps", {"score": "w"}, "which are no whole scores"),
    ],
)
def test_what_makes_no_sense_is_refused(measure: Any, options: dict, message: str):
    with pytest.raises(MeasureError, match=message):
        contrast(_frame().assign(bad=-1.0), measure, "g", **options)


@pytest.mark.parametrize("frame", [_frame().assign(g="a"), _frame().assign(g=None), _frame().iloc[:0]])
def test_a_group_without_two_levels_is_refused(frame: pd.DataFrame):
    with pytest.raises(MeasureError, match=r"the column 'g' holds .*; name a group with two levels or more"):
        contrast(frame, "nps", "g", score="s")


def test_small_sides_hide_their_contrasts_and_what_would_give_them_away():
    sizes = {"a": 4, "b": 15, "c": 60, "d": 80}
    frame = pd.DataFrame(
        [{"nps": 10 if i % 3 else 3, "g": g} for g, size in sizes.items() for i in range(size)]
    )
    shown = contrast(frame, "nps", "g").suppress(10)
    visible = shown.rows[~shown.rows["suppressed"]]
    # a is small; b, the next, is hidden with it, for all together are known.
    assert list(zip(visible["level_a"], visible["level_b"], strict=True)) == [("c", "d")]
    assert shown.rows.loc[shown.rows["suppressed"], FIGURES].isna().all(axis=None)
    rest = contrast(frame, "nps", "g", against="rest").suppress(10)
    assert rest.rows["suppressed"].tolist() == [True, True, False, False]
    assert shown.suppress(5) is shown
    assert "5 suppressed for small bases" in shown.summary()
    lone = contrast(frame[frame["g"].isin(["a", "d"])], "nps", "g", against="rest").suppress(10)
    assert lone.rows["suppressed"].all()


def test_the_smaller_of_n_and_n_eff_is_held_against_the_smallest_base():
    frame = _frame(60).assign(w=lambda rows: np.where(rows.index % 10 == 0, 50.0, 1.0))
    assert not _of("nps", frame).suppress(12).rows["suppressed"].any()
    assert _of("nps", frame, weight="w").suppress(12).rows["suppressed"].all()


def test_the_summary_says_what_was_compared():
    frame = _groups((10, 30, 60), (25, 35, 40))
    assert contrast(frame, "nps", "g").summary() == (
        "nps of nps by g: a 50.0 against b 15.0, a difference of 35.0 points (95% interval 14.2 to 54.5, "
        "p = 0.001, n = 100 and 100, unweighted)."
    )
    several = _of("mean_score", _frame().assign(s=lambda rows: rows["s"] + (rows["g"] == "c")))
    assert "of 3 differences can be told from 0 (Holm-adjusted)" in several.summary()
    assert "joint interval" in several.summary()


def test_a_test_and_an_interval_that_disagree_are_said_to():
    # 3 of 10 against 0 of 10 promoters: the pooled test is just not significant, nor is 0 in the interval.
    for promoters in range(1, 11):
        frame = _groups((0, 10 - promoters, promoters), (0, 10, 0))
        result = contrast(frame, "nps", "g")
        row = result.rows.iloc[0]
        odd = (row["conf_low"] > 0) != (row["p_value"] <= 0.05)
        assert ("disagree" in result.summary()) == odd
    frame = _groups((0, 6, 4), (0, 10, 0))
    assert "test and interval disagree" in contrast(frame, "nps", "g").summary()


def test_tidy_has_one_row_a_comparison():
    tidy = _of("top_box", _frame(), weight="w").tidy()
    assert tidy["metric"].unique().tolist() == ["top_2_box"]
    assert (tidy["unit"] == "share").all() and (tidy["weighting"] == "weighted").all()
    assert tidy["method"].unique().tolist() == ["pooled_z"]
    assert _of("mean_score", _frame()).tidy()["method"][0] == "welch_t"
    assert _of("mean_score", _frame(), cluster="account").tidy()["method"][0] == "linearised_t"
    assert "<table" in _of("nps", _frame())._repr_html_()


def test_the_input_is_left_alone():
    frame = _frame()
    before = frame.copy()
    _of("nps", frame, weight="w", cluster="account")
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("engine", ["polars lazy", "duckdb parquet"])
def test_every_engine_gives_the_same(engine: str, tmp_path: Path):
    table = awkward_frame().append_column("account", [[row % 29 for row in range(420)]])
    pandas, other = table.to_pandas(), ENGINES[engine](table, tmp_path)
    cases: list[dict[str, Any]] = [
        {"measure": "nps", "group": "store"},
        {"measure": "nps", "group": "tier", "weight": "w", "cluster": "account", "by": "flag"},
        {"measure": "share", "group": "store", "score": "reason", "values": "price", "weight": "w"},
    ]
    for case in cases:
        found, expected = contrast(other, **case), contrast(pandas, **case)
        _same(found, expected)
