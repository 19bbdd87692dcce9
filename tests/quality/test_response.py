"""Who was invited, response rates and response weights: links, identities, references, a simulation."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from cxlab.measure.nps import nps
from cxlab.model.errors import ContractError, MeasureError
from cxlab.quality.invited import invited
from cxlab.quality.response_weights import fit_logit, response_weights, trimmed_weights
from tests.quality.quality_markets import WAVE, invited_tables, market_of, responses_of


def people_of(n: int = 2000, seed: int = 1) -> pd.DataFrame:
    """Invited people of two segments and four ages, who answer at different rates."""
    rng = np.random.default_rng(seed)
    age = rng.choice(["18-29", "30-44", "45-59", "60+"], n)
    segment = rng.choice(["home", "firm"], n, p=[0.7, 0.3])
    chance = 0.15 + 0.3 * (age == "60+") + 0.1 * (segment == "firm")
    answered = rng.random(n) < chance
    response_id = pd.Series(np.where(answered, [f"r{i}" for i in range(n)], None), dtype="str")
    tenure = rng.gamma(2, 3, n)
    return pd.DataFrame(
        {"response_id": response_id, "answered": answered, "age": age, "segment": segment, "tenure": tenure}
    )


def linked_market(**changed: pd.DataFrame):
    rng = np.random.default_rng(1)
    answered = np.array([True, False, True, False])
    tables = invited_tables(
        rng, answered, np.array(["r0", "", "r1", ""], dtype=object), segment=np.array(["a", "a", "b", "b"])
    )
    return market_of(responses_of(2, rng, customer_id=["c0", "c2"]), tables={**tables, **changed})


def test_invitations_are_linked_to_answers_and_customers():
    people = invited(linked_market())
    assert people["answered"].tolist() == [True, False, True, False]
    assert people["response_id"].tolist()[::2] == ["r0", "r1"] and people["response_id"].isna().sum() == 2
    assert people["segment"].tolist() == ["a", "a", "b", "b"]


def test_reminders_are_one_person():
    sent = linked_market().tables["invitations"]
    again = sent.assign(invite_id="again" + sent["invite_id"], response_id=pd.Series([None] * 4, dtype="str"))
    people = invited(linked_market(invitations=pd.concat([again, sent], ignore_index=True)))
    assert people.sort_values("customer_id")["answered"].tolist() == [True, False, True, False]


def test_an_answer_in_quarantine_is_none():
    sent = linked_market().tables["invitations"]
    sent = sent.assign(response_id=sent["response_id"].replace("r1", "r99"))
    assert invited(linked_market(invitations=sent))["answered"].tolist() == [True, False, False, False]


def test_without_response_ids_the_customer_links():
    sent = linked_market().tables["invitations"].drop(columns="response_id")
    assert invited(linked_market(invitations=sent))["answered"].tolist() == [True, False, True, False]


def test_without_customers_each_invitation_is_a_person():
    sent = linked_market().tables["invitations"].drop(columns="customer_id")
    assert invited(linked_market(invitations=sent))["answered"].sum() == 2


def test_what_cannot_be_linked_is_refused():
    with pytest.raises(ContractError, match="no source maps the table 'invitations'"):
        invited(market_of(responses_of(3, np.random.default_rng(0))))
    sent = linked_market().tables["invitations"]
    with pytest.raises(ContractError, match=f"nobody was invited to wave '{WAVE}'"):
        invited(linked_market(invitations=sent.assign(wave="2020")))
    market = linked_market(invitations=sent.drop(columns=["response_id", "customer_id"]))
    with pytest.raises(ContractError, match="nothing ties the invitations to the answers"):
        invited(market)


def test_one_column_gives_the_same_weights_by_both_methods():
    people = people_of()
    logit, cells = (response_weights(people, ["age"], method=m, max_ratio=None) for m in ("logit", "cells"))
    pd.testing.assert_series_equal(logit.weights, cells.weights, rtol=1e-9)
    rate = people.groupby("age")["answered"].transform("mean")[people["answered"]].to_numpy()
    np.testing.assert_allclose(cells.propensity, rate, rtol=1e-12)
    np.testing.assert_allclose(cells.diagnostics["after"], cells.diagnostics["target"], rtol=1e-12)


def test_weights_add_up_and_say_what_they_cost():
    people = people_of()
    weights = response_weights(people, ["age", "segment", "tenure"])
    w = weights.weights.to_numpy()
    assert w.sum() == pytest.approx(len(people), rel=1e-12)
    assert weights.n_eff == pytest.approx(w.sum() ** 2 / (w**2).sum(), rel=1e-12)
    assert weights.weights.index.tolist() == people.loc[people["answered"], "response_id"].tolist()
    assert f"{len(w):,} inverse-probability weights by logit" in weights.summary()


def test_the_logistic_regression_equals_that_of_statsmodels():
    people = people_of()
    columns = pd.get_dummies(people[["age", "segment"]], drop_first=True).assign(tenure=people["tenure"])
    design = np.column_stack([np.ones(len(people)), columns.to_numpy(dtype="float64")])
    outcome = people["answered"].to_numpy(dtype="float64")
    expected = sm.Logit(outcome, design).fit(disp=False, method="newton", tol=1e-12).params
    np.testing.assert_allclose(fit_logit(design, outcome), expected, rtol=1e-8)
    chance = sm.Logit(outcome, design).predict(expected)[people["answered"]]
    fitted = response_weights(people, ["age", "segment", "tenure"]).propensity
    np.testing.assert_allclose(fitted, chance, rtol=1e-8)


def test_trimming_holds_the_bound_and_the_sum():
    weights = np.array([1.0] * 90 + [2.0] * 8 + [30.0, 40.0])
    trimmed, held = trimmed_weights(weights, 3.0)
    bound = 3 * weights.mean()
    assert held == 2 and trimmed.max() == pytest.approx(bound) and trimmed.sum() == pytest.approx(176.0)
    np.testing.assert_allclose(trimmed[:98] / weights[:98], trimmed[0], rtol=1e-12)
    assert trimmed_weights(weights, None)[1] == 0


def test_small_levels_are_joined_and_named():
    people = people_of()
    people.loc[:7, "age"] = "under 18"
    people.loc[:7, ["answered", "response_id"]] = [False, None]
    found = response_weights(people, ["age"]).diagnostics
    joined = [level for level in found["level"] if " + " in level]
    assert len(joined) == 1 and "under 18" in joined[0]
    assert found["after"].sum() == pytest.approx(1) and (found["n"] >= 10).all()


@pytest.mark.parametrize(
    ("change", "options", "fault"),
    [
        ({}, {"by": []}, "by= names no columns"),
        ({}, {"by": "age"}, "by= names no columns"),
        ({}, {"by": ["aeg"]}, "no column 'aeg'; did you mean 'age'"),
        ({}, {"by": ["age"], "method": "tree"}, "unknown method 'tree'; known are: cells, logit"),
        ({}, {"by": ["age"], "max_ratio": 1}, "bounds nothing"),
        ({}, {"by": ["tenure"], "method": "cells"}, "holds numbers"),
        ({"tenure": np.nan}, {"by": ["tenure"]}, "lacks numbers"),
        ({"answered": True}, {"by": ["age"]}, "everybody answered, or nobody"),
    ],
)
def test_what_cannot_be_weighted_is_refused(change, options, fault):
    with pytest.raises(MeasureError, match=fault):
        response_weights(people_of().assign(**change), **options)


def test_cells_where_nobody_answered_are_named():
    people = people_of()
    silent = (people["age"] == "18-29") & (people["segment"] == "firm")
    people.loc[silent, "answered"] = False
    with pytest.raises(MeasureError, match="nobody answered in 18-29 × firm"):
        response_weights(people, ["age", "segment"], method="cells")
    assert response_weights(people, ["age", "segment"]).n_eff > 100


def test_a_column_that_settles_who_answers_is_refused():
    people = people_of()
    people["number"] = np.where(people["answered"], 1.0, -1.0) + np.linspace(0, 0.1, len(people))
    with pytest.raises(MeasureError, match="overlap or settle"):
        response_weights(people, ["number"])


def test_weights_change_nps_as_the_planted_bias_says():
    people = people_of(20_000)
    rng = np.random.default_rng(2)
    score = np.where(people["age"] == "60+", rng.choice([9, 10], 20_000), rng.choice([3, 7, 9], 20_000))
    people = people.assign(nps=score)
    weights = response_weights(people, ["age", "segment"]).weights.reset_index()
    answers = people.merge(weights, on="response_id")
    truth = nps(people).rows["estimate"][0]
    raw, weighted = (nps(answers, weight=weight).rows["estimate"][0] for weight in (None, "response_weight"))
    assert raw > truth + 10
    # The standard error of NPS on an effective base of about 4,000 is 1.4 points at most.
    assert abs(weighted - truth) < 4.2


@pytest.mark.slow
@pytest.mark.parametrize("method", ["logit", "cells"])
def test_the_weighted_mean_is_unbiased_and_the_raw_mean_is_not(method):
    # 2,000 replications of 600 people invited, seed 11. Outcome 7 + 1.5·[old] − [firm] + N(0, 1), population
    # mean 7.075; the log odds of an answer are −1.4 + 1.6·[old] + 0.7·[firm].
    rng = np.random.default_rng(11)
    raw, weighted = np.empty(2000), np.empty(2000)
    for replication in range(2000):
        old, firm = rng.random(600) < 0.25, rng.random(600) < 0.3
        outcome = 7 + 1.5 * old - firm + rng.normal(size=600)
        answered = rng.random(600) < 1 / (1 + np.exp(1.4 - 1.6 * old - 0.7 * firm))
        response_id = pd.Series(np.where(answered, np.arange(600), None), dtype="str")
        people = pd.DataFrame({"response_id": response_id, "answered": answered, "old": old, "firm": firm})
        weights = response_weights(people, ["old", "firm"], method=method, max_ratio=None)
        raw[replication] = outcome[answered].mean()
        weighted[replication] = np.average(outcome[answered], weights=weights.weights)
    truth = 7 + 1.5 * 0.25 - 0.3
    error = weighted.std(ddof=1) / np.sqrt(2000)
    assert abs(weighted.mean() - truth) < 3 * error
    assert raw.mean() - truth > 30 * raw.std(ddof=1) / np.sqrt(2000)
