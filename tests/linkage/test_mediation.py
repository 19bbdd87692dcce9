"""Mediation: against lavaan, by brute force, and planted truth."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import bootstrap

import cxlab as cx
from cxlab.estimate.resampled_sums import resampled_sums
from cxlab.linkage.mediated import indirect_at, paths, resampled_ends, residual_correlation
from cxlab.linkage.mediation import RHO
from cxlab.linkage.mediation_result import ASSUMPTION
from cxlab.linkage.unit_products import swept
from cxlab.model.errors import MeasureError

REFERENCE = Path(__file__).parents[1] / "reference"
# mediation.R: lavaan on the framing experiment, and with correlated errors
KNOWN = json.loads((REFERENCE / "mediation.json").read_text(encoding="utf-8"))
CONTROLS = ["age", "income"]
BY_NAME = {
    "indirect": "indirect", "direct": "direct", "total": "total", "exposure_to_mediator": "a",
    "mediator_to_outcome": "b",
}  # fmt: skip


@pytest.fixture(scope="module")
def framing():
    return pd.read_csv(REFERENCE / "framing.csv").astype("float64")


@pytest.fixture(scope="module")
def result(framing):
    return cx.mediation(framing, "treat", "emo", "harm", controls=CONTROLS, n_boot=4000, seed=1)


def test_the_paths_are_those_of_lavaan(result):
    rows = result.rows.set_index("effect")
    for name, label in BY_NAME.items():
        assert rows.loc[name, "estimate"] == pytest.approx(KNOWN[label]["estimate"], rel=1e-5)
        # The bootstrap does not trust the errors to be normal and alike, lavaan's delta method does.
        assert rows.loc[name, "std_error"] == pytest.approx(KNOWN[label]["std_error"], rel=0.12)
    assert rows.loc["indirect", "estimate"] + rows.loc["direct", "estimate"] == pytest.approx(
        rows.loc["total", "estimate"]
    )


def test_with_correlated_errors_it_is_the_model_that_has_them(framing, result):
    """lavaan fits the same paths with the correlation of the errors held at rho."""
    z = np.column_stack([np.ones(len(framing)), framing[CONTROLS]])
    left = framing[["treat", "emo", "harm"]].to_numpy()
    left = left - z @ np.linalg.lstsq(z, left, rcond=None)[0]
    products = left.T @ left
    for known in KNOWN["at"]:
        found = indirect_at(products, np.array([known["rho"]]))[0]
        assert found == pytest.approx(known["indirect"], rel=1e-4)
        if known["rho"] in RHO:
            assert result.curve.set_index("rho").loc[known["rho"], "estimate"] == pytest.approx(found)
    # At ρ = 0 it is a·b, at ρ̃ nothing.
    assert indirect_at(products, np.zeros(1))[0] == pytest.approx(paths(products)[0])
    assert indirect_at(products, np.array([result.rho_at_zero]))[0] == pytest.approx(0, abs=1e-12)
    assert result.rho_at_zero == pytest.approx(float(residual_correlation(products)))
    assert result.rho_low < result.rho_at_zero < result.rho_high


def test_a_planted_correlation_of_errors_is_undone():
    """Where a hidden cause of both makes errors correlate by .5, the curve at .5 is the truth."""
    rng = np.random.default_rng(3)
    n = 200_000
    shared = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], n)
    x = rng.normal(size=n)
    m = 0.6 * x + shared[:, 0]
    y = 0.2 * x + 0.4 * m + shared[:, 1]
    columns = np.column_stack([x, m, y])
    columns -= columns.mean(axis=0)
    products = columns.T @ columns
    assert paths(products)[0] > 0.5
    # Its standard error here is .0015 (60 other seeds, mean .2402); three of them.
    assert indirect_at(products, np.array([0.5]))[0] == pytest.approx(0.24, abs=0.0045)


def test_the_share_is_told_only_far_from_zero(framing, result):
    share = result.rows.set_index("effect").loc["share_indirect"]
    assert np.isnan(share["estimate"]) and np.isnan(share["conf_low"])
    assert "too near to 0 to say which share of it is indirect" in result.summary()
    strong = framing.assign(harm=framing["harm"] + 3 * framing["treat"])
    rows = cx.mediation(strong, "treat", "emo", "harm", n_boot=500).rows.set_index("effect")
    assert abs(rows.loc["total", "statistic"]) > 4
    assert rows.loc["share_indirect", "estimate"] == pytest.approx(
        rows.loc["indirect", "estimate"] / rows.loc["total", "estimate"]
    )


def test_the_bca_ends_are_those_of_scipy():
    """scipy's own resamples of a mean of skewed numbers; the same corrections on ours."""
    values = np.random.default_rng(5).gamma(0.6, 1, 60)
    known = bootstrap(
        (values,), np.mean, n_resamples=20_000, method="BCa", random_state=np.random.default_rng(1)
    )
    drawn = known.bootstrap_distribution[:, None]
    jackknife = ((values.sum() - values) / (len(values) - 1))[:, None]
    low, high = resampled_ends(drawn, np.array([values.mean()]), jackknife, "bca", 0.95)
    assert [low[0], high[0]] == pytest.approx(list(known.confidence_interval), rel=1e-3)
    plain = resampled_ends(drawn, np.array([values.mean()]), jackknife, "percentile", 0.95)
    assert low[0] > plain[0][0] and high[0] > plain[1][0]


