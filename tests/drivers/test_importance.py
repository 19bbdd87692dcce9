"""Importances of drivers: figures against R, invariants of weights, missing values, and what is refused."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import cxlab as cx
from cxlab.drivers.driver_figures import driver_figures
from cxlab.drivers.driver_players import driver_players
from cxlab.model.errors import MeasureError

REFERENCE = Path(__file__).parents[1] / "reference"
DRIVERS = ["a", "b", "c", "d"]
METRICS = ["lmg", "johnson", "car", "first", "last", "betasq", "pratt"]


@pytest.fixture(scope="module")
def answers():
    return made(1, 400)


def made(seed, n, coefficients=(0.4, 0.3, 0.2, 0.0)):
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal((n, 1))
    x = 0.6 * shared + 0.8 * rng.standard_normal((n, len(coefficients)))
    y = x @ np.array(coefficients) + rng.standard_normal(n)
    frame = pd.DataFrame(x, columns=DRIVERS[: len(coefficients)])
    return frame.assign(y=y, w=rng.integers(1, 4, n).astype(float), account=np.arange(n) // 4)


def test_swiss_is_as_relaimpo_has_it():
    # relaimpo 2.2-7: calc.relimp(Fertility ~ ., data = swiss, type = "lmg")
    swiss = pd.read_csv(REFERENCE / "swiss.csv")
    drivers = ["Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"]
    result = cx.importance(swiss, "Fertility", drivers, n_boot=100)
    expected = [0.0570912207681, 0.1711730289002, 0.2601346786244, 0.1055701503735, 0.1127659229265]
    np.testing.assert_allclose(result.rows["importance"], expected, rtol=0, atol=1e-12)
    assert result.r_squared.rows["estimate"][0] == pytest.approx(0.706735001593, abs=1e-12)
    # coef(lm(Fertility ~ ., swiss)): Examination and Agriculture are negative
    assert result.rows["sign"].tolist() == [-1, -1, -1, 1, 1]


@pytest.mark.parametrize("metric", METRICS)
def test_the_table_holds_together(answers, metric):
    result = cx.importance(answers, "y", DRIVERS, metric=metric, n_boot=100)
    rows = result.tidy()
    assert rows["share"].sum() == pytest.approx(1)
    if metric in ("lmg", "johnson", "car", "pratt"):
        r_squared = result.r_squared.rows["estimate"][0]
        assert rows["importance"].sum() == pytest.approx(r_squared, abs=1e-12)
    for figure, low, high in (
        ("importance", "conf_low", "conf_high"),
        ("share", "share_low", "share_high"),
        ("rank", "rank_low", "rank_high"),
    ):
        assert ((rows[low] <= rows[figure]) & (rows[figure] <= rows[high])).all(), figure
    assert len(result.differences().rows) == 6
    assert result.kept == 1
    assert "100.0% of the rows kept" in repr(result)
    assert "drives" not in repr(result)
    assert "<table" in result._repr_html_()


def test_the_coefficient_is_that_of_the_standardised_regression(answers):
    rows = cx.importance(answers, "y", DRIVERS, weight="w", n_boot=0).rows
    w, x, y = answers["w"].to_numpy(), answers[DRIVERS].to_numpy(), answers["y"].to_numpy()
    z = np.column_stack([x, y]) - np.average(np.column_stack([x, y]), axis=0, weights=w)
    z = z / np.sqrt(np.average(z**2, axis=0, weights=w))
    slopes = np.linalg.lstsq(z[:, :4] * np.sqrt(w)[:, None], z[:, 4] * np.sqrt(w), rcond=None)[0]
    np.testing.assert_allclose(rows["coefficient"], slopes, atol=1e-12)
    assert rows["conf_low"].isna().all()


def test_a_standard_error_is_near_that_of_the_delta_method(answers):
    # `first` of one driver is r²: its standard error by the influence of each row on r.
    rows = cx.importance(answers, "y", "a", metric="first", n_boot=4000).rows
    z = answers[["a", "y"]].to_numpy()
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    r = (z[:, 0] * z[:, 1]).mean()
    influence = 2 * r * (z[:, 0] * z[:, 1] - r / 2 * (z**2).sum(axis=1))
    assert rows["std_error"][0] == pytest.approx(influence.std() / np.sqrt(len(z)), rel=0.05)


@pytest.mark.parametrize("missing", ["complete", "pairwise"])
def test_weight_2_is_the_row_twice_and_the_scale_never_matters(answers, missing):
    gaps = with_gaps(answers)
    twice = gaps.loc[gaps.index.repeat(gaps["w"].astype(int))]
    weighted = cx.importance(gaps, "y", DRIVERS, weight="w", missing=missing, n_boot=60)
    repeated = cx.importance(twice, "y", DRIVERS, missing=missing, n_boot=0)
    np.testing.assert_allclose(weighted.rows["importance"], repeated.rows["importance"], rtol=1e-10)
    scaled = cx.importance(
        gaps.assign(w=gaps["w"] * 0.37), "y", DRIVERS, weight="w", missing=missing, n_boot=60
    )
    for column in ("importance", "conf_low", "conf_high", "n_eff"):
        np.testing.assert_allclose(weighted.rows[column], scaled.rows[column], rtol=1e-9)
    even = cx.importance(gaps.assign(w=3.0), "y", DRIVERS, weight="w", missing=missing, n_boot=60)
    plain = cx.importance(gaps, "y", DRIVERS, missing=missing, n_boot=60)
    np.testing.assert_allclose(even.rows["conf_high"], plain.rows["conf_high"], rtol=1e-9)
    assert (weighted.rows["n_eff"] < weighted.rows["n"]).all()


def test_kish_n_eff_is_that_of_the_rows_that_count(answers):
    gaps = with_gaps(answers)
    rows = cx.importance(gaps, "y", DRIVERS, weight="w", n_boot=0).rows
    w = gaps.dropna()["w"]
    assert rows["n"].tolist() == [len(w)] * 4
    np.testing.assert_allclose(rows["n_eff"], w.sum() ** 2 / (w**2).sum(), rtol=1e-12)


def with_gaps(frame, share=0.1):
    rng = np.random.default_rng(7)
    gaps = frame.copy()
    for column in [*DRIVERS[:3], "y"]:
        gaps.loc[rng.random(len(frame)) < share, column] = np.nan
    return gaps


def test_every_engine_says_the_same(answers):
    expected = cx.importance(answers, "y", DRIVERS, weight="w", cluster="account", n_boot=60).tidy()
    frames = [pl.from_pandas(answers), pl.from_pandas(answers).lazy(), duckdb.from_df(answers)]
    for frame in frames:
        found = cx.importance(frame, "y", DRIVERS, weight="w", cluster="account", n_boot=60).tidy()
        pd.testing.assert_frame_equal(found, expected, rtol=1e-12)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """300,000 ratings with gaps in Parquet, in row groups that no batch fits, and 500 blocks in no order."""
    rng, n = np.random.default_rng(10), 300_000
    x = np.rint(np.clip(5.5 + 1.5 * (rng.standard_normal((n, 4)) + rng.standard_normal((n, 1))), 1, 10))
    frame = pd.DataFrame(x, columns=DRIVERS)
    frame["y"] = np.rint(x @ [0.4, 0.3, 0.2, 0.1] + rng.standard_normal(n))
    frame = frame.mask(rng.random(frame.shape) < 0.1).assign(w=rng.gamma(4, 0.25, n))
    frame["block"] = "b" + pd.Series(rng.integers(0, 500, n)).astype("str")
    path = tmp_path_factory.mktemp("large") / "answers.parquet"
    frame.to_parquet(path, row_group_size=17_000)
    return frame, str(path)


# Up to 200,000 rows are held in memory, more are streamed.
@pytest.mark.parametrize(
    ("rows", "missing"), [(150_000, "pairwise"), (300_000, "pairwise"), (300_000, "complete")]
)
def test_many_rows_say_the_same_on_every_engine(large, rows, missing):
    frame, path = large
    options = {"weight": "w", "cluster": "block", "missing": missing, "n_boot": 60}
    expected = cx.importance(frame.head(rows), "y", DRIVERS, **options)
    in_duckdb, lazy = duckdb.read_parquet(path).limit(rows), pl.scan_parquet(path).head(rows)
    for each in (in_duckdb, lazy):
        found = cx.importance(each, "y", DRIVERS, **options)
        pd.testing.assert_frame_equal(found.rows, expected.rows, rtol=1e-9)
        assert (found.kept, found.units) == (expected.kept, 500)
    moments = cx.moments(in_duckdb, "y", DRIVERS, weight="w", blocks="block", missing=missing)
    found = cx.importance(moments, "y", DRIVERS, n_boot=60)
    # Moments do not hold the sum of squared weights.
    pd.testing.assert_frame_equal(
        found.rows.drop(columns="n_eff"), expected.rows.drop(columns="n_eff"), rtol=1e-9
    )
    np.testing.assert_allclose(found.draws, expected.draws, rtol=1e-9)


def test_rows_that_are_summed_where_they_stand_say_the_same(answers, monkeypatch):
    import cxlab.drivers.driver_moments as module

    expected = cx.importance(answers, "y", DRIVERS, weight="w", cluster="account", n_boot=60).rows
    monkeypatch.setattr(module, "_is_far", lambda frame: True)
    frame = pl.from_pandas(answers).lazy()
    found = cx.importance(frame, "y", DRIVERS, weight="w", cluster="account", n_boot=60).rows
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9)
    with pytest.raises(MeasureError, match="name the cluster"):
        cx.importance(frame, "y", DRIVERS)


def test_dask_says_the_same(answers):
    dask = pytest.importorskip("dask.dataframe")
    expected = cx.importance(answers, "y", DRIVERS, weight="w", cluster="account", n_boot=60).rows
    frame = dask.from_pandas(answers, npartitions=3)
    found = cx.importance(frame, "y", DRIVERS, weight="w", cluster="account", n_boot=60).rows
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9)


def test_moments_by_cluster_are_the_frame_by_cluster(answers):
    moments = cx.moments(answers, "y", DRIVERS, blocks="account", missing="complete")
    of_moments = cx.importance(moments, "y", DRIVERS, n_boot=60).rows
    of_rows = cx.importance(answers, "y", DRIVERS, cluster="account", n_boot=60).rows
    pd.testing.assert_frame_equal(of_moments, of_rows, rtol=1e-9)


def test_streamed_rows_are_those_in_memory(answers, monkeypatch):
    import cxlab.drivers.driver_moments as module

    in_memory = cx.importance(answers, "y", DRIVERS, weight="w", cluster="account", n_boot=60)
    monkeypatch.setattr(module, "IN_MEMORY", 99)
    streamed = cx.importance(answers, "y", DRIVERS, weight="w", cluster="account", n_boot=60)
    pd.testing.assert_frame_equal(streamed.rows, in_memory.rows, rtol=1e-9)
    for cluster in (None, "account"):
        monkeypatch.setattr(module, "MAX_UNITS", 5)
        grouped = cx.importance(answers, "y", DRIVERS, weight="w", cluster=cluster, n_boot=60)
        np.testing.assert_allclose(grouped.rows["importance"], in_memory.rows["importance"], rtol=1e-9)
        assert grouped.units == (400 if cluster is None else 100)


@pytest.mark.parametrize("missing", ["pairwise", "multiple"])
def test_no_row_is_lost_where_batches_are_small(answers, missing):
    table = pa.Table.from_pandas(answers, preserve_index=False)
    few = pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=7))
    options = {"cluster": "account", "missing": missing, "n_boot": 0, "n_imputed": 2}
    found = cx.importance(few, "y", DRIVERS, **options).rows
    pd.testing.assert_frame_equal(found, cx.importance(answers, "y", DRIVERS, **options).rows, rtol=1e-12)
    assert found["n"].tolist() == [400] * 4


def test_clusters_of_any_type_may_be_streamed(answers, monkeypatch):
    import cxlab.drivers.driver_moments as module

    number = answers["account"]
    clusters = (
        number + 0.5,
        pd.Timestamp("2026-01-01") + pd.to_timedelta(number, "D"),
        number.astype("category"),
    )
    in_memory = cx.importance(answers, "y", DRIVERS, cluster="account", n_boot=2000).rows
    monkeypatch.setattr(module, "IN_MEMORY", 99)
    for cluster in clusters:
        found = cx.importance(answers.assign(unit=cluster), "y", DRIVERS, cluster="unit", n_boot=2000)
        assert found.units == found.drawn == 100
        # Texts sort otherwise, so other clusters are drawn: 4 standard errors of the ratio.
        np.testing.assert_allclose(found.rows["std_error"], in_memory["std_error"], rtol=4 / np.sqrt(2000))


def test_rows_drawn_from_a_sorted_stream_differ_as_much_as_rows_do(monkeypatch):
    # For two normal columns the standard error of r² is 2r(1 − r²)/√n. Groups that took as many rows from
    # each batch of rows sorted by y would leave out the share r²/2 of that variance.
    import cxlab.drivers.driver_moments as module

    rng = np.random.default_rng(14)
    a = rng.standard_normal(20_000)
    frame = pd.DataFrame({"a": a, "y": a + rng.standard_normal(20_000) / 3}).sort_values("y")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    few = pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=2000))
    monkeypatch.setattr(module, "IN_MEMORY", 999)
    rows = cx.importance(few, "y", "a", metric="first", n_boot=2000).rows
    # 1,000 groups and 2,000 resamples: a standard error of the standard error of 2.7%.
    expected = 2 * np.sqrt(0.9) * 0.1 / np.sqrt(20_000)
    assert rows["std_error"][0] == pytest.approx(expected, rel=3 * 0.027)


def test_clusters_of_copies_count_once(answers):
    copies = pd.concat([answers.assign(account=np.arange(400))] * 3)
    once = cx.importance(answers, "y", DRIVERS, n_boot=2000).rows
    thrice = cx.importance(copies, "y", DRIVERS, cluster="account", n_boot=2000).rows
    np.testing.assert_allclose(thrice["std_error"], once["std_error"], rtol=0.08)
    naive = cx.importance(copies, "y", DRIVERS, n_boot=500).rows
    assert (naive["std_error"] < 0.7 * once["std_error"]).all()


def test_groups_and_covariates(answers):
    whole = cx.importance(answers, "y", DRIVERS, groups={"ab": ["a", "b"]}, always="d", n_boot=100)
    assert whole.rows["driver"].tolist() == ["ab", "c"]
    assert whole.rows["sign"].isna().tolist() == [True, False]
    with_d = cx.importance(answers, "y", "d", n_boot=0).r_squared.rows["estimate"][0]
    r_squared = whole.r_squared.rows["estimate"][0]
    assert whole.rows["importance"].sum() == pytest.approx(r_squared - with_d, abs=1e-12)
    assert whole.always == ("d",)


def test_more_than_30_drivers_are_sampled_and_it_is_said():
    rng = np.random.default_rng(3)
    names = [f"x{place}" for place in range(32)]
    frame = pd.DataFrame(rng.standard_normal((600, 32)), columns=names)
    frame["y"] = frame["x0"] + rng.standard_normal(600)
    result = cx.importance(frame, "y", names, n_boot=0)
    assert any("random orders" in doubt for doubt in result.warnings)
    r_squared = result.r_squared.rows["estimate"][0]
    assert result.rows["importance"].sum() == pytest.approx(r_squared, abs=1e-10)


def test_orders_drawn_for_resamples_are_near_the_exact_values(answers, monkeypatch):
    import cxlab.drivers.driver_figures as module

    players = driver_players("y", DRIVERS, None, ())
    square = np.repeat(answers[["y", *DRIVERS]].corr().to_numpy()[..., None], 2, axis=2)
    exact = driver_figures(square, players, "lmg", drawn=True).importance
    monkeypatch.setattr(module, "MOST_EXACT_DRAWN", 2)
    drawn = driver_figures(square, players, "lmg", drawn=True).importance
    np.testing.assert_allclose(drawn, exact, atol=0.01)
    assert (drawn[:, 0] == drawn[:, 1]).all()


def test_near_duplicates_are_named(answers):
    rng = np.random.default_rng(5)
    near = answers.assign(b=answers["a"] + 0.15 * rng.standard_normal(400))
    result = cx.importance(near, "y", DRIVERS, n_boot=300)
    said = " ".join(result.warnings)
    assert "a and b are near-duplicates" in said
    assert "a and b cannot be told apart: they are nearly one driver" in said


def test_drivers_that_are_truly_equal_are_said_not_to_be_told_apart():
    # Correlations of exactly .5 among drivers and .5 with the outcome: nothing tells a from b.
    rng = np.random.default_rng(8)
    draws = rng.standard_normal((300, 4))
    clean = np.linalg.qr(draws - draws.mean(axis=0))[0]
    square = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    square[0, 3] = square[3, 0] = 0.3
    frame = pd.DataFrame(clean @ np.linalg.cholesky(square).T, columns=["y", "a", "b", "c"])
    result = cx.importance(frame, "y", ["a", "b", "c"], n_boot=500)
    rows = result.rows.set_index("driver")
    assert rows.loc["a", "importance"] == pytest.approx(rows.loc["b", "importance"], abs=1e-12)
    assert rows.loc[["a", "b"], "rank_low"].tolist() == [1, 1]
    assert "cannot be told apart in rank from b" in result.summary()
    pair = result.differences().rows.iloc[0]
    assert pair["p_adjusted"] > 0.9 and pair["conf_low"] < 0 < pair["conf_high"]


def test_drivers_that_nearly_determine_each_other_are_warned_of(answers):
    noise = np.random.default_rng(5).standard_normal(400)
    for size, said in ((0.1, None), (0.03, ")."), (1e-3, "; rounding may move importances by")):
        near = answers.assign(b=answers["a"] + size * noise)
        result = cx.importance(near, "y", DRIVERS, n_boot=0)
        warned = [one for one in result.warnings if one.startswith("The drivers nearly determine each other")]
        assert len(warned) == (said is not None) and all(said in one for one in warned)
        assert all(one in result.summary() for one in warned)


def test_a_suppressor_is_named(answers):
    # d is correlated with a (.36), and the outcome holds a less a little of d.
    noise = 0.2 * np.random.default_rng(6).standard_normal(400)
    turned = answers.assign(y=answers["a"] - 0.2 * answers["d"] + noise)
    result = cx.importance(turned, "y", ["a", "d"], n_boot=300)
    assert result.rows["sign"].tolist() == [1, -1]
    assert result.rows["correlation_sign"].tolist() == [1, 1]
    assert result.diagnosis.rows["suppressor"].tolist() == [False, True]
    assert "d has a negative weight and a positive correlation" in " ".join(result.warnings)


def test_vif_is_that_of_the_regression_on_the_others(answers):
    diagnosis = cx.importance(answers, "y", DRIVERS, n_boot=0).diagnosis
    others = np.column_stack([np.ones(400), answers[["b", "c", "d"]]])
    left = answers["a"] - others @ np.linalg.lstsq(others, answers["a"], rcond=None)[0]
    assert diagnosis.rows["vif"][0] == pytest.approx(answers["a"].var(ddof=0) / (left**2).mean(), rel=1e-10)
    values = np.linalg.eigvalsh(answers[DRIVERS].corr())
    assert diagnosis.condition == pytest.approx(np.sqrt(values[-1] / values[0]), rel=1e-10)


def test_small_bases_are_hidden_together(answers):
    hidden = cx.importance(answers, "y", DRIVERS, n_boot=60).suppress(500)
    assert hidden.tidy()["suppressed"].all()
    assert hidden.tidy()[["importance", "share", "n", "rank"]].isna().all(axis=None)
    assert hidden.differences().rows["difference"].isna().all()
    assert hidden.r_squared.rows["estimate"].isna().all()
    assert not hidden.draws.size
    assert "too few answers" in hidden.summary()
    assert "too few" in hidden.diagnosis.summary()
    shown = cx.importance(answers, "y", DRIVERS, n_boot=60).suppress(400)
    assert shown.rows["importance"].notna().all()


def test_importances_are_rows_of_metrics(answers):
    tidy = cx.importance(answers, "y", DRIVERS, n_boot=60).estimates().tidy()
    assert tidy["metric"].unique().tolist() == ["importance_lmg"]
    assert tidy["level"].tolist() == DRIVERS


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"a": 3.0}, {}, "driver 'a' has the same value"),
        ({"y": 3.0}, {}, "outcome 'y' has the same value"),
        ({"a": "b"}, {}, "'a' and 'b' are the same"),
        ({"a": "b"}, {"missing": "pairwise"}, "'a' and 'b' are the same"),
        ({"a": "b+c"}, {}, "follows from"),
        ({"a": "b+c"}, {"missing": "multiple"}, "follows from"),
        ({"a": np.nan}, {}, "the column 'a' has no values"),
        ({"a": np.nan}, {"missing": "pairwise"}, "the column 'a' has no values"),
        ({"a": np.nan}, {"missing": "multiple"}, "the column 'a' has no values"),
        ({"y": "b+c"}, {}, "explain the outcome entirely"),
        ({"w": -1.0}, {"weight": "w"}, "no weight or a negative one"),
        ({"w": 0.0}, {"weight": "w"}, "no row has a positive weight"),
        ({"a": "text"}, {}, "not numbers"),
        ({"account": np.nan}, {"cluster": "account"}, "no cluster"),
        ({}, {"metric": "shap"}, "lmg, johnson, car"),
        ({}, {"missing": "drop"}, "complete, pairwise, multiple"),
        ({}, {"metric": "car", "always": "a"}, "neither groups nor covariates"),
        ({}, {"groups": {"ab": ["a", "bb"]}}, "did you mean 'b'"),
        ({}, {"n_boot": 10}, "resamples will not do"),
        ({}, {"weight": "ww"}, "did you mean 'w'"),
    ],
)
def test_what_cannot_be_answered_is_refused(answers, change, options, message):
    values = {"b": answers["b"], "b+c": answers["b"] + answers["c"], "text": "x"}
    frame = answers.assign(**{k: values.get(v, v) if isinstance(v, str) else v for k, v in change.items()})
    with pytest.raises(MeasureError, match=message.replace("(", r"\(")):
        cx.importance(frame, "y", DRIVERS, **{"n_boot": 60, **options})


def test_names_and_rows_that_will_not_do(answers):
    for drivers, message in ((["a", "a"], "twice"), (["a", "y"], "twice"), ([], "no driver")):
        with pytest.raises(MeasureError, match=message):
            cx.importance(answers, "y", drivers)
    with pytest.raises(MeasureError, match="did you mean 'account'"):
        cx.importance(answers, "y", ["acount"])
    with pytest.raises(MeasureError, match="4 drivers and 5 rows"):
        cx.importance(answers.head(5), "y", DRIVERS)
    with pytest.raises(MeasureError, match="there are no rows"):
        cx.importance(answers.head(0), "y", DRIVERS)


def test_moments_that_do_not_fit_are_refused(answers):
    moments = cx.moments(answers, "y", DRIVERS)
    for options in ({"weight": "w"}, {"missing": "multiple"}, {"missing": "complete"}):
        with pytest.raises(MeasureError, match="moments"):
            cx.importance(moments, "y", DRIVERS, **options)
    assert "no intervals" in " ".join(cx.importance(moments, "y", DRIVERS).doubts)


def test_the_input_is_never_changed_and_the_seed_decides(answers):
    before = answers.copy()
    one, again = (cx.importance(answers, "y", DRIVERS, n_boot=60, seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(answers, before)
    pd.testing.assert_frame_equal(one.tidy(), again.tidy())
    other = cx.importance(answers, "y", DRIVERS, n_boot=60, seed=5)
    assert not np.allclose(one.rows["std_error"], other.rows["std_error"], rtol=1e-9)


def test_a_pair_that_hardly_anybody_answered_hides_all():
    """Each driver beside the outcome stands on 203 rows, the two together on 6."""
    rng = np.random.default_rng(2)
    rows = pd.DataFrame(rng.normal(size=(400, 3)), columns=["y", "a", "b"])
    rows.loc[:196, "a"], rows.loc[203:, "b"] = np.nan, np.nan
    found = cx.importance(rows, "y", ["a", "b"], missing="pairwise", n_boot=100)
    assert found.rows["n"].tolist() == [203, 203] and found.least == 6
    assert not found.suppress(6).rows["suppressed"].any()
    assert found.suppress(30).rows["suppressed"].all() and found.suppress(30).units == 0
