"""Planted truth: a confounder as selective as the controls, over many simulated samples.

2,000 replications, seeds as given; a rate fails outside ±3 Monte Carlo standard errors of its nominal value.
Equal selection is planted by hand: cov(x, W₁)/var W₁ = .42/.52 = cov(x, W₂)/var W₂ with W₁ = .6a + .4b of two
controls and W₂ = .5h of what is not measured.
"""

import numpy as np
import pandas as pd
import pytest

from cxlab.linkage.oster import oster, two_fits
from cxlab.linkage.proportional_selection import coefficients_at, selection_for
from cxlab.linkage.unit_products import resampled_products, swept, unit_products

REPLICATIONS, N, N_BOOT = 2_000, 600, 200
BETA = 0.4
ON_HIDDEN = 0.42 / 0.52 / 2  # cov(x, .5h) = .5·c, over .25
VARIANCE_X = 0.5**2 + 0.3**2 + ON_HIDDEN**2 + 1
VARIANCE_Y = BETA**2 * VARIANCE_X + 2 * BETA * (0.42 + 0.5 * ON_HIDDEN) + 0.52 + 0.25 + 1
R2_MAX = 1 - 1 / VARIANCE_Y


def _sample(rng: np.random.Generator) -> np.ndarray:
    """Return outcome, exposure and two controls, shape (N, 4)."""
    a, b, hidden, own, noise = rng.standard_normal((5, N))
    x = 0.5 * a + 0.3 * b + ON_HIDDEN * hidden + own
    return np.column_stack([BETA * x + 0.6 * a + 0.4 * b + 0.5 * hidden + noise, x, a, b])


def _figures(products: np.ndarray) -> np.ndarray:
    """Return the adjusted coefficient and the δ that leaves BETA, (…, 2), of products (…, 4, 4).

    The equations of Oster's propositions 2 and 3 at δ = 1, where the cubic is a quadratic.
    """
    y, x = products[..., 0, 0], products[..., 1, 1]
    order = np.ix_([2, 3, 0, 1], [2, 3, 0, 1])
    left = swept(products[..., order[0], order[1]], 2)
    short, controlled = products[..., 0, 1] / x, left[..., 0, 1] / left[..., 1, 1]
    tau, move = left[..., 1, 1], short - controlled
    r2 = 1 - (left[..., 0, 0] - left[..., 0, 1] ** 2 / tau) / y
    rest, gained = (np.maximum(R2_MAX, r2) - r2) * y, (r2 - short**2 * x / y) * y + x * move**2
    # (x·move + v(x − τ))(rest + τv²) = τv(gained + 2v·x·move + v²(x − τ))
    constant, line, square = x * move * rest, (x - tau) * rest - tau * gained, -tau * x * move
    root = np.sqrt(line**2 - 4 * square * constant)
    v = np.stack([(-line + root) / (2 * square), (-line - root) / (2 * square)])
    keeps = ((x * move + v * (x - tau)) * np.sign(move) > 0) & (move * v >= 0)
    nearest = np.where(keeps, np.abs(v), np.inf)
    chosen = np.take_along_axis(v, nearest.argmin(axis=0)[None], axis=0)[0]
    w = controlled - BETA
    needed = w * tau * (gained + 2 * w * x * move + w**2 * (x - tau))
    needed /= (x * move + w * (x - tau)) * (rest + tau * w**2)
    return np.stack([controlled - chosen, needed], axis=-1)


def _ends(columns: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the figures and the ends of their percentile intervals, (2,) and (2, 2)."""
    whole = np.column_stack([np.ones(N), columns])
    products = unit_products(whole, np.ones(N), None, seed)
    drawn = _figures(swept(resampled_products(products, N_BOOT, seed), 1))
    return _figures(swept(products.sum(axis=0), 1)), np.nanquantile(drawn, [0.025, 0.975], axis=0)


def test_the_simulated_figures_are_those_of_oster():
    for seed in range(5):
        columns = _sample(np.random.default_rng(seed))
        frame = pd.DataFrame(columns, columns=["y", "x", "a", "b"])
        result = oster(frame, "y", "x", ["a", "b"], r2_max=R2_MAX, beta=BETA, n_boot=N_BOOT, seed=seed)
        estimate, ends = _ends(columns, seed)
        rows = result.rows.set_index("quantity").loc[["adjusted", "delta_needed"]]
        np.testing.assert_allclose(rows["estimate"], estimate, rtol=1e-8)
        np.testing.assert_allclose(rows[["conf_low", "conf_high"]].T, ends, rtol=1e-7)


def test_in_the_population_the_planted_selection_is_1_and_leaves_the_coefficient():
    """Products of the five parts as they were planted; nothing is drawn."""
    x = np.array([0.5, 0.3, ON_HIDDEN, 1, 0])
    parts = np.array([BETA * x + [0.6, 0.4, 0.5, 0, 1], x, [1, 0, 0, 0, 0], [0, 1, 0, 0, 0]])
    fits = two_fits(parts @ parts.T)
    assert fits.variance_y == pytest.approx(VARIANCE_Y, rel=1e-12)
    assert selection_for(fits, R2_MAX, BETA) == pytest.approx(1, rel=1e-9)
    found, kept = coefficients_at(fits, R2_MAX, 1.0)
    assert found[kept][0] == pytest.approx(BETA, rel=1e-9)
    np.testing.assert_allclose(_figures(parts @ parts.T), [BETA, 1], rtol=1e-9)


@pytest.mark.slow
def test_the_planted_coefficient_and_selection_are_held():
    """Both miss together: the coefficient at δ = 1 is below BETA just where δ for BETA is below 1."""
    rng, truth, held, found = np.random.default_rng(51), np.array([BETA, 1]), [], []
    for seed in range(REPLICATIONS):
        estimate, (low, high) = _ends(_sample(rng), seed)
        held.append((low <= truth) & (truth <= high))
        found.append(estimate)
    error = 3 * np.sqrt(0.95 * 0.05 / REPLICATIONS)
    assert (np.abs(np.mean(held, axis=0) - 0.95) <= error).all(), np.mean(held, axis=0)
    # δ is a ratio: its median is where it was planted, its mean above.
    middle = 3 * np.sqrt(np.pi / 2) * np.std(found, axis=0) / np.sqrt(REPLICATIONS)
    assert (np.abs(np.median(found, axis=0) - truth) <= middle).all(), np.median(found, axis=0)
