"""Forecasts of renewals: each part against R, the whole against what must hold whatever the data."""

import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.special import expit

import cxlab as cx
from cxlab.model.errors import MeasureError
from cxlab.retention.penalised_logit import penalised_logit
from cxlab.retention.period_shock import between_variance, period_contrasts, shock_interval
from cxlab.retention.renewal_draws import DueRows, PeriodModel, drawn_totals, parameters_at

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "renewal.json").read_text("utf-8"))
SHOCKS = (0.0, 0.25, -0.25, 0.25, -0.5, 0.25)
ASKED = {"entity": "id", "period": "period", "n_draws": 800}


def decisions(seed: int, n: int, shocks, first: int = 2020) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    size = n * len(shocks)
    index = 100 * rng.integers(0, 19, size) / 18
    p = expit(-1.4 + 0.05 * index + np.repeat(shocks, n))
    rows = pd.DataFrame(
        {
            "id": np.tile(np.arange(n), len(shocks)),
            "period": np.repeat([f"{first + place}" for place in range(len(shocks))], n),
            "renewal_index": index,
            "outcome": np.where(rng.random(size) < p, "renewed", "lost"),
            "value": rng.lognormal(5, 1, size),
            "cohort": rng.choice(["new", "old"], size),
        }
    )
    return rows.assign(renewal_index=rows["renewal_index"].where(rng.random(size) > 0.3))


@pytest.fixture(scope="module")
def past() -> pd.DataFrame:
    return decisions(1, 150, SHOCKS)


@pytest.fixture(scope="module")
def due() -> pd.DataFrame:
    return decisions(2, 200, [0.0], first=2030).drop(columns="outcome")


def test_the_penalised_logit_is_the_maximum_that_r_finds():
    # R's optim stops within 1e-8 of the maximum in its value, so within 1e-4 of a standard error.
    given = REFERENCE["logit"]
    rows = pd.DataFrame(given["rows"])
    design = np.column_stack([np.eye(4)[rows["period"] - 1], rows["x"]])
    fit = penalised_logit(design, rows["trials"].to_numpy("float64"), rows["renewed"].to_numpy("float64"))
    np.testing.assert_allclose(fit.coefficients, given["coefficients"], atol=2e-6)
    np.testing.assert_allclose(fit.covariance, given["covariance"], rtol=1e-4, atol=1e-6)
    assert rows.loc[rows["period"] == 4, "renewed"].sum() == rows.loc[rows["period"] == 4, "trials"].sum()


def test_one_period_and_no_covariate_have_the_closed_form():
    """Jeffreys' prior adds half a renewal and half a loss: Firth (1993), section 3.3."""
    for renewed in (0.0, 3.0, 10.0):
        fit = penalised_logit(np.ones((1, 1)), np.array([10.0]), np.array([renewed]))
        assert fit.coefficients[0] == pytest.approx(np.log((renewed + 0.5) / (10.5 - renewed)), abs=1e-8)


@pytest.mark.parametrize("name", ["one_market", "two_markets", "alike"])
def test_variance_between_periods_its_interval_and_the_means_are_those_of_metafor(name):
    given = REFERENCE[name]
    effects, variances = np.array(given["effects"]), np.diag(given["variances"])
    groups = np.array(given["groups"])
    contrasts = period_contrasts(effects, variances, groups)
    tau2 = between_variance(contrasts, np.array([float(contrasts.df)]))
    ends = np.square(shock_interval(contrasts, 0.95))
    # metafor's root search stops at .Machine$double.eps^.25 of τ² at its least exact.
    np.testing.assert_allclose(
        [*tau2, *ends], [given["tau2"], given["conf_low"], given["conf_high"]], rtol=1e-6, atol=1e-9
    )
    found = parameters_at(PeriodModel(effects, np.zeros(0), variances, groups), tau2)
    np.testing.assert_allclose(found.mean[0], np.atleast_1d(given["mean"]), rtol=1e-6)
    np.testing.assert_allclose(found.covariance[0], given["covariance"], rtol=1e-6, atol=1e-12)


