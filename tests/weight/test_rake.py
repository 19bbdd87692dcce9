"""Raking against R survey, brute force, linear programming and its own identities."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy.optimize import linprog, minimize

from cxlab.model.errors import MeasureError
from cxlab.weight.post_stratify import post_stratify
from cxlab.weight.rake import rake

# survey 4.1.1: rake(epsilon = 1e-16), calibrate(calfun = "raking", bounds); see rake_apiclus1.R.
KNOWN = json.loads(
    (Path(__file__).parents[1] / "reference" / "rake_apiclus1.json").read_text(encoding="utf-8")
)
ROWS = pd.DataFrame(KNOWN["rows"])
MARGINS = {name: KNOWN["totals"][name] for name in ("stype", "sch_wide")}
CROSSED = {
    ("stype", "awards"): {
        (row["stype"], row["awards"]): row["Freq"] for row in KNOWN["totals"]["stype_awards"]
    },
    "sch_wide": KNOWN["totals"]["sch_wide"],
}
SHARES = {
    "gender": {"f": 0.52, "m": 0.48},
    ("age", "region"): {
        ("young", "n"): 0.2, ("young", "s"): 0.3, ("old", "n"): 0.35, ("old", "s"): 0.15,
    },
}  # fmt: skip


def survey(rows: int = 400, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "gender": rng.choice(["f", "m"], rows, p=[0.4, 0.6]),
            "age": rng.choice(["young", "old"], rows, p=[0.3, 0.7]),
            "region": rng.choice(["n", "s"], rows),
            "w": rng.gamma(3, 1, rows) + 0.1,
        }
    )


def shares_of(frame: pd.DataFrame, weight: np.ndarray, names: list[str]) -> pd.Series:
    return pd.Series(weight).groupby([frame[name].to_numpy() for name in names]).sum() / weight.sum()


def assert_margins_met(frame: pd.DataFrame, weight: np.ndarray, tolerance: float = 1e-10) -> None:
    assert shares_of(frame, weight, ["gender"]).to_dict() == pytest.approx(SHARES["gender"], rel=tolerance)
    crossed = shares_of(frame, weight, ["age", "region"]).to_dict()
    assert crossed == pytest.approx(SHARES["age", "region"], rel=tolerance)


@pytest.mark.parametrize(
    ("name", "margins", "options"),
    [("raked", MARGINS, {}), ("crossed", CROSSED, {}), ("raked_bounded", MARGINS, {"bounds": (0.885, 1.95)})],
)
def test_equals_r_survey(name: str, margins: dict, options: dict):
    weights = rake(ROWS, margins, weight="pw", **options)
    np.testing.assert_allclose(weights.weights, KNOWN["weights"][name], rtol=1e-9)
    assert weights.n_eff == pytest.approx(
        sum(KNOWN["weights"][name]) ** 2 / np.square(KNOWN["weights"][name]).sum()
    )


def test_equals_the_published_figures_of_the_cluster_sample():
    # R survey 4.1.1, rake(dclus1, list(~stype, ~sch.wide), …) with a tight epsilon.
    weights = rake(ROWS, MARGINS, weight="pw")
    assert weights.weights.min() == pytest.approx(29.87067549, abs=5e-9)
    assert weights.weights.max() == pytest.approx(67.12552924, abs=5e-9)
    assert weights.n_eff == pytest.approx(174.01115855, abs=5e-9)
    assert np.average(ROWS["api00"], weights=weights.weights) == pytest.approx(641.23032093, abs=5e-9)


@pytest.mark.parametrize("options", [{}, {"bounds": (0.33, 2.5)}, {"trim": (0.1, 3.5)}], ids=str)
def test_shares_are_met_by_weights_that_average_1(options: dict):
    frame = survey()
    weights = rake(frame, SHARES, weight="w", **options)
    assert_margins_met(frame, weights.weights.to_numpy())
    assert weights.weights.mean() == pytest.approx(1, rel=1e-10)
    table = weights.tidy()
    np.testing.assert_allclose(table["after"], table["target"], rtol=1e-10)
    before = table.loc[table["variable"] == "gender", ["level", "before", "n"]].set_index("level")
    assert before["before"].to_dict() == pytest.approx(
        shares_of(frame, frame["w"].to_numpy(), ["gender"]).to_dict()
    )
    assert before["n"].to_dict() == frame["gender"].value_counts().to_dict()


def test_totals_are_met_by_weights_that_sum_to_the_population():
    frame = survey()
    totals = {name: {level: 8000 * share for level, share in given.items()} for name, given in SHARES.items()}
    weights, shares = rake(frame, totals, weight="w"), rake(frame, SHARES, weight="w")
    assert weights.weights.sum() == pytest.approx(8000, rel=1e-10)
    np.testing.assert_allclose(weights.weights * len(frame) / 8000, shares.weights, rtol=1e-9)


def test_each_ratio_is_a_product_of_one_factor_per_margin():
    frame = survey()
    ratio = rake(frame, SHARES, weight="w").weights / frame["w"]
    design = pd.get_dummies(frame[["gender"]].assign(cross=frame["age"] + frame["region"])).to_numpy(float)
    logs = np.log(ratio.to_numpy())
    fitted = design @ np.linalg.lstsq(design, logs, rcond=None)[0]
    np.testing.assert_allclose(fitted, logs, atol=1e-12)


def test_the_scale_of_base_weights_never_matters():
    frame = survey()
    once = rake(frame, SHARES, weight="w")
    for factor in (1e-6, 4e5):
        scaled = rake(frame.assign(w=frame["w"] * factor), SHARES, weight="w")
        np.testing.assert_allclose(scaled.weights, once.weights, rtol=1e-9)


def test_equal_base_weights_are_none():
    frame = survey()
    for options in ({}, {"trim": (0.33, 2.5)}):
        equal = rake(frame.assign(w=3.0), SHARES, weight="w", **options)
        np.testing.assert_allclose(equal.weights, rake(frame, SHARES, **options).weights, rtol=1e-9)


def test_base_weight_2_is_the_row_twice():
    frame = survey().assign(w=lambda rows: 1 + rows.index % 2)
    twice = frame.loc[frame.index.repeat(frame["w"])]
    weighted = rake(frame, SHARES, weight="w").weights
    doubled = rake(twice, SHARES).weights.groupby(level=0).sum()
    np.testing.assert_allclose(weighted / weighted.sum(), doubled / doubled.sum(), rtol=1e-9)


def test_a_row_of_base_weight_0_keeps_it_and_leaves_the_others_alone():
    frame = survey()
    frame.loc[::3, "w"] = 0
    weights = rake(frame, SHARES, weight="w").weights
    rest = rake(frame[frame["w"] > 0], SHARES, weight="w").weights
    assert (weights[frame["w"] == 0] == 0).all()
    np.testing.assert_allclose(weights[frame["w"] > 0], rest, rtol=1e-12)


def test_every_frame_gives_the_same_weights():
    frame = survey().assign(age=lambda rows: np.where(rows["age"] == "old", 2, 1))
    margins = {"gender": SHARES["gender"], "age": {1: 0.45, "2": 0.55}}
    expected = rake(frame, margins, weight="w")
    flags = frame.assign(age=frame["age"].astype("float64"), gender=frame["gender"].astype(object))
    coded = frame.assign(
        gender=pd.Categorical(frame["gender"], ["m", "f", "x"]), age=frame["age"].astype("Int8")
    )
    polars = pl.from_pandas(frame).with_columns(pl.col("gender").cast(pl.Categorical))
    for other in (flags, coded, pl.from_pandas(frame), polars, pa.Table.from_pandas(frame)):
        weights = rake(other, margins, weight="w")
        np.testing.assert_allclose(weights.weights, expected.weights, rtol=1e-12)
        for name, codes in expected.margins.items():
            assert (weights.margins[name] == codes).all()


def test_the_index_is_that_of_the_frame_and_the_frame_stays_as_it_was():
    frame = survey(40).set_index(pd.Index([f"r{place}" for place in range(40)]))
    before = frame.copy(deep=True)
    weights = rake(frame, SHARES, weight="w")
    pd.testing.assert_frame_equal(frame, before)
    assert weights.weights.index.equals(frame.index)
    assert weights.base.tolist() == frame["w"].tolist()
    assert rake(pl.from_pandas(frame), SHARES).weights.index.equals(pd.RangeIndex(40))


def test_the_codes_of_a_margin_name_the_levels_of_the_table():
    frame = survey(60)
    weights = rake(frame, SHARES)
    levels = weights.tidy().groupby("variable", sort=False)["level"].agg(list)
    assert [levels["gender"][code] for code in weights.margins["gender"]] == frame["gender"].tolist()
    crossed = '["age", "region"]'
    expected = [json.dumps(list(pair)) for pair in zip(frame["age"], frame["region"], strict=True)]
    assert [levels[crossed][code] for code in weights.margins[crossed]] == expected


def test_many_combinations_are_as_good_as_few():
    # 12 variables of 6 levels: 2 thousand million combinations, of which 3,000 rows hold as many as rows.
    rng = np.random.default_rng(8)
    names = [f"v{place}" for place in range(12)]
    frame = pd.DataFrame({name: rng.integers(0, 6, 3000) for name in names})
    margins = {name: dict(enumerate(rng.dirichlet(np.full(6, 60)))) for name in names}
    weights = rake(frame, margins).weights.to_numpy()
    for name, targets in margins.items():
        assert shares_of(frame, weights, [name]).to_dict() == pytest.approx(targets, rel=1e-10)


def distance(ratio: np.ndarray, base: np.ndarray) -> float:
    return float(base @ (ratio * np.log(ratio) - ratio + 1))


@pytest.mark.parametrize("limit", ["bounds", "trim"])
def test_limits_give_the_nearest_weights_that_keep_them(limit: str):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"g": list("aaaabbbbbb"), "h": list("xyxyxyxyxx"), "w": rng.gamma(2, 1, 10) + 0.3})
    margins = {"g": {"a": 0.55, "b": 0.45}, "h": {"x": 0.4, "y": 0.6}}
    base = frame["w"].to_numpy() / frame["w"].mean()
    low, high = (0.3, 2.4) if limit == "bounds" else (0.3, 2.3)
    weights = rake(frame, margins, weight="w", **{limit: (low, high)})
    ends = [(low, high)] * 10 if limit == "bounds" else [(low / d, high / d) for d in base]
    columns = np.array([(frame[name] == level).to_numpy(float) for name, level in (("g", "a"), ("h", "x"))])
    table, totals = np.vstack([columns, np.ones(10)]) * base, np.array([5.5, 4.0, 10.0])
    found = minimize(
        distance, np.ones(10), (base,), "SLSQP", bounds=ends, options={"ftol": 1e-15, "maxiter": 1000},
        constraints={"type": "eq", "fun": lambda ratio: table @ ratio - totals},
    )  # fmt: skip
    assert found.success
    np.testing.assert_allclose(weights.weights, found.x * base, atol=2e-6)
    at_end = np.isclose(found.x, np.array(ends)[:, 0], atol=1e-5) | np.isclose(
        found.x, np.array(ends)[:, 1], atol=1e-5
    )
    assert weights.trimmed == at_end.sum() > 0


def test_wide_limits_change_nothing_and_hold_nobody():
    frame = survey()
    free = rake(frame, SHARES, weight="w")
    for options in ({"bounds": (0.01, 100)}, {"trim": (0.001, 100)}):
        held = rake(frame, SHARES, weight="w", **options)
        np.testing.assert_allclose(held.weights, free.weights, rtol=1e-9)
        assert held.trimmed == 0


def test_trimmed_weights_keep_their_limits_to_the_last_digit():
    frame = survey()
    weights = rake(frame, SHARES, weight="w", trim=(0.3, 2))
    assert weights.weights.min() >= 0.3 * (1 - 1e-12)
    assert weights.weights.max() <= 2 * (1 + 1e-12)
    assert (
        0 < weights.trimmed == np.isclose(weights.weights, 0.3).sum() + np.isclose(weights.weights, 2).sum()
    )
    assert weights.n_eff > rake(frame, SHARES, weight="w").n_eff


def test_weights_within_bounds_are_found_exactly_where_there_are_any():
    """HiGHS decides whether there are; a refusal must be a proof, never a search that gave up."""
    outcomes = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame({name: rng.integers(0, 4, 40) for name in "abc"})
        hidden = np.exp(rng.normal(0, 0.5, 40))
        margins = {name: shares_of(frame, hidden, [name]).to_dict() for name in "abc"}
        low, high = rng.choice([0.2, 0.4, 0.6]), rng.choice([1.3, 1.6, 2.5])
        table = [frame[name] == level for name, given in margins.items() for level in given]
        totals = [40 * share for given in margins.values() for share in given.values()]
        exists = (
            linprog(np.zeros(40), A_eq=np.array(table, float), b_eq=totals, bounds=(low, high)).status == 0
        )
        outcomes.append(exists)
        if exists:
            rake(frame, margins, bounds=(low, high))
        else:
            with pytest.raises(MeasureError, match="no weights within the bounds meet the targets"):
                rake(frame, margins, bounds=(low, high))
    assert 5 < sum(outcomes) < 25


def test_one_margin_is_post_stratification():
    frame = survey()
    targets = {"f": 0.6, "m": 0.4}
    raked = rake(frame, {"gender": targets}, weight="w")
    assert raked.iterations == 1
    expected = post_stratify(frame, "gender", targets, weight="w").weights
    np.testing.assert_allclose(raked.weights, expected, rtol=1e-14)


def test_a_sample_that_is_in_balance_keeps_its_weights():
    frame = pd.DataFrame({"g": list("ffmm"), "a": [1, 2, 1, 2]})
    weights = rake(frame, {"g": {"f": 0.5, "m": 0.5}, "a": {1: 0.5, 2: 0.5}})
    assert (weights.weights == 1).all()
    assert (weights.iterations, weights.n_eff, weights.design_effect) == (0, 4, 1)


@pytest.mark.parametrize("frame", [pd.DataFrame({"g": ["f"]}), pd.DataFrame({"g": ["f"] * 7})])
def test_one_level_alone_weighs_1(frame: pd.DataFrame):
    assert rake(frame, {"g": {"f": 1}}).weights.tolist() == [1.0] * len(frame)


def test_shares_rounded_to_six_digits_are_shares():
    frame = pd.DataFrame({"g": list("abc")})
    weights = rake(frame, {"g": {"a": 0.333333, "b": 0.333333, "c": 0.333333}})
    np.testing.assert_allclose(weights.weights, 1, rtol=1e-12)


def test_a_level_with_neither_rows_nor_target_stands_in_the_table():
    table = rake(pd.DataFrame({"g": list("fm")}), {"g": {"f": 0.5, "m": 0.5, "x": 0}}).tidy()
    assert table.loc[table["level"] == "x", ["n", "target", "after"]].to_numpy().tolist() == [[0, 0, 0]]
