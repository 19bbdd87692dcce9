"""Alpha and omega against R (psych, lavaan), published figures and identities."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.cronbach import feldt
from cxlab.measure.one_factor import one_factor
from cxlab.measure.reliability import reliability
from cxlab.model.errors import MeasureError

REFERENCE = Path(__file__).parents[1] / "reference"
MOBI = (
    Path(os.environ.get("CXLAB_DATA") or REFERENCE.parents[2] / "shared" / "data") / "mobi_ecsi" / "mobi.csv"
)


@pytest.fixture(scope="module")
def attitude():
    return pd.read_csv(REFERENCE / "attitude.csv").astype("float64")


@pytest.fixture(scope="module")
def known():
    # reliability.R: psych::alpha, psych::alpha.ci, lavaan::cfa
    return json.loads((REFERENCE / "reliability.json").read_text(encoding="utf-8"))


def test_alpha_and_feldt_equal_psych(attitude, known):
    result = reliability(attitude, list(attitude), name="attitude")
    assert round(result.alpha, 9) == 0.843142770  # 0.8431427696 is published
    assert result.alpha == pytest.approx(known["alpha"], rel=1e-12)
    assert (result.conf_low, result.conf_high) == pytest.approx((known["low"], known["high"]), rel=1e-10)
    assert [round(end, 6) for end in (result.conf_low, result.conf_high)] == [0.739376, 0.915773]
    for column, name in {
        "item_total": "r_drop", "alpha_if_dropped": "alpha_drop", "mean": "mean", "std_dev": "sd"
    }.items():  # fmt: skip
        assert result.items[column].to_numpy() == pytest.approx(known[name], rel=1e-10), column


def test_omega_equals_lavaan(attitude, known):
    result = reliability(attitude, list(attitude))
    # lavaan stops where its fit changes by less than 1e-10, which leaves the last digits of omega open.
    assert result.omega == pytest.approx(known["omega"], abs=1e-6)
    assert round(result.omega, 6) == 0.856327
    assert result.notes == ()


def test_one_factor_finds_the_factor_that_made_the_covariances():
    loadings, unique = np.array([2.0, 0.5, 1.1, 0.9]), np.array([1.0, 0.2, 0.7, 1.3])
    fitted = one_factor(np.outer(loadings, loadings) + np.diag(unique))
    np.testing.assert_allclose(fitted.loadings, loadings, rtol=1e-6)
    np.testing.assert_allclose(fitted.unique, unique, rtol=1e-6)
    assert fitted.proper


def test_under_equal_covariances_omega_is_alpha():
    covariance = np.full((5, 5), 0.4) + 0.6 * np.eye(5)
    rng = np.random.default_rng(1)
    white = rng.normal(size=(60, 5))
    white = (white - white.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(white.T))).T
    frame = pd.DataFrame(white @ np.linalg.cholesky(covariance).T, columns=list("abcde"))
    result = reliability(frame, list("abcde"))
    # Spearman–Brown: 5 · .4 / (1 + 4 · .4)
    assert result.alpha == pytest.approx(2 / 2.6, rel=1e-10)
    assert result.omega == pytest.approx(2 / 2.6, rel=1e-6)


@pytest.mark.skipif(not MOBI.exists(), reason="needs CXLAB_DATA/mobi_ecsi")
@pytest.mark.parametrize(
    ("block", "alpha"), [("IMAG", 0.714447), ("PERQ", 0.872406), ("CUSA", 0.770113), ("CUSL", 0.441717)]
)
def test_alphas_of_mobi(block, alpha):
    mobi = pd.read_csv(MOBI)
    result = reliability(mobi, [name for name in mobi if name.startswith(block)])
    assert round(result.alpha, 6) == alpha


def test_missing_answers_complete_and_pairwise(attitude, known):
    gaps = attitude.copy()
    gaps.iloc[0, 0] = gaps.iloc[1:3, 1] = gaps.iloc[6, 4] = np.nan
    complete = reliability(gaps, list(gaps))
    assert complete.alpha == pytest.approx(known["alpha_complete"], rel=1e-12)
    assert complete.n == 26
    pairwise = reliability(gaps, list(gaps), missing="pairwise")
    assert pairwise.alpha == pytest.approx(known["alpha_pairwise"], rel=1e-12)
    assert pairwise.n == 27  # the pair with the fewest: 1 and 2 missing, on other rows
    assert pairwise.items["n"].tolist() == [29, 28, 30, 30, 29, 30, 30]


def test_weights(attitude, known):
    times = np.tile([1, 2, 3], 10)
    weighted = reliability(attitude.assign(w=times), list(attitude), weight="w")
    assert weighted.alpha == pytest.approx(known["alpha_repeated"], rel=1e-12)
    assert weighted.omega == pytest.approx(known["omega_repeated"], abs=1e-6)
    assert weighted.n == 30
    assert weighted.n_eff == pytest.approx(60**2 / 140)
    again = reliability(attitude.assign(w=1e5 * times), list(attitude), weight="w")
    assert again.alpha == pytest.approx(weighted.alpha, rel=1e-12)
    assert (again.conf_low, again.omega) == pytest.approx((weighted.conf_low, weighted.omega), rel=1e-7)
    repeated = reliability(attitude.loc[attitude.index.repeat(times)], list(attitude))
    frequency = reliability(attitude.assign(w=times), list(attitude), weight="w", weight_kind="frequency")
    assert (frequency.n, frequency.conf_low) == pytest.approx((60, repeated.conf_low))
    pd.testing.assert_frame_equal(frequency.items, repeated.items)
    equal = reliability(attitude.assign(w=0.2), list(attitude), weight="w")
    assert equal.conf_low == pytest.approx(reliability(attitude, list(attitude)).conf_low, rel=1e-12)
    assert "n_eff = 30" in equal.summary()


def test_who_weighs_nothing_is_not_there(attitude):
    half = attitude.assign(w=[1.0] * 20 + [0.0] * 10)
    assert (
        reliability(half, list(attitude), weight="w").summary().replace(", n_eff = 20", ", unweighted")
        == reliability(attitude[:20], list(attitude)).summary()
    )
    nobody = reliability(attitude.assign(w=0.0), list(attitude), weight="w")
    assert (nobody.n, np.isnan(nobody.alpha), np.isnan(nobody.omega)) == (0, True, True)
    assert "too few answers to say" in nobody.summary()


def test_an_item_the_other_way_round_is_named(attitude):
    turned = attitude.assign(raises=100 - attitude["raises"])
    result = reliability(turned, list(turned))
    assert result.notes[0] == "raises goes against the other items: is the scale the other way round?"
    assert result.notes[0] in result.summary()
    assert result.alpha < 0.6
    assert result.items.set_index("item").loc["raises", "alpha_if_dropped"] > 0.7


def test_two_items_have_no_omega_and_one_has_nothing(attitude):
    two = reliability(attitude, ["rating", "complaints"])
    assert np.isnan(two.omega) and "no omega" in two.notes[0]
    r = np.corrcoef(attitude["rating"], attitude["complaints"])[0, 1]
    s = attitude[["rating", "complaints"]].std()
    covariance = r * s.prod()
    assert two.alpha == pytest.approx(4 * covariance / (s.pow(2).sum() + 2 * covariance))
    for columns in ([], ["rating"], ["rating", "rating"], "rating"):
        with pytest.raises(MeasureError, match="reliability is of two different items or more"):
            reliability(attitude, columns)


def test_a_sum_that_does_not_vary_has_no_reliability():
    frame = pd.DataFrame({"a": [5.0] * 8, "b": [5.0] * 8, "c": [5.0] * 8})
    result = reliability(frame, list("abc"))
    assert np.isnan(result.alpha) and np.isnan(result.omega)
    one = reliability(frame[:1], list("abc"))
    assert (one.n, np.isnan(one.conf_low)) == (1, True)


def test_items_that_say_the_same_are_perfectly_reliable():
    frame = pd.DataFrame({"a": [1.0, 2, 3, 5], "b": [1.0, 2, 3, 5], "c": [1.0, 2, 3, 5]})
    result = reliability(frame, list("abc"))
    assert (result.alpha, result.conf_low, result.conf_high) == pytest.approx((1, 1, 1))
    assert np.isnan(result.omega) and "not positive definite" in result.notes[0]


def test_feldt_narrows_with_respondents():
    widths = [np.diff(feldt(0.8, n, 5, 0.95))[0] for n in (10, 40, 160)]
    assert widths[0] > widths[1] > widths[2]
    assert np.isnan(feldt(0.8, 1, 5, 0.95)[0])


def test_estimates_go_into_the_metrics_and_small_bases_out(attitude):
    result = reliability(attitude, list(attitude), name="attitude")
    row = result.estimates().tidy().iloc[0]
    assert (row["metric"], row["outcome"], row["method"]) == ("alpha", "attitude", "feldt")
    assert row["estimate"] == result.alpha
    assert result.estimates("omega").rows["estimate"][0] == result.omega
    hidden = result.suppress(31)
    assert hidden.suppressed and np.isnan(hidden.alpha) and hidden.items["item_total"].isna().all()
    assert hidden.items["n"].isna().all()
    assert hidden.estimates().rows["suppressed"][0] and pd.isna(hidden.estimates().rows["n"][0])
    assert result.suppress(30).alpha == result.alpha
    assert result.suppress(30).estimates().min_base == 30
    with pytest.raises(MeasureError, match="unknown coefficient 'beta'; take one of alpha, omega"):
        result.estimates("beta")


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({}, {"missing": "mean"}, "unknown missing 'mean'; take one of complete, pairwise"),
        ({}, {"weight": "w"}, "there is no column 'w'"),
        ({"w": -1.0}, {"weight": "w"}, "30 answers have no weight or a negative one"),
        ({"w": 0.5}, {"weight": "w", "weight_kind": "frequency"}, "30 frequencies are not whole numbers"),
        ({"w": 1.0}, {"weight": "w", "weight_kind": "x"}, "unknown weight_kind 'x'"),
        ({"rating": "good"}, {}, "the column 'rating' holds String, not numbers"),
        ({}, {"conf_level": 1}, "a confidence level of 1 is none"),
    ],
)
def test_what_cannot_be_is_refused(attitude, change, options, said):
    with pytest.raises(MeasureError, match=said):
        reliability(attitude.assign(**change), list(attitude), **options)


def test_other_frames_give_the_same(attitude):
    import duckdb
    import polars as pl

    expected = reliability(attitude, list(attitude))
    for frame in (pl.from_pandas(attitude), duckdb.from_df(attitude), attitude.astype("Int64")):
        assert reliability(frame, list(attitude)).summary() == expected.summary()
