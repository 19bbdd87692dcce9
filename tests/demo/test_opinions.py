"""The latent model holds what the plan says of it, and what was worked out equals what is simulated."""

from functools import cache

import numpy as np
import pytest

from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.customers import Customers, draw_customers
from cxlab.demo.markets import MARKETS
from cxlab.demo.opinions import GAIN, OUTCOMES, Panel, draw_panel, scale_of
from cxlab.demo.population import population, rounded_mean
from tests.demo.estimates import icc_as_answered

N = 60_000


@cache
def _market(plan: MarketPlan) -> tuple[Customers, Panel]:
    rng = np.random.default_rng(11)
    customers = draw_customers(plan, N, rng)
    return customers, draw_panel(plan, customers, rng)


def _satisfaction(plan: MarketPlan, wave: int) -> np.ndarray:
    _, panel = _market(plan)
    return np.stack(
        [panel.scores[f"satisfaction.{attribute.name}"][:, wave] for attribute in plan.attributes], axis=1
    ).astype(float)


by_market = pytest.mark.parametrize("plan", MARKETS, ids=lambda plan: plan.name)


@by_market
@pytest.mark.parametrize("outcome", ["nps", "csat_overall", "ces"])
def test_outcomes_follow_the_planted_weights(plan: MarketPlan, outcome: str) -> None:
    """Least squares where hardly an outcome meets its scale's end: slopes are half / 4.5 · GAIN · weight.

    Choosing rows by the regressors leaves the slopes unbiased. Within 4 standard errors and 0.006: among
    people in the middle 0.1 % of outcomes are still cut, and rounding to five answers leaves a ripple.
    """
    _, panel = _market(plan)
    low, high = scale_of(outcome)
    field = "effort" if outcome == "ces" else "driver"
    scores = np.concatenate([_satisfaction(plan, wave) for wave in range(len(WAVES))])
    middle = np.abs(scores.mean(axis=1) - 5.75) < 0.75
    design = np.column_stack([np.ones(middle.sum()), scores[middle]])
    given = panel.scores[outcome].T.ravel()[middle].astype(float)
    slopes, squares, _, _ = np.linalg.lstsq(design, given, rcond=None)
    variance = squares[0] / middle.sum() * np.diag(np.linalg.inv(design.T @ design))
    planted = np.array([getattr(attribute, field) / 100 for attribute in plan.attributes])
    planted = planted * GAIN * (high - low) / 2 / 4.5
    assert np.all(np.abs(slopes[1:] - planted) < 4 * np.sqrt(variance[1:]) + 0.006)


@by_market
@pytest.mark.parametrize("wave", [0, 5])
def test_the_population_is_what_many_people_give(plan: MarketPlan, wave: int) -> None:
    """Mean of every score and NPS: worked out against simulated, 4 standard errors by leaving out a tenth.

    The contacts of an account think alike and the small region has no share in the population, so tenths are
    made of whole accounts and the region's few are left out.
    """
    customers, panel = _market(plan)
    planted = population(plan, wave)
    rest = customers.region < len(plan.region.names)
    tenth = np.where(customers.account >= 0, customers.account, np.arange(N)) % 10
    figures = {column: scores[:, wave].astype(float) for column, scores in panel.scores.items()}
    nps = figures["nps"]
    figures["NPS"] = 100.0 * (nps >= 9) - 100.0 * (nps <= 6)
    expected = {**planted.means, "NPS": planted.nps}
    assert expected.keys() == figures.keys()
    for name, values in figures.items():
        parts = np.array([values[rest & (tenth == part)].mean() for part in range(10)])
        error = parts.std(ddof=1) / np.sqrt(10)
        assert abs(values[rest].mean() - expected[name]) < 5 * error, name


@by_market
def test_attributes_correlate_as_worked_out(plan: MarketPlan) -> None:
    correlation = np.corrcoef(_satisfaction(plan, 5).T)
    pairs = correlation[np.triu_indices(len(plan.attributes), 1)]
    assert pairs.mean() == pytest.approx(population(plan, 5).item_correlation, abs=0.01)


@by_market
def test_accounts_share_what_was_planted(plan: MarketPlan) -> None:
    """Products of two contacts over the variance; few opinions are cut off at an end of the scale."""
    customers, _ = _market(plan)
    scores = _satisfaction(plan, 0)[customers.account >= 0]
    account = customers.account[customers.account >= 0]
    centred = scores - scores.mean(axis=0)
    size = np.bincount(account)
    sums = np.stack([np.bincount(account, column) for column in centred.T], axis=1)
    squares = np.stack([np.bincount(account, column**2) for column in centred.T], axis=1)
    several = size > 1
    shared = ((sums**2 - squares)[several] / (size[several] - 1)[:, None]).sum()
    assert shared / squares[several].sum() == pytest.approx(icc_as_answered(plan), abs=0.02)


def test_the_recommendation_of_members_rises_as_worked_out() -> None:
    """The same people with and without membership, among the people of England."""
    plan = next(plan for plan in MARKETS if plan.name == "demo-en")
    customers, _ = _market(plan)
    means = []
    for member in (np.zeros(N, dtype=bool), np.ones(N, dtype=bool)):
        people = Customers(*[getattr(customers, name) for name in Customers.__slots__[:-1]], member)
        means.append(draw_panel(plan, people, np.random.default_rng(5)).scores["nps"][:, 0].mean())
    assert means[1] - means[0] == pytest.approx(population(plan, 0).recommend_effect, abs=0.01)


@by_market
def test_only_attributes_with_a_gain_change(plan: MarketPlan) -> None:
    first, last = population(plan, 0).means, population(plan, len(WAVES) - 1).means
    for attribute in plan.attributes:
        change = last[f"satisfaction.{attribute.name}"] - first[f"satisfaction.{attribute.name}"]
        assert (change > 0.2) if attribute.gain else (change == 0)


@by_market
def test_scores_are_whole_and_on_their_scale(plan: MarketPlan) -> None:
    _, panel = _market(plan)
    for column, scores in panel.scores.items():
        low, high = scale_of(column)
        assert scores.dtype == np.int8
        assert scores.min() >= low and scores.max() == high
    assert set(OUTCOMES) < set(panel.scores)


def test_a_rounded_mean_is_that_of_many_draws() -> None:
    drawn = np.clip(np.rint(8.6 + 1.9 * np.random.default_rng(2).standard_normal(1_000_000)), 0, 10)
    assert abs(rounded_mean(8.6, 1.9, 0, 10) - drawn.mean()) < 4 * drawn.std() / 1000


@by_market
def test_plan_is_consistent(plan: MarketPlan) -> None:
    assert sum(attribute.driver for attribute in plan.attributes) == 100
    assert sum(attribute.effort for attribute in plan.attributes) == 100
    for segment in (plan.region, plan.age_band, plan.customer_type):
        assert len(segment.names) == len(segment.shares) == len(segment.effects)
        assert sum(segment.shares) == pytest.approx(1)
    assert sum(plan.brands.area_effects) == pytest.approx(0)
    assert len(plan.brands.areas) == len(plan.brands.area_effects) == 9
    for per_wave in (plan.revenue.seasons, plan.renewal.shocks, plan.organisation.stages):
        assert len(per_wave) == len(WAVES)
    assert len({other.number for other in MARKETS}) == len(MARKETS)
