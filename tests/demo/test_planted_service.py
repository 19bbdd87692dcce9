"""Complaints, contacts, teams, brands and the organisation, recovered from the loaded tables."""

import numpy as np
import pytest

from cxlab.demo.company import WAVES
from cxlab.demo.markets import MARKETS
from cxlab.demo.organisation import area_chances, item_ids
from tests.demo.estimates import least_squares, logit, weighted_mean
from tests.demo.in_turn import IN_TURN

NAMES = [plan.name for plan in MARKETS]
PLANS = {plan.name: plan for plan in MARKETS}


@pytest.mark.parametrize("name", IN_TURN)
def test_complaints_fall_on_the_causes_as_planted(loaded, truth, name):
    """Shares of the causes within 3 SE, in a tree that hangs together."""
    market, rule = loaded(name), truth.markets[name].complaining
    found = market.complaints["cause_id"].value_counts(normalize=True)
    n = len(market.complaints)
    for cause in rule.causes:
        assert abs(found.get(cause.cause_id, 0) - cause.share) < 3 * np.sqrt(
            cause.share * (1 - cause.share) / n
        )
    assert sum(cause.share for cause in rule.causes) == pytest.approx(1)
    tree = market.causes.set_index("cause_id")
    leaves = tree[tree["parent"].notna()]
    assert set(leaves.index) == {cause.cause_id for cause in rule.causes}
    assert (leaves["parent"].map(tree["category"]) == leaves["category"]).all()


@pytest.mark.slow
def test_complaints_follow_satisfaction_with_the_centre(loaded, answers, truth):
    """Of those who answered, all markets: logit of a complaint in the half-year of the answer."""
    y, x, who = [], [], []
    number = {wave.name: place for place, wave in enumerate(WAVES)}
    for name in NAMES:
        rows = (
            answers(name)
            .drop_duplicates(["customer_id", "wave"])
            .dropna(subset=["satisfaction.contact_centre"])
        )
        opened = loaded(name).complaints["opened_at"]
        half = (opened.dt.year - 2024) * 2 + (opened.dt.month > 6)
        made = set(zip(loaded(name).complaints["customer_id"], half, strict=True))
        places = rows["wave"].map(number)
        y += [pair in made for pair in zip(rows["customer_id"], places, strict=True)]
        x += [*((rows["satisfaction.contact_centre"] - 5.5) / 4.5)]
        who += [*rows["customer_id"]]
    fit = logit(y, np.column_stack([np.ones(len(x)), x]), who)
    rule = truth.markets["demo-es"].complaining
    assert np.all(np.abs(fit.coef - [rule.intercept, rule.slope]) < 3 * fit.se)


@pytest.mark.parametrize("name", IN_TURN)
def test_problems_follow_satisfaction_with_the_centre(answers, truth, name):
    rows = answers(name).dropna(subset=["satisfaction.contact_centre", "had_problem"])
    unit = (rows["satisfaction.contact_centre"] - 5.5) / 4.5
    fit = logit(
        rows["had_problem"].astype(float), np.column_stack([np.ones(len(unit)), unit]), rows["cluster"]
    )
    rule = truth.markets[name].problems
    assert np.all(np.abs(fit.coef - [rule.intercept, rule.slope]) < 3 * fit.se)


@pytest.mark.slow
def test_engaged_teams_leave_customers_content(loaded, truth):
    """Team means of contacts on team means of eNPS, all markets: 96 teams.

    A team's mean eNPS is itself an estimate: the slope is taken up by its reliability. The ends of both
    scales cut the slope by up to 5 %.
    """
    x, y, reliability = [], [], []
    for name in NAMES:
        market = loaded(name)
        teams = market.employees.groupby("team")["enps"].agg(["mean", "var", "size"]).astype(float)
        assert len(teams) >= 20
        liked = market.interactions.groupby("agent_team")["csat"].mean().astype(float)
        x += [*(teams["mean"] - teams["mean"].mean())]
        y += [*(liked[teams.index] - liked.mean())]
        error = (teams["var"] / teams["size"]).mean()
        reliability.append(1 - error / teams["mean"].var())
    rule = truth.markets["demo-es"].teams
    fit = least_squares(y, np.array(x)[:, None], np.arange(len(x)))
    slope, error = fit.coef[0] / np.mean(reliability), fit.se[0] / np.mean(reliability)
    planted = rule.csat / rule.enps
    assert abs(slope - planted) < 3 * error + 0.05 * planted
    assert slope > 3 * error


@pytest.mark.slow
def test_discontented_employees_leave(loaded, truth):
    rows = [loaded(name).employees for name in NAMES]
    enps = np.concatenate([part["enps"].astype(float) for part in rows])
    left = np.concatenate([part["left"].astype(float) for part in rows])
    fit = logit(left, np.column_stack([np.ones(len(enps)), enps - 7]), np.arange(len(enps)))
    rule = truth.markets["demo-es"].teams
    assert np.all(np.abs(fit.coef - [rule.leave, rule.leave_slope]) < 3 * fit.se)


