"""The latent model holds what the truth says of it."""

import numpy as np
import pytest

from cxlab.demo.company import MARKETS, POLAND, SPAIN, MarketPlan
from cxlab.demo.opinions import GAIN, answer_scores, draw_people


def _answers(plan: MarketPlan, *, wave: int = 0, n: int = 400_000) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(11)
    people = draw_people(plan, n, np.array(plan.age_band.shares), rng)
    return answer_scores(plan, wave, people, rng)


@pytest.mark.parametrize("plan", MARKETS, ids=lambda plan: plan.name)
@pytest.mark.parametrize(
    ("outcome", "field", "half"), [("nps", "driver", 5), ("csat_overall", "driver", 2), ("ces", "effort", 3)]
)
def test_outcomes_follow_the_planted_weights(plan: MarketPlan, outcome: str, field: str, half: float) -> None:
    """Least squares where hardly an outcome meets its scale's end: slopes are half / 4.5 · GAIN · weight.

    Choosing rows by the regressors leaves the slopes unbiased. Within 4 standard errors and 0.006: among
    people in the middle 0.1 % of outcomes are still cut, and rounding to five answers leaves a ripple.
    """
    answers = _answers(plan)
    scores = np.column_stack([answers[f"satisfaction.{attribute.name}"] for attribute in plan.attributes])
    middle = np.abs(scores.mean(axis=1) - 5.75) < 0.75
    design = np.column_stack([np.ones(middle.sum()), scores[middle]])
    slopes, squares, _, _ = np.linalg.lstsq(design, answers[outcome][middle], rcond=None)
    variance = squares[0] / middle.sum() * np.diag(np.linalg.inv(design.T @ design))
    planted = np.array([getattr(attribute, field) for attribute in plan.attributes]) * GAIN * half / 4.5
    assert np.all(np.abs(slopes[1:] - planted) < 4 * np.sqrt(variance[1:]) + 0.006)


def test_styles_differ_between_the_markets() -> None:
    """The Spanish reach for the ends of the scale: their scores spread by the stretch, ends aside."""
    spread = [np.std(_answers(plan)["satisfaction.price"]) for plan in (SPAIN, POLAND)]
    assert 1 < spread[0] / spread[1] < SPAIN.style_stretch / POLAND.style_stretch


@pytest.mark.parametrize("plan", MARKETS, ids=lambda plan: plan.name)
def test_only_attributes_with_a_gain_change(plan: MarketPlan) -> None:
    first, last = _answers(plan, wave=0, n=20_000), _answers(plan, wave=2, n=20_000)
    for attribute in plan.attributes:
        change = np.mean(last[f"satisfaction.{attribute.name}"] - first[f"satisfaction.{attribute.name}"])
        assert (change > 0.2) if attribute.gain else (change == 0)


@pytest.mark.parametrize("plan", MARKETS, ids=lambda plan: plan.name)
def test_scores_are_whole_and_on_their_scale(plan: MarketPlan) -> None:
    for column, score in _answers(plan, n=20_000).items():
        low, high = {"nps": (0, 10), "csat_overall": (1, 5), "ces": (1, 7)}.get(column, (1, 10))
        assert score.min() >= low and score.max() == high
        assert np.array_equal(score, np.rint(score))
