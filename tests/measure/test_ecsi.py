import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.cronbach import cronbach_alpha
from cxlab.measure.ecsi import ecsi
from cxlab.measure.path_estimates import PathEstimates
from cxlab.measure.path_figures import PathFigures, path_figures
from cxlab.measure.path_model import ECSI_PATHS, PathModel, ecsi_model
from cxlab.measure.path_tables import construct_table, goodness_of_fit
from cxlab.weight.rake import rake
from tests.measure.path_rows import SMALL, answers
from tests.measure.pls_rows import pls_rows

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "ecsi.json").read_text(encoding="utf-8"))
ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("CXLAB_DATA") or ROOT.parent / "shared" / "data")
SIZES = {"IMAG": 5, "CUEX": 3, "PERQ": 7, "PERV": 2, "CUSA": 3, "CUSCO": 0, "CUSL": 3}
MOBI = {
    name: [f"{stem}{i}" for i in range(1, size + 1)] or [stem]
    for name, (stem, size) in zip(
        ("image", "expectation", "quality", "value", "satisfaction", "complaints", "loyalty"),
        SIZES.items(),
        strict=True,
    )
}
BANK = PathModel(
    {
        name: [f"{name}{i}" for i in range(1, size + 1)]
        for name, size in {"imag": 5, "expe": 5, "qual": 5, "val": 4, "sat": 4, "loy": 4}.items()
    },
    {
        "imag": ["expe", "sat", "loy"],
        "expe": ["qual", "val", "sat"],
        "qual": ["val", "sat"],
        "val": ["sat"],
        "sat": ["loy"],
    },
)
FIGURES = ["estimate", "std_error", "conf_low", "conf_high", "n_eff"]


def figures(data: str, model: PathModel, scheme: str = "path", *, scaled: bool = True) -> PathFigures:
    """Figures of a reference data set from its means and covariances, on a scale of 1 to 10."""
    moments = REFERENCE[data]
    ends = np.array([[1.0], [10.0]]) * np.ones(len(model.columns))
    mean, covariance = (np.array([moments[name]]) for name in ("mean", "covariance"))
    return path_figures(mean, covariance, model, scheme=scheme, scaled=scaled, ends=ends)


def path(found: PathFigures, model: PathModel, start: str, end: str) -> float:
    return float(found.paths[0, model.constructs.index(start), model.constructs.index(end)])


# ---- published and computed elsewhere


# The model of Tenenhaus et al. (2005), CSDA 48, 159–205, path weighting, standardised. Six implementations
# agree on six digits; the last of eight depends on when they stop, hence 1e-8.
@pytest.mark.parametrize(
    ("start", "end", "coefficient"),
    [
        ("image", "expectation", 0.50491393),
        ("image", "satisfaction", 0.17873950),
        ("image", "loyalty", 0.19575534),
        ("expectation", "quality", 0.55674896),
        ("expectation", "value", 0.04998839),
        ("expectation", "satisfaction", 0.06252287),
        ("quality", "value", 0.55830438),
        ("quality", "satisfaction", 0.51202394),
        ("value", "satisfaction", 0.19476510),
        ("satisfaction", "complaints", 0.52806625),
        ("satisfaction", "loyalty", 0.48547762),
        ("complaints", "loyalty", 0.06692607),
    ],
)
def test_paths_of_mobi(start: str, end: str, coefficient: float):
    model = ecsi_model(MOBI)
    assert path(figures("mobi", model), model, start, end) == pytest.approx(coefficient, abs=1e-8)


def test_fit_loadings_and_index_of_mobi():
    model = ecsi_model(MOBI)
    found = figures("mobi", model)
    r_squared = [0.254938, 0.309969, 0.345279, 0.681078, 0.278854, 0.456944]
    assert found.r_squared[0, 1:].round(6).tolist() == r_squared
    assert goodness_of_fit(found, model) == pytest.approx(0.471753, abs=5e-7)
    satisfaction = model.owner == 4
    assert found.loadings[0, satisfaction].round(6).tolist() == [0.792412, 0.847021, 0.856693]
    assert found.index_weights[0, satisfaction].round(6).tolist() == [0.383634, 0.281550, 0.334816]
    assert found.index[0, 4] == pytest.approx(72.454, abs=5e-4)


