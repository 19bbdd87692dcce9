"""Seven designs against linearmodels, plm, pyfixest, dummies by brute force, identities and bad input."""

import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.formula.api as smf
from statsmodels.datasets import grunfeld

from cxlab.linkage.panel_designs import DESIGNS
from cxlab.linkage.panel_effect import panel_effect
from cxlab.linkage.panel_result import COLUMNS
from cxlab.model.errors import MeasureError

REFERENCE = Path(__file__).parents[1] / "reference"
R = json.loads((REFERENCE / "panel_errors.json").read_text())
PEERS = json.loads((REFERENCE / "panel_peers.json").read_text())


@pytest.fixture(scope="module")
def petersen():
    rows = pd.read_csv(REFERENCE / "petersen.csv")
    return rows.assign(z=np.sin(rows.index), w=1 + rows.index % 3)


@pytest.fixture(scope="module")
def holes(petersen):
    return petersen[(petersen["firm"] * 7 + petersen["year"] * 3) % 10 != 0]


@pytest.fixture(scope="module")
def wages():
    rows = pd.read_csv(REFERENCE / "wage_panel.csv")
    return rows.assign(expersq=rows["exper"] ** 2)


def panel(n=60, periods=6, seed=0, drop=40):
    rng = np.random.default_rng(seed)
    entity, time = np.repeat(np.arange(n), periods), np.tile(np.arange(periods), n)
    lasting = rng.normal(size=n)[entity]
    csat = lasting + rng.normal(size=n * periods)
    seats = rng.normal(size=n * periods)
    revenue = 0.3 * csat + 0.5 * lasting + 0.2 * seats + 0.1 * time + rng.normal(size=n * periods)
    rows = pd.DataFrame({"customer": entity, "time": time, "csat": csat, "revenue": revenue, "seats": seats})
    rows["period"] = [f"2025Q{place + 1}" for place in time]
    rows["region"] = np.array(["north", "south", "west"])[entity % 3]
    rows["size"] = np.exp(lasting)
    rows["weight"] = rng.integers(1, 4, len(rows)).astype("float64")
    return rows.drop(index=rng.choice(len(rows), drop, replace=False)).reset_index(drop=True)


def ask(rows, designs=DESIGNS, **options):
    asked = {"entity": "customer", "time": "period", "designs": designs} | options
    return panel_effect(rows, "revenue", "csat", **asked)


def main(result, design):
    return result.rows[result.rows["design"] == design].iloc[0]


def test_pooled_errors_are_petersens(petersen):
    for cluster, expected in (
        ("firm", "by_firm"),
        ("year", "by_year"),
        (("firm", "year"), "both"),
        ((), "hc1"),
    ):
        row = panel_effect(
            petersen, "y", "x", entity="firm", time="year", cluster=cluster, designs="pooled"
        ).rows.iloc[0]
        assert row["estimate"] == pytest.approx(R["slope"], rel=1e-12)
        assert row["std_error"] == pytest.approx(R[expected], rel=1e-11)
    assert round(R["slope"], 4) == 1.0348
    assert row["method"] == "HC1" and row["clusters"] == 5000


@pytest.mark.parametrize(
    ("theirs", "design", "options"),
    [
        ("entity", "entity", {}),
        ("two_way", "two_way", {}),
        ("two_way_both", "two_way", {"cluster": ["firm", "year"]}),
        ("two_way_weighted", "two_way", {"weight": "w"}),
        ("two_way_hc1", "two_way", {"cluster": ()}),
    ],
)
def test_effects_and_errors_are_those_of_pyfixest(holes, theirs, design, options):
    result = panel_effect(
        holes, "y", "x", entity="firm", time="year", controls="z", designs=design, **options
    )
    expected = PEERS["petersen"]["pyfixest"][theirs]
    row = main(result, design)
    assert row["estimate"] == pytest.approx(expected["estimate"]["x"], rel=1e-9)
    assert row["std_error"] == pytest.approx(expected["std_error"]["x"], rel=1e-8)
    assert row["n"] == expected["n"]