def test_with_exact_effects_the_next_one_is_drawn_from_students_t():
    """Without sampling variance the new effect is ȳ + s √(1 + 1/T) t: an identity of the normal model."""
    effects, rng = np.array([0.1, -0.4, 0.6, 0.2]), np.random.default_rng(5)
    contrasts = period_contrasts(effects, 1e-12 * np.eye(4), np.zeros(4, dtype="int64"))
    variance = between_variance(contrasts, rng.chisquare(3, 50_000))
    drawn = effects.mean() + np.sqrt(1.25 * variance) * rng.standard_normal(50_000)
    reach = 2.353363 * effects.std(ddof=1) * np.sqrt(1.25)  # R: qt(.95, 3)
    # Three Monte Carlo standard errors of a share of .9 in 50,000.
    assert np.mean(np.abs(drawn - effects.mean()) < reach) == pytest.approx(0.9, abs=0.0041)


def test_totals_of_certain_parameters_are_binomial():
    n, draws = 300, 20_000
    none = np.zeros(n, dtype="int64")
    value = np.linspace(1, 5, n)
    due = DueRows(np.zeros((n, 0)), none, none[:1], np.arange(n) % 2, value)
    counts, values = drawn_totals(
        np.full((draws, 1), np.log(3)), np.zeros(draws), due, np.random.default_rng(6)
    )
    assert counts.sum(axis=0).mean() == pytest.approx(225, abs=3 * np.sqrt(300 * 0.1875 / draws))
    assert counts.sum(axis=0).var() == pytest.approx(300 * 0.1875, rel=3 * np.sqrt(2 / draws))
    assert values.sum(axis=0).var() == pytest.approx(0.1875 * (value**2).sum(), rel=3 * np.sqrt(2 / draws))


def test_cohorts_add_up_and_figures_fit_together(past, due):
    made = cx.renewal_forecast(past, due, value="value", by="cohort", **ASKED)
    for _, rows in made.rows.groupby("quantity"):
        parts = rows[rows["by"] != ""]
        for name in ("estimate", "at_stake", "n", "silent"):
            assert rows.iloc[0][name] == pytest.approx(parts[name].sum())
        assert ((rows["conf_low"] < rows["estimate"]) & (rows["estimate"] < rows["conf_high"])).all()
        assert (rows["conf_high"] <= rows["at_stake"]).all()
    customers = made.customers
    assert customers["probability"].sum() == pytest.approx(made.rows["estimate"].iloc[0])
    assert customers.loc[customers["silent"], "probability"].nunique() == 1
    assert len(customers) == len(due)


def test_the_silent_are_forecast_by_the_rate_of_the_silent(past, due):
    """With one market and no shock the rate of the silent is theirs of the past, but for Firth's half."""
    made = cx.renewal_forecast(past, due, shock=0.0, **ASKED)
    silent = past[past["renewal_index"].isna()]
    rate = (silent["outcome"] == "renewed").mean()
    found = made.customers.loc[made.customers["silent"], "probability"].iloc[0]
    # Effects of periods are weighed by information, not by numbers: within a standard error of the rate.
    assert found == pytest.approx(rate, abs=np.sqrt(rate * (1 - rate) / len(silent)))
    left = cx.renewal_forecast(past, due, silent="leave_out", **ASKED)
    assert left.rows["n"].iloc[0] == due["renewal_index"].notna().sum()
    assert "lack an answer and are not forecast" in left.summary()
    mute = due.assign(cohort=np.where(due["renewal_index"].isna(), "z", "a"))
    rows = cx.renewal_forecast(past, mute, silent="leave_out", by="cohort", **ASKED).rows
    assert rows["level"].tolist() == ["", "a"] and rows["n"].nunique() == 1


def test_planted_coefficients_lie_in_their_intervals():
    made = cx.renewal_forecast(decisions(7, 600, SHOCKS), decisions(8, 50, [0.0], 2030), **ASKED)
    rows = made.coefficients.set_index("term")
    planted = {"intercept": -1.4 + np.mean(SHOCKS), "renewal_index": 0.05, "shock_sd": np.std(SHOCKS, ddof=1)}
    for term, truth in planted.items():
        assert rows.loc[term, "conf_low"] < truth < rows.loc[term, "conf_high"]


