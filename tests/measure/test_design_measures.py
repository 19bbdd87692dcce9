"""Means, shares and totals by design: against R survey, by brute force, and what must never matter."""

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats

from cxlab.estimate.estimates import Estimates, suppress
from cxlab.measure.answered import answered
from cxlab.measure.mean_score import mean_score
from cxlab.measure.nps import nps
from cxlab.measure.share import share
from cxlab.measure.top_box import top_box
from cxlab.measure.total import total
from cxlab.model.errors import MeasureError
from cxlab.model.weights import Weights
from cxlab.weight.calibrate import calibrate
from cxlab.weight.post_stratify import post_stratify
from cxlab.weight.rake import rake
from tests.tally.engines import ENGINES, awkward_frame

REFERENCE = Path(__file__).parents[1] / "reference"
# R survey 4.1.1: svymean, svytotal, svyciprop(method = "logit") on each domain; see api.R and ess7_spain.R.
KNOWN = json.loads((REFERENCE / "api.json").read_text(encoding="utf-8"))
SCHOOLS = {name: pd.read_csv(REFERENCE / f"api_{name}.csv") for name in ("srs", "strat", "clus1")}
DESIGNS: dict[str, dict[str, Any]] = {
    "srs": {"fpc": "fpc"},
    "strat": {"stratum": "stype", "fpc": "fpc"},
    "strat_no_fpc": {"stratum": "stype"},
    "clus1": {"cluster": "dnum", "fpc": "fpc"},
    "clus1_no_fpc": {"cluster": "dnum"},
    "clus1_half": {"cluster": "dnum", "stratum": "half"},
    "clus1_nest": {"cluster": "local", "stratum": "half", "nest": True},
    "clus1_raked": {"cluster": "dnum", "fpc": "fpc"},
    "clus1_linear": {"cluster": "dnum", "fpc": "fpc"},
    "strat_post": {"stratum": "stype"},
    "strat_raked": {"stratum": "stype"},
}
TYPES, WIDE = {"E": 4421, "H": 755, "M": 1018}, {"No": 1072, "Yes": 5122}
CALIBRATED: dict[str, Callable[[pd.DataFrame], Weights]] = {
    "clus1_raked": lambda f: rake(f, {"stype": TYPES, "sch_wide": WIDE}, weight="pw", tolerance=1e-13),
    "clus1_linear": lambda f: calibrate(f, {"stype": TYPES, "api99": 3914069}, weight="pw"),
    "strat_post": lambda f: post_stratify(f, "sch_wide", WIDE, weight="pw"),
    "strat_raked": lambda f: calibrate(
        f, {"stype": TYPES, "sch_wide": WIDE}, weight="pw", method="raking", tolerance=1e-13
    ),
}
FIGURES = ["estimate", "std_error", "conf_low", "conf_high", "n_eff"]
# The others differ from these in one trait each.
FIRST = ("srs", "strat", "clus1_half", "clus1_raked", "strat_post")
each_design = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in FIRST else pytest.mark.slow) for name in DESIGNS]
)


