"""Hazards in discrete time: against R and statsmodels on expanded rows, identities, and planted truth."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm

import cxlab as cx
from cxlab.model.errors import MeasureError
from cxlab.retention.hazard_fit import hazard_fit
from cxlab.retention.hazard_rows import hazard_rows, informative_spells

REPLICATIONS = 2_000
FOLDER = Path(__file__).parents[1] / "reference"
R = json.loads((FOLDER / "discrete_hazard.json").read_text(encoding="utf-8"))
LINKS = {"logit": sm.families.links.Logit, "cloglog": sm.families.links.CLogLog}


@pytest.fixture(scope="module")
def customers():
    rng = np.random.default_rng(4)
    n = 400
    frame = pd.DataFrame(
        {"csat": rng.integers(0, 11, n), "price": rng.normal(50, 10, n), "who": np.arange(n)}
    )
    chance = 1 / (1 + np.exp(1.2 + 0.2 * frame["csat"] - 0.02 * frame["price"]))
    frame["months"] = np.minimum(rng.geometric(chance), 7)
    frame["left"] = (frame["months"] < 7) & (rng.random(n) < 0.9)
    return frame.assign(w=rng.integers(1, 4, n), team=frame["who"] % 40)


def expanded(frame):
    """One row per customer and month at risk, as a textbook would build it."""
    rows = [
        {"csat": row.csat, "price": row.price, "month": month, "w": row.w, "team": row.team,
         "y": float(row.left and month == row.months), "who": row.who}
        for row in frame.itertuples() for month in range(1, row.months + 1)
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    some = table.groupby("month")["y"].transform("mean").between(0, 1, inclusive="neither")
    return table[some]


def by_statsmodels(frame, link, weights=None):
    table = expanded(frame)
    columns = pd.concat([pd.get_dummies(table["month"], dtype=float), table[["csat", "price"]]], axis=1)
    columns.columns = columns.columns.astype(str)
    family = sm.families.Binomial(LINKS[link]())
    w = None if weights is None else table[weights] / frame[weights].mean()
    return table, sm.GLM(table["y"], columns, family=family, freq_weights=w)


CASES = {
    "plain": {},
    "weighted": {"weight": "w"},
    "teams": {"weight": "w", "cluster": "team"},
    "late": {"entry": "late"},
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("link", LINKS)
def test_rossi_equals_glm_in_r(link, case):
    rossi = pd.read_csv(FOLDER / "rossi.csv")
    block = np.ceil(rossi["week"] / 10)
    rossi = rossi.assign(
        w=0.5 + rossi["prio"] % 4, block=block, team=rossi["age"] % 7,
        late=np.minimum(rossi["age"] % 3, block - 1),
    )  # fmt: skip
    found = cx.discrete_hazard(
        rossi, "block", "arrest", ["fin", "age", "race", "prio"], link=link, **CASES[case]
    )
    frozen = R[link][case]
    # R's glm stops where the deviance changes by 1e-15 of itself: coefficients are known to its root.
    assert found.rows["coefficient"].to_numpy() == pytest.approx(frozen["coefficient"], rel=1e-7)
    assert found.rows["std_error"].to_numpy() == pytest.approx(frozen["std_error"], rel=1e-6)
    assert found.log_likelihood == pytest.approx(frozen["log_likelihood"], rel=1e-12)
    assert found.spells == frozen["spells"]


@pytest.mark.parametrize("link", LINKS)
def test_coefficients_errors_and_likelihood_equal_statsmodels(customers, link):
    # statsmodels 0.15, Newton's method: the errors are those of the observed curvature.
    _, model = by_statsmodels(customers, link)
    fit = model.fit(method="newton", tol=1e-14, maxiter=100)
    found = cx.discrete_hazard(customers, "months", "left", ["csat", "price"], link=link)
    assert found.rows["coefficient"].tolist() == pytest.approx(
        fit.params[["csat", "price"]].tolist(), rel=1e-7
    )
    information = -model.hessian(fit.params, observed=True)
    errors = np.sqrt(np.diagonal(np.linalg.inv(information)))[-2:]
    assert found.rows["std_error"].tolist() == pytest.approx(errors.tolist(), rel=1e-6)
    assert found.log_likelihood == pytest.approx(fit.llf, rel=1e-10)


@pytest.mark.parametrize("link", LINKS)
def test_clustered_errors_equal_the_sandwich_on_expanded_rows(customers, link):
    table, model = by_statsmodels(customers, link, weights="w")
    fit = model.fit(method="newton", tol=1e-14, maxiter=100)
    scores = pd.DataFrame(model.score_obs(fit.params)).groupby(table["team"].to_numpy()).sum().to_numpy()
    bread = np.linalg.inv(-model.hessian(fit.params, observed=True))
    errors = np.sqrt(np.diagonal(bread @ scores.T @ scores @ bread))[-2:]
    found = cx.discrete_hazard(
        customers, "months", "left", ["csat", "price"], link=link, weight="w", cluster="team"
    )
    assert found.rows["std_error"].tolist() == pytest.approx(errors.tolist(), rel=1e-6)
    assert found.rows["df"].tolist() == [39, 39] and found.errors == "clustered"


def test_rows_cut_into_spells_change_nothing(customers):
    whole = cx.discrete_hazard(customers, "months", "left", ["csat", "price"])
    early = customers.assign(before=0, to=np.minimum(customers["months"], 2))
    early["left"] &= customers["months"] <= 2
    late = customers.assign(before=2, to=customers["months"])[customers["months"] > 2]
    both = pd.concat([early, late])
    cut = cx.discrete_hazard(both, "to", "left", ["csat", "price"], entry="before")
    assert cut.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-12)
    assert cut.rows["coefficient"].tolist() == pytest.approx(whole.rows["coefficient"].tolist(), rel=1e-8)
    assert cut.spells == whole.spells == customers["months"].sum()
    by_id = [
        cx.discrete_hazard(frame, column, "left", ["csat", "price"], entry=entry, id="who")
        for frame, column, entry in ((customers, "months", None), (both, "to", "before"))
    ]
    assert by_id[0].rows["std_error"].tolist() == pytest.approx(by_id[1].rows["std_error"].tolist(), rel=1e-8)


def test_expected_leavers_equal_those_seen(customers):
    # The score of a logit with an effect of each period: expected and seen leavers agree in each period.
    found = cx.discrete_hazard(customers, "months", "left", ["csat", "price"])
    survival = found.survival(customers).to_numpy()
    before = np.column_stack([np.ones(len(survival)), survival[:, :-1]])
    hazard = 1 - survival / before
    for place, row in enumerate(found.periods.itertuples()):
        there = (customers["months"] >= row.period).to_numpy()
        assert row.n == there.sum()
        assert hazard[there, place].sum() == pytest.approx(row.events, abs=1e-6)


def test_survival_at_the_mean_is_that_of_the_periods(customers):
    for link in LINKS:
        found = cx.discrete_hazard(customers, "months", "left", ["csat", "price"], link=link)
        mean = pd.DataFrame({"csat": [customers["csat"].mean(), np.nan], "price": customers["price"].mean()})
        survival = found.survival(mean)
        assert survival.iloc[0].to_numpy() == pytest.approx(found.periods["survival"].to_numpy(), rel=1e-12)
        assert survival.iloc[1].isna().all()


@pytest.mark.parametrize("fitted", [cx.discrete_hazard, cx.boosted_hazard])
def test_survival_ends_where_nobody_was_at_risk(customers, fitted):
    """Followed to month 3, and others from month 5 on: nobody knows who left in months 4 and 5."""
    early = customers[customers["months"] <= 3].assign(start=0)
    late = early.assign(start=5, months=early["months"] + 5)
    found = fitted(pd.concat([early, late]), "months", "left", ["csat"], entry="start")
    survival = found.survival(pd.DataFrame({"csat": [5.0]}))
    assert survival.columns.tolist() == [1, 2, 3, 6, 7, 8]
    assert survival.iloc[0].isna().tolist() == [False] * 3 + [True] * 3
    # Late entry of all without a gap: of those there before month 6.
    alone = fitted(late, "months", "left", ["csat"], entry="start").survival(pd.DataFrame({"csat": [5.0]}))
    assert alone.columns.tolist() == [6, 7, 8] and alone.notna().all().all()


def test_a_gap_ends_the_survival_of_the_periods_too(customers):
    early = customers[customers["months"] <= 3].assign(start=0)
    late = early.assign(start=5, months=early["months"] + 5)
    found = cx.discrete_hazard(pd.concat([early, late]), "months", "left", ["csat"], entry="start").periods
    assert found["survival"].isna().tolist() == [False] * 3 + [True] * 3
    assert found["hazard"].notna().all()


def test_weights_and_engines(customers):
    weighed = cx.discrete_hazard(customers, "months", "left", ["csat"], weight="w")
    repeated = customers.loc[customers.index.repeat(customers["w"])]
    twice = cx.discrete_hazard(repeated, "months", "left", ["csat"])
    assert weighed.rows["coefficient"][0] == pytest.approx(twice.rows["coefficient"][0], rel=1e-9)
    assert weighed.periods["observed"].tolist() == pytest.approx(twice.periods["observed"].tolist())
    scaled = cx.discrete_hazard(
        customers.assign(w=1e-3 * customers["w"]), "months", "left", ["csat"], weight="w"
    )
    assert scaled.rows["std_error"][0] == pytest.approx(weighed.rows["std_error"][0], rel=1e-9)
    other = cx.discrete_hazard(pl.from_pandas(customers), "months", "left", ["csat"], weight="w")
    assert other.rows["coefficient"][0] == weighed.rows["coefficient"][0]


def test_small_bases_are_blanked(customers):
    found = cx.discrete_hazard(customers, "months", "left", ["csat"])
    thin = found.suppress(int(found.periods["n"].iloc[-1]) + 1)
    assert thin.rows["ratio"].notna().all()
    # The last period alone could be found from the spells, so the one before goes with it.
    assert thin.periods["n"].isna().tolist() == [False] * 5 + [True] * 2
    assert thin.periods["survival"].isna().iloc[-2:].all()
    assert thin.survival(customers.head(2)).isna().iloc[:, -2:].all().all()
    blank = found.suppress(401)
    assert blank.rows["ratio"].isna().all() and "too few" in blank.summary() and blank.periods.empty
    with pytest.raises(MeasureError, match="too few"):
        blank.survival(customers)


def test_bad_input_is_refused(customers):
    def refused(match, frame=customers, columns=("csat",), **options):
        with pytest.raises(MeasureError, match=match):
            cx.discrete_hazard(frame, "months", "left", columns, **options)

    refused("no whole period", customers.assign(months=customers["months"] + 0.5))
    refused("no whole period", customers.assign(months=customers["months"] - 1))
    refused("1e\\+06|1,000,000 periods", customers.assign(months=1_000_000))
    refused("unknown link", link="probit")
    refused("nobody leaves", customers.assign(left=0))
    refused("both leavers and stayers", customers.assign(months=1, left=1))
    refused("does not vary", customers.assign(csat=1))
    refused("repeats", customers.assign(again=customers["csat"] * 3), columns=["csat", "again"])
    refused("runs off", customers.assign(csat=customers["left"].astype(float)), columns=["csat"])
    refused("no row holds", customers.head(0))
    refused("no column", columns=["csta"])
    found = cx.discrete_hazard(customers, "months", "left", ["csat"])
    with pytest.raises(MeasureError, match="no column 'csat'"):
        found.survival(customers[["price"]])


@pytest.mark.slow
def test_intervals_hold_the_planted_ratio():
    # 2,000 replications of 200 customers over 6 periods, seed 13: hazard ratio e^.5 per unit, complementary
    # log-log; periods with hazards of their own.
    rng = np.random.default_rng(13)
    truth, n, held = 0.5, 200, 0
    rate = np.array([0.10, 0.16, 0.07, 0.2, 0.12, 0.1])
    for _ in range(REPLICATIONS):
        x = rng.standard_normal(n)
        chance = -np.expm1(-rate[None, :] * np.exp(truth * x[:, None]))
        leaves = rng.random((n, 6)) < chance
        event = leaves.any(axis=1)
        duration = np.where(event, leaves.argmax(axis=1) + 1, 6).astype(float)
        spells, _ = informative_spells(hazard_rows(duration, event, None, "t")[0])
        fit = hazard_fit(spells, x[:, None], np.ones(n), "cloglog", ["x"])
        held += abs(fit.coefficients[0] - truth) < 1.959964 * np.sqrt(fit.covariance[0, 0])
    assert abs(held / REPLICATIONS - 0.95) < 3 * np.sqrt(0.05 * 0.95 / REPLICATIONS), held / REPLICATIONS
