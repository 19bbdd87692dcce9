"""Measurement error: against lavaan, by hand, and planted truth."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.linkage.attenuated_slope import ZETA, corrected_slope, extrapolated
from cxlab.linkage.effect_leverage import AT_ONCE
from cxlab.linkage.influence_covariance import influence_covariance
from cxlab.model.errors import MeasureError

REFERENCE = Path(__file__).parents[1] / "reference"
# measurement_error.R: lavaan, a latent exposure with a fixed error variance, robust errors
KNOWN = json.loads((REFERENCE / "measurement_error.json").read_text(encoding="utf-8"))
CONTROLS = ["bedrooms", "bathrooms"]


@pytest.fixture(scope="module")
def houses():
    return pd.read_csv(REFERENCE / "oster.csv").astype("float64")


def _panel(seed: int, entities: int = 60, periods: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    entity = np.repeat(np.arange(entities), periods)
    own = rng.normal(size=entities)[entity]
    true = own + rng.normal(size=len(entity))
    y = 0.5 * true + 2 * own + rng.normal(size=len(entity))
    x = true + 0.7 * rng.normal(size=len(entity))
    period = np.tile(np.arange(periods), entities)
    return pd.DataFrame({"y": y, "x": x, "entity": entity, "period": period, "c": rng.normal(size=len(y))})


@pytest.mark.parametrize("place", [0, 1])
def test_it_is_the_latent_regression_of_lavaan(houses, place: int):
    known, n = KNOWN["corrected"][place], len(houses)
    result = cx.measurement_error(
        houses,
        "price",
        "lot",
        error_variance=known["error_variance"] * n / (n - 1),
        controls=CONTROLS,
        n_sim=0,
    )
    row = result.rows.set_index("method").loc["errors_in_variables"]
    assert row["estimate"] == pytest.approx(known["estimate"], rel=1e-6)
    # lavaan's sandwich has no correction for few rows: HC1 is √(n/(n − 4)) times as large.
    assert row["std_error"] == pytest.approx(known["std_error"] * np.sqrt(n / (n - 4)), rel=1e-5)
    naive = result.rows.set_index("method").loc["naive"]
    assert naive["estimate"] == pytest.approx(KNOWN["naive"], rel=1e-8)
    assert naive["std_error"] == pytest.approx(KNOWN["naive_hc1"], rel=1e-8)


def test_without_controls_the_slope_is_over_the_reliability(houses):
    result = cx.measurement_error(houses, "price", "lot", reliability=0.8, n_sim=0)
    rows = result.rows.set_index("method")["estimate"]
    assert rows["errors_in_variables"] == pytest.approx(rows["naive"] / 0.8)
    assert result.attenuation == pytest.approx(0.8)


def test_beside_controls_the_correction_is_larger(houses):
    """By hand: (λ − R²) / (1 − R²) of the slope is left, R² of the exposure on the controls."""
    result = cx.measurement_error(houses, "price", "lot", reliability=0.8, controls=CONTROLS, n_sim=0)
    z = np.column_stack([np.ones(len(houses)), houses[CONTROLS]])
    left = houses["lot"] - z @ np.linalg.lstsq(z, houses["lot"], rcond=None)[0]
    r2 = 1 - left.var() / houses["lot"].var()
    assert result.attenuation == pytest.approx((0.8 - r2) / (1 - r2)) != 0.8


def test_a_perfect_score_needs_no_correction(houses):
    result = cx.measurement_error(houses, "price", "lot", reliability=1, controls=CONTROLS, n_sim=5)
    rows = result.rows.set_index("method")
    for name in ("estimate", "std_error", "conf_low"):
        assert rows.loc["errors_in_variables", name] == pytest.approx(rows.loc["naive", name])
    assert rows.loc["simex", "estimate"] == pytest.approx(rows.loc["naive", "estimate"])


def test_the_error_is_that_of_leaving_each_unit_out(houses):
    """The jackknife over streets shares nothing with what each row adds."""
    frame = houses.assign(street=np.arange(len(houses)) % 45)
    options = {"reliability": 0.8, "controls": CONTROLS, "n_sim": 0}
    row = cx.measurement_error(frame, "price", "lot", cluster="street", **options).rows.iloc[1]
    left = np.array([
        cx.measurement_error(frame[frame["street"] != one], "price", "lot", **options).rows["estimate"][1]
        for one in range(45)
    ])  # fmt: skip
    jackknife = np.sqrt(44 / 45 * ((left - left.mean()) ** 2).sum())
    # Leaving one of G out and its infinitesimal form differ by the order of 1/G.
    assert row["std_error"] == pytest.approx(jackknife, rel=2 / 45)


def test_within_entities_more_is_error():
    """True variance 1 within and 1 between, error .49: .8032 of all is no error, .6711 of what is within."""
    result = cx.measurement_error(_panel(0, 4000), "y", "x", reliability=2 / 2.49, entity="entity", n_sim=0)
    # Its standard error here is .0046 (100 other seeds, mean .6711); three of them.
    assert result.attenuation == pytest.approx(1 / 1.49, abs=0.014)
    row = result.rows.iloc[1]
    assert row["conf_low"] < 0.5 < row["conf_high"]
    assert "Of what varies within entities" in result.summary()
    pooled = cx.measurement_error(_panel(0, 4000), "y", "x", reliability=2 / 2.49, n_sim=0)
    assert pooled.rows["conf_low"][1] > 1


def test_entities_are_dummies():
    frame = _panel(3, 25)
    dummies = pd.get_dummies(frame["entity"], drop_first=True, dtype=float, prefix="d")
    inside = cx.measurement_error(frame, "y", "x", error_variance=0.3, entity="entity", n_sim=0)
    wide = cx.measurement_error(
        pd.concat([frame, dummies], axis=1), "y", "x", error_variance=0.3, controls=list(dummies), n_sim=0
    )
    # Beside dummies n − 1 errors are taken to be in the sum of squares, within entities n − 25.
    n = len(frame)
    again = cx.measurement_error(
        pd.concat([frame, dummies], axis=1), "y", "x", error_variance=0.3 * (n - 25) / (n - 1),
        controls=list(dummies), n_sim=0,
    )  # fmt: skip
    assert again.rows["estimate"][1] == pytest.approx(inside.rows["estimate"][1], rel=1e-9)
    assert wide.rows["estimate"][1] > inside.rows["estimate"][1]


@pytest.mark.parametrize("at_once", [AT_ONCE, 7])
@pytest.mark.parametrize("effects", [{}, {"entity": "entity"}, {"entity": "entity", "time": "period"}])
def test_weights_may_differ_within_entities(effects: dict[str, str], at_once: int, monkeypatch):
    """By dense dummies: with M = W − WD(DᵀWD)⁻DᵀW, an error brings σ² · trace M to x'Mx."""
    monkeypatch.setattr("cxlab.linkage.effect_leverage.AT_ONCE", at_once)
    rng = np.random.default_rng(4)
    frame = _panel(5, 30).assign(w=np.exp(rng.normal(size=150))).sample(frac=0.8, random_state=1)
    result = cx.measurement_error(frame, "y", "x", error_variance=0.2, weight="w", n_sim=0, **effects)
    codes = [np.zeros(len(frame)), *(frame[name] for name in effects.values())]
    d = np.hstack([pd.get_dummies(pd.Series(np.asarray(code))).to_numpy(float) for code in codes])
    w = np.diag(frame["w"])
    m = w - w @ d @ np.linalg.pinv(d.T @ w @ d) @ d.T @ w
    x, y = frame["x"].to_numpy(), frame["y"].to_numpy()
    corrected = result.rows["estimate"][1]
    assert corrected == pytest.approx(x @ m @ y / (x @ m @ x - 0.2 * np.trace(m)), rel=1e-9)


