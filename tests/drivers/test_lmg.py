"""The exact Shapley value of R² against its definition, rational arithmetic, R and published figures."""

import json
import subprocess
import sys
import warnings
from fractions import Fraction
from itertools import combinations, permutations
from math import factorial
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import random_correlation

import cxlab as cx
import cxlab.drivers.lmg as module
from cxlab.drivers.lmg import lmg, r_squared
from cxlab.drivers.r_squared_table import r_squared_table
from cxlab.drivers.rounding import rounding
from cxlab.model.errors import MeasureError

REFERENCE = Path(__file__).parents[1] / "reference"
AZEN = np.array([[1, 0.8, 0.1, 0.3], [0.8, 1, 0.1, 0.1], [0.1, 0.1, 1, 0.5], [0.3, 0.1, 0.5, 1]])
AZEN_OUTCOME = np.array([0.6, 0.3, 0.4, 0.5])


@pytest.fixture(scope="module")
def known():
    # driver_metrics.R: lm() on every subset
    return json.loads((REFERENCE / "driver_metrics.json").read_text(encoding="utf-8"))


def correlations(name, outcome, drivers):
    rows = np.genfromtxt(REFERENCE / f"{name}.csv", delimiter=",", names=True, deletechars="")
    matrix = np.corrcoef(np.stack([rows[column] for column in [outcome, *drivers]]))
    return matrix[1:, 1:], matrix[1:, 0]


def random_correlations(rng, p, b):
    """Correlations of p drivers and an outcome that share noise, shapes (p, p, b) and (p, b)."""
    mixed = rng.normal(size=(b, 4 * p + 4, p + 1)) @ rng.normal(size=(b, p + 1, p + 1))
    mixed -= mixed.mean(axis=1, keepdims=True)
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    full = np.moveaxis(np.swapaxes(mixed, 1, 2) @ mixed, 0, 2)
    full[np.arange(p + 1), np.arange(p + 1)] = 1.0
    return full[:p, :p], full[:p, p]


def brute_force(correlation, with_outcome):
    """LMG by its definition: R² of each subset from a linear solver, weighed by the orders it opens."""
    p = len(correlation)
    r2 = {(): np.zeros(with_outcome.shape[1])}
    for size in range(1, p + 1):
        for chosen in combinations(range(p), size):
            inside = np.moveaxis(correlation[np.ix_(chosen, chosen)], 2, 0)
            slope = with_outcome[list(chosen)].T
            r2[chosen] = (slope * np.linalg.solve(inside, slope[..., None])[..., 0]).sum(axis=1)
    values = np.zeros_like(with_outcome)
    for chosen, before in r2.items():
        weight = factorial(len(chosen)) * factorial(p - len(chosen) - 1) if len(chosen) < p else 0
        for driver in set(range(p)) - set(chosen):
            values[driver] += weight / factorial(p) * (r2[tuple(sorted((*chosen, driver)))] - before)
    return values


def exact(correlation, with_outcome):
    """LMG in rational arithmetic of the floats as they are, by elimination of every subset."""
    p = len(correlation)
    square = [[Fraction(float(value)) for value in row] for row in correlation]
    outcome = [Fraction(float(value)) for value in with_outcome]
    r2 = {}
    for size in range(p + 1):
        for chosen in combinations(range(p), size):
            rows = [[square[i][j] for j in chosen] + [outcome[i]] for i in chosen]
            found = Fraction(0)
            for pivot in range(size):
                found += rows[pivot][size] ** 2 / rows[pivot][pivot]
                for below in range(pivot + 1, size):
                    slope = rows[below][pivot] / rows[pivot][pivot]
                    rows[below] = [a - slope * b for a, b in zip(rows[below], rows[pivot], strict=True)]
            r2[chosen] = found
    values = [Fraction(0)] * p
    for chosen, before in r2.items():
        for driver in set(range(p)) - set(chosen):
            weight = Fraction(factorial(len(chosen)) * factorial(p - len(chosen) - 1), factorial(p))
            values[driver] += weight * (r2[tuple(sorted((*chosen, driver)))] - before)
    return np.array([float(value) for value in values])


def of_condition(rng, p, condition):
    """Correlations of a given condition number and an outcome with R² .6, shapes (p, p) and (p,)."""
    roots = np.geomspace(1.0, condition, p)
    matrix = random_correlation.rvs(roots * p / roots.sum(), random_state=rng)
    matrix = (matrix + matrix.T) / 2
    np.fill_diagonal(matrix, 1.0)
    slopes = np.linalg.inv(np.linalg.cholesky(matrix)).T @ rng.normal(size=p)
    with_outcome = matrix @ slopes
    return matrix, with_outcome * np.sqrt(0.6 / (slopes @ with_outcome))


