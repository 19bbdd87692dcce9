import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.markets.factor_model import factor_model
from cxlab.markets.fit_indices import fit_indices
from cxlab.markets.invariance_steps import layout_of
from cxlab.markets.invariance_table import parameter_table
from cxlab.markets.layout import FIXED
from cxlab.markets.multigroup import Group, Moments, fit_multigroup, implied, likelihood_of
from cxlab.markets.score_test import score_test
from cxlab.model.errors import MeasureError

# Rscript holzinger.R > holzinger.json; versions stand in the file
REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "holzinger.json").read_text())
MODEL = {"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"], "speed": ["x7", "x8", "x9"]}
ITEMS = tuple(item for own in MODEL.values() for item in own)
INDICES = {
    "chisq": "chi2",
    "df": "df",
    "pvalue": "p_value",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "rmsea.ci.lower": "rmsea_low",
    "rmsea.ci.upper": "rmsea_high",
    "srmr": "srmr",
}
FREED = {"partial_scalar": {"free_intercepts": ["x3", "x7"]}, "partial_metric": {"free_loadings": ["x7"]}}


def moments_of(by):
    study = REFERENCE[by]
    return {
        name: cx.ItemMoments(
            ITEMS,
            cell["n"],
            float(cell["n"]),
            np.array(cell["mean"]),
            np.array(cell["covariance"]),
            "none",
        )
        for name in study["configural"]["groups"]
        for cell in [study["moments"][name]]
    }


@cache
def fitted(by, step):
    """A step of `layout_of`, fitted to the reference's moments in lavaan's order of groups."""
    groups = [Group(one.n_eff, one.mean, one.covariance) for one in moments_of(by).values()]
    model = factor_model(MODEL)
    layout = layout_of(model, len(groups), step.replace("_", " "), **FREED.get(step, {}))
    return groups, model, fit_multigroup(groups, model, layout)


@pytest.mark.parametrize("step", ["configural", "metric", "scalar", "partial_scalar", "partial_metric"])
@pytest.mark.parametrize("by", ["school", "cell"])
def test_fit_is_lavaans(by, step):
    groups, model, fit = fitted(by, step)
    found, expected = fit_indices(groups, model, fit), REFERENCE[by][step]["fit"]
    assert fit.converged
    for theirs, ours in INDICES.items():
        # Both stop a little short of the minimum; SRMR is not flat there and feels it first.
        assert getattr(found, ours) == pytest.approx(
            expected[theirs], abs=2e-6 if ours == "srmr" else 1e-6
        ), ours


@pytest.mark.parametrize(
    ("step", "chi2", "df", "cfi"),
    [
        ("configural", 115.851, 48, 0.9234),
        ("metric", 124.044, 54, 0.9209),
        ("scalar", 164.103, 60, 0.8825),
        ("partial scalar", 129.422, 58, 0.9194),
    ],
)
def test_the_published_check_values_of_holzinger_by_school(step, chi2, df, cfi):
    table = cx.invariance(moments_of("school"), MODEL, free_intercepts=["x3", "x7"]).tidy().set_index("step")
    row = table.loc[step]
    assert (round(row["chi2"], 3), row["df"], round(row["cfi"], 4)) == (chi2, df, cfi)


@pytest.mark.parametrize("step", ["configural", "scalar", "partial_scalar"])
@pytest.mark.parametrize("by", ["school", "cell"])
def test_parameters_and_standard_errors_are_lavaans(by, step):
    _, model, fit = fitted(by, step)
    markets = list(moments_of(by))
    ours = {}
    for _, row in parameter_table(fit, model, markets, 0.95).iterrows():
        own = (row["market"], row["kind"], row["name"])
        ours[own if row["kind"] != "factor_covariance" else (*own, row["factor"])] = row
    theirs = pd.DataFrame(REFERENCE[by][step]["parameters"])
    theirs["market"] = [markets[group - 1] for group in theirs["group"]]
    p = set(ITEMS)
    compared = 0
    for _, row in theirs.iterrows():
        kind = {
            "=~": "loading",
            "~1": "intercept" if row["lhs"] in p else "latent_mean",
            "~~": "residual_variance" if row["lhs"] in p else "factor_covariance",
        }[row["op"]]
        name = row["rhs"] if row["op"] == "=~" else row["lhs"]
        # A factor's own variance stands in the table once, a covariance as lavaan writes it.
        factor = row["rhs"] if kind == "factor_covariance" else row["lhs"]
        mine = ours.get((row["market"], kind, name, factor), ours.get((row["market"], kind, name)))
        # lavaan stops at a gradient of 1e-6 or so, which leaves its estimates the fourth decimal.
        assert mine["estimate"] == pytest.approx(row["est"], abs=3e-4)
        assert np.nan_to_num(mine["std_error"]) == pytest.approx(row["se"], abs=3e-4)
        compared += 1
    assert compared > 30 * len(markets)