def _case(name: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    frame = SCHOOLS[name.split("_")[0]]
    weight = CALIBRATED[name](frame) if name in CALIBRATED else "pw"
    return frame, {"weight": weight, **DESIGNS[name]}


def _check(row: pd.Series, known: dict[str, Any], rel: float = 1e-11) -> None:
    for here in ("estimate", "std_error"):
        assert row[here] == pytest.approx(known[here], rel=rel), here
    assert [row["conf_low"], row["conf_high"]] == pytest.approx(known["ends"], rel=rel)


@each_design
def test_means_equal_svymean(name: str):
    frame, options = _case(name)
    for score in ("api00", "gappy"):
        known = KNOWN[name]["mean" if score == "api00" else score]
        row = mean_score(frame, score, **options).rows.iloc[0]
        _check(row, known)
        assert row["n"] == known["n"]
        assert row["n"] / row["n_eff"] == pytest.approx(known["deff_replace"], rel=1e-11)


@each_design
def test_domains_equal_svymean_on_a_subset(name: str):
    frame, options = _case(name)
    for by in ("awards", "stype"):
        rows = mean_score(frame, "api00", by=by, **options).rows.set_index("level")
        for level, known in KNOWN[name][f"mean_by_{by}"].items():
            _check(rows.loc[level], known)


@each_design
def test_totals_equal_svytotal(name: str):
    frame, options = _case(name)
    result = total(frame, "enroll", **options)
    _check(result.rows.iloc[0], KNOWN[name]["total"])
    rows = total(frame, "enroll", by="stype", **options).rows.set_index("level")
    for level, known in KNOWN[name]["total_by_stype"].items():
        _check(rows.loc[level], known)
    assert rows["estimate"].sum() == pytest.approx(result.rows["estimate"][0], rel=1e-14)


@each_design
def test_shares_equal_svyciprop(name: str):
    frame, options = _case(name)
    frame = frame.assign(high=frame["api00"] > 750)
    for result in (
        share(frame, "high", values=True, method="logit", **options),
        top_box(frame, "api00", scale=(0, 1000), boxes=250, method="logit", **options),
    ):
        # R fits the share by iteration and stops at 1e-8 of the deviance; its SE is linearised.
        _check(result.rows.iloc[0], KNOWN[name]["prop"], rel=1e-9)
        assert result.method == "logit_design"


@pytest.mark.parametrize(
    ("name", "mean", "std_error"),
    # The digits published with the first design of this package.
    [
        ("srs", 656.585, 9.24972204),
        ("strat", 662.28736316, 9.40894080),
        ("strat_no_fpc", 662.28736316, 9.53613230),
        ("clus1", 644.16939891, 23.54224069),
        ("clus1_raked", 641.23032093, 23.70361689),
    ],
)
def test_known_digits(name: str, mean: float, std_error: float):
    frame, options = _case(name)
    row = mean_score(frame, "api00", **options).rows.iloc[0]
    assert row["estimate"] == pytest.approx(mean, abs=5.1e-9)
    assert row["std_error"] == pytest.approx(std_error, abs=5.1e-9)


def test_a_raked_total_is_far_more_precise_than_one_with_the_same_weights_as_a_column():
    frame, options = _case("clus1_raked")
    raked = total(frame, "enroll", **options).rows.iloc[0]
    assert raked["estimate"] == pytest.approx(3647280.14807, abs=5.1e-6)
    assert raked["std_error"] == pytest.approx(400603.256862, abs=5.1e-7)
    # svytotal of svydesign(id = ~dnum, weights = ~the raked weights): 1010387.
    fixed = total(frame.assign(w=options["weight"].weights), "enroll", weight="w", cluster="dnum").rows
    assert fixed["estimate"][0] == pytest.approx(raked["estimate"], rel=1e-14)
    assert fixed["std_error"][0] == pytest.approx(1_010_387, abs=0.51)


def test_a_lonely_stratum_centred_equals_adjust_of_r():
    frame = SCHOOLS["strat"]
    frame = frame[(frame["stype"] != "H") | ((frame["stype"] == "H").cumsum() == 1)]
    options = {"weight": "pw", "stratum": "stype"}
    _check(mean_score(frame, "api00", lonely="centre", **options).rows.iloc[0], KNOWN["lonely"]["mean"])
    _check(total(frame, "enroll", lonely="centre", **options).rows.iloc[0], KNOWN["lonely"]["total"])
    with pytest.raises(MeasureError, match=r"column 'stype': 1 strata have a single row .'H'"):
        mean_score(frame, "api00", **options)


def test_satisfaction_with_life_in_spain_equals_r():
    folder = os.environ.get("CXLAB_DATA")
    path = Path(folder or ".") / "ess7_spain" / "ess7es.csv"
    if folder is None or not path.exists():
        pytest.skip("ess7_spain/ess7es.csv is not in CXLAB_DATA")
    known = json.loads((REFERENCE / "ess7_spain.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(path)
    interest = np.where(frame["polintr"].isna(), "", np.where(frame["polintr"] <= 2, "much", "little"))
    frame = frame.assign(w=1 / frame["prob"], interest=interest)
    options = {"weight": "w", "cluster": "psu", "stratum": "stratum"}
    row = mean_score(frame, "stflife", scale=(0, 10), **options).rows.iloc[0]
    _check(row, known["mean"])
    assert row["n"] == known["mean"]["n"]
    assert row["n"] / row["n_eff"] == pytest.approx(known["mean"]["deff_replace"], rel=1e-11)
    boxes = top_box(frame, "stflife", scale=(0, 10), method="logit", **options)
    _check(boxes.rows.iloc[0], known["top_2_box"], rel=1e-9)
    rows = mean_score(frame, "stflife", by="interest", **options).rows.set_index("level")
    for level in ("much", "little"):
        _check(rows.loc[level], known["by_interest"][level])


def _frame(rows: int = 400, seed: int = 11) -> pd.DataFrame:
    """Answers of accounts of unequal size in regions; account effects, weights, gaps."""
    rng = np.random.default_rng(seed)
    account = rng.choice(40, rows, p=rng.dirichlet(np.full(40, 2.0)))
    score = np.clip(np.round(6 + 2 * rng.normal(size=40)[account] + 2 * rng.normal(size=rows)), 0, 10)
    return pd.DataFrame(
        {
            "s": np.where(rng.random(rows) < 0.1, np.nan, score),
            "w": rng.integers(1, 4, rows).astype("float64"),
            "account": [f"a{number}" for number in account],
            "region": [f"r{number % 4}" for number in account],
            "g": rng.choice(["x", "y", "z"], rows),
        }
    )


CLUSTERED = {"cluster": "account", "stratum": "region"}
RATIOS: dict[str, Callable[..., Estimates]] = {
    "mean_score": mean_score,
    "nps": nps,
    "share": partial(share, values=9),
    "top_box": partial(top_box, scale=(0, 10), boxes=3),
}
ALL = {**RATIOS, "total": total}
# One of each way to be computed: from scores, from values, without a plain estimate.
KINDS = {name: ALL[name] for name in ("mean_score", "nps", "share", "total")}
each_kind = pytest.mark.parametrize("measure", KINDS.values(), ids=KINDS)
each_ratio = pytest.mark.parametrize("measure", RATIOS.values(), ids=RATIOS)


def _same(one: Estimates, other: Estimates, columns: list[str] | None = None) -> None:
    assert one.rows["level"].tolist() == other.rows["level"].tolist()
    for column in columns or [*FIGURES, "n"]:
        here, there = (result.rows[column].to_numpy(dtype="float64") for result in (one, other))
        np.testing.assert_allclose(here, there, rtol=1e-9, atol=1e-11, err_msg=column)


@each_kind
def test_weight_2_is_the_row_twice(measure: Callable[..., Estimates]):
    frame = _frame()
    twice = frame.loc[frame.index.repeat(frame["w"])].assign(w=1.0)
    _same(*(measure(rows, "s", by="g", weight="w", **CLUSTERED) for rows in (frame, twice)), ["estimate"])


@each_ratio
@pytest.mark.parametrize("design", [{}, CLUSTERED, {"stratum": "region"}], ids=["none", "clusters", "strata"])
def test_a_frequency_of_2_is_the_row_twice_in_every_figure(
    measure: Callable[..., Estimates], design: dict[str, str]
):
    frame = _frame()
    twice = frame.loc[frame.index.repeat(frame["w"])]
    counted = measure(frame, "s", by="g", weight="w", weight_kind="frequency", **design)
    _same(counted, measure(twice, "s", by="g", **design))


@each_ratio
def test_a_weight_that_is_no_frequency_is_refused(measure: Callable[..., Estimates]):
    frame = _frame().assign(w=0.5)
    with pytest.raises(MeasureError, match="frequencies are not whole numbers"):
        measure(frame, "s", weight="w", weight_kind="frequency")
    with pytest.raises(MeasureError, match="unknown weight_kind 'replicate'"):
        measure(frame, "s", weight="w", weight_kind="replicate")
    with pytest.raises(MeasureError, match="calibrated weights are no frequencies"):
        weights = rake(frame, {"g": {"x": 0.2, "y": 0.3, "z": 0.5}})
        measure(frame, "s", weight=weights, weight_kind="frequency")


@pytest.mark.parametrize("method", ["adjusted_wald", "score", "bayes", "wald"])
def test_nps_by_design_is_the_mean_of_promoters_less_detractors(method: str):
    frame = _frame()
    net = frame.assign(net=100.0 * ((frame["s"] >= 9) * 1 - (frame["s"] <= 6)).where(frame["s"].notna()))
    points = nps(frame, "s", by="g", weight="w", method=method, **CLUSTERED)
    mean = mean_score(net, "net", by="g", weight="w", **CLUSTERED)
    same = ["estimate", "std_error", "n_eff", *(["conf_low", "conf_high"] if method == "wald" else [])]
    _same(points, mean, same)
    assert points.method == f"{method}_design"


@each_ratio
def test_equal_weights_are_no_weights_and_their_scale_never_matters(measure: Callable[..., Estimates]):
    frame = _frame()
    equal = measure(frame.assign(w=0.3), "s", by="g", weight="w", **CLUSTERED)
    _same(equal, measure(frame, "s", by="g", **CLUSTERED))
    scaled = frame.assign(w=frame["w"] * 3e7)
    _same(*(measure(rows, "s", by="g", weight="w", **CLUSTERED) for rows in (frame, scaled)))


def test_a_total_has_the_scale_of_its_weights():
    frame = _frame()
    one, ten = (
        total(frame.assign(w=frame["w"] * factor), "s", by="g", weight="w", **CLUSTERED).rows
        for factor in (1, 10)
    )
    for column in FIGURES[:4]:
        np.testing.assert_allclose(10 * one[column], ten[column], rtol=1e-12)


@each_kind
def test_neither_order_nor_names_matter(measure: Callable[..., Estimates]):
    frame = _frame()
    renamed = frame[::-1].assign(account=frame["account"].str.upper(), region=frame["region"].map(hash))
    _same(*(measure(rows, "s", by="g", weight="w", **CLUSTERED) for rows in (frame, renamed)))


@each_kind
def test_one_stratum_is_none(measure: Callable[..., Estimates]):
    frame = _frame().assign(all="same")
    one = measure(frame, "s", by="g", weight="w", cluster="account", stratum="all")
    _same(one, measure(frame, "s", by="g", weight="w", cluster="account"))


@pytest.mark.parametrize("weight", [None, "w"])
def test_where_every_row_is_its_own_cluster_a_mean_is_as_without_a_design(weight: str | None):
    frame = _frame().dropna(subset="s").assign(row=lambda rows: rows.index)
    clustered = mean_score(frame, "s", weight=weight, cluster="row")
    _same(clustered, mean_score(frame, "s", weight=weight), [*FIGURES[:4], "n"])
    if weight is None:
        assert clustered.rows["n_eff"][0] == pytest.approx(len(frame), rel=1e-12)


@each_kind
def test_rows_of_one_cluster_give_what_a_cluster_column_gives(measure: Callable[..., Estimates]):
    # Without a cluster column squares are summed by the engine; with one row a cluster, they are made here.
    frame = _frame().assign(row=lambda rows: rows.index)
    by_row = measure(frame, "s", by="g", weight="w", cluster="row", stratum="region")
    _same(by_row, measure(frame, "s", by="g", weight="w", stratum="region"))


@pytest.mark.parametrize("name", ["mean_score", "share", "total"])
def test_the_standard_error_is_that_of_the_deleted_cluster(name: str):
    frame = _frame(1200).dropna(subset="s")
    w, account, region = (frame[column].to_numpy() for column in ("w", "account", "region"))
    x = frame["s"].to_numpy() if name != "share" else (frame["s"] == 9).to_numpy()

    def estimate(weights: np.ndarray) -> float:
        return weights @ x / (1 if name == "total" else weights.sum())

    variance = 0.0
    for stratum in np.unique(region):
        accounts = np.unique(account[region == stratum])
        scale = len(accounts) / (len(accounts) - 1)
        for deleted in accounts:
            left = np.where(account == deleted, 0.0, w * np.where(region == stratum, scale, 1.0))
            variance += (estimate(left) - estimate(w)) ** 2 / scale
    row = ALL[name](frame, "s", weight="w", **CLUSTERED).rows.iloc[0]
    assert row["estimate"] == pytest.approx(estimate(w), rel=1e-12)
    # JKn is another estimator of the same variance. Of a total, which is linear, they are one; of a ratio
    # over 40 unequal clusters they differ by a few per cent.
    assert row["std_error"] == pytest.approx(np.sqrt(variance), rel=1e-9 if name == "total" else 0.03)


@each_kind
def test_by_a_stratum_is_filtering(measure: Callable[..., Estimates]):
    frame = _frame()
    rows = measure(frame, "s", by="region", weight="w", **CLUSTERED).rows.set_index("level")
    for region, part in frame.groupby("region"):
        alone = measure(part, "s", weight="w", cluster="account").rows.iloc[0]
        for column in [*FIGURES, "n"]:
            assert rows.loc[region, column] == pytest.approx(alone[column], rel=1e-9), column


def test_by_another_segment_counts_the_clusters_without_a_member():
    frame = pd.DataFrame({"s": [1.0, 3, 5, 7, 2], "c": [1, 1, 2, 2, 3], "g": ["x", "x", "x", "y", "y"]})
    row = mean_score(frame, "s", by="g", cluster="c").rows.iloc[0]
    # Of x: mean 3, clusters add (1 − 3 + 3 − 3)/3, (5 − 3)/3 and, without a member, 0.
    assert row["std_error"] == pytest.approx(np.sqrt(3 / 2 * 2 * (2 / 3) ** 2), rel=1e-14)
    alone = mean_score(frame[frame["g"] == "x"], "s", cluster="c").rows.iloc[0]
    assert row["std_error"] == pytest.approx(alone["std_error"] * np.sqrt((3 / 2) / 2), rel=1e-14)


@pytest.mark.parametrize("engine", ["polars lazy", "duckdb parquet"])
@pytest.mark.parametrize("name", ["mean_score", "share"])
def test_every_engine_gives_the_same(name: str, engine: str, tmp_path: Path):
    table = awkward_frame().append_column("account", [[row % 29 for row in range(420)]])
    options = {"by": "flag", "weight": "w", "cluster": "account"}
    expected = ALL[name](table.to_pandas(), "nps", **options)
    _same(ALL[name](ENGINES[engine](table, tmp_path), "nps", **options), expected)


@each_kind
def test_polars_rows_take_calibrated_weights_as_pandas_rows_do(measure: Callable[..., Estimates]):
    frame = _frame()
    weights = rake(frame, {"g": {"x": 0.2, "y": 0.3, "z": 0.5}}, weight="w")
    _same(*(measure(f, "s", by="g", weight=weights, **CLUSTERED) for f in (frame, pl.from_pandas(frame))))


@each_kind
def test_calibration_to_what_is_met_already_changes_no_estimate(measure: Callable[..., Estimates]):
    frame = _frame()
    shares = frame.groupby("g")["w"].sum() / frame["w"].sum()
    weights = rake(frame, {"g": shares.to_dict()}, weight="w")
    _same(
        measure(frame, "s", weight=weights, **CLUSTERED),
        measure(frame.assign(w=weights.weights), "s", weight="w", **CLUSTERED),
        ["estimate", "n"],
    )


def test_the_share_of_a_margin_is_known_and_has_no_error():
    frame = _frame()
    weights = rake(frame, {"g": {"x": 0.2, "y": 0.3, "z": 0.5}})
    row = share(frame, "g", values="z", weight=weights, cluster="account").rows.iloc[0]
    assert row["estimate"] == pytest.approx(0.5, rel=1e-9)
    assert row["std_error"] == pytest.approx(0, abs=1e-12)


def test_wilson_ends_are_where_the_score_test_is_just_not_significant():
    frame = _frame()
    row = share(frame, "s", values=[8, 9, 10], **CLUSTERED).rows.iloc[0]
    # 40 accounts less 4 regions.
    n = row["n_eff"] * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 36)) ** 2
    for end in (row["conf_low"], row["conf_high"]):
        distance = abs(row["estimate"] - end) / np.sqrt(end * (1 - end) / n)
        assert distance == pytest.approx(stats.norm.ppf(0.975), rel=1e-10)


@each_kind
def test_a_higher_level_gives_a_wider_interval_and_clusters_widen_it(measure: Callable[..., Estimates]):
    frame, options = _frame().assign(row=range(400)), {"weight": "w"}
    narrow, wide = (
        measure(frame, "s", conf_level=level, cluster="account", **options).rows.iloc[0]
        for level in (0.8, 0.99)
    )
    assert wide["conf_low"] < narrow["conf_low"] < narrow["conf_high"] < wide["conf_high"]
    assert wide["std_error"] > 1.2 * measure(frame, "s", cluster="row", **options).rows["std_error"][0]


@each_ratio
def test_all_answers_equal_have_no_more_base_than_clusters(measure: Callable[..., Estimates]):
    frame = _frame().assign(s=9.0)
    row = measure(frame, "s", weight="w", **CLUSTERED).rows.iloc[0]
    assert row["std_error"] == pytest.approx(0, abs=1e-12)
    assert row["n_eff"] == frame["account"].nunique()
    assert suppress(measure(frame, "s", **CLUSTERED), 50).rows["suppressed"].tolist() == [True]


def test_a_share_of_0_or_1_has_a_wilson_interval_and_no_logit():
    frame = _frame().assign(s=9.0)
    for values, estimate in (([9], 1.0), ([8], 0.0)):
        flags = frame.assign(s=frame["s"] == values[0])
        wilson, logit = (
            share(flags, "s", values=True, method=method, **CLUSTERED).rows.iloc[0]
            for method in ("wilson", "logit")
        )
        assert wilson["estimate"] == logit["estimate"] == estimate
        assert 0.05 < wilson["conf_high"] - wilson["conf_low"] < 0.2
        assert logit[["conf_low", "conf_high"]].isna().all()


@each_kind
def test_one_cluster_of_a_segment_has_an_estimate_and_no_error(measure: Callable[..., Estimates]):
    frame = pd.DataFrame({"s": [8.0, 9, 4, 8], "c": [1, 1, 2, 3], "g": ["x", "x", "y", "y"], "w": 1.0})
    row = measure(frame, "s", by="g", weight="w", cluster="c").rows.iloc[0]
    assert np.isfinite(row["estimate"])
    assert row[["std_error", "conf_low", "conf_high"]].isna().all()


@each_kind
def test_one_cluster_alone_is_refused(measure: Callable[..., Estimates]):
    frame = _frame().assign(one="a")
    for lonely in ("fail", "centre"):
        with pytest.raises(MeasureError, match="column 'one': all rows are of one cluster"):
            measure(frame, "s", weight="w", cluster="one", lonely=lonely)


@each_kind
@pytest.mark.parametrize("rows", [_frame().iloc[:0], _frame().assign(s=np.nan)], ids=["empty", "no answers"])
def test_without_answers_there_is_a_base_of_0_and_no_figure(
    measure: Callable[..., Estimates], rows: pd.DataFrame
):
    found = measure(rows, "s", weight="w", **CLUSTERED).rows
    assert found["n"].tolist() == [0]
    assert found[["estimate", "std_error", "conf_low", "conf_high"]].isna().all(axis=None)
    assert len(measure(rows, "s", by="g", weight="w", **CLUSTERED).rows) == (3 if len(rows) else 0)


@each_kind
def test_two_answers_of_two_clusters_are_enough(measure: Callable[..., Estimates]):
    frame = pd.DataFrame({"s": [9.0, 4.0], "c": ["a", "b"], "w": [1.0, 2.0]})
    row = measure(frame, "s", weight="w", cluster="c").rows.iloc[0]
    assert row[["estimate", "std_error", "conf_low", "conf_high"]].notna().all()


@each_kind
def test_a_cluster_in_two_strata_is_refused(measure: Callable[..., Estimates]):
    with pytest.raises(MeasureError, match="column 'g': the cluster 'x' stands in 4 strata"):
        measure(_frame(), "s", weight="w", cluster="g", stratum="region")
    nested = measure(_frame(), "s", weight="w", cluster="g", stratum="region", nest=True)
    assert nested.rows["std_error"].notna().all()


def test_the_method_says_whether_a_design_is_behind_it():
    frame = _frame()
    top = RATIOS["top_box"]
    assert top(frame, "s").method == "wilson"
    assert top(frame, "s", **CLUSTERED).method == "wilson_design"
    assert top(frame, "s", method="logit").method == "logit"
    assert (
        top(frame, "s", weight=rake(frame, {"g": {"x": 0.2, "y": 0.3, "z": 0.5}})).method == "wilson_design"
    )
    assert mean_score(frame, "s", **CLUSTERED).weighting == "none"
    assert total(frame, "s", weight="w").tidy()["unit"].tolist() == ["amount"]


@pytest.mark.parametrize("measure", [RATIOS["share"], RATIOS["top_box"]])
def test_an_unknown_method_is_refused(measure: Callable[..., Estimates]):
    with pytest.raises(
        MeasureError, match="unknown method 'wald'; take one of wilson, agresti_coull, clopper_pearson, logit"
    ):
        measure(_frame(), "s", method="wald")


def test_a_total_without_weights_is_refused():
    with pytest.raises(MeasureError, match="a total needs weights that gross the sample up"):
        total(_frame(), "s")


def test_a_measure_without_designs_names_what_it_wants_instead_of_calibrated_weights():
    frame = _frame()
    with pytest.raises(MeasureError, match="a value of type Weights does not name a column; put the values"):
        answered(frame, "s", weight=rake(frame, {"g": {"x": 0.2, "y": 0.3, "z": 0.5}}))


@each_kind
def test_the_input_is_left_alone(measure: Callable[..., Estimates]):
    frame = _frame()
    before = frame.copy()
    weights = rake(frame, {"g": {"x": 0.2, "y": 0.3, "z": 0.5}})
    measure(frame, "s", by="g", weight=weights, **CLUSTERED)
    pd.testing.assert_frame_equal(frame, before)


def _covers(result: Estimates, truth: float) -> float:
    rows = result.rows
    return float(((rows["conf_low"] <= truth) & (truth <= rows["conf_high"])).mean())


def _simulated(sizes: list[int], samples: int, seed: int) -> pd.DataFrame:
    """Samples of accounts of these sizes, ICC .4, whole scores 0–10 whose mean is 5 by symmetry."""
    rng = np.random.default_rng(seed)
    account = np.repeat(np.arange(samples * len(sizes)), np.tile(sizes, samples))
    effect = rng.normal(0, np.sqrt(0.4 * 4), samples * len(sizes))[account]
    latent = 5 + effect + rng.normal(0, np.sqrt(0.6 * 4), len(account))
    score = np.clip(np.round(latent), 0, 10)
    return pd.DataFrame({"s": score, "account": account, "sample": account // len(sizes)})


def _by_account(frame: pd.DataFrame) -> Estimates:
    # With each sample a stratum, its own clusters alone count in it.
    return mean_score(frame, "s", by="sample", cluster="account", stratum="sample")


@pytest.mark.slow
@pytest.mark.parametrize("size", [5, 10])
def test_clustered_intervals_cover_and_naive_ones_do_not(size: int):
    samples = 2000
    frame = _simulated([size] * 40, samples, 20260713)
    assert abs(_covers(_by_account(frame), 5.0) - 0.95) < 3 * np.sqrt(0.95 * 0.05 / samples)
    naive = _covers(mean_score(frame, "s", by="sample"), 5.0)
    # Rounding adds 1/12 to the variance within accounts.
    deff = 1 + (size - 1) * 1.6 / (4 + 1 / 12)
    expected = 2 * stats.norm.cdf(1.96 / np.sqrt(deff)) - 1
    assert abs(naive - expected) < 3 * np.sqrt(expected * (1 - expected) / samples) + 0.005
    assert 0.6 < naive < 0.8


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "coverage"),
    [
        ([9] * 10, 0.95),
        ([1, 1, 2, 2, 3, 5, 8, 13, 21, 34] * 4, 0.92),
        ([1, 1, 2, 2, 3, 5, 8, 13, 21, 34], 0.86),
    ],
)
def test_few_accounts_of_unequal_size_are_covered_as_the_page_says(sizes: list[int], coverage: float):
    samples = 2000
    found = _covers(_by_account(_simulated(sizes, samples, 20260715)), 5.0)
    # The page rounds to whole per cent.
    assert abs(found - coverage) < 3 * np.sqrt(coverage * (1 - coverage) / samples) + 0.005


@pytest.mark.slow
def test_calibration_residuals_give_the_spread_of_raked_estimates():
    # 2,000 samples of 150 answers, mean 5, 6 and 8 in three groups whose shares are known; seed 20260714.
    # They are raked 20 at a time, to the crossing of sample and group.
    batches, samples, n, known = 100, 20, 150, {"x": 0.2, "y": 0.3, "z": 0.5}
    rng = np.random.default_rng(20260714)
    truth = 0.2 * 5 + 0.3 * 6 + 0.5 * 8
    targets = {(k, level): part / samples for k in range(samples) for level, part in known.items()}
    found = []
    for _ in range(batches):
        g = rng.choice(list(known), n * samples, p=list(known.values()))
        s = pd.Series(g).map({"x": 5.0, "y": 6.0, "z": 8.0}) + rng.choice([-1.0, 0.0, 1.0], n * samples)
        frame = pd.DataFrame({"s": s, "g": g, "sample": np.arange(n * samples) // n})
        weights = rake(frame, {("sample", "g"): targets})
        residual = mean_score(frame, "s", by="sample", weight=weights, stratum="sample").rows
        fixed = mean_score(frame.assign(w=weights.weights), "s", by="sample", weight="w").rows
        found.append(residual.assign(fixed=fixed["std_error"]))
    rows = pd.concat(found)
    spread = rows["estimate"].var()
    tolerance = 3 * np.sqrt(2 / (len(rows) - 1))
    # Residuals fall short by (groups − 1)/n: one mean is taken out of each group, not one of all.
    assert abs((rows["std_error"] ** 2).mean() / spread - (1 - 2 / n)) < tolerance
    assert (rows["fixed"] ** 2).mean() / spread > 2
    held = ((rows["conf_low"] <= truth) & (truth <= rows["conf_high"])).mean()
    assert abs(held - 0.95) < 3 * np.sqrt(0.95 * 0.05 / len(rows)) + 0.002