@pytest.mark.parametrize("cluster", ["entity", "period", ["entity", "period"]])
def test_without_error_it_is_the_panel_regression(cluster):
    """Effects nested in the clusters take no degree of freedom; rows alone in their entity none at all."""
    frame = _panel(5, 30).assign(w=np.random.default_rng(4).gamma(2, size=150))
    alone = _panel(6, 50, 1).assign(entity=lambda frame: frame["entity"] + 1000, w=1.0)
    options = {"entity": "entity", "time": "period", "controls": ["c"], "weight": "w", "cluster": cluster}
    result = cx.measurement_error(pd.concat([frame, alone]), "y", "x", error_variance=0, n_sim=0, **options)
    theirs = cx.panel_effect(frame, "y", "x", designs=["two_way"], **options).rows.iloc[0]
    for name in ("estimate", "std_error", "conf_low"):
        assert result.rows[name][1] == pytest.approx(theirs[name], rel=1e-9)
    assert (result.n, result.entities) == (150, 30)
    assert "Left out: 50 rows alone in their entity or period." in result.notes
    assert result.suppress(31).rows["estimate"].isna().all()


def test_simex_is_the_quadratic_through_its_known_limit(houses):
    """With many simulations the slope at ζ is S_xy/(S_xx + ζ σ²), here by hand."""
    result = cx.measurement_error(houses, "price", "lot", reliability=0.8, n_sim=400, seed=2)
    naive, corrected, simex = result.rows["estimate"]
    limit = extrapolated(naive / (1 + ZETA * 0.2))
    assert simex == pytest.approx(limit, rel=0.01)
    # The quadratic takes back most of the attenuation, never too much.
    assert naive < simex < corrected
    assert extrapolated(3 + 2 * ZETA - ZETA**2) == pytest.approx(0)