def test_score_tests_are_lavaans():
    _, model, fit = fitted("school", "scalar")
    theirs = dict(
        zip(*(REFERENCE["school"]["score"][name] for name in ("constraint", "statistic")), strict=True)
    )
    for place, item in enumerate(ITEMS):
        factor = model.factors[model.factor[place]]
        assert score_test(fit, place).chi2 == pytest.approx(theirs[f"{factor}=~{item}"], abs=2e-4)
        assert score_test(fit, 9 + place).chi2 == pytest.approx(theirs[f"{item}~1"], abs=2e-4)


def test_gradient_is_that_of_the_likelihood():
    model = factor_model(MODEL)
    own = list(moments_of("cell").values())
    moments = Moments(
        np.array([one.n_eff for one in own]),
        np.stack([one.mean for one in own]),
        np.stack([one.covariance for one in own]),
    )
    rng = np.random.default_rng(1)
    phi = [1.1, 0.3, 0.9, 0.2, 0.4, 1.2]
    local = np.stack(
        [
            np.concatenate(
                [
                    rng.uniform(0.5, 1, 9),
                    rng.normal(4, 1, 9),
                    rng.uniform(0.5, 1, 9),
                    phi,
                    rng.normal(0, 0.3, 3),
                ]
            )
            for _ in own
        ]
    )
    _, gradient, _ = likelihood_of(moments, local, model)
    for group in range(len(own)):
        for place in range(local.shape[1]):
            step = np.zeros_like(local)
            step[group, place] = 1e-5
            ends = [likelihood_of(moments, local + way * step, model)[0] for way in (1, -1)]
            assert gradient[group, place] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5, abs=1e-3)


def planted(**changed):
    """Moments that the scalar model makes exactly, of two markets."""
    model = factor_model({"service": ["a", "b", "c", "d"]})
    markets = {}
    for market, variance, mean in (("es", 1.0, 0.0), ("pl", 1.6, 0.5)):
        loadings, intercepts = np.array([0.8, 0.7, 0.9, 0.6]), np.array([6.0, 5.0, 7.0, 6.5])
        if market == "pl":
            intercepts = intercepts + np.array([changed.get(item, 0.0) for item in model.items])
            loadings = loadings * np.array([changed.get(f"{item}_loading", 1.0) for item in model.items])
        local = np.concatenate([loadings, intercepts, [0.5, 0.6, 0.4, 0.7], [variance], [mean]])
        what = implied(local[None], model)
        markets[market] = cx.ItemMoments(model.items, 500, 500.0, what.mean[0], what.covariance[0], "none")
    return markets


SERVICE = {"service": ["a", "b", "c", "d"]}


def test_planted_parameters_are_found_again_without_misfit():
    result = cx.invariance(planted(), SERVICE)
    assert result.verdict == "comparable: means" and result.level == "scalar"
    assert result.tidy()["chi2"].max() < 1e-6
    (means,) = result.latent_means()
    assert means.rows["estimate"].tolist() == pytest.approx([0, 0.5], abs=1e-6)
    loadings = result.parameters("scalar").query("kind == 'loading' and market == 'pl'")
    assert loadings["estimate"].tolist() == pytest.approx([0.8, 0.7, 0.9, 0.6], abs=1e-6)
    assert loadings["equal"].all()


def test_a_style_that_moves_every_item_in_step_with_its_loading_looks_like_a_mean():
    # The blindness that the page warns of: no misfit, another latent mean.
    moved = planted()
    pl = moved["pl"]
    loadings = np.array([0.8, 0.7, 0.9, 0.6])
    moved["pl"] = cx.ItemMoments(pl.items, pl.n, pl.n_eff, pl.mean + 0.4 * loadings, pl.covariance, "none")
    result = cx.invariance(moved, SERVICE)
    assert result.verdict == "comparable: means"
    assert result.latent_means()[0].rows["estimate"][1] == pytest.approx(0.9, abs=1e-6)


def test_one_item_that_means_something_else_blocks_the_ranking_and_is_found():
    result = cx.invariance(planted(c=1.5), SERVICE)
    assert result.verdict == "associations only" and not result.may_rank_means
    with pytest.raises(MeasureError, match="may not be ranked: associations only"):
        result.latent_means()
    assert [(one.item, one.kind, one.holds) for one in result.releases] == [("c", "intercept", True)]
    assert result.tidy_releases()["exploratory"].all() and "Exploratory" in result.summary()
    named = cx.invariance(planted(c=1.5), SERVICE, free_intercepts=["c"])
    assert named.level == "partial scalar" and named.releases == ()
    assert named.latent_means()[0].rows["estimate"][1] == pytest.approx(0.5, abs=1e-6)