def test_alpha_of_mobi():
    # R 4.2.2: k / (k - 1) * (1 - sum(diag(cov(x))) / sum(cov(x)))
    model = ecsi_model(MOBI)
    covariance = np.array(REFERENCE["mobi"]["covariance"])
    table = construct_table(figures("mobi", model), model, covariance, np.zeros(7)).set_index("construct")
    published = {"image": 0.714447, "quality": 0.872406, "satisfaction": 0.770113, "loyalty": 0.441717}
    assert {name: round(table["alpha"][name], 6) for name in published} == published


# The data `satisfaction` of the R package plspm, centroid scheme, unscaled. Its sixth digit depends on when
# the iteration stops (plain loops that stop at 1e-6 give .200723 and .275152 here), hence 1e-6.
@pytest.mark.parametrize(
    ("start", "end", "coefficient"),
    [
        ("imag", "sat", 0.200724),
        ("expe", "sat", -0.002754),
        ("qual", "sat", 0.122145),
        ("val", "sat", 0.589331),
        ("sat", "loy", 0.495479),
        ("imag", "loy", 0.275150),
    ],
)
def test_paths_of_the_spanish_bank(start: str, end: str, coefficient: float):
    found = figures("bank", BANK, "centroid", scaled=False)
    assert path(found, BANK, start, end) == pytest.approx(coefficient, abs=1e-6)


def test_fit_of_the_spanish_bank():
    found = figures("bank", BANK, "centroid", scaled=False)
    assert found.r_squared[0, 4:].round(6).tolist() == pytest.approx([0.707321, 0.509923], abs=1e-6)
    assert goodness_of_fit(found, BANK) == pytest.approx(0.609742, abs=1e-6)


@pytest.mark.parametrize("case", ["path", "factorial", "formative"])
def test_equal_to_seminr(case: str):
    formative = ("image", "quality") if case == "formative" else ()
    model = PathModel(MOBI, ECSI_PATHS, formative)
    found = figures("mobi", model, "factorial" if case == "factorial" else "path")
    theirs, names = REFERENCE[case], model.constructs
    for kind, values in {"paths": found.paths, "totals": found.totals, "htmt": found.htmt}.items():
        for pair, value in theirs[kind].items():
            i, j = (names.index(name) for name in pair.split(">"))
            assert values[0, i, j] == pytest.approx(value or 0, abs=1e-6), (kind, pair)
    for name, value in theirs["r_squared"].items():
        assert found.r_squared[0, names.index(name)] == pytest.approx(value, abs=1e-6)
    for kind, values in {"weights": found.weights, "loadings": found.loadings}.items():
        assert values[0] == pytest.approx([theirs[kind][name] for name in model.columns], abs=1e-6), kind


def test_reliability_equal_to_seminr():
    model = ecsi_model(MOBI)
    covariance = np.array(REFERENCE["mobi"]["covariance"])
    table = construct_table(figures("mobi", model), model, covariance, np.zeros(7)).set_index("construct")
    spread = np.sqrt(np.diagonal(covariance))
    correlation = covariance / np.outer(spread, spread)
    for place, name in enumerate(model.constructs):
        if name == "complaints":
            assert table.loc[name, ["alpha", "rho_a", "rho_c", "ave"]].isna().all()
            continue
        theirs = REFERENCE["path"]["quality"][name]
        ours = table.loc[name, ["rho_a", "rho_c", "ave"]].tolist()
        assert ours == pytest.approx([theirs[kind] for kind in ("rhoA", "rhoC", "AVE")], abs=1e-6), name
        own = np.ix_(model.owner == place, model.owner == place)
        # seminr's alpha is that of the standardised columns.
        assert cronbach_alpha(correlation[own]) == pytest.approx(theirs["alpha"], abs=1e-12)


# ---- brute force: rows and least squares instead of correlations


@pytest.mark.parametrize("scaled", [True, False])
@pytest.mark.parametrize("scheme", ["path", "centroid", "factorial"])
@pytest.mark.parametrize("formative", [(), ("quality", "satisfaction")])
def test_rows_in_plain_loops_give_the_same(scheme: str, scaled: bool, formative: tuple[str, ...]):
    model = PathModel(SMALL.blocks, SMALL.paths, formative)
    frame = answers()
    result = ecsi(frame, model, scheme=scheme, scaled=scaled, n_boot=0)
    rows = pls_rows(
        {name: frame[name].to_numpy() for name in model.columns},
        model,
        scheme=scheme,
        scaled=scaled,
        tolerance=1e-24,
    )
    estimated = {tuple(json.loads(row.level)): row.estimate for row in result.paths.rows.itertuples()}
    assert estimated == pytest.approx(rows.paths, abs=1e-9)
    r_squared = dict(zip(result.r_squared.rows["level"], result.r_squared.rows["estimate"], strict=True))
    assert r_squared == pytest.approx(rows.r_squared, abs=1e-9)
    loadings = dict(zip(result.items["column"], result.items["loading"], strict=True))
    assert loadings == pytest.approx(rows.loadings, abs=1e-9)


