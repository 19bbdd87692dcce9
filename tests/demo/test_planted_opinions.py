"""What the market thinks, recovered from the loaded answers within 3 standard errors of what was planted.

Weights are 1 / the planted chance to answer: what a researcher would give for knowing it.
"""

import numpy as np
import pytest

import cxlab as cx
from cxlab.demo.company import WAVES
from cxlab.demo.markets import MARKETS
from tests.demo.estimates import icc_as_answered, least_squares, weighted_mean
from tests.demo.in_turn import IN_TURN

NAMES = [plan.name for plan in MARKETS]
PLANS = {plan.name: plan for plan in MARKETS}


def _points(rows):
    return 100.0 * (rows["nps"] >= 9) - 100.0 * (rows["nps"] <= 6)


@pytest.mark.parametrize("market", IN_TURN)
def test_who_answers_flatters_the_score_and_the_known_chance_restores_it(answers, truth, market):
    """All waves at once, against the customers under contract; the age weight of the export mends a part."""
    rows = answers(market).dropna(subset=["nps", "csat_overall"])
    wave = rows.groupby("wave")["nps"].transform("size")
    planted = rows["wave"].map(truth.markets[market].nps_of_customers)
    gap = _points(rows) - planted
    naive, naive_se = weighted_mean(gap, 1 / wave, rows["cluster"])
    by_age, _ = weighted_mean(gap, rows["weight"] / wave, rows["cluster"])
    known = 1 / rows["chance"]
    known /= known.groupby(rows["wave"]).transform("sum")
    mended, mended_se = weighted_mean(gap, known, rows["cluster"])
    assert naive > 3 * naive_se
    assert naive > by_age > 0
    assert abs(mended) < 3 * mended_se


@pytest.mark.parametrize("market", IN_TURN)
def test_response_rates_differ_by_age(loaded, truth, market):
    """Invitations joined to the customer file; each step of age answers more, as planted at a csat of 3."""
    invited = loaded(market).invitations.merge(loaded(market).customers, on="customer_id")
    rates = invited.groupby("age_band")["response_id"].apply(lambda ids: ids.notna().mean())
    assert rates.is_monotonic_increasing
    spread = np.log(rates / (1 - rates)).diff().dropna().to_numpy()
    planted = np.diff(truth.markets[market].non_response.by_age)
    n = invited.groupby("age_band").size().to_numpy()
    variance = 1 / (n * rates * (1 - rates)).to_numpy()
    error = np.sqrt(variance[1:] + variance[:-1])
    # The older are also more satisfied: up to 0.1 more of the logit at 0.3 a point.
    assert np.all(np.abs(spread - planted) < 3 * error + 0.12)


@pytest.mark.parametrize("market", IN_TURN)
def test_means_are_recovered(answers, truth, market):
    """Every score of the last wave; who has left took low scores along, which moves a mean by up to 0.15."""
    rows = answers(market)
    last = rows[rows["wave"] == WAVES[-1].name]
    for score, planted in truth.markets[market].means[WAVES[-1].name].items():
        given = last.dropna(subset=[score, "csat_overall"])
        mean, error = weighted_mean(given[score], 1 / given["chance"], given["cluster"])
        assert abs(mean - planted) < 3 * error + 0.15, score


@pytest.mark.parametrize("market", IN_TURN)
def test_driver_weights_are_recovered(answers, truth, market):
    """Slopes of satisfaction on the attributes, brought to a sum of 1: 3 SE and the 0.012 of the docs."""
    planted = truth.markets[market].driver_weights
    columns = [f"satisfaction.{name}" for name in planted]
    rows = answers(market).dropna(subset=["csat_overall", *columns])
    design = np.column_stack([np.ones(len(rows)), rows[columns]])
    fit = least_squares(rows["csat_overall"], design, rows["cluster"], 1 / rows["chance"])
    total = fit.coef[1:].sum()
    assert np.all(np.abs(fit.coef[1:] / total - [*planted.values()]) < 3 * fit.se[1:] / total + 0.012)