def test_within_between_and_differences_are_those_of_plm(petersen):
    result = panel_effect(petersen, "y", "x", entity="firm", time="year", period_effects=False)
    assert main(result, "entity")["estimate"] == pytest.approx(R["entity"], rel=1e-11)
    assert main(result, "two_way")["estimate"] == pytest.approx(R["two_way_slope"], rel=1e-11)
    rows = result.rows.set_index("term")
    assert rows.loc["x (between)", "estimate"] == pytest.approx(R["between"], rel=1e-11)
    # plm's differences have a constant, which the effects of periods hold, and which none do without.
    moved = petersen.sort_values(["firm", "year"]).groupby("firm")[["x", "y"]].diff().dropna()
    none = (moved["x"] * moved["y"]).sum() / (moved["x"] ** 2).sum()
    assert main(result, "first_differences")["estimate"] == pytest.approx(none, rel=1e-11)
    assert none == pytest.approx(R["first_differences"], rel=1e-2)


def test_the_wage_panel_gives_what_linearmodels_documents(wages):
    # Printed there: pooled union .1825; two-way expersq −.0052, union .0800, married .0467; first differences
    # union .0428, married .0381.
    expected = PEERS["wage_panel"]

    def ask_wages(exposure, controls, design, **options):
        return main(
            panel_effect(
                wages,
                "lwage",
                exposure,
                entity="nr",
                time="year",
                controls=controls,
                designs=design,
                **options,
            ),
            design,
        )

    many = ["black", "hisp", "exper", "expersq", "married", "educ"]
    pooled = ask_wages("union", many, "pooled", formula="C(year)")
    assert pooled["estimate"] == pytest.approx(expected["pooled"]["estimate"]["union"], rel=1e-9)
    assert round(pooled["estimate"], 4) == 0.1825
    for design, columns in (
        ("entity", ["expersq", "union", "married", "exper"]),
        ("two_way", ["expersq", "union", "married"]),
        ("first_differences", ["exper", "expersq", "union", "married"]),
    ):
        for name in columns:
            others = [other for other in columns if other != name]
            row = ask_wages(name, others, design, period_effects=False)
            assert row["estimate"] == pytest.approx(expected[design]["estimate"][name], rel=1e-9)
    assert ask_wages("union", [], "first_differences")["n"] == 4360 - 545


@pytest.mark.parametrize(
    ("design", "controls", "formula", "counted"),
    [
        ("pooled", ["black", "hisp", "exper", "expersq", "married", "educ"], "C(year)", (15, 15)),
        ("first_differences", ["exper", "expersq", "married"], None, (4, 4)),
        # linearmodels leaves out the constant where all effects are nested, and none where some are not.
        ("entity", ["exper", "expersq", "married"], None, (4, 5)),
        ("two_way", ["expersq", "married"], None, (3 + 545 + 7, 3 + 8)),
    ],
)
def test_errors_of_the_wage_panel_are_linearmodels_but_for_the_parameters_it_counts(
    wages, design, controls, formula, counted
):
    row = panel_effect(
        wages, "lwage", "union", entity="nr", time="year", controls=controls, formula=formula, designs=design,
        period_effects=False,
    ).rows.iloc[0]  # fmt: skip
    theirs = PEERS["wage_panel"][design]["std_error"]["union"]
    factor = (row["n"] - counted[0]) / (row["n"] - counted[1])
    assert row["std_error"] == pytest.approx(theirs * factor**0.5, rel=1e-9)


