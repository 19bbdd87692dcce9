"""Random orders come near the exact values by as much as their standard errors say."""

import numpy as np
import pytest

from cxlab.drivers.lmg import lmg, r_squared
from cxlab.drivers.lmg_sampled import lmg_sampled
from cxlab.model.errors import MeasureError


def random_correlations(seed, p):
    rng = np.random.default_rng(seed)
    full = np.corrcoef((rng.normal(size=(5 * p, p + 1)) @ rng.normal(size=(p + 1, p + 1))).T)
    return full[1:, 1:], full[1:, 0]


def test_errors_are_as_large_as_the_standard_errors_say():
    """2000 draws of 48 orders each: no bias and the variance that is said, within ±3 Monte Carlo errors."""
    matrix, outcome = random_correlations(1, 6)
    exact = lmg(matrix, outcome)
    draws = [lmg_sampled(matrix, outcome, n_permutations=48, seed=seed) for seed in range(2000)]
    wrong = np.array([draw.values for draw in draws]) - exact
    excess = wrong**2 - np.array([draw.std_error for draw in draws]) ** 2
    for what in (wrong, excess):
        assert (np.abs(what.mean(axis=0)) <= 3 * what.std(axis=0) / np.sqrt(2000)).all()


def test_shares_sum_to_r_squared_in_every_draw():
    matrix, outcome = random_correlations(2, 40)
    found = lmg_sampled(matrix, outcome, n_permutations=20)
    assert found.values.sum() == pytest.approx(float(r_squared(matrix, outcome)), abs=1e-12)


def test_groups_and_covariates_come_near_the_exact_values():
    matrix, outcome = random_correlations(3, 9)
    roles = {"groups": [[4, 0], [2], [1, 3, 8], [5], [7]], "always": [6]}
    found = lmg_sampled(matrix, outcome, **roles, n_permutations=4000)
    assert (np.abs(found.values - lmg(matrix, outcome, **roles)) < 4 * found.std_error).all()
    assert (found.std_error < 0.005).all()


def test_sixty_drivers_have_errors_below_five_in_ten_thousand():
    matrix, outcome = random_correlations(4, 60)
    found = lmg_sampled(matrix, outcome)
    assert found.std_error.max() <= 5e-4 and (found.n_permutations, found.n_blocks) == (10_080, 84)


def test_players_that_say_the_same_keep_the_error_small():
    """Sixty ratings that share a factor: the first to enter adds nearly all that any order explains."""
    matrix = np.full((60, 60), 0.5) + 0.5 * np.eye(60)
    found = lmg_sampled(matrix, np.full(60, 0.6))
    assert found.std_error.max() <= 5e-4
    exact = float(r_squared(matrix, np.full(60, 0.6))) / 60
    assert (np.abs(found.values - exact) < 4 * found.std_error).all()


def test_two_drivers_are_exact_as_an_order_and_its_reverse_are_all_there_are():
    matrix, outcome = random_correlations(5, 2)
    found = lmg_sampled(matrix, outcome, n_permutations=4)
    np.testing.assert_allclose(found.values, lmg(matrix, outcome), rtol=0, atol=1e-14)
    assert found.std_error.max() < 1e-14


def test_a_seed_gives_the_same_again_and_a_generator_goes_on():
    matrix, outcome = random_correlations(6, 5)
    rng = np.random.default_rng(9)
    first, second = (lmg_sampled(matrix, outcome, n_permutations=50, seed=rng) for _ in range(2))
    again = lmg_sampled(matrix, outcome, n_permutations=50, seed=9)
    assert (first.values == again.values).all() and (first.values != second.values).any()


def test_no_orders_are_refused_and_few_rounded_up_to_two_blocks():
    with pytest.raises(MeasureError, match="0 permutations will not do"):
        lmg_sampled(np.eye(2), np.array([0.1, 0.2]), n_permutations=0)
    assert lmg_sampled(np.eye(3), np.array([0.1, 0.2, 0.3]), n_permutations=1).n_permutations == 12


def test_one_player_gets_everything():
    found = lmg_sampled(np.eye(2), np.array([0.3, 0.4]), groups=[[0, 1]])
    assert found.values == pytest.approx([0.25], abs=1e-14) and found.std_error.max() < 1e-12


def test_a_batch_and_a_singular_matrix_are_refused():
    with pytest.raises(MeasureError, match="one matrix at a time"):
        lmg_sampled(np.ones((2, 2, 3)), np.ones((2, 3)))
    with pytest.raises(MeasureError, match="'b' follows from 'a'"):
        lmg_sampled(np.ones((2, 2)), np.array([0.5, 0.5]), names=["a", "b"])