@pytest.mark.parametrize("market", IN_TURN)
def test_importances_are_in_the_order_of_the_planted_weights(answers, truth, market):
    """The heaviest may be first, and no pair is told apart the wrong way round; opinions share one mood."""
    planted = {
        f"satisfaction.{name}": weight for name, weight in truth.markets[market].driver_weights.items()
    }
    rows = answers(market).dropna(subset="chance").assign(known=lambda rows: 1 / rows["chance"])
    how = {"weight": "known", "cluster": "cluster", "missing": "pairwise"}
    found = cx.importance(rows, "csat_overall", list(planted), **how)
    ranks = found.rows.set_index("driver")
    assert ranks.loc[max(planted, key=planted.get), "rank_low"] == 1
    told = found.differences().rows.query("p_adjusted <= 0.05")
    assert len(told) >= 3
    assert all(
        (planted[a] - planted[b]) * difference > 0
        for a, b, difference in told[["level_a", "level_b", "difference"]].itertuples(index=False)
    )


@pytest.mark.parametrize("market", IN_TURN)
def test_stated_importance_is_not_what_drives(answers, truth, market):
    """Price is said to matter most nearly everywhere; the planted weights put something else first."""
    planted = truth.markets[market]
    stated = {name: answers(market)[f"importance.{name}"].mean() for name in planted.importance}
    order = sorted(planted.importance, key=planted.importance.get)
    assert sorted(stated, key=stated.get)[0] == order[0] and sorted(stated, key=stated.get)[-1] == order[-1]
    if market != "demo-pl" and market != "demo-it":
        assert max(stated, key=stated.get) != max(planted.driver_weights, key=planted.driver_weights.get)


@pytest.mark.parametrize("market", IN_TURN)
def test_the_halo_is_recovered(answers, truth, market):
    """Mean correlation of two satisfaction scores in the last wave; its error by leaving out a tenth."""
    planted = truth.markets[market]
    columns = [f"satisfaction.{name}" for name in planted.driver_weights]
    rows = answers(market)
    rows = rows[rows["wave"] == WAVES[-1].name].dropna(subset=["chance"])
    tenth = rows["block"].astype(int) % 10
    whole = _correlation(rows, columns)
    parts = [_correlation(rows[tenth != part], columns) for part in range(10)]
    error = np.sqrt(9 / 10 * np.sum((np.array(parts) - np.mean(parts)) ** 2))
    # One straight-liner in a hundred adds up to 0.015.
    assert abs(whole - planted.item_correlation) < 3 * error + 0.015
    assert abs(planted.item_correlation - planted.halo) < 0.06


def _correlation(rows, columns) -> float:
    scores, weight = rows[columns].to_numpy(), 1 / rows["chance"].to_numpy()
    found = []
    for left in range(len(columns)):
        for right in range(left):
            both = ~np.isnan(scores[:, [left, right]]).any(axis=1)
            covariance = np.cov(scores[both][:, [left, right]].T, aweights=weight[both])
            found.append(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))
    return float(np.mean(found))


@pytest.mark.slow
def test_contacts_of_an_account_think_alike(answers, truth):
    """Mean over the markets of the intraclass correlation of satisfaction; error by leaving out a tenth."""
    whole, parts, planted = [], [], []
    for name in NAMES:
        rows = answers(name)
        rows = rows[rows["cluster"].str.contains("-A")]
        tenth = rows["block"].astype(int) % 10
        columns = [f"satisfaction.{attribute}" for attribute in truth.markets[name].driver_weights]
        whole.append(intraclass(rows, columns))
        parts.append([intraclass(rows[tenth != part], columns) for part in range(10)])
        planted.append(icc_as_answered(PLANS[name]))
    mean = np.mean(parts, axis=0)
    error = np.sqrt(9 / 10 * np.sum((mean - mean.mean()) ** 2))
    assert abs(np.mean(whole) - np.mean(planted)) < 3 * error
    assert np.mean(whole) > 4 * error