def test_two_hundred_random_matrices_equal_the_definition():
    rng = np.random.default_rng(20261)
    seen = 0
    for p, b in zip(range(1, 9), [20, 20, 30, 30, 30, 30, 20, 20], strict=True):
        matrices, outcomes = random_correlations(rng, p, b)
        # The worst condition number here is some 1e7, where a float keeps nine digits.
        worst = max(np.linalg.cond(matrices[..., place]) for place in range(b))
        np.testing.assert_allclose(
            lmg(matrices, outcomes), brute_force(matrices, outcomes), rtol=0, atol=1e-14 * max(worst, 100.0)
        )
        seen += b
    assert seen == 200


@pytest.mark.filterwarnings("ignore:the drivers nearly determine")
@pytest.mark.parametrize("condition", [1.0, 1e2, 1e4, 1e6, 1e8])
def test_rational_arithmetic_agrees_to_1e_10_up_to_condition_1e4_and_in_proportion_beyond(condition):
    rng = np.random.default_rng(int(condition))
    for p in (3, 4, 5, 6):
        matrix, outcome = of_condition(rng, p, condition)
        assert np.linalg.cond(matrix) == pytest.approx(condition, rel=1e-4)
        wrong = np.abs(lmg(matrix, outcome) - exact(matrix, outcome)).max()
        assert rounding(matrix) == pytest.approx(1e-10 * max(1.0, condition / 1e4), rel=1e-4)
        assert wrong <= rounding(matrix) * 1.0001


@pytest.mark.parametrize(("condition", "digits"), [(1e3, None), (1e5, "1e-09"), (1e7, "1e-07")])
def test_lost_digits_are_warned_of(condition, digits):
    matrix, outcome = of_condition(np.random.default_rng(4), 5, condition)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        cx.lmg(matrix, outcome)
        cx.lmg(matrix[..., None], outcome[:, None])  # a batch, as in a bootstrap, is not
    assert len(caught) == (digits is not None)
    for one in caught:
        assert str(one.message).endswith(f"rounding may move the values by {digits}")
        assert Path(one.filename).name == "test_lmg.py"


def test_swiss_equals_relaimpo_and_r():
    names = ["Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"]
    found = correlations("swiss", "Fertility", names)
    # relaimpo 2.2-7, calc.relimp(lm(Fertility ~ ., swiss), type = "lmg")
    published = [0.0570912207681, 0.1711730289002, 0.2601346786244, 0.1055701503735, 0.1127659229265]
    np.testing.assert_allclose(lmg(*found), published, rtol=0, atol=5e-14)
    assert r_squared(*found) == pytest.approx(0.706735001593, abs=5e-13)


def test_swiss_with_a_group_and_a_covariate_equals_r(known):
    names = ["Examination", "Education", "Agriculture", "Catholic", "Infant.Mortality"]
    found = correlations("swiss", "Fertility", names)
    values = lmg(*found, groups=[[0, 1], [2], [3]], always=[4])
    np.testing.assert_allclose(values, known["swiss_grouped"], rtol=0, atol=1e-12)