@pytest.mark.filterwarnings("ignore:The design matrix is rank-deficient")  # periods without a lag
@pytest.mark.parametrize("weight", [None, "weight"])
def test_every_design_is_its_regression_on_dummies(weight):
    rows = panel(n=15, drop=12)
    result = ask(rows, controls=["seats"], weight=weight)
    rows["w"] = 1.0 if weight is None else rows["weight"]
    before = rows.assign(time=rows["time"] + 1).set_index(["customer", "time"])
    rows = rows.join(before[["csat", "revenue", "seats"]].add_suffix("_before"), on=["customer", "time"])
    after = rows.assign(time=rows["time"] - 1).set_index(["customer", "time"])
    rows = rows.join(after[["csat"]].add_suffix("_after"), on=["customer", "time"])
    for name in ("csat", "revenue", "seats"):
        rows[f"d_{name}"] = rows[name] - rows[f"{name}_before"]
    both = "C(customer) + C(time)"
    formulas = {
        "pooled": ("revenue ~ csat + seats", "csat"),
        "entity": ("revenue ~ csat + seats + C(customer)", "csat"),
        "two_way": (f"revenue ~ csat + seats + {both}", "csat"),
        "first_differences": ("d_revenue ~ d_csat + d_seats + C(time)", "d_csat"),
        "lagged_outcome": ("revenue ~ csat + revenue_before + seats + C(time)", "csat"),
        "placebo_lead": (f"revenue ~ csat_after + csat + seats + {both}", "csat_after"),
    }
    for design, (formula, term) in formulas.items():
        fit = smf.wls(formula, rows, weights=rows["w"], missing="drop").fit()
        row = main(result, design)
        assert row["estimate"] == pytest.approx(fit.params[term], rel=1e-8), design
        partial = result.partial(design)
        assert partial.estimate == row["estimate"] and partial.clustered_std_error == row["std_error"]
        if design != "placebo_lead":  # dummies of an entity with one row fit it, and count it
            assert partial.std_error == pytest.approx(fit.bse[term], rel=1e-8), design
            assert partial.df == pytest.approx(fit.df_resid)


def test_mundlaks_within_is_the_entity_design_and_its_parts_add_up():
    result = ask(panel(), controls=["seats", "size"], formula="C(region)", weight="weight")
    rows = result.rows[result.rows["design"] == "mundlak"].set_index("term")
    assert rows.loc["csat", "estimate"] == pytest.approx(main(result, "entity")["estimate"], rel=1e-10)
    difference = rows.loc["csat (between)", "estimate"] - rows.loc["csat", "estimate"]
    assert rows.loc["csat (between less within)", "estimate"] == pytest.approx(difference, rel=1e-10)
    assert "left out" in rows.loc["csat", "note"] and "mean of size" in rows.loc["csat", "note"]
    assert "mean of seats" not in rows.loc["csat", "note"]
    # The planted lasting part goes with both, so that entities differ by more than they change.
    alone = ask(panel(), ("mundlak",)).rows.set_index("term")
    assert alone.loc["csat (between less within)", "p_value"] < 0.05


def test_benchmarks_are_partial_r2_by_brute_force():
    rows = panel(n=15, drop=12)
    result = ask(rows, controls=["seats"], formula="np.abs(seats) + C(region)")
    table = result.partial("two_way").benchmarks.set_index("covariate")
    assert list(table.index) == ["seats", "np.abs(seats)"]
    both = "C(customer) + C(time)"
    for outcome, others, column in (
        ("revenue", f"csat + np.abs(seats) + {both}", "r2_outcome"),
        ("csat", f"np.abs(seats) + {both}", "r2_exposure"),
    ):
        with_it = smf.ols(f"{outcome} ~ seats + {others}", rows).fit().ssr
        without = smf.ols(f"{outcome} ~ {others}", rows).fit().ssr
        assert table.loc["seats", column] == pytest.approx(1 - with_it / without, rel=1e-8)
    partial = result.partial("two_way")
    without = smf.ols(f"revenue ~ seats + np.abs(seats) + {both}", rows).fit().ssr
    with_it = smf.ols(f"revenue ~ csat + seats + np.abs(seats) + {both}", rows).fit().ssr
    assert partial.r2 == pytest.approx(1 - with_it / without, rel=1e-8)