def test_without_the_shock_the_interval_is_shorter_and_a_given_shock_is_used(past, due):
    widths = []
    for shock in (0.0, 0.2, 0.5):
        row = cx.renewal_forecast(past, due, shock=shock, **ASKED).rows.iloc[0]
        widths.append(row["conf_high"] - row["conf_low"])
    assert widths == sorted(widths) and widths[0] < 0.7 * widths[2]
    one = past[past["period"] == "2020"]
    made = cx.renewal_forecast(one, due, shock=0.25, **ASKED)
    assert made.shock == 0.25 and "(as given)" in made.summary()


def test_markets_have_intercepts_and_shocks_of_their_own(past, due):
    other = decisions(9, 150, SHOCKS).assign(market="b")
    other["outcome"] = other["outcome"].where(np.random.default_rng(1).random(len(other)) < 0.6, "lost")
    both = pd.concat([past.assign(market="a"), other], ignore_index=True)
    both["id"] = both["market"] + both["id"].astype(str)
    coming = pd.concat([due.assign(market="a"), due.assign(market="b", id=due["id"] + 1000)])
    made = cx.renewal_forecast(both, coming, market="market", by="market", **ASKED)
    rows = made.rows.set_index("level")
    assert rows.loc["a", "rate"] > rows.loc["b", "rate"] + 0.1
    assert len(made.periods) == 12
    # Independent shocks: the variance of the whole is the sum of the parts' but for the common slope.
    whole, parts = rows.loc["", "std_error"] ** 2, (rows.loc[["a", "b"], "std_error"] ** 2).sum()
    assert 0.85 * parts < whole < 1.4 * parts


def test_the_silent_of_each_market_have_a_rate_of_their_own():
    """Nine in ten of the silent of a renew and two in ten of b; six in ten of those who answered in both."""
    rng, parts = np.random.default_rng(1), []
    for market, rate in (("a", 0.9), ("b", 0.2)):
        rows = decisions(4, 300, np.zeros(7)).assign(m=market)
        silent = rows["renewal_index"].isna()
        renewed = np.where(silent, rng.random(len(rows)) < rate, rng.random(len(rows)) < 0.6)
        parts.append(rows.assign(outcome=renewed, who=market + np.where(silent, " silent", "")))
    rows = pd.concat(parts, ignore_index=True).assign(id=np.arange(4200))
    known, coming = rows[rows["period"] < "2026"], rows[rows["period"] == "2026"].drop(columns="outcome")
    made = cx.renewal_forecast(known, coming, market="m", by="who", **ASKED)
    found, seen = made.rows.set_index("level")["rate"], known.groupby("who")["outcome"].mean()
    for who in ("a silent", "b silent"):
        assert found[who] == pytest.approx(seen[who], abs=0.02)
    terms = made.coefficients.set_index("term")["estimate"]
    assert expit(terms["no answer [a]"]) == pytest.approx(seen["a silent"], abs=0.02)
    mute = known[(known["m"] == "a") | known["renewal_index"].isna()]
    some = coming[(coming["m"] == "a") | coming["renewal_index"].isna()]
    made = cx.renewal_forecast(mute, some, market="m", by="who", **ASKED)
    assert made.rows.set_index("level").loc["b silent", "rate"] == pytest.approx(seen["b silent"], abs=0.02)
    assert "intercept [b]" not in set(made.coefficients["term"])


def test_where_every_period_renewed_at_one_rate_that_rate_is_forecast():
    """Ten markets, six periods of 20, always 19 in 20: what is learned is not drawn towards a half."""
    rows = pd.DataFrame(
        [
            (1000 * m + i, f"{2020 + p}", m, int(i > 0))
            for p in range(7)
            for m in range(10)
            for i in range(20)
        ],
        columns=["id", "period", "m", "outcome"],
    )
    known, coming = rows[rows["period"] < "2026"], rows[rows["period"] == "2026"].drop(columns="outcome")
    made = cx.renewal_forecast(known, coming, covariates=(), market="m", **ASKED)
    # Averaged over what 120 decisions leave open: .95 − .45/120.
    assert made.rows["rate"][0] == pytest.approx(0.95 - 0.45 / 120, abs=5e-4)
    assert made.shock == 0 and np.allclose(made.periods["effect"], np.log(19.5 / 1.5))
    one = cx.renewal_forecast(
        known[known["m"] == 0], coming[coming["m"] == 0], covariates=(), shock=0.0, **ASKED
    )
    assert expit(one.coefficients["estimate"][0]) == pytest.approx(0.95, abs=1e-6)


