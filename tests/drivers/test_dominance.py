"""Dominance against Azen and Budescu (2003), R, its definition on all models, and bad input."""

import json
from itertools import chain, combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.drivers.dominance import dominance
from cxlab.drivers.lmg import lmg
from cxlab.model.errors import MeasureError

REFERENCE = Path(__file__).parents[1] / "reference"
DRIVERS = ["x1", "x2", "x3", "x4"]


@pytest.fixture(scope="module")
def azen():
    """Rows that have exactly the correlations of Azen and Budescu (2003)."""
    full = np.array(
        [
            [1, 0.6, 0.3, 0.4, 0.5],
            [0.6, 1, 0.8, 0.1, 0.3],
            [0.3, 0.8, 1, 0.1, 0.1],
            [0.4, 0.1, 0.1, 1, 0.5],
            [0.5, 0.3, 0.1, 0.5, 1],
        ]
    )
    draws = np.random.default_rng(0).normal(size=(50, 5))
    clean = np.linalg.qr(draws - draws.mean(axis=0))[0]
    return pd.DataFrame(clean @ np.linalg.cholesky(full).T, columns=["y", *DRIVERS])


@pytest.fixture(scope="module")
def swiss():
    return pd.read_csv(REFERENCE / "swiss.csv").astype("float64")


def explained(rows, outcome, chosen):
    if not chosen:
        return 0.0
    x = np.column_stack([np.ones(len(rows)), rows[list(chosen)]])
    y = rows[outcome].to_numpy()
    left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return 1 - left @ left / ((y - y.mean()) @ (y - y.mean()))


def test_azen_and_budescu(azen):
    result = dominance(azen, "y", DRIVERS)
    # Azen and Budescu (2003), table 1: averages by the number of other predictors, to the digits printed
    published = [(.360, .090, .160, .250), (.300, .074, .095, .152), (.263, .069, .063, .073),
                 (.246, .071, .061, .010)]  # fmt: skip
    np.testing.assert_allclose(result.levels().to_numpy(), published, rtol=0, atol=5.1e-4)
    general = [0.29217618, 0.07586135, 0.09491088, 0.12140411]
    np.testing.assert_allclose(result.general["general"], general, rtol=0, atol=5e-9)
    assert result.r_squared == pytest.approx(0.58435252, abs=5e-9)
    first = result.pairs[result.pairs["driver"] == "x1"]
    assert list(first["other"]) == ["x2", "x3", "x4"] and set(first["complete"]) == {"dominates"}
    others = result.pairs[result.pairs["driver"] != "x1"]
    assert set(others["complete"]) == {"neither"}
    assert list(result.tidy()["dominates"]) == [3, 0, 0, 0] and list(result.tidy()["rank"]) == [1, 4, 3, 2]