def test_repeated_rows_are_counted_by_their_frequency():
    rows = panel()
    again = rows.loc[np.repeat(rows.index, rows["weight"].astype(int))].sample(frac=1, random_state=1)
    asked = {"weight_kind": "frequency", "controls": ["seats"]}
    once = ask(rows, weight="weight", **asked)
    counted = ask(again, **asked)
    pd.testing.assert_frame_equal(once.rows, counted.rows, rtol=1e-9)
    assert once.n == len(again) and once.kept == counted.kept == 1
    fit = smf.ols("revenue ~ csat + seats", again).fit(
        cov_type="cluster", cov_kwds={"groups": again["customer"]}
    )
    row = main(counted, "pooled")
    assert row["std_error"] == pytest.approx(fit.bse["csat"], rel=1e-9) and row["n"] == len(again)
    with pytest.raises(MeasureError, match="rows repeat an entity and period"):
        ask(again)
    unlike = pd.concat([rows, rows.iloc[[5]].assign(csat=0.0)])
    with pytest.raises(MeasureError, match=r"1 rows repeat an entity and period, such as \d+ in 2025Q"):
        ask(unlike, weight="weight", weight_kind="frequency")


def test_an_incomplete_row_may_not_repeat_an_entity_and_period():
    rows = panel()
    with pytest.raises(MeasureError, match="1 rows repeat an entity and period"):
        ask(pd.concat([rows, rows.iloc[[5]].assign(csat=np.nan)]))


def test_rows_of_weight_zero_and_incomplete_rows_are_left_out():
    rows = panel()
    rows.loc[rows.index[:20], "weight"] = 0
    rows.loc[rows.index[20:35], "csat"] = np.nan
    rows.loc[rows.index[35:40], "revenue"] = np.inf
    result = ask(rows, weight="weight", designs=("pooled", "two_way"))
    pd.testing.assert_frame_equal(
        result.rows, ask(rows.iloc[40:], weight="weight", designs=("pooled", "two_way")).rows
    )
    assert result.kept == pytest.approx((len(rows) - 40) / (len(rows) - 20))


def test_a_lead_of_its_own_column_is_taken_and_named():
    rows = panel(drop=0)
    after = rows.assign(time=rows["time"] - 1).set_index(["customer", "time"])["csat"].rename("later")
    own = ask(rows.join(after, on=["customer", "time"]), ("placebo_lead",), lead="later")
    assert own.rows["term"].tolist() == ["later", "csat"]
    assert own.rows["estimate"].tolist() == ask(rows, ("placebo_lead",)).rows["estimate"].tolist()
    assert "is the exposure of the next period" in ask(rows, ("placebo_lead",)).rows["note"][0]
    assert own.rows["note"][0] == ""


def test_entities_with_one_row_are_left_out_where_they_say_nothing():
    rows = panel(drop=0)
    alone = rows[(rows["customer"] > 4) | (rows["time"] == 2)]
    result = ask(alone, ("pooled", "entity", "two_way"))
    assert main(result, "pooled")["n"] == len(alone) and main(result, "entity")["n"] == len(alone) - 5
    assert main(result, "two_way")["entities"] == 55
    assert "5 rows of entities or periods with no other" in main(result, "entity")["note"]


def test_nickells_warning_stands_beside_entity_effects_and_few_periods():
    rows = panel(periods=6)
    assert "(Nickell)" in main(ask(rows), "lagged_outcome")["note"]
    effects = main(ask(rows, lagged_effects=True), "lagged_outcome")
    assert effects["note"].startswith("Nickell: with entity effects over") or "; Nickell:" in effects["note"]
    long = panel(n=20, periods=15, drop=0)
    assert "Nickell" not in main(ask(long, entity="customer", time="time"), "lagged_outcome")["note"]