def test_neither_engine_nor_the_order_of_rows_decides(past, due):
    asked = {**ASKED, "value": "value", "by": "cohort"}
    first = cx.renewal_forecast(past, due, **asked)
    for change in (pl.from_pandas, duckdb.from_df, lambda rows: rows.sample(frac=1, random_state=1)):
        again = cx.renewal_forecast(change(past), change(due), **asked)
        np.testing.assert_allclose(
            again.rows.select_dtypes("number").to_numpy("float64"),
            first.rows.select_dtypes("number").to_numpy("float64"), rtol=1e-9,
        )  # fmt: skip


def test_outcomes_are_read_as_texts_numbers_or_flags(past, due):
    first = cx.renewal_forecast(past, due, **ASKED).rows
    flags = past["outcome"] == "renewed"
    for outcome in (flags, flags.astype(int), flags.astype("object")):
        pd.testing.assert_frame_equal(
            cx.renewal_forecast(past.assign(outcome=outcome), due, **ASKED).rows, first
        )
    rows = pd.concat([past, past.iloc[:3].assign(id=[-1, -2, -3], outcome=["open", None, "open"])])
    made = cx.renewal_forecast(rows, due, **ASKED)
    assert made.open == 3 and "3 past decisions are open" in made.summary()
    pd.testing.assert_frame_equal(made.rows, first)


def test_a_period_that_all_renewed_and_no_covariate_are_borne(past, due):
    happy = past.assign(outcome=past["outcome"].where(past["period"] != "2021", "renewed"))
    made = cx.renewal_forecast(happy, due, **ASKED)
    assert np.isfinite(made.periods["effect"]).all()
    bare = cx.renewal_forecast(past, due, covariates=(), **ASKED)
    assert bare.customers["probability"].nunique() == 1
    assert bare.rows["silent"].iloc[0] == 0
    tiny = cx.renewal_forecast(past.groupby("period").head(3), due.head(1), **ASKED)
    assert tiny.rows["conf_low"].iloc[0] == 0 and tiny.rows["conf_high"].iloc[0] == 1


def test_contracts_beyond_the_past_are_counted(past, due):
    far = due.assign(renewal_index=np.where(np.arange(len(due)) < 7, 101.0, due["renewal_index"]))
    assert "7 contracts due have a covariate beyond" in cx.renewal_forecast(past, far, **ASKED).summary()
    assert "beyond" not in cx.renewal_forecast(past, due, **ASKED).summary()


def test_periods_stand_in_the_order_of_an_ordered_category(past, due):
    names = [*sorted(past["period"].unique(), reverse=True), "2030"]
    kind = pd.CategoricalDtype(names, ordered=True)
    made = cx.renewal_forecast(
        past.assign(period=past["period"].astype(kind)),
        due.assign(period=due["period"].astype(kind)),
        **ASKED,
    )
    assert made.periods["period"].tolist() == names[:-1]


def test_small_cohorts_are_hidden_and_no_contract_is_shown(past, due):
    some = due.assign(cohort=np.where(np.arange(len(due)) < 4, "rare", due["cohort"]))
    made = cx.renewal_forecast(past, some, by="cohort", value="value", **ASKED)
    shown = made.suppress(10)
    hidden = shown.rows[shown.rows["suppressed"]]
    assert "rare" in set(hidden["level"]) and hidden["n"].isna().all() and hidden["estimate"].isna().all()
    assert len(hidden) == 4  # a second cohort of either quantity protects the first
    assert shown.customers.empty and len(made.customers) == len(due)
    assert shown.suppress(5) is shown
    short = cx.renewal_forecast(past.drop(index=range(146)), due, **ASKED)
    periods = short.suppress(10).periods
    assert short.periods["n"].iloc[0] == 4 and periods["n"].isna().sum() == 2  # not found from `past`
    assert made.suppress(10_000).summary().endswith("too few contracts to say.")
    assert "entity" not in made._repr_html_() and "rare" in made._repr_html_()
    assert {"quantity", "due", "conf_level", "shock_sd"} <= set(made.tidy())