def test_clusters_are_drawn_whole(framing):
    """Every row twice, drawn in pairs: the same figures and errors as once each."""
    twice = pd.concat([framing, framing]).assign(who=np.tile(np.arange(len(framing)), 2))
    options = {"controls": CONTROLS, "n_boot": 400, "seed": 2}
    once = cx.mediation(framing, "treat", "emo", "harm", **options)
    pairs = cx.mediation(twice, "treat", "emo", "harm", cluster="who", **options)
    figures = ["estimate", "std_error", "conf_low", "conf_high"]
    np.testing.assert_allclose(pairs.rows[figures][:5], once.rows[figures][:5], rtol=1e-8)
    alone = cx.mediation(twice, "treat", "emo", "harm", **options)
    assert alone.rows["std_error"][0] < 0.85 * once.rows["std_error"][0]


def test_entities_are_dummies(framing):
    frame = framing.assign(who=np.arange(len(framing)) % 20)
    dummies = pd.get_dummies(frame["who"], drop_first=True, dtype=float, prefix="d")
    inside = cx.mediation(frame, "treat", "emo", "harm", entity="who", n_boot=100)
    wide = cx.mediation(
        pd.concat([frame, dummies], axis=1), "treat", "emo", "harm", controls=list(dummies), n_boot=100
    )
    np.testing.assert_allclose(inside.rows["estimate"][:5], wide.rows["estimate"][:5], rtol=1e-8)
    assert "Only 20 units were drawn" in inside.summary()


def test_many_rows_are_dealt_to_groups(framing):
    many = framing.loc[np.random.default_rng(0).integers(0, len(framing), 5000)]
    result = cx.mediation(many, "treat", "emo", "harm", controls=CONTROLS, n_boot=1000)
    assert result.units == 1000
    expected = np.sqrt(len(framing) / 5000) * KNOWN["indirect"]["std_error"]
    # The two errors may differ by .12 as above; 1,000 groups and 1,000 resamples add three times .03.
    assert result.rows["std_error"][0] == pytest.approx(expected, rel=0.2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"interval": "normal"}, "unknown interval 'normal'; take one of percentile, bca"),
        ({"n_boot": 10}, "10 resamples will not do"),
        ({"conf_level": 0}, "a confidence level of 0 is none"),
        ({"controls": ["emo"]}, "'emo' is named twice"),
        ({"controls": ["same"]}, "repeats what the other columns say"),
        ({"controls": ["flat"]}, "'flat' does not vary"),
        ({"controls": ["aeg"]}, "did you mean 'age'"),
        ({"cluster": ["age", "income"]}, "clusters of two kinds cannot be drawn together"),
        ({"weight": "minus"}, "no weight or a negative one"),
    ],
)
def test_what_makes_no_sense_is_refused(framing, options: dict, message: str):
    frame = framing.assign(same=framing["emo"] + framing["treat"], flat=1.0, minus=-1.0)
    with pytest.raises(MeasureError, match=message):
        cx.mediation(frame, "treat", "emo", "harm", **options)


def test_hardly_any_rows(framing):
    with pytest.raises(MeasureError, match="cannot carry"):
        cx.mediation(framing[:3], "treat", "emo", "harm")
    with pytest.raises(MeasureError, match="none of 0 rows"):
        cx.mediation(framing[:0], "treat", "emo", "harm")


def test_the_summary_names_the_assumption_and_small_bases_are_blanked(result):
    said = result.summary()
    assert said.startswith("A point of treat goes with +0.523 of harm, +0.705 of it along emo (95% interval")
    assert ASSUMPTION in said and "sequential ignorability" in said
    assert "Nothing would be left of that if the errors of emo and harm had a correlation of 0.7" in said
    hidden = result.suppress(1000)
    assert hidden.tidy()[["estimate", "std_error", "rho_at_zero", "kept"]].isna().all().all()
    assert hidden.curve["estimate"].isna().all()
    assert hidden.summary() == "treat, emo and harm: too few rows to say."


REPLICATIONS = 2000