def intraclass(rows, columns) -> float:
    """Products of two different contacts of an account in a wave, over the variance."""
    shared = own = 0.0
    for column in columns:
        given = rows[["wave", "cluster", column]].dropna()
        centred = given[column] - given.groupby("wave")[column].transform("mean")
        groups = centred.groupby([given["wave"], given["cluster"]])
        sums = groups.agg(["sum", "size"]).assign(
            squares=(centred**2).groupby([given["wave"], given["cluster"]]).sum()
        )
        sums = sums[sums["size"] > 1]
        shared += float(((sums["sum"] ** 2 - sums["squares"]) / (sums["size"] - 1)).sum())
        own += float(sums["squares"].sum())
    return shared / own


@pytest.mark.slow
@pytest.mark.parametrize("market", ["demo-es", "demo-it", "demo-pl"])
def test_response_styles_are_recovered(answers, truth, market):
    """Spread of the stated importance of the shop against England's, where nothing stretches: 3 SE and 0.03.

    Everyone's importance spreads alike before the style; few reach an end of the scale.
    """
    spreads = {}
    for name in (market, "demo-en"):
        given = answers(name).dropna(subset=["importance.shop", "csat_overall"])
        square = (given["importance.shop"] - given["importance.shop"].mean()) ** 2
        variance, error = weighted_mean(square, np.ones(len(square)), given["customer_id"])
        spreads[name] = (np.sqrt(variance), error / variance / 2)
    (here, here_se), (there, there_se) = spreads.values()
    planted = truth.markets[market].style_stretch / truth.markets["demo-en"].style_stretch
    assert abs(here / there - planted) < 3 * np.hypot(here_se, there_se) + 0.03


@pytest.mark.parametrize("market", IN_TURN)
def test_only_where_a_gain_was_planted_the_score_moves(truth, market):
    planted = truth.markets[market]
    gains = any(attribute.gain for attribute in PLANS[market].attributes)
    assert (planted.nps_change > 5) if gains else (planted.nps_change == 0)


def test_spain_improves(truth):
    assert truth.markets["demo-es"].nps_change > 10


@pytest.mark.parametrize("market", IN_TURN)
def test_effort_goes_with_loyalty(answers, truth, market):
    """Shares less, as and more loyal after effort and after ease, each within 3 SE."""
    rows = answers(market).dropna(subset=["ces", "loyalty_change", "csat_overall"])
    for easy, planted in (
        (False, truth.markets[market].effort.effortful),
        (True, truth.markets[market].effort.easy),
    ):
        group = rows[(rows["ces"] >= 5) == easy]
        for change, share in zip((-1, 0, 1), planted, strict=True):
            found, error = weighted_mean(
                group["loyalty_change"] == change, np.ones(len(group)), group["cluster"]
            )
            assert abs(found - share) < 3 * error


@pytest.mark.parametrize("market", IN_TURN)
def test_word_of_mouth_follows_the_recommendation(answers, truth, market):
    rows = answers(market).dropna(subset=["nps"])
    rule = truth.markets[market].word_of_mouth
    group = (rows["nps"] >= 7).astype(int) + (rows["nps"] >= 9)
    for place in range(3):
        own = rows[group == place]
        for name, share in zip(("offline", "online", "none"), rule.source[place], strict=True):
            found, error = weighted_mean(own["wom_source"] == name, np.ones(len(own)), own["cluster"])
            assert abs(found - share) < 3 * error
        talked = own[own["wom_source"] != "none"]
        for name, share in zip(("positive", "negative", "mixed"), rule.valence[place], strict=True):
            found, error = weighted_mean(
                talked["wom_valence"] == name, np.ones(len(talked)), talked["cluster"]
            )
            assert abs(found - share) < 3 * error
