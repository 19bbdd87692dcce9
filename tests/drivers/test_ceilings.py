"""Ceilings against brute force: areas by cutting the scope, corners by their definition, all arrangements."""

from itertools import pairwise, permutations
from math import factorial

import numpy as np
import pytest

from cxlab.drivers.ceilings import above_line, arrangements, effect_sizes, lines, ordered, required, steps

CEILINGS = ("ce_fdh", "cr_fdh")
SCALES = ((0.0, 10.0), (-1.0, 6.0))


def _cloud(n: int, seed: int, *, discrete: bool) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 10, n), rng.uniform(-1, 6, n)
    return (np.round(x), np.round(y)) if discrete else (x, y)


def _corners(x: np.ndarray, y: np.ndarray) -> list[tuple[float, float]]:
    """Return the points that no other point passes at or left of them, each once, by definition."""
    points = sorted(set(zip(x.tolist(), y.tolist(), strict=True)))
    return [(a, b) for a, b in points if not any(c <= a and d >= b and (c, d) != (a, b) for c, d in points)]


def _brute_force(x: np.ndarray, y: np.ndarray, ceiling: str) -> float:
    """Return the empty share of the scope, strip by strip between all places where the ceiling can break."""
    (x_low, x_high), (y_low, y_high) = SCALES
    corners = _corners(x, y)
    if ceiling == "ce_fdh":
        breaks = sorted({x_low, x_high, *x.tolist()})

        def top(at: float) -> float:
            return max((b for a, b in corners if a <= at), default=y_low)
    else:
        if len(corners) < 2:
            return 0.0
        slope, intercept = np.polyfit(*np.array(corners).T, 1)
        cuts = [(level - intercept) / slope for level in (y_low, y_high)]
        breaks = sorted({x_low, x_high, *(cut for cut in cuts if x_low < cut < x_high)})

        def top(at: float) -> float:
            return float(np.clip(intercept + slope * at, y_low, y_high))

    # The ceiling is straight within a strip, so its middle is its mean.
    area = sum((b - a) * (y_high - top((a + b) / 2)) for a, b in pairwise(breaks))
    return area / ((x_high - x_low) * (y_high - y_low))


@pytest.mark.parametrize("ceiling", CEILINGS)
@pytest.mark.parametrize("discrete", [False, True])
def test_effect_sizes_are_those_of_brute_force(ceiling: str, discrete: bool):
    for seed in range(150):
        x, y = _cloud(2 + seed % 13, seed, discrete=discrete)
        cloud = ordered(x, y, *SCALES)
        hull = steps(cloud.x, cloud.y[None], cloud.starts)
        assert effect_sizes(hull, ceiling, *SCALES)[0] == pytest.approx(
            _brute_force(x, y, ceiling), abs=1e-12
        )


def test_many_arrangements_at_once_are_each_by_itself():
    x, y = _cloud(15, 3, discrete=True)
    cloud = ordered(x, y, *SCALES)
    blocks = np.random.default_rng(0).permuted(np.tile(y, (50, 1)), axis=1)
    hull = steps(cloud.x, blocks, cloud.starts)
    for ceiling in CEILINGS:
        one_by_one = [_brute_force(cloud.x, block, ceiling) for block in blocks]
        np.testing.assert_allclose(effect_sizes(hull, ceiling, *SCALES), one_by_one, atol=1e-12)


def test_corners_are_those_of_the_definition():
    for seed in range(60):
        x, y = _cloud(12, seed, discrete=True)
        cloud = ordered(x, y, *SCALES)
        hull = steps(cloud.x, cloud.y[None], cloud.starts)
        inside = hull.corners[0]
        assert list(zip(hull.x[inside], hull.top[0][inside], strict=True)) == _corners(x, y)


def test_by_hand():
    # Corners (2, 1), (4, 3), (6, 5): steps leave 2·10 + 2·9 + 2·7 + 4·5 = 72 of 100 empty; the line through
    # them is y = x − 1, below which the scope is a triangle of 9·9/2 = 40.5.
    x, y = np.array([2.0, 4, 6, 8, 6]), np.array([1.0, 3, 5, 2, 0])
    cloud = ordered(x, y, (0, 10), (0, 10))
    hull = steps(cloud.x, cloud.y[None], cloud.starts)
    assert effect_sizes(hull, "ce_fdh", (0, 10), (0, 10))[0] == pytest.approx(0.72)
    assert effect_sizes(hull, "cr_fdh", (0, 10), (0, 10))[0] == pytest.approx(0.595)
    line = lines(hull)
    assert (line.intercept[0], line.slope[0]) == pytest.approx((-1, 1))
    np.testing.assert_allclose(required(hull, "ce_fdh", np.array([0, 1, 2, 5, 6])), [2, 2, 4, 6, np.inf])
    np.testing.assert_allclose(required(hull, "cr_fdh", np.array([0, 1, 2, 5, 6])), [1, 2, 3, 6, 7])
    assert not above_line(x, y, line).any()
    assert above_line(np.append(x, 3.0), np.append(y, 2.5), line).tolist() == [False] * 5 + [True]


def test_a_single_corner_has_no_line():
    cloud = ordered(np.array([3.0, 5]), np.array([4.0, 2]), (0, 10), (0, 10))
    hull = steps(cloud.x, cloud.y[None], cloud.starts)
    assert np.isnan(lines(hull).slope[0])
    assert effect_sizes(hull, "cr_fdh", (0, 10), (0, 10))[0] == 0
    assert effect_sizes(hull, "ce_fdh", (0, 10), (0, 10))[0] == pytest.approx(0.72)
    assert required(hull, "cr_fdh", np.array([4.0])).tolist() == [-np.inf]


def test_few_rows_have_all_arrangements_gone_through():
    y = np.array([1.0, 2, 2, 5, 7])
    exact, blocks = arrangements(y, 120, np.random.default_rng(0))
    drawn = np.concatenate(list(blocks))
    assert exact and len(drawn) == factorial(5)
    assert sorted(map(tuple, drawn)) == sorted(permutations(y))
    exact, blocks = arrangements(y, 119, np.random.default_rng(0))
    assert not exact and len(np.concatenate(list(blocks))) == 119


def test_random_arrangements_come_in_blocks_that_do_not_matter(monkeypatch: pytest.MonkeyPatch):
    y = np.arange(30.0)
    whole = np.concatenate(list(arrangements(y, 500, np.random.default_rng(7))[1]))
    monkeypatch.setattr("cxlab.drivers.ceilings.CELLS", 700)
    pieces = list(arrangements(y, 500, np.random.default_rng(7))[1])
    assert len(pieces) > 20
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
    assert (np.sort(whole, axis=1) == y).all()