def test_other_loadings_leave_nothing_to_compare():
    result = cx.invariance(planted(a_loading=0.1, b_loading=2.5), SERVICE)
    assert result.verdict == "not comparable" and result.level == "configural"
    assert {one.kind for one in result.releases} == {"loading"}


def test_an_item_with_a_free_loading_has_a_free_intercept_too():
    result = cx.invariance(planted(c_loading=0.3, c=1.0), SERVICE, free_loadings=["c"])
    assert result.level == "partial scalar"
    assert result.latent_means()[0].rows["estimate"][1] == pytest.approx(0.5, abs=1e-6)
    table = result.tidy().set_index("step")
    assert table.loc["partial scalar", "free_intercepts"] == "c"
    assert table.loc["partial scalar", "against"] == "partial metric"


def test_scales_and_order_do_not_matter():
    plain = cx.invariance(moments_of("school"), MODEL).tidy()
    scale = np.diag(np.linspace(0.1, 30, 9))
    stretched = {
        name: cx.ItemMoments(
            one.items, one.n, one.n_eff, scale @ one.mean + 7, scale @ one.covariance @ scale, "none"
        )
        for name, one in reversed(moments_of("school").items())
    }
    other = cx.invariance(stretched, MODEL).tidy()
    assert other["chi2"].to_numpy() == pytest.approx(plain["chi2"].to_numpy(), abs=1e-5)
    turned = cx.invariance(moments_of("school"), MODEL, reference="Grant-White")
    assert turned.markets == ("Grant-White", "Pasteur")
    assert turned.tidy()["chi2"].to_numpy() == pytest.approx(plain["chi2"].to_numpy(), abs=1e-5)


def rows_of(seed, n, shift=0.0):
    rng = np.random.default_rng(seed)
    common = rng.standard_normal((n, 1))
    scores = 6 + common + 0.8 * rng.standard_normal((n, 4)) + shift
    return pd.DataFrame(scores, columns=list("abcd"))


def test_rows_moments_and_tables_are_the_same():
    frames = {"es": rows_of(1, 300), "it": rows_of(2, 250, 0.4)}
    frames["es"].loc[::10, "b"] = np.nan
    by_rows = cx.invariance(frames, SERVICE).tidy()
    own = {name: cx.item_moments(frame, list("abcd")) for name, frame in frames.items()}
    tables = {name: one.tidy() for name, one in own.items()}
    sums = {
        name: cx.moments(frame, "a", ["b", "c", "d"], missing="complete") for name, frame in frames.items()
    }
    for other in (own, tables, sums):
        pd.testing.assert_frame_equal(by_rows, cx.invariance(other, SERVICE).tidy())
    assert own["es"].n == 270


def test_weights_enter_the_moments_and_the_base():
    frame = rows_of(3, 200)
    w = np.where(np.arange(200) % 3 == 0, 2.0, 1.0)
    weighted = cx.item_moments(frame.assign(w=w), list("abcd"), weight="w")
    twice = cx.item_moments(frame.loc[frame.index.repeat(w.astype(int))], list("abcd"))
    assert weighted.mean == pytest.approx(twice.mean) and weighted.covariance == pytest.approx(
        twice.covariance
    )
    assert weighted.n == 200 and weighted.n_eff == pytest.approx(w.sum() ** 2 / (w**2).sum())
    counted = cx.item_moments(frame.assign(w=w), list("abcd"), weight="w", weight_kind="frequency")
    assert counted.n == counted.n_eff == twice.n
    scaled = cx.item_moments(frame.assign(w=7 * w), list("abcd"), weight="w")
    assert scaled.n_eff == pytest.approx(weighted.n_eff)
    equal = cx.item_moments(frame.assign(w=3.0), list("abcd"), weight="w")
    plain = cx.item_moments(frame, list("abcd"))
    assert equal.n_eff == pytest.approx(plain.n) and equal.covariance == pytest.approx(plain.covariance)
    other = {"es": frame.assign(w=w), "it": rows_of(4, 200).assign(w=1.0)}
    result = cx.invariance(other, SERVICE, weight="w")
    assert result.weighting == "weighted" and result.n_eff[0] == pytest.approx(weighted.n_eff)