def test_azen_and_budescu_and_mtcars_equal_what_is_published(known):
    # Azen and Budescu (2003), table 1
    np.testing.assert_allclose(
        lmg(AZEN, AZEN_OUTCOME), [0.29217618, 0.07586135, 0.09491088, 0.12140411], rtol=0, atol=5e-9
    )
    assert round(float(r_squared(AZEN, AZEN_OUTCOME)), 8) == 0.58435252
    found = correlations("mtcars", "mpg", ["am", "cyl", "carb"])
    np.testing.assert_allclose(lmg(*found), [0.2156848, 0.4173094, 0.1783081], rtol=0, atol=5e-8)
    assert r_squared(*found) == pytest.approx(0.8113023, abs=5e-8)
    np.testing.assert_allclose(lmg(*found), known["mtcars"]["lmg"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("p", [2, 9, 14, 17])
def test_shares_sum_to_r_squared(p):
    matrix, outcome = (value[..., 0] for value in random_correlations(np.random.default_rng(p), p, 1))
    assert lmg(matrix, outcome).sum() == pytest.approx(float(r_squared(matrix, outcome)), abs=1e-11)


def test_groups_and_covariates_equal_the_mean_over_all_orders():
    matrices, outcomes = random_correlations(np.random.default_rng(3), 7, 3)
    groups, always = [[2], [0, 5], [1, 3, 6]], [4]
    values = lmg(matrices, outcomes, groups=groups, always=always)
    for place in range(3):
        matrix, outcome = matrices[..., place], outcomes[:, place]

        def explained(chosen, matrix=matrix, outcome=outcome):
            return outcome[chosen] @ np.linalg.solve(matrix[np.ix_(chosen, chosen)], outcome[chosen])

        expected = np.zeros(3)
        for order in permutations(range(3)):
            chosen = list(always)
            for player in order:
                before = explained(chosen)
                chosen = chosen + groups[player]
                expected[player] += (explained(chosen) - before) / 6
        np.testing.assert_allclose(values[:, place], expected, rtol=0, atol=1e-11)


def test_the_order_of_drivers_does_not_matter():
    matrix, outcome = (value[..., 0] for value in random_correlations(np.random.default_rng(8), 9, 1))
    order = np.random.default_rng(1).permutation(9)
    turned = lmg(matrix[np.ix_(order, order)], outcome[order])
    np.testing.assert_allclose(turned, lmg(matrix, outcome)[order], rtol=0, atol=1e-12)


def test_drivers_that_are_uncorrelated_keep_their_squared_correlation():
    outcome = np.array([0.5, -0.3, 0.0, 0.6])
    np.testing.assert_allclose(lmg(np.eye(4), outcome), outcome**2, rtol=0, atol=1e-15)


def test_two_drivers_of_equal_correlations_share_alike():
    matrix = np.array([[1, 0.7, 0.2], [0.7, 1, 0.2], [0.2, 0.2, 1]])
    values = lmg(matrix, np.array([0.5, 0.5, 0.4]))
    assert values[0] == pytest.approx(values[1], abs=1e-15)


def test_a_batch_equals_its_matrices_one_by_one(monkeypatch):
    matrices, outcomes = random_correlations(np.random.default_rng(5), 6, 7)
    monkeypatch.setattr(module, "_LAST", 7)  # two matrices at once
    values = lmg(matrices, outcomes)
    for place in range(7):
        np.testing.assert_allclose(
            values[:, place], lmg(matrices[..., place], outcomes[:, place]), rtol=0, atol=1e-13
        )


def test_tables_in_slices_equal_one_table(monkeypatch):
    matrices, outcomes = random_correlations(np.random.default_rng(5), 9, 2)
    asked = [{}, {"groups": [[4], [0, 8], [1], [2, 7, 3], [6]], "always": [5]}]
    expected = [lmg(matrices, outcomes, **roles) for roles in asked]
    for last in (0, 1, 3):
        monkeypatch.setattr(module, "_LAST", last)
        for roles, values in zip(asked, expected, strict=True):
            np.testing.assert_allclose(lmg(matrices, outcomes, **roles), values, rtol=0, atol=1e-13)


def test_a_singular_matrix_of_a_batch_gives_nan_and_leaves_the_others_alone():
    matrices, outcomes = random_correlations(np.random.default_rng(5), 3, 4)
    matrices[:, :, 2] = 1.0
    matrices[0, 1, 3] = np.nan
    values = lmg(matrices, outcomes)
    assert np.isnan(values).all(axis=0).tolist() == [False, False, True, True]
    assert np.isnan(r_squared(matrices, outcomes)).tolist() == [False, False, True, True]
    np.testing.assert_allclose(values[:, :2], lmg(matrices[..., :2], outcomes[:, :2]), rtol=0, atol=1e-14)


def test_the_table_holds_r_squared_of_each_model_by_its_bits():
    matrix, outcome = AZEN, AZEN_OUTCOME
    table = r_squared_table(matrix, outcome)
    assert table.shape == (16,)
    for model in range(1, 16):
        chosen = [driver for driver in range(4) if model >> driver & 1]
        expected = outcome[chosen] @ np.linalg.solve(matrix[np.ix_(chosen, chosen)], outcome[chosen])
        assert table[model] == pytest.approx(expected, abs=1e-14)


def test_inputs_are_not_changed():
    matrix, outcome = AZEN.copy(), AZEN_OUTCOME.copy()
    lmg(matrix, outcome, groups=[[0, 1], [2]], always=[3])
    assert (matrix == AZEN).all() and (outcome == AZEN_OUTCOME).all()


def test_more_than_thirty_players_are_refused_with_what_to_take():
    with pytest.raises(MeasureError, match=r"31 players make 2\^31 models.*lmg_sampled"):
        lmg(np.eye(31), np.full(31, 0.1))


def test_without_numba_many_models_are_numpys_work(monkeypatch):
    monkeypatch.setattr(module, "_MOST_MODELS", 1)
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "numba", None)
    assert lmg(AZEN, AZEN_OUTCOME).sum() == pytest.approx(0.58435252, abs=1e-8)


@pytest.mark.parametrize(
    ("groups", "always"),
    [([[0, 1], [1, 2, 3]], []), ([[0, 1]], [2]), ([[0], [1], [2], [4]], []), (None, [0, 0]), (None, [7])],
)
def test_groups_that_do_not_hold_each_place_once_are_refused(groups, always):
    with pytest.raises(MeasureError, match="name each place from 0 to 3 once"):
        lmg(AZEN, AZEN_OUTCOME, groups=groups, always=always)


def test_a_group_without_drivers_and_a_game_without_players_are_refused():
    for groups, always in (([[0, 1, 2, 3], []], []), (None, [0, 1, 2, 3])):
        with pytest.raises(MeasureError, match="has no drivers"):
            lmg(AZEN, AZEN_OUTCOME, groups=groups, always=always)


def test_numba_is_not_loaded_for_few_drivers():
    code = (
        "import sys, numpy as np; from cxlab.drivers.lmg import lmg; "
        "lmg(np.eye(16), np.full(16, .1)); assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=REFERENCE.parents[1])