@pytest.mark.parametrize(
    ("history", "coming", "options", "said"),
    [
        (lambda p: p.iloc[:0], None, {}, "no past decision has an outcome"),
        (lambda p: p.assign(outcome="open"), None, {}, "no past decision has an outcome"),
        (lambda p: p.assign(outcome="lost"), None, {}, "are 'lost', and nothing says who decides otherwise"),
        (lambda p: p[p["period"] < "2022"], None, {}, "2 past periods do not say how much periods differ"),
        (lambda p: p[p["period"] < "2021"], None, {}, "1 past period does not say"),
        (lambda p: p[p["renewal_index"].notna()], None, {}, "lack a covariate, and no past decision does"),
        (lambda p: p.assign(renewal_index=np.nan), None, {}, "no past decision has renewal_index"),
        (lambda p: p.assign(renewal_index=50.0), None, {}, "'renewal_index' is the same in all"),
        (lambda p: p.assign(year=p["period"].astype(int)), lambda d: d.assign(year=2030),
         {"covariates": ("year",)}, "does not tell year and the periods apart"),
        (lambda p: p.assign(outcome="maybe"), None, {}, "outcomes such as 'maybe' are none"),
        (lambda p: p.assign(renewal_index=(p["outcome"] == "renewed") * 1.0),
         lambda d: d.assign(renewal_index=1.0), {}, "'renewal_index' tells every past decision"),
        (None, None, {"entity": None}, "does not name a column"),
        (lambda p: p.assign(outcome=2), None, {}, "outcomes such as"),
        (lambda p: pd.concat([p, p.head(1)]), None, {},
         "1 rows repeat one of the same period, first row 900 (from 0)"),
        (lambda p: p.assign(period=p["period"].astype(int)), None, {}, "cannot be put in order"),
        (lambda p: p.assign(period=p["period"].where(p["id"] > 0)), None, {}, "rows have none"),
        (lambda p: p.assign(period=p["period"] + "-9"), lambda d: d.assign(period="2025-10"), {},
         "the alphabet does not put periods such as '2025-10'"),
        (None, lambda d: d.assign(cohort=np.where(d["id"] < 9, "(missing)", None)), {"by": "cohort"},
         "two cohorts would both be called '(missing)'"),
        (lambda p: p.assign(m=np.where(p["renewal_index"].isna(), "b", p["cohort"])),
         lambda d: d.assign(m="b"), {"market": "m"}, "nobody of b answered before a past decision"),
        (lambda p: p[p["renewal_index"].notna() | (p["cohort"] == "new")], None, {"market": "cohort"},
         "contracts due of old lack a covariate, and no past decision of old does"),
        (None, lambda d: d.assign(period="2025"), {}, "are to be forecast from others of 2025"),
        (None, lambda d: d.iloc[:0], {}, "no contract is due"),
        (None, lambda d: d.assign(value=-1.0), {"value": "value"}, "values are missing or negative"),
        (None, lambda d: d.drop(columns="renewal_index"), {}, "there is no column 'renewal_index'"),
        (lambda p: p.assign(m="a"), lambda d: d.assign(m="b"), {"market": "m"}, "nothing is known of b"),
        (None, None, {"silent": "mean"}, "unknown silent 'mean'; take one of own_rate, leave_out"),
        (None, None, {"shock": -1}, "a shock of -1 is none"),
        (None, None, {"n_draws": 10}, "10 draws will not do"),
        (None, None, {"conf_level": 95}, "a confidence level of 95 is none"),
        (None, None, {"seed": -1}, "a seed of -1 is none"),
    ],
)  # fmt: skip
def test_what_cannot_be_forecast_is_refused(past, due, history, coming, options, said):
    rows = past if history is None else history(past)
    with pytest.raises(MeasureError) as error:
        cx.renewal_forecast(rows, due if coming is None else coming(due), **{**ASKED, **options})
    assert said in str(error.value)