@pytest.mark.parametrize("name", IN_TURN)
def test_issues_are_resolved_by_the_first_contact_as_planted(loaded, truth, name):
    """Contacts of an issue are numbered from 1, at most three, never more than a week apart."""
    rows = loaded(name).interactions
    first = rows[rows["seq"] == 1]
    share = first["resolved"].astype(float).to_numpy()
    planted = truth.markets[name].teams.first_contact
    assert abs(share.mean() - planted) < 3 * share.std() / np.sqrt(len(share))
    issues = rows.sort_values(["issue_id", "seq"]).groupby("issue_id")
    assert (issues["seq"].max() == issues.size()).all() and rows["seq"].max() == 3
    gaps = issues["at"].diff().dropna().dt.total_seconds() / 86_400
    assert gaps.between(0, 7).all()
    assert not issues["resolved"].apply(lambda flags: flags.iloc[:-1].any()).any()


@pytest.mark.parametrize("name", IN_TURN)
def test_brands_are_rated_as_planted(loaded, truth, name):
    """Own respondents and the published survey, each brand within 3 SE."""
    market, planted = loaded(name), truth.markets[name].brand_means
    ratings, published = (
        market.brand_ratings,
        market.competitors[market.competitors["wave"] == WAVES[-1].name],
    )
    assert set(ratings["brand"]) == set(published["brand"]) == set(planted)
    for brand, mean in planted.items():
        own = ratings[ratings["brand"] == brand]
        found, error = weighted_mean(own["score"].astype(float), np.ones(len(own)), own["response_id"])
        assert abs(found - mean) < 3 * error
        areas = published[published["brand"] == brand]
        error = np.sqrt((areas["sd"].astype(float) ** 2 / areas["n"].astype(float)).sum()) / len(areas)
        assert abs(areas["mean"].astype(float).mean() - mean) < 3 * error


@pytest.mark.parametrize("name", IN_TURN)
def test_maturity_is_as_planted(loaded, truth, name):
    """The highest stage whose criteria and all lower ones hold."""
    rows = loaded(name).maturity
    for wave, planted in zip(WAVES, truth.markets[name].organisation.stages, strict=True):
        own = rows[rows["wave"] == wave.name]
        holds = (own["met"] == "yes").groupby(own["stage"].astype(int)).all()
        assert int(holds.cummin().sum()) == planted


@pytest.mark.slow
def test_self_assessment_has_33_items_at_two_dates(loaded, truth):
    """Items left out at the first date are left out at the second; shares as planted over all markets."""
    counts = {area: np.zeros(3) for area in "PTCF"}
    planted = area_chances(PLANS["demo-es"])
    for name in NAMES:
        rows = loaded(name).self_assessment
        wide = rows.pivot(index=["rater", "item_id"], columns="wave", values="score")
        assert wide.isna().any(axis=1).equals(wide.isna().all(axis=1))
        assert sorted(set(rows["item_id"])) == sorted(item_ids()) and len(item_ids()) == 33
        assert wide.shape[1] == 2 and (wide.dropna().diff(axis=1).iloc[:, 1] >= 0).all()
        first = rows[rows["wave"] == rows["wave"].min()].dropna(subset=["score"])
        for area, own in first.groupby(first["item_id"].str[0]):
            counts[area] += (
                own["score"].astype(int).value_counts().reindex([1, 2, 3], fill_value=0).to_numpy()
            )
    for area, chances in planted.items():
        n = counts[area].sum()
        for count, chance in zip(counts[area], chances, strict=True):
            assert abs(count / n - chance) < 3 * np.sqrt(chance * (1 - chance) / n)


@pytest.mark.parametrize("name", IN_TURN)
def test_executives_only_move_up_and_give_a_reason_while_passive(loaded, name):
    rows = loaded(name).executives.sort_values(["leader_code", "wave"])
    level = rows["support"].map({"passive": 0, "willing": 1, "engaged": 2})
    assert (level.groupby(rows["leader_code"]).diff().dropna() >= 0).all()
    assert rows["reason"].notna().eq(rows["support"] == "passive").all()
    assert rows["leader_code"].str.fullmatch(r"X\d\d").all()


@pytest.mark.parametrize("name", IN_TURN)
def test_programme_counts_are_those_of_the_invitations(loaded, truth, name):
    market = loaded(name)
    steps = market.programme_steps.groupby("wave")[["invited", "answered"]].sum()
    asked = market.invitations.groupby("wave").size()
    # Invitations whose answer was set aside are set aside with it.
    assert ((steps["invited"] - asked).between(0, sum(truth.markets[name].dirt.values()))).all()
    assert (steps["answered"] <= steps["invited"]).all()
    pilots = (market.responses["stage"] == "pilot").sum()
    assert (pilots > 30) == bool(PLANS[name].pilot)