def test_swiss_by_level_equals_r(swiss):
    # driver_metrics.R: lm() on every subset
    known = json.loads((REFERENCE / "driver_metrics.json").read_text(encoding="utf-8"))["swiss"]
    result = dominance(swiss, "Fertility", known["drivers"])
    np.testing.assert_allclose(result.levels().to_numpy(), known["levels"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(result.general["general"], known["lmg"], rtol=0, atol=1e-12)


def test_pairs_equal_a_count_over_all_models(swiss):
    names = [name for name in swiss if name != "Fertility"]
    pairs = dominance(swiss, "Fertility", names).pairs
    assert len(pairs) == 10
    for row in pairs.itertuples():
        others = [name for name in names if name not in (row.driver, row.other)]
        models = list(chain.from_iterable(combinations(others, size) for size in range(4)))
        ahead = np.array(
            [
                explained(swiss, "Fertility", (*model, row.driver))
                - explained(swiss, "Fertility", (*model, row.other))
                for model in models
            ]
        )
        assert row.models_won == (ahead > 0).mean() and row.models_lost == (ahead < 0).mean()
        assert (row.complete == "dominates") == (ahead > 0).all()


def test_complete_dominance_implies_conditional_and_general():
    rng = np.random.default_rng(5)
    rows = pd.DataFrame(rng.normal(size=(80, 7)) @ rng.normal(size=(7, 7)), columns=list("yabcdef"))
    result = dominance(rows, "y", list("abcdef"))
    general = result.general.set_index("driver")["general"]
    for row in result.pairs.itertuples():
        assert general[row.driver] >= general[row.other]
        assert row.complete != "dominates" or row.conditional == "dominates"
        levels = result.levels()
        by_level = (levels[row.driver] >= levels[row.other]).all()
        assert (row.conditional == "dominates") == by_level
    assert {"dominates", "neither"} == set(result.pairs["complete"])
    assert result.general["share"].sum() == pytest.approx(1.0)


def test_twins_are_equal():
    rows = pd.DataFrame({"a": [1, 1, -1, -1, 0, 0], "b": [1, -1, 1, -1, 0, 0]}, dtype=float)
    rows["y"] = rows["a"] + rows["b"] + [0, 0, 0, 0, 1, -1]
    pair = dominance(rows, "y", ["a", "b"]).pairs.iloc[0]
    assert (pair["complete"], pair["conditional"], pair["models_won"]) == ("equal", "equal", 0.0)


def test_groups_and_covariates_equal_lmg(swiss):
    groups = {"schooling": ["Examination", "Education"]}
    result = dominance(
        swiss, "Fertility", ["Examination", "Education", "Agriculture", "Catholic"], groups=groups,
        always=["Infant.Mortality"],
    )  # fmt: skip
    names = ["Fertility", "Examination", "Education", "Agriculture", "Catholic", "Infant.Mortality"]
    matrix = swiss[names].corr().to_numpy()
    expected = lmg(matrix[1:, 1:], matrix[1:, 0], groups=[[0, 1], [2], [3]], always=[4])
    assert list(result.general["driver"]) == ["schooling", "Agriculture", "Catholic"]
    assert result.always == ("Infant.Mortality",)
    np.testing.assert_allclose(result.general["general"], expected, rtol=0, atol=1e-12)


def test_moments_give_what_rows_give(azen):
    moments = cx.moments(azen, "y", DRIVERS, missing="complete")
    ours, theirs = dominance(moments, "y", DRIVERS), dominance(azen, "y", DRIVERS)
    np.testing.assert_allclose(ours.general["general"], theirs.general["general"], rtol=0, atol=1e-13)
    some = dominance(moments, "y", ["x3", "x1"])
    np.testing.assert_allclose(
        some.general["general"], dominance(azen, "y", ["x3", "x1"]).general["general"], rtol=0, atol=1e-13
    )


def test_weights_of_two_are_rows_twice_and_their_scale_never_matters(azen):
    weighted = azen.assign(w=np.where(np.arange(50) % 3 == 0, 2.0, 1.0))
    twice = azen.loc[np.repeat(np.arange(50), weighted["w"].astype(int))]
    expected = dominance(twice, "y", DRIVERS)
    for scale in (1.0, 7.0):
        rows = weighted.assign(w=weighted["w"] * scale)
        result = dominance(rows, "y", DRIVERS, weight="w")
        np.testing.assert_allclose(
            result.conditional["added"], expected.conditional["added"], rtol=0, atol=1e-12
        )
        w = weighted["w"].to_numpy()
        assert result.n == 50 and result.n_eff == pytest.approx(w.sum() ** 2 / (w @ w))
    plain = dominance(azen.assign(w=3.0), "y", DRIVERS, weight="w")
    np.testing.assert_allclose(
        plain.general["general"], dominance(azen, "y", DRIVERS).general["general"], rtol=0, atol=1e-12
    )


def test_missing_answers_are_left_out_and_the_kept_share_is_said(azen):
    gaps = azen.copy()
    gaps.loc[:4, "x2"] = np.nan
    result = dominance(gaps, "y", DRIVERS)
    expected = dominance(azen.iloc[5:], "y", DRIVERS)
    np.testing.assert_allclose(result.general["general"], expected.general["general"], rtol=0, atol=1e-12)
    assert result.kept == 0.9 and "90.0% of the rows" in result.summary()
    assert dominance(gaps, "y", DRIVERS, missing="pairwise").missing == "pairwise"


def test_the_summary_and_the_page(azen):
    result = dominance(azen, "y", DRIVERS)
    said = (
        "Dominance among 4 drivers of y: x1 goes with most of it, 0.292 of an R² of 0.584; 3 of 6 pairs are "
        "settled in every model. These are figures of this sample, without intervals (n = 50, 100.0% of the "
        "rows)."
    )
    assert result.summary() == repr(result) == said
    assert result._repr_html_() == dominance(azen, "y", DRIVERS)._repr_html_()


def test_small_bases_are_blanked(azen):
    result = dominance(azen.assign(w=1.0), "y", DRIVERS, weight="w")
    assert result.suppress(50).summary() == result.summary()
    hidden = result.suppress(51)
    assert "too few answers" in hidden.summary() and hidden.pairs.empty
    assert hidden.tidy().drop(columns=["driver", "n"]).isna().all(axis=None)
    assert list(hidden.tidy()["driver"]) == DRIVERS and set(hidden.tidy()["n"]) == {0}
    assert hidden.suppress(10).suppressed
    uneven = azen.assign(w=[100.0] * 2 + [1.0] * 48)
    assert dominance(uneven, "y", DRIVERS, weight="w").suppress(10).suppressed


@pytest.mark.parametrize(
    ("change", "asked", "message"),
    [
        ({"x2": 1.0}, {}, "the driver 'x2' has the same value"),
        ({"y": 1.0}, {}, "the outcome 'y' has the same value"),
        ({"x2": np.nan}, {"missing": "pairwise"}, "the column 'x2' has no values"),
        ({}, {"drivers": ["x1", "x22"]}, "x22.*did you mean 'x2'"),
        ({}, {"drivers": ["x1"]}, "1 driver is to be compared; name 2 to 20"),
        ({}, {"drivers": ["x1", "x1"]}, "'x1' is named twice"),
        ({"w": -1.0}, {"weight": "w"}, "negative"),
        ({}, {"groups": {"g": ["x9"]}}, "x9"),
        ({}, {"missing": "some"}, "missing"),
    ],
)
def test_bad_input_is_refused(azen, change, asked, message):
    arguments = {"drivers": DRIVERS} | asked
    with pytest.raises(MeasureError, match=message):
        dominance(azen.assign(**change), "y", **arguments)


def test_duplicates_perfect_fits_and_too_few_rows_are_refused(azen):
    with pytest.raises(MeasureError, match="'x4' follows from 'x1' exactly"):
        dominance(azen.assign(x4=azen["x1"] * 3 + 1), "y", DRIVERS)
    with pytest.raises(MeasureError, match=r"entirely \(R² = 1\)"):
        dominance(azen.assign(y=azen["x1"] + azen["x2"]), "y", DRIVERS)
    with pytest.raises(MeasureError, match="4 drivers and 4 rows"):
        dominance(azen.iloc[:4], "y", DRIVERS)
    with pytest.raises(MeasureError, match="21 drivers are to be compared"):
        dominance(azen, "y", [f"d{place}" for place in range(21)])
    with pytest.raises(MeasureError, match="moments have their weights and blocks already"):
        dominance(cx.moments(azen, "y", DRIVERS), "y", DRIVERS, weight="w")
