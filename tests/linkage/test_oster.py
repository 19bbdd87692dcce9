"""Oster's delta: against R and a published example, and against worlds where the confounder is known."""

import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

import cxlab as cx
from cxlab.linkage.proportional_selection import (
    TwoFits,
    approximate_coefficient,
    coefficients_at,
    selection_for,
    two_fits,
)
from cxlab.model.errors import MeasureError

REFERENCE = Path(__file__).parents[1] / "reference"
# oster.R: lm() and the printed equations on the houses of Windsor
KNOWN = json.loads((REFERENCE / "oster.json").read_text(encoding="utf-8"))
CONTROLS = ["bedrooms", "bathrooms", "driveway"]


@pytest.fixture(scope="module")
def houses():
    return pd.read_csv(REFERENCE / "oster.csv").astype("float64")


def test_the_published_example_is_reproduced(houses):
    result = cx.oster(houses, "price", "lot", CONTROLS, r2_max=KNOWN["r2_max"])
    assert result.of("short") == pytest.approx(KNOWN["short"], rel=1e-8)
    assert result.of("controlled") == pytest.approx(KNOWN["controlled"], rel=1e-8)
    assert result.rows["r2"][:2].tolist() == pytest.approx(
        [KNOWN["r2_short"], KNOWN["r2_controlled"]], rel=1e-8
    )
    assert result.of("delta_needed") == pytest.approx(KNOWN["delta"], rel=1e-7)
    np.testing.assert_allclose(np.sort(result.solutions["coefficient"]), np.sort(KNOWN["roots"]), rtol=1e-7)
    # Schaub (2021) prints .27 and 1.99, and from 3.83 to 1.005 over R_max from .54 to 1, as psacalc does.
    assert round(result.of("adjusted"), 2) == 0.27 and round(result.of("delta_needed"), 2) == 1.99
    for largest, name in ((1, "delta_at_one"), (0.54, "delta_at_low")):
        again = cx.oster(houses, "price", "lot", CONTROLS, r2_max=largest)
        assert again.of("delta_needed") == pytest.approx(KNOWN[name], rel=1e-7)
    half = cx.oster(houses, "price", "lot", CONTROLS, r2_max=KNOWN["r2_max"], beta=KNOWN["controlled"] / 2)
    assert half.of("delta_needed") == pytest.approx(KNOWN["delta_half"], rel=1e-7)


def test_r2_max_is_by_default_one_point_three_times(houses):
    result = cx.oster(houses, "price", "lot", CONTROLS)
    assert result.r2_max == pytest.approx(1.3 * KNOWN["r2_controlled"], rel=1e-7)
    assert result.rows["r2"][2] == result.r2_max


@pytest.mark.parametrize("seed", range(6))
def test_a_made_confounder_is_found_exactly(seed: int):
    """Two controls, one confounder orthogonal to them, all known in the sample: the cubic is exact."""
    rng = np.random.default_rng(seed)
    n = 80
    basis = np.linalg.qr(np.column_stack([np.ones(n), rng.normal(size=(n, 5))]))[0][:, 1:]
    a, b, hidden, x_own, noise = basis.T
    x = a + 0.5 * b + rng.uniform(0.3, 1) * hidden + 1.5 * x_own
    index, unmeasured = 0.8 * a + rng.uniform(-0.2, 0.6) * b, rng.uniform(0.3, 0.9) * hidden
    beta = 0.7
    y = beta * x + index + unmeasured + 0.5 * noise
    delta = (x @ unmeasured / (unmeasured @ unmeasured)) / (x @ index / (index @ index))
    r2_max = 1 - (0.5**2) / (y @ y)
    frame = pd.DataFrame({"y": y, "x": x, "a": a, "b": b})
    asked = cx.oster(frame, "y", "x", ["a", "b"], r2_max=r2_max, delta=delta, beta=beta)
    assert asked.of("delta_needed") == pytest.approx(delta, rel=1e-8)
    assert np.abs(asked.solutions["coefficient"] - beta).min() < 1e-7
    assert len(asked.solutions) in (1, 3) if abs(delta - 1) > 1e-6 else True


def test_equal_selection_is_the_quadratic_and_chooses_one_direction():
    fits = TwoFits(0.6, 0.4, 0.3, 0.5, 2.0, 1.0, 0.7)
    found, kept = coefficients_at(fits, 0.6, 1.0)
    assert len(found) == 2 and kept.sum() == 1
    assert found[kept][0] == pytest.approx(found[0])
    for one in found:
        assert selection_for(fits, 0.6, float(one)) == pytest.approx(1, rel=1e-6)
    # As δ comes near to 1 the cubic's roots do.
    near, _ = coefficients_at(fits, 0.6, 1 + 1e-6)
    assert np.abs(near[:, None] - found).min(axis=0) == pytest.approx(0, abs=1e-4)
    assert coefficients_at(fits, 0.6, 0.0)[0][0] == pytest.approx(0.4)
    # The approximation is that of the well-known formula.
    assert approximate_coefficient(fits, 0.6, 1.0) == pytest.approx(0.4 - 0.2 * 0.1 / 0.2)