@pytest.mark.parametrize("scaled", [True, False])
def test_weights_make_scores_of_variance_1_and_loadings_are_correlations_with_them(scaled: bool):
    frame = answers()
    result = ecsi(frame, SMALL, scaled=scaled, n_boot=0)
    items = result.items.set_index("column")
    for columns in SMALL.blocks.values():
        standard = frame[list(columns)].apply(lambda x: (x - x.mean()) / x.std(ddof=0))
        score = standard @ items["weight"][list(columns)]
        assert score.var(ddof=0) == pytest.approx(1, rel=1e-9)
        assert standard.corrwith(score).to_numpy() == pytest.approx(
            items["loading"][list(columns)].to_numpy(), rel=1e-9
        )


def test_the_index_is_the_weighted_mean_of_rescaled_answers():
    frame = answers()
    result = ecsi(frame, SMALL, n_boot=0)
    items = result.items.set_index("column")["index_weight"]
    for name, columns in SMALL.blocks.items():
        share = (frame[list(columns)] - 1) / 9
        expected = 100 * (share * items[list(columns)]).sum(axis=1).mean()
        assert result.index.rows.set_index("level")["estimate"][name] == pytest.approx(expected, rel=1e-12)
        assert items[list(columns)].sum() == pytest.approx(1, rel=1e-12)


def test_r_squared_is_the_sum_of_paths_times_correlations_and_totals_are_sums_over_all_ways():
    result = ecsi(answers(), SMALL, n_boot=0)
    paths = result.paths.rows.set_index("level")["estimate"]
    totals = result.total_effects.rows.set_index("level")["estimate"]
    direct, via = paths['["quality", "satisfaction"]'], paths['["quality", "value"]']
    last = paths['["value", "satisfaction"]']
    assert totals['["quality", "satisfaction"]'] == pytest.approx(direct + via * last, rel=1e-12)
    c = result.correlations
    explained = direct * c.loc["quality", "satisfaction"] + last * c.loc["value", "satisfaction"]
    assert result.r_squared.rows.set_index("level")["estimate"]["satisfaction"] == pytest.approx(
        explained, rel=1e-12
    )


def test_a_column_turned_round_changes_its_signs_only():
    frame = answers()
    turned = frame.assign(q2=11 - frame["q2"])
    one, other = ecsi(frame, SMALL, n_boot=0), ecsi(turned, SMALL, n_boot=0)
    assert other.paths.rows["estimate"].to_numpy() == pytest.approx(
        one.paths.rows["estimate"].to_numpy(), abs=1e-9
    )
    loading = [result.items.set_index("column")["loading"]["q2"] for result in (one, other)]
    assert loading[1] == pytest.approx(-loading[0], abs=1e-9)
    index = other.index.rows.set_index("level")
    assert index.loc["quality", ["estimate", "conf_low"]].isna().all()
    assert index["estimate"].notna().sum() == 2
    assert [doubt.about for doubt in other.doubts if doubt.kind == "turned"] == [("q2",)]
    assert "count against their construct, which has no index: q2" in other.summary()


# ---- weights


def same(one: PathEstimates, other: PathEstimates, columns: list[str]) -> None:
    left, right = one.tidy(), other.tidy()
    assert left[["metric", "level"]].equals(right[["metric", "level"]])
    for column in columns:
        np.testing.assert_allclose(left[column], right[column], rtol=1e-8, atol=1e-8, err_msg=column)
    for name in ("alpha", "rho_a", "rho_c", "ave"):
        np.testing.assert_allclose(one.constructs[name], other.constructs[name], rtol=1e-8)


def test_weight_2_is_the_row_twice():
    frame = answers()
    twice = frame.loc[frame.index.repeat(frame["f"])]
    same(ecsi(frame, SMALL, weight="f", n_boot=0), ecsi(twice, SMALL, n_boot=0), ["estimate"])


@pytest.mark.parametrize("interval", ["percentile", "bca"])
@pytest.mark.parametrize("cluster", [None, "account"])
def test_frequencies_are_the_rows_themselves_in_every_figure(cluster: str | None, interval: str):
    frame = answers()
    twice = frame.loc[frame.index.repeat(frame["f"])]
    options = {"cluster": cluster, "n_boot": 60, "interval": interval}
    weighted = ecsi(frame, SMALL, weight="f", weight_kind="frequency", **options)
    plain = ecsi(twice, SMALL, **options)
    same(weighted, plain, FIGURES)
    assert (weighted.n, weighted.units) == (plain.n, plain.units)