def test_few_clusters_are_named_and_bootstrapped_where_asked():
    rows = panel(n=8, periods=8, drop=0)
    plain, booted = ask(rows), ask(rows, n_boot=99, seed=3)
    assert "8 clusters are few" in main(plain, "two_way")["note"]
    row = main(booted, "two_way")
    assert row["method"] == "CR1 by customer; wild cluster bootstrap (webb, 99)"
    assert row["estimate"] == main(plain, "two_way")["estimate"] and row["conf_low"] < row["estimate"]
    assert row["conf_low"] != main(plain, "two_way")["conf_low"]
    pd.testing.assert_frame_equal(booted.rows, ask(rows, n_boot=99, seed=3).rows)
    many = ask(panel(), n_boot=9)
    assert many.rows["method"].eq("CR1 by customer").all()


def test_logs_and_engines():
    rows = panel().assign(revenue=lambda frame: np.exp(frame["revenue"]))
    logged = ask(rows, log_outcome=True)
    assert logged.outcome == "log(revenue)" and logged.partial("pooled").outcome == "log(revenue)"
    plain = ask(rows.assign(revenue=np.log(rows["revenue"])))
    assert logged.rows["estimate"].tolist() == plain.rows["estimate"].tolist()
    for other in (pl.from_pandas(rows), duckdb.from_df(rows)):
        found = ask(other, log_outcome=True, formula="C(region)", cluster="region").rows
        expected = ask(rows, log_outcome=True, formula="C(region)", cluster="region").rows
        pd.testing.assert_frame_equal(found, expected, rtol=1e-9)


def test_a_formula_leaves_out_rows_that_lack_a_column():
    rows = panel()
    rows.loc[rows.index[:7], "region"] = None
    result = ask(rows, ("pooled",), formula="C(region) + seats")
    assert result.n == len(rows) - 7
    fit = smf.ols("revenue ~ csat + C(region) + seats", rows).fit()
    assert result.rows["estimate"][0] == pytest.approx(fit.params["csat"], rel=1e-10)


def test_words_are_no_stronger_than_the_evidence():
    result = ask(panel())
    text = result.summary()
    assert "goes with" in text and "is not shown to go with it" in text and "association" in text
    assert list(result.rows.columns) == COLUMNS
    assert {"outcome", "exposure", "conf_level", "weighting"} <= set(result.tidy().columns)
    moved = panel(drop=0)
    moved["later"] = moved["revenue"] + np.random.default_rng(0).normal(size=len(moved))
    assert "which comes after the outcome, goes with it too" in ask(moved, lead="later").summary()
    assert "What comes after revenue" in ask(panel(), ("placebo_lead",)).summary()


def test_small_bases_are_blanked():
    result = ask(panel(), controls=["seats"])
    hidden = result.suppress(61)
    assert hidden.rows["suppressed"].all() and hidden.rows[["estimate", "n", "conf_low"]].isna().all(
        axis=None
    )
    assert "nothing can be shown" in hidden.summary() and result.suppress(10).rows["estimate"].notna().all()
    with pytest.raises(MeasureError, match="no estimate of the design 'two_way'"):
        hidden.partial("two_way")


def test_a_design_that_cannot_be_had_says_why_and_the_others_stand():
    rows = panel(periods=2, drop=0)
    result = ask(rows)
    lead = main(result, "placebo_lead")
    assert np.isnan(lead["estimate"]) and "no row is left" in lead["note"]
    assert main(result, "two_way")["estimate"] == pytest.approx(
        main(result, "first_differences")["estimate"], rel=1e-10
    )
    with pytest.raises(MeasureError, match="no row is left"):
        ask(rows, ("placebo_lead",))
    exact = ask(panel().assign(revenue=lambda frame: 2 * frame["csat"]), ("pooled", "entity"))
    assert exact.rows["estimate"].tolist() == pytest.approx([2, 2]) and exact.rows["std_error"].isna().all()
    assert exact.rows["note"].str.contains("fits the outcome exactly").all()