def test_with_one_control_selection_on_nothing_is_no_answer():
    """With one control cov(exposure, index) is a factor of the equation, and its root no answer."""
    rng = np.random.default_rng(3)
    tenure, hidden = rng.normal(size=(2, 500))
    x = tenure + 0.5 * hidden + rng.normal(size=500)
    y = 2 * x + 3 * tenure + 1.5 * hidden + rng.normal(scale=2, size=500)
    result = cx.oster(pd.DataFrame({"y": y, "x": x, "z": tenure}), "y", "x", ["z"])
    spurious = np.cov(y, tenure)[0, 1] / np.cov(x, tenure)[0, 1]
    assert np.abs(result.solutions["coefficient"] - spurious).min() < 1e-9
    chosen = result.solutions[result.solutions["chosen"]].iloc[0]
    assert abs(chosen["coefficient"] - spurious) > 1 and chosen["keeps_direction"]
    assert result.of("adjusted") < result.of("controlled") < result.of("short")


def test_entities_and_what_is_always_in_are_taken_out_first(houses):
    frame = houses.assign(street=np.arange(len(houses)) % 40, year=np.arange(len(houses)) // 40)
    dummies = pd.get_dummies(frame["street"], drop_first=True, dtype=float, prefix="s")
    wide = pd.concat([houses, dummies], axis=1)
    inside = cx.oster(frame, "price", "lot", CONTROLS, entity="street")
    by_hand = cx.oster(wide, "price", "lot", CONTROLS, always=list(dummies))
    for quantity in ("short", "controlled", "adjusted", "delta_needed"):
        assert inside.of(quantity) == pytest.approx(by_hand.of(quantity), rel=1e-7)
    assert inside.entities == 40 and inside.r2_max == pytest.approx(by_hand.r2_max)


def test_any_frame_will_do(houses):
    known = cx.oster(houses, "price", "lot", CONTROLS)
    relation = duckdb.connect().from_df(houses)
    for frame in (pl.from_pandas(houses), pl.from_pandas(houses).lazy(), relation):
        again = cx.oster(frame, "price", "lot", CONTROLS)
        np.testing.assert_allclose(again.rows["estimate"], known.rows["estimate"], rtol=1e-9)
        score = cx.measurement_error(frame, "price", "lot", reliability=0.8, n_sim=0)
        assert score.n == len(houses)
        assert cx.mediation(frame, "lot", "bathrooms", "price", n_boot=100).n == len(houses)


def test_the_interval_comes_from_resampled_units(houses):
    frame = houses.assign(street=np.arange(len(houses)) % 60)
    result = cx.oster(frame, "price", "lot", CONTROLS, cluster="street", n_boot=300, seed=4)
    rows = result.rows.set_index("quantity")
    assert (rows["conf_low"] < rows["estimate"])[:4].all() and (rows["estimate"] < rows["conf_high"])[
        :4
    ].all()
    assert rows.loc["approximate", "conf_low"] != rows.loc["approximate", "conf_low"]
    again = cx.oster(frame, "price", "lot", CONTROLS, cluster="street", n_boot=300, seed=4)
    assert again.rows.equals(result.rows)
    # Brute force: draw streets, lay the rows together anew, fit from scratch.
    rng = np.random.default_rng(0)
    groups = [part for _, part in frame.groupby("street")]
    drawn = []
    for _ in range(60):
        laid = pd.concat([groups[i] for i in rng.integers(0, 60, 59)])
        drawn.append(cx.oster(laid, "price", "lot", CONTROLS).of("adjusted"))
    width = rows.loc["adjusted", "conf_high"] - rows.loc["adjusted", "conf_low"]
    # Relative errors: 1/√118 = .09 of the deviation of 60 draws, .05 of the 95 % width of 300; three of both.
    assert 3.92 * np.std(drawn) == pytest.approx(width, rel=0.32)


@pytest.mark.parametrize(
    ("controls", "options", "message"),
    [
        ([], {}, "no control was named"),
        (["bedroms"], {}, "did you mean 'bedrooms'"),
        (["lot"], {}, "'lot' is named twice"),
        (["same"], {}, "repeats what the other columns say"),
        (["flat"], {}, "'flat' does not vary"),
        (["text"], {}, "'text' holds .* not numbers"),
        (
            CONTROLS,
            {"r2_max": 0.4},
            "an R² of 0.4 with everything measured is impossible; take one between 0.53",
        ),
        (CONTROLS, {"r2_max": 1.2}, "an R² of 1.2 with everything measured is impossible"),
        (CONTROLS, {"conf_level": 2}, "a confidence level of 2 is none"),
        (CONTROLS, {"weight": "minus"}, "no weight or a negative one"),
    ],
)
def test_what_makes_no_sense_is_refused(houses, controls: list, options: dict, message: str):
    frame = houses.assign(same=houses["lot"] * 2, flat=0.1, text="a", minus=-1.0)
    with pytest.raises(MeasureError, match=message):
        cx.oster(frame, "price", "lot", controls, **options)


def test_hardly_any_rows_and_missing_values(houses):
    with pytest.raises(MeasureError, match="cannot carry 5 parameters"):
        cx.oster(houses[:5], "price", "lot", CONTROLS)
    with pytest.raises(MeasureError, match="none of 0 rows"):
        cx.oster(houses[:0], "price", "lot", CONTROLS)
    holes = houses.copy()
    holes.loc[::3, "bedrooms"] = np.nan
    result = cx.oster(holes, "price", "lot", CONTROLS)
    assert result.n == holes["bedrooms"].notna().sum() and result.kept == pytest.approx(result.n / 546)


def test_the_summary_and_small_bases(houses):
    result = cx.oster(houses, "price", "lot", CONTROLS, r2_max=KNOWN["r2_max"])
    said = result.summary()
    assert said.startswith("A point of lot goes with +0.542 of price without the controls and +0.4 with them")
    assert "+0.273 would be left, and selection 1.99 times as strong would leave 0 (n = 546)" in said
    hidden = result.suppress(1000)
    assert hidden.tidy()[["estimate", "r2", "r2_max", "kept"]].isna().all().all() and hidden.solutions.empty
    assert hidden.summary() == "Selection on what was not measured beside lot: too few rows to say."
    turned = cx.oster(houses.assign(x=houses["lot"] - 2 * houses["bathrooms"]), "price", "x", ["bathrooms"])
    assert turned.of("controlled") > turned.of("short") > -1


def test_both_fits_are_those_of_least_squares(houses):
    columns = houses[["price", "lot", *CONTROLS]].to_numpy()
    columns = columns - columns.mean(axis=0)
    fits = two_fits(columns.T @ columns)
    slopes, *_ = np.linalg.lstsq(columns[:, 1:], columns[:, 0], rcond=None)
    assert fits.controlled == pytest.approx(slopes[0])
    assert fits.r2_controlled == pytest.approx(KNOWN["r2_controlled"])


def test_resamples_without_a_regression_are_left_out_and_options_must_be_numbers(houses):
    rare = houses.assign(rare=(np.arange(len(houses)) < 3) * 1.0)
    result = cx.oster(rare, "price", "lot", [*CONTROLS, "rare"], n_boot=300)
    assert "of the resamples, which missed the few units" in result.notes[-1]
    once = houses.assign(rare=(np.arange(len(houses)) < 1) * 1.0)
    with pytest.raises(MeasureError, match="of 300 resamples lack what a regression needs"):
        cx.oster(once, "price", "lot", [*CONTROLS, "rare"], n_boot=300)
    for options, said in (
        ({"delta": np.nan}, "delta=nan is no number"),
        ({"delta": np.inf}, "delta=inf is no number"),
        ({"beta": np.nan}, "beta=nan is no number"),
        ({"n_boot": -1}, "-1 resamples will not do"),
        ({"n_boot": 60.5}, r"60\.5 resamples will not do"),
    ):
        with pytest.raises(MeasureError, match=said):
            cx.oster(houses, "price", "lot", CONTROLS, **options)


def test_it_is_said_where_no_coefficient_keeps_the_direction():
    rng = np.random.default_rng(597)
    w = rng.normal(size=(200, 2))
    x = rng.normal(size=200) + w @ rng.normal(size=2) * 0.5
    y = rng.normal() * x + w @ rng.normal(size=2) + rng.normal(size=200)
    frame = pd.DataFrame({"y": y, "x": x, "a": w[:, 0], "b": w[:, 1]})
    equal, more = (cx.oster(frame, "y", "x", ["a", "b"], delta=delta) for delta in (1.0, 1.5))
    assert equal.solutions["keeps_direction"].any() and "keeps the direction" not in equal.summary()
    assert not more.solutions["keeps_direction"].any()
    assert "At a selection of 1.5 no coefficient keeps the direction" in more.summary()