def test_sampling_weights_of_2_are_no_more_answers():
    frame = answers()
    result = ecsi(frame.assign(two=2), SMALL, weight="two", n_boot=60)
    assert (result.n, result.n_eff) == (200, 200)
    same(result, ecsi(frame, SMALL, n_boot=60), FIGURES)


def test_the_scale_of_the_weights_never_matters():
    frame = answers()
    scaled = frame.assign(w=frame["w"] * 1e6)
    one, other = (ecsi(rows, SMALL, weight="w", n_boot=60) for rows in (frame, scaled))
    same(one, other, FIGURES)
    assert one.n_eff == pytest.approx(frame["w"].sum() ** 2 / (frame["w"] ** 2).sum())


def test_a_weight_of_zero_counts_for_nothing():
    frame = answers()
    zero = frame.assign(w=frame["w"].where(frame.index % 3 > 0, 0.0))
    kept = zero[zero["w"] > 0]
    options = {"weight": "w", "cluster": "account", "n_boot": 60}
    same(ecsi(zero, SMALL, **options), ecsi(kept, SMALL, **options), [*FIGURES, "n"])


def test_weighted_figures_are_those_of_weighted_rows():
    frame = answers()
    result = ecsi(frame, SMALL, weight="w", n_boot=0)
    model = SMALL
    weights = frame["w"].to_numpy() / frame["w"].sum()
    values = frame[list(model.columns)].to_numpy()
    mean = weights @ values
    centred = values - mean
    found = path_figures(
        mean[None],
        ((centred * weights[:, None]).T @ centred)[None],
        model,
        scheme="path",
        scaled=True,
        ends=np.array([[1.0], [10.0]]) * np.ones(8),
    )
    assert result.index.rows["estimate"].to_numpy() == pytest.approx(found.index[0], rel=1e-10)
    assert result.paths.rows["estimate"].to_numpy() == pytest.approx(found.paths[0][model.arrows], rel=1e-9)


# ---- missing answers, engines, order


def test_missing_answers_are_left_out_row_by_row_and_the_share_kept_is_said():
    frame = answers()
    gaps = frame.assign(q1=frame["q1"].where(frame.index % 10 > 0))
    result = ecsi(gaps, SMALL, n_boot=0)
    assert (result.n, result.kept) == (180, 0.9)
    assert "n = 180, 90% of the rows" in result.summary()
    same(result, ecsi(gaps.dropna(), SMALL, n_boot=0), ["estimate"])


def test_pairwise_takes_each_correlation_over_those_who_have_both():
    rng = np.random.default_rng(1)
    frame = answers()
    gaps = frame[list(SMALL.columns)].mask(rng.random((200, 8)) < 0.05)
    result = ecsi(gaps, SMALL, missing="pairwise", n_boot=60)
    assert result.n == 200 and result.kept == 1
    index = result.items.set_index("column")["index_weight"]
    expected = sum(index[name] * (gaps[name].mean() - 1) / 9 * 100 for name in SMALL.blocks["value"])
    assert result.index.rows.set_index("level")["estimate"]["value"] == pytest.approx(expected, rel=1e-10)
    assert result.paths.rows["std_error"].notna().all()
    full = ecsi(frame, SMALL, missing="pairwise", n_boot=60)
    same(full, ecsi(frame, SMALL, n_boot=60), FIGURES)


def test_every_frame_gives_the_same():
    duckdb, polars = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    frame = answers()
    options = {"weight": "w", "cluster": "account", "n_boot": 60}
    expected = ecsi(frame, SMALL, **options)
    for other in (polars.from_pandas(frame), polars.from_pandas(frame).lazy(), duckdb.from_df(frame)):
        same(ecsi(other, SMALL, **options), expected, [*FIGURES, "n"])


def test_the_order_of_rows_of_clusters_and_of_columns_never_matters():
    frame = answers()
    options = {"weight": "w", "cluster": "account", "n_boot": 60}
    one = ecsi(frame, SMALL, **options)
    same(ecsi(frame[::-1], SMALL, **options), one, FIGURES)
    texts = frame.assign(account=frame["account"].map("{:03d}".format))
    same(ecsi(texts, SMALL, **options), one, FIGURES)