BAD = {
    "one period": (lambda rows: rows[rows["time"] == 1], {}, "of one period"),
    "no change within": (lambda rows: rows.assign(csat=rows["customer"]), {}, "never changes within"),
    "one cluster": (lambda rows: rows.assign(group=1), {"cluster": "group"}, "one cluster"),
    "missing entity": (
        lambda rows: rows.assign(customer=rows["customer"].where(rows.index > 2)), {}, "3 of 320 rows"
    ),
    "missing period": (lambda rows: rows.assign(period=None), {}, "320 of 320 rows are empty"),
    "missing weight": (
        lambda rows: rows.assign(weight=rows["weight"].where(rows.index > 2)), {"weight": "weight"},
        "3 answers",
    ),
    "negative weight": (lambda rows: rows.assign(weight=-1.0), {"weight": "weight"}, "negative"),
    "half a frequency": (
        lambda rows: rows.assign(weight=0.5), {"weight": "weight", "weight_kind": "frequency"}, "not whole"
    ),
    "unknown kind": (lambda rows: rows, {"weight_kind": "none"}, "sampling, frequency"),
    "negative under log": (lambda rows: rows, {"log_outcome": True}, "0 or less"),
    "equal outcomes": (lambda rows: rows.assign(revenue=1.0), {}, "does not vary"),
    "empty": (lambda rows: rows.iloc[:0], {}, "no rows"),
    "no complete row": (lambda rows: rows.assign(csat=np.nan), {}, "none of 320 rows"),
    "text": (lambda rows: rows.assign(csat="high"), {}, "not numbers"),
    "absent": (lambda rows: rows, {"controls": ["seat"]}, "did you mean 'seats'"),
    "twice": (lambda rows: rows, {"controls": ["csat"]}, "named twice"),
    "formula twice": (lambda rows: rows, {"formula": "csat"}, "named twice"),
    "left-hand side": (lambda rows: rows, {"formula": "revenue ~ seats"}, "left-hand side"),
    "bad formula": (lambda rows: rows, {"formula": "seats +* 2"}, "cannot be read"),
    "unknown in formula": (lambda rows: rows, {"formula": "employees"}, "cannot be read"),
    "unknown design": (lambda rows: rows, {"designs": ("random",)}, "unknown design 'random'"),
    "no design": (lambda rows: rows, {"designs": ()}, "no design"),
    "entity is time": (lambda rows: rows, {"time": "customer"}, "as entity and as time"),
    "three ways": (lambda rows: rows, {"cluster": ["region", "period", "time"]}, "clusters were named"),
    "two ways, boot": (lambda rows: rows, {"cluster": ["region", "period"], "n_boot": 9}, "n_boot=9"),
    "level": (lambda rows: rows, {"conf_level": 95}, "confidence level"),
    "half a resample": (lambda rows: rows, {"n_boot": 99.5}, "99.5 resamples will not do"),
    "seed": (lambda rows: rows, {"seed": -1}, "a seed of -1 is none"),
    "formula of a number": (lambda rows: rows, {"formula": 5}, "formula=5 is no formula"),
    "lists": (
        lambda rows: rows.assign(customer=[[one] for one in rows["customer"]]), {}, "cannot be told apart"
    ),
    "mixed periods": (
        lambda rows: rows.assign(period=[one if one < 3 else str(one) for one in rows["time"]]), {},
        "column 'period': .* cannot be put in order",
    ),
    "lead is the outcome": (lambda rows: rows, {"lead": "revenue"}, "'revenue' is named twice"),
    "no weight": (lambda rows: rows.assign(weight=0.0), {"weight": "weight"}, "every weight is 0"),
    "too large": (
        lambda rows: rows.assign(revenue=rows["revenue"] * 1e200), {}, "'revenue': values .* take other units"
    ),
    "control is exposure": (
        lambda rows: rows.assign(again=2 * rows["csat"] + 1), {"controls": ["again"], "designs": ("pooled",)},
        "nothing of 'csat' varies",
    ),
    "too few rows": (
        lambda rows: rows.iloc[:4], {"formula": "C(period)", "designs": ("pooled",), "cluster": "period"},
        "cannot carry|nothing of",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD, ids=str)
def test_bad_input_is_a_clear_error(case):
    change, options, said = BAD[case]
    with pytest.raises(MeasureError, match=said):
        ask(change(panel()), **options)


def test_an_input_is_never_changed():
    rows = panel()
    before = rows.copy()
    ask(rows, controls=["seats"], formula="C(region)", weight="weight")
    pd.testing.assert_frame_equal(rows, before)


@pytest.mark.parametrize(
    ("design", "value", "capital"),
    [("pooled", 0.116, 0.231), ("entity", 0.110, 0.310), ("two_way", 0.118, 0.358)],
)
def test_grunfelds_investments_are_those_of_the_textbook(design, value, capital):
    """Baltagi, Econometric Analysis of Panel Data, tables 2.1 and 3.1: ten firms, twenty years."""
    rows = grunfeld.load_pandas().data
    rows = rows[rows["firm"] != "American Steel"]
    for exposure, other, expected in (("value", "capital", value), ("capital", "value", capital)):
        found = panel_effect(
            rows, "invest", exposure, entity="firm", time="year", controls=[other], designs=(design,)
        ).rows.iloc[0]
        assert found["estimate"] == pytest.approx(expected, abs=5e-4)
        assert (found["entities"], found["periods"]) == (10, 20)


def test_periods_follow_each_other_as_an_ordered_category_says():
    rows = panel()
    names = ["Q3 24", "Q4 24", "Q1 25", "Q2 25", "Q3 25", "Q4 25"]
    named = [names[place] for place in rows["time"]]
    kind = pl.Enum(names)
    for other in (
        rows.assign(period=pd.Categorical(named, categories=names, ordered=True)),
        pl.from_pandas(rows).with_columns(period=pl.Series(named, dtype=kind)),
    ):
        pd.testing.assert_frame_equal(ask(other).rows, ask(rows).rows)


def test_the_size_of_weights_does_not_matter_however_small_or_large():
    rows = panel()
    plain = ask(rows, weight="weight").rows
    for size in (1e-200, 1e200):
        other = ask(rows.assign(weight=rows["weight"] * size), weight="weight").rows
        pd.testing.assert_frame_equal(other, plain, rtol=1e-9)


def test_mundlaks_design_rests_on_the_rows_that_its_within_estimate_is_made_of():
    rows = panel(drop=0)
    alone = rows[(rows["customer"] < 4) | (rows["time"] == 2)]
    result = ask(alone, ("entity", "mundlak", "pooled"))
    within, mundlak = main(result, "entity"), main(result, "mundlak")
    bases = ["n", "entities", "clusters", "df"]
    assert mundlak[bases].tolist() == within[bases].tolist() == [24, 4, 4, 3]
    # One parameter more, the mean, is counted: (n − 1)/(n − K) with K = 2 and 3.
    assert mundlak["std_error"] == pytest.approx(within["std_error"] * (22 / 21) ** 0.5, rel=1e-9)
    shown = result.suppress(10).rows.set_index("design")["estimate"]
    assert shown[["entity", "mundlak"]].isna().all() and np.isfinite(shown["pooled"])


def test_small_effective_bases_and_few_entities_are_blanked_everywhere():
    rows = panel(drop=0)
    heavy = rows.assign(weight=np.where(rows["customer"] < 1, 1e6, 1.0))
    result = ask(heavy, ("pooled", "two_way"), weight="weight")
    assert main(result, "two_way")["n_eff"] == pytest.approx(6, abs=0.01)
    assert result.suppress(10).rows["suppressed"].all()
    few = ask(rows[rows["customer"] < 4], ("pooled",), cluster=()).estimates()
    assert few.rows["n_eff"].tolist() == [4], "what goes into metrics.csv is blanked by it"
    # Infinite values count as missing, in a column or in what a formula makes of it.
    holes = rows.assign(seats=np.where(rows.index < 5, 0.0, np.abs(rows["seats"]) + 1))
    with np.errstate(divide="ignore"):
        assert ask(holes, ("pooled",), formula="np.log(seats)").n == len(rows) - 5