def _covered(n: int, per: int, kind: str, seed: int, n_boot: int = 400) -> np.ndarray:
    """Return the shares of 95 % intervals that hold a·b = .4·.3, the direct .2, the total .32 and ρ̃."""
    rng = np.random.default_rng(seed)
    unit = np.arange(n) // per
    groups = n // per
    held = np.zeros(4)
    truth = np.array([0.12, 0.2, 0.32])
    # The mediator's errors have variance 1 (+ .25 by cluster), as the outcome's.
    noise = 1 + 0.25 * (per > 1)
    rho = 0.3 * np.sqrt(noise) / np.sqrt(noise + 0.3**2 * noise)
    for one in range(REPLICATIONS):
        x = rng.normal(size=n) + 0.5 * rng.normal(size=groups)[unit] * (per > 1)
        shocks = rng.normal(size=(n, 2)) + 0.5 * rng.normal(size=(groups, 2))[unit] * (per > 1)
        m = 0.4 * x + shocks[:, 0]
        y = 0.2 * x + 0.3 * m + shocks[:, 1]
        columns = np.column_stack([np.ones(n), x, m, y])
        flat = (columns[:, :, None] * columns[:, None, :]).reshape(groups, per, 16).sum(axis=1)
        sums = resampled_sums(flat, stratum=np.zeros(groups, dtype="int64"), n_boot=n_boot, seed=one)
        kept, drawn = swept(flat.sum(axis=0).reshape(4, 4), 1), swept(sums.reshape(-1, 4, 4), 1)
        without = swept((flat.sum(axis=0) - flat).reshape(-1, 4, 4), 1)
        figures = [
            np.concatenate([paths(s)[..., :3], residual_correlation(s)[..., None]], axis=-1)
            for s in (kept, drawn, without)
        ]
        low, high = resampled_ends(figures[1], figures[0], figures[2], kind, 0.95)
        held += (low <= [*truth, rho]) & ([*truth, rho] <= high)
    return held / REPLICATIONS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "per", "kind", "seed"),
    [(300, 1, "percentile", 1), (300, 1, "bca", 2), (800, 4, "percentile", 3)],
    ids=["rows", "rows, BCa", "200 clusters of 4"],
)
def test_the_intervals_cover_the_planted_paths(n: int, per: int, kind: str, seed: int):
    """Indirect .12, direct .2, total .32, and the correlation at which nothing is left: 95 %."""
    share = _covered(n, per, kind, seed)
    # 400 resamples by themselves cost a percentile interval about half a point.
    assert (np.abs(share - 0.947) < 3 * np.sqrt(0.95 * 0.05 / REPLICATIONS)).all(), share


def test_the_simulated_path_is_the_public_one(framing):
    columns = np.column_stack([np.ones(len(framing)), framing[["treat", "emo", "harm"]]])
    flat = (columns[:, :, None] * columns[:, None, :]).reshape(-1, 16)
    kept = swept(flat.sum(axis=0).reshape(4, 4), 1)
    sums = resampled_sums(flat, stratum=np.zeros(len(flat), dtype="int64"), n_boot=200, seed=9)
    drawn, without = swept(sums.reshape(-1, 4, 4), 1), swept((flat.sum(axis=0) - flat).reshape(-1, 4, 4), 1)
    for kind in ("percentile", "bca"):
        rows = cx.mediation(framing, "treat", "emo", "harm", n_boot=200, seed=9, interval=kind).rows
        low, high = resampled_ends(paths(drawn), paths(kept), paths(without), kind, 0.95)
        np.testing.assert_allclose(rows["estimate"][:5], paths(kept), rtol=1e-8)
        np.testing.assert_allclose(
            rows[["conf_low", "conf_high"]][:5], np.column_stack([low, high]), rtol=1e-7
        )


def test_resamples_without_a_regression_are_left_out_and_said():
    """A control of k cases in n rows: a resample misses all of them with probability (1 − k/n)ⁿ⁻¹."""
    rng = np.random.default_rng(4)
    rows = pd.DataFrame({"x": rng.normal(size=200)})
    rows["m"] = rows["x"] + rng.normal(size=200)
    rows["y"] = rows["m"] + rng.normal(size=200)
    few = rows.assign(c=(rows.index < 3) * 1.0)
    result = cx.mediation(few, "x", "m", "y", controls=["c"])
    expected = (1 - 3 / 200) ** 199
    lost = int(result.notes[-1].split(":")[1].split()[0])
    assert abs(lost / 2000 - expected) < 4 * np.sqrt(expected / 2000)
    assert np.isfinite(result.rows["conf_low"]).all()
    with pytest.raises(MeasureError, match="of 2,000 resamples lack what a regression needs"):
        cx.mediation(rows.assign(c=(rows.index < 1) * 1.0), "x", "m", "y", controls=["c"])
    with pytest.raises(MeasureError, match=r"500\.5 resamples will not do"):
        cx.mediation(rows, "x", "m", "y", n_boot=500.5)


def test_rows_alone_in_their_entity_are_no_base(framing):
    pairs = framing.assign(who=np.arange(len(framing)) // 2)
    alone = pd.concat([pairs[:16], pairs[16:].assign(who=np.arange(len(pairs) - 16) + 100)])
    result = cx.mediation(alone, "treat", "emo", "harm", entity="who", n_boot=100)
    known = cx.mediation(pairs[:16], "treat", "emo", "harm", entity="who", n_boot=100)
    assert (result.n, result.entities) == (16, 8)
    pd.testing.assert_frame_equal(result.rows, known.rows, rtol=1e-9)
    assert f"{len(pairs) - 16} rows alone" in result.summary()
    assert result.suppress(10).rows["estimate"].isna().all()