def test_the_reliability_may_come_with_an_interval(houses):
    known = SimpleNamespace(alpha=0.8, conf_low=0.75, conf_high=0.85)
    rows = cx.measurement_error(houses, "price", "lot", reliability=known).rows.set_index("method")
    assert rows["reliability"].to_dict() == {
        "naive": 1.0, "errors_in_variables": 0.8, "simex": 0.8, "reliability_low": 0.75,
        "reliability_high": 0.85,
    }  # fmt: skip
    plain = cx.measurement_error(houses, "price", "lot", reliability=0.75, n_sim=0).rows
    assert rows.loc["reliability_low", "estimate"] == plain["estimate"][1]
    items = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 3)) + np.arange(200)[:, None] / 60)
    found = cx.reliability(items.set_axis(list("abc"), axis=1), list("abc"))
    again = cx.measurement_error(houses, "price", "lot", reliability=found, n_sim=0).rows
    assert again["reliability"][1] == found.alpha


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "the error of the exposure is not known"),
        ({"reliability": 0.8, "error_variance": 1}, "the error of the exposure is not known"),
        ({"reliability": 0}, "a reliability of 0 is none"),
        ({"reliability": 80}, "a reliability of 80 is none"),
        ({"reliability": "high"}, "a reliability of high is none"),
        ({"error_variance": -1}, "an error variance of -1 is none"),
        ({"error_variance": 9.0}, "nearly all that is left of 'lot'"),
        ({"reliability": 0.1, "controls": CONTROLS}, "it takes a reliability above 0.1"),
        ({"reliability": 0.8, "controls": ["flat"]}, "'flat' does not vary"),
        ({"reliability": 0.8, "controls": ["price"]}, "'price' is named twice"),
        ({"reliability": 0.8, "cluster": "flat"}, "all rows are of one cluster"),
        ({"reliability": [0.8]}, r"a reliability of \[0.8\] is none"),
        ({"error_variance": ".1"}, "an error variance of .1 is none"),
        ({"reliability": 0.8, "n_sim": -3}, "-3 simulated errors will not do"),
        ({"reliability": 0.8, "seed": -1}, "a seed of -1 is none"),
    ],
)
def test_what_makes_no_sense_is_refused(houses, options: dict, message: str):
    with pytest.raises(MeasureError, match=message):
        cx.measurement_error(houses.assign(flat=2.0), "price", "lot", **options)


def test_hardly_any_rows_and_an_outcome_all_equal(houses):
    with pytest.raises(MeasureError, match="cannot carry"):
        cx.measurement_error(houses[:2], "price", "lot", reliability=0.8)
    with pytest.raises(MeasureError, match="none of 0 rows"):
        cx.measurement_error(houses[:0], "price", "lot", reliability=0.8)
    with pytest.raises(MeasureError, match="'price' does not vary"):
        cx.measurement_error(houses.assign(price=1.0), "price", "lot", reliability=0.8)


def test_the_summary_and_small_bases(houses):
    result = cx.measurement_error(houses, "price", "lot", reliability=0.8)
    said = result.summary()
    assert said.startswith("A measured point of lot goes with +0.542 of price; a point of what it measures")
    assert "with a reliability of 0.80 goes with +0.678" in said and said.endswith("by chance alone.")
    hidden = result.suppress(1000)
    assert hidden.tidy()[["estimate", "std_error", "attenuation"]].isna().all().all()
    assert hidden.summary() == "Measurement error of lot: too few rows to say."


REPLICATIONS = 2000


@pytest.mark.slow
@pytest.mark.parametrize(("n", "per", "seed"), [(300, 1, 1), (400, 4, 2)], ids=["rows", "100 clusters of 4"])
def test_the_interval_covers_the_planted_slope(n: int, per: int, seed: int):
    """Slope .5 of a score of reliability .7 beside a control of correlation .5: 95 %, naive hardly ever."""
    rng = np.random.default_rng(seed)
    unit = np.arange(n) // per
    held = np.zeros(2)
    for _ in range(REPLICATIONS):
        z = rng.normal(size=n)
        true = 0.5 * z + np.sqrt(0.75) * rng.normal(size=n)
        y = 0.5 * true + 0.3 * z + 0.5 * rng.normal(size=n // per)[unit] * (per > 1) + rng.normal(size=n)
        x = true + np.sqrt(0.3 / 0.7) * rng.normal(size=n)
        columns = np.column_stack([y, x, z])
        columns -= columns.mean(axis=0)
        error = 0.3 * columns[:, 1] ** 2
        for place, one in enumerate((np.zeros(n), error)):
            fit = corrected_slope(columns, np.ones(n), one)
            spread = influence_covariance(fit.added[:, None], [unit] if per > 1 else [], 3)
            reach = 1.96 if per == 1 else 1.984
            held[place] += abs(fit.slope - 0.5) <= reach * np.sqrt(spread.covariance[0, 0])
    naive, corrected = held / REPLICATIONS
    assert abs(corrected - 0.95) < 3 * np.sqrt(0.95 * 0.05 / REPLICATIONS), corrected
    assert naive < 0.5


def test_the_simulated_path_is_the_public_one(houses):
    columns = houses[["price", "lot", *CONTROLS]].to_numpy()
    columns = columns - columns.mean(axis=0)
    fit = corrected_slope(columns, np.ones(len(columns)), 0.3 * columns[:, 1] ** 2)
    row = cx.measurement_error(houses, "price", "lot", reliability=0.7, controls=CONTROLS, n_sim=0).rows.iloc[
        1
    ]
    assert fit.slope == pytest.approx(row["estimate"])
    spread = influence_covariance(fit.added[:, None], [], 4).covariance[0, 0]
    assert np.sqrt(spread) == pytest.approx(row["std_error"])
