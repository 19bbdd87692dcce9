"""No small cell can be found from what stays shown and the margins."""

from itertools import combinations

import numpy as np
import pytest

from cxlab.estimate.hidden_cells import hidden_cells

MIN_BASE = 10


def _one_way(*base: float) -> list[bool]:
    levels = np.array([[str(place)] for place in range(len(base))], dtype=object)
    return hidden_cells(levels, np.array(base, dtype="float64"), MIN_BASE).tolist()


def test_nothing_is_hidden_without_need():
    assert _one_way(10, 50, 0) == [False, False, False]
    assert _one_way() == []


def test_a_lone_small_level_takes_the_next_smallest_with_it():
    assert _one_way(3, 50, 20) == [True, False, True]


def test_an_empty_level_hides_nothing_and_stays():
    assert _one_way(3, 0, 50, 20) == [True, False, False, True]


def test_small_levels_that_are_small_together_take_another_with_them():
    # 3 + 4 is found by subtraction, and is a base of 7.
    assert _one_way(3, 4, 50, 20) == [True, True, False, True]
    assert _one_way(6, 4, 50, 20) == [True, True, False, False]


def test_among_equals_the_first_is_taken():
    assert _one_way(50, 3, 20, 20) == [False, True, True, False]


def test_a_single_level_that_is_small_is_hidden_alone():
    assert _one_way(3) == [True]
    assert _one_way(0) == [False]


def test_a_base_is_not_small_by_a_rounding_error():
    assert _one_way(9.999999999999998, 50) == [False, False]


def test_a_base_that_is_hidden_already_stays_hidden():
    assert _one_way(np.nan, np.nan, 50, 12) == [True, True, False, True]


def test_a_level_that_its_margin_gives_away_protects_nothing():
    # Region a has one product only, so its margin shows cell (a, x); hiding it would not protect (b, x).
    levels = np.array([["a", "x"], ["b", "x"], ["c", "x"], ["b", "y"], ["c", "y"]], dtype=object)
    hidden = hidden_cells(levels, np.array([12.0, 3.0, 40.0, 30.0, 30.0]), MIN_BASE)
    assert hidden.tolist() == [True, True, True, True, True]


def _found_by_subtraction(levels: np.ndarray, base: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Which hidden cells follow from the published margins: solve for each, by least squares."""
    place = np.flatnonzero(hidden)
    equations = []
    for size in range(levels.shape[1]):
        for kept in combinations(range(levels.shape[1]), size):
            names = [tuple(row) for row in levels[:, kept]]
            for name in dict.fromkeys(names):
                cells = np.array([other == name for other in names])
                if base[cells].sum() >= MIN_BASE:
                    equations.append(cells[place].astype(float))
    found = np.zeros(len(base), dtype=bool)
    if equations:
        matrix = np.array(equations)
        for column, cell in enumerate(place):
            unit = np.eye(len(place))[column]
            weights, *_ = np.linalg.lstsq(matrix.T, unit, rcond=None)
            found[cell] = np.abs(matrix.T @ weights - unit).max() < 1e-7
    return found


@pytest.mark.parametrize("shape", [(7,), (4, 4), (3, 6), (3, 3, 2)])
def test_no_small_cell_is_found_by_subtraction(shape: tuple[int, ...]):
    rng = np.random.default_rng(len(shape) * 101 + sum(shape))
    levels = np.array([[str(place) for place in cell] for cell in np.ndindex(shape)], dtype=object)
    unprotected = 0
    for _ in range(25):
        base = rng.choice([0, 0, 2, 5, 9, 12, 15, 30, 60, 90], size=len(levels)).astype("float64")
        small = (base > 0) & (base < MIN_BASE)
        hidden = hidden_cells(levels, base, MIN_BASE)
        assert hidden[small].all()
        assert not hidden[base == 0].any()
        exposed = small & _found_by_subtraction(levels, base, hidden)
        # Where a small cell follows all the same, everything that could help is hidden.
        for cell in np.flatnonzero(exposed):
            shared = (levels == levels[cell]).any(axis=1) | (len(shape) == 1)
            assert hidden[shared & (base > 0)].all()
        unprotected += (small & _found_by_subtraction(levels, base, small)).sum()
    assert unprotected > 0, "no draw needed protection: the test tests nothing"