def test_a_negative_residual_variance_is_said():
    # A correlation of .9 between a and b with .8, .85 with c forces one unique variance below 0.
    bad = np.array([[1, 0.9, 0.9], [0.9, 1, 0.7], [0.9, 0.7, 1]])
    markets = {
        name: cx.ItemMoments(("a", "b", "c"), 300, 300.0, np.full(3, 5.0), bad, "none")
        for name in ("es", "it")
    }
    result = cx.invariance(markets, {"service": ["a", "b", "c"]})
    assert any("negative residual variance of a" in doubt for doubt in result.doubts)
    assert any("fits by construction" in doubt for doubt in result.doubts)
    assert "Improper configural solution in es" in result.summary()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"markets": {"es": rows_of(1, 300)}}, "1 market is nothing to compare"),
        ({"markets": {"es": rows_of(1, 300), "it": rows_of(2, 40)}}, r"the bases of it \(40\) are below 100"),
        ({"model": {}}, "the model has no factor"),
        ({"model": ["a", "b", "c"]}, "the model has no factor"),
        ({"markets": [rows_of(1, 300), rows_of(2, 300)]}, "a list does not name its markets"),
        ({"model": {"service": ["a", "b"]}}, "too few items"),
        ({"model": {"one": ["a", "b"], "two": ["b", "c"]}}, "'b' stands twice"),
        ({"model": {"service": ["a", "b", "z"]}}, "market 'es': there is no column 'z'"),
        ({"free_intercepts": ["q"]}, "no item 'q' to free"),
        ({"free_intercepts": ["a", "b", "c"]}, "keeps fewer than two items"),
        ({"reference": "fr"}, "there is no market 'fr'"),
        (
            {"markets": {"es": rows_of(1, 300), "it": rows_of(2, 300).assign(d=5.0)}},
            "all answers to d are equal",
        ),
        (
            {"markets": {"es": rows_of(1, 300), "it": rows_of(2, 300).assign(d=lambda rows: 2 * rows["a"])}},
            "one follows from the others",
        ),
        ({"markets": {"es": rows_of(1, 300), "it": rows_of(2, 300) * np.nan}}, "nobody answered all of"),
        (
            {"markets": {"es": rows_of(1, 300).assign(w=-1.0), "it": rows_of(2, 300)}, "weight": "w"},
            "negative",
        ),
    ],
)
def test_what_will_not_do_is_said(change, message):
    given = {"markets": {"es": rows_of(1, 300), "it": rows_of(2, 300)}, "model": SERVICE} | change
    with pytest.raises(MeasureError, match=message):
        cx.invariance(**given)


def test_pairwise_and_weighted_sums_are_refused():
    frame = rows_of(1, 300)
    frame.loc[:50, "a"] = np.nan
    pairwise = cx.moments(frame, "a", ["b", "c", "d"])
    with pytest.raises(MeasureError, match="stand on 249 to 300 respondents"):
        cx.invariance({"es": pairwise, "it": rows_of(2, 300)}, SERVICE)
    weighted = cx.moments(frame.assign(w=1.0), "a", ["b", "c", "d"], weight="w", missing="complete")
    with pytest.raises(MeasureError, match="do not know their effective base"):
        cx.invariance({"es": weighted, "it": rows_of(2, 300)}, SERVICE)


def test_a_table_that_is_not_of_moments_or_lacks_a_pair_is_refused():
    table = cx.item_moments(rows_of(1, 300), list("abcd")).tidy()
    with pytest.raises(MeasureError, match="does not hold every pair"):
        cx.invariance({"es": table.iloc[:-1], "it": rows_of(2, 300)}, SERVICE)


def test_free_parameters_are_numbered_without_gaps():
    layout = layout_of(
        factor_model(MODEL), 3, "partial scalar", free_loadings=["x1"], free_intercepts=["x1", "x4"]
    )
    used = np.unique(layout.index[layout.index != FIXED])
    assert used.tolist() == list(range(layout.free))


# 2000 replications of two markets of 400, one factor behind four items, seed 20: all is invariant.
REPLICATIONS, SIZE, SEED = 2000, 400, 20


@pytest.mark.slow
def test_the_difference_of_chi2_has_its_size_and_the_verdict_stands():
    rng = np.random.default_rng(SEED)
    model = factor_model(SERVICE)
    layouts = [layout_of(model, 2, step) for step in ("configural", "metric", "scalar")]
    loadings, critical = np.array([0.8, 0.7, 0.9, 0.6]), 7.814727903251179  # χ²(3) at 95 %
    above = np.zeros(2)
    for _ in range(REPLICATIONS):
        groups = []
        for mean, spread in ((0.0, 1.0), (0.4, 1.2)):
            factor = mean + spread * rng.standard_normal((SIZE, 1))
            x = 6 + factor * loadings + 0.7 * rng.standard_normal((SIZE, 4))
            groups.append(Group(SIZE, x.mean(axis=0), np.cov(x.T, bias=True)))
        chi2 = [fit_multigroup(groups, model, layout).chi2 for layout in layouts]
        above += np.diff(chi2) > critical
    three_se = 3 * np.sqrt(0.05 * 0.95 / REPLICATIONS)
    assert above / REPLICATIONS == pytest.approx([0.05, 0.05], abs=three_se)