def test_a_seed_decides_the_resamples_and_the_input_is_left_alone():
    frame = answers()
    before = frame.copy()
    one, two, three = (ecsi(frame, SMALL, n_boot=60, seed=seed).tidy() for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert not one["conf_low"].equals(three["conf_low"])
    assert one["estimate"].equals(three["estimate"])
    pd.testing.assert_frame_equal(frame, before)


# ---- what the result says


def test_results_are_rows_of_metrics():
    result = ecsi(answers(), SMALL, weight="w", n_boot=60)
    tidy = result.tidy()
    assert tidy.groupby("metric").size().to_dict() == {
        "construct_index": 3, "htmt": 3, "loading": 8, "outer_weight": 8, "path_coefficient": 3,
        "r_squared": 2, "total_effect": 3,
    }  # fmt: skip
    assert not tidy.duplicated(["metric", "outcome", "by", "level", "weighting", "method"]).any()
    assert set(tidy["method"]) == {"bootstrap_percentile"} and set(tidy["weighting"]) == {"weighted"}
    inside = tidy["conf_low"].le(tidy["estimate"] + 0.1) & tidy["estimate"].le(tidy["conf_high"] + 0.1)
    assert inside.all()
    assert result._repr_html_() == ecsi(answers(), SMALL, weight="w", n_boot=60)._repr_html_()
    assert "id=" not in result._repr_html_()


def test_without_resamples_there_are_no_intervals():
    result = ecsi(answers(), SMALL, n_boot=0)
    assert result.tidy()[["std_error", "conf_low", "conf_high"]].isna().all(axis=None)
    assert "interval unknown" in result.summary()


def test_constructs_that_were_not_asked_are_left_out_with_their_paths():
    model = ecsi_model({"satisfaction": ["s1", "s2"], "quality": ["q1"], "loyalty": "l1"})
    assert model.constructs == ("quality", "satisfaction", "loyalty")
    assert model.paths == {"quality": ("satisfaction",), "satisfaction": ("loyalty",)}
    assert model.blocks["loyalty"] == ("l1",)


def test_columns_may_have_scales_of_their_own():
    frame = answers()
    other = frame.assign(v1=(frame["v1"] - 1) * 2)
    scale = {**dict.fromkeys(SMALL.columns, (1, 10)), "v1": (0, 18)}
    one = ecsi(frame, SMALL, n_boot=0)
    two = ecsi(other, SMALL, n_boot=0, scale=scale)
    assert two.paths.rows["estimate"].to_numpy() == pytest.approx(
        one.paths.rows["estimate"].to_numpy(), abs=1e-9
    )
    # The unit a question is asked in is no reason to count it more.
    assert two.index.rows["estimate"].to_numpy() == pytest.approx(
        one.index.rows["estimate"].to_numpy(), rel=1e-12
    )


@pytest.mark.skipif(not (DATA / "mobi_ecsi").is_dir(), reason="needs CXLAB_DATA/mobi_ecsi")
def test_mobi_from_its_rows():
    mobi = pd.read_csv(DATA / "mobi_ecsi" / "mobi.csv")
    result = ecsi(mobi.assign(account=np.arange(250) // 5), MOBI, cluster="account", n_boot=1000)
    index = result.index.rows.set_index("level")["estimate"]
    assert index["satisfaction"] == pytest.approx(72.454, abs=5e-4)
    assert result.gof == pytest.approx(0.471753, abs=5e-7)
    assert (result.n, result.units, result.failed) == (250, 50, 0)
    # The plain mean of the three questions, from 0 to 100: 71.970.
    plain = mobi[MOBI["satisfaction"]].mean().mean()
    assert (plain - 1) / 9 * 100 == pytest.approx(71.970, abs=5e-4)
    found = figures("mobi", ecsi_model(MOBI))
    assert result.paths.rows["estimate"].to_numpy() == pytest.approx(
        found.paths[0][ecsi_model(MOBI).arrows], abs=1e-9
    )
    assert (
        "quality–satisfaction" in next(doubt for doubt in result.doubts if doubt.kind == "indistinct").about
    )


def test_calibrated_weights_count_as_the_column_they_are():
    frame = answers().assign(g=lambda rows: np.where(rows.index % 3 > 0, "a", "b"))
    weights = rake(frame, {"g": {"a": 0.5, "b": 0.5}})
    one = ecsi(frame, SMALL, weight=weights, n_boot=60)
    same(one, ecsi(frame.assign(raked=weights.weights), SMALL, weight="raked", n_boot=60), FIGURES)
    assert one.n_eff == pytest.approx(weights.n_eff)
