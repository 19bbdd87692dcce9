"""What replaces refits, the one-step bootstrap and the moments of many drivers, against refits."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from cxlab.drivers import shapley_fit as module
from cxlab.drivers.class_rows import class_rows
from cxlab.drivers.likelihood_models import Roles, fit_models, fit_null
from cxlab.drivers.likelihood_r2 import entropy, likelihood_r2, tjur_r2
from cxlab.drivers.one_step_bootstrap import drawn, resampled_r2
from cxlab.drivers.proportional_odds import class_shares, fit
from cxlab.drivers.shapley_fit import shapley_fit, together
from cxlab.drivers.shapley_values import shapley_values
from cxlab.drivers.tjur_bootstrap import resampled_tjur
from tests.drivers.class_samples import population, read

PEOPLE = {2: population((0.25, 0.4, 0.6), [0.3]), 3: population((0.25, 0.4, 0.6), [-0.5, 1.2])}
ROLES = Roles([[0], [1], [2]], [], 3)


@pytest.fixture(autouse=True)
def one_thread():
    with threadpool_limits(1, user_api="blas"):
        yield


def sampled(classes, n, seed=1, weighted=False, cluster=None):
    everybody, rng = PEOPLE[classes], np.random.default_rng(seed)
    place = rng.choice(len(everybody.share), size=n, p=everybody.share / everybody.share.sum())
    w = rng.choice([0.5, 1.0, 2.0], n) if weighted else None
    rows = read(everybody.x[place], everybody.y[place], w, cluster)
    return class_rows(rows, "ordinal", np.random.default_rng(0))


def refitted(rows, counts, fits, kind):
    """R² of every model refitted in every resample."""
    weight = rows.units.weight[:, None] * counts.T[rows.units.unit]
    null = entropy(class_shares(rows.drawn, weight))
    tables = []
    for place in range(fits.parameters.shape[1]):
        free, start = (np.tile(of[:, [place]], len(counts)) for of in (fits.free, fits.parameters))
        again = fit(rows.drawn, weight, free, start)
        assert again.settled.all()
        if kind == "tjur":
            pairs = zip(weight.T, again.parameters.T, strict=True)
            tables.append([tjur_r2(rows.drawn, w, at[:, None])[0] for w, at in pairs])
        else:
            tables.append(likelihood_r2(again.log_likelihood - null, null, kind))
    return np.array(tables)


@pytest.mark.parametrize(
    ("classes", "kind", "design"),
    [(2, "mcfadden", {}), (2, "tjur", {"weighted": True}), (3, "nagelkerke", {"weighted": True}),
     (3, "mcfadden", {"cluster": np.arange(400) // 4})],
)  # fmt: skip
def test_a_step_of_newton_stands_for_a_refit(classes, kind, design):
    rows = sampled(classes, 400, **design)
    null = fit_null(rows.distinct, rows.weight)
    fits = fit_models(rows.distinct, rows.weight, ROLES, null)
    counts = drawn(rows.units, 200, np.random.default_rng(2))
    if kind == "tjur":
        quick = resampled_tjur(rows.drawn, rows.units, counts, fits)
    else:
        quick = resampled_r2(rows.drawn, rows.units, counts, together(fits, null), kind)[:-1]
    exact = shapley_values(refitted(rows, counts, fits, kind))
    step = shapley_values(quick)
    spread = exact.std(axis=1)
    # docs/likelihood_importance.md: standard errors to 3 %, a resample to a small part of one.
    np.testing.assert_allclose(step.std(axis=1), spread, rtol=0.03)
    assert np.abs((step - exact).mean(axis=1) / spread).max() < 0.03
    assert (np.abs(step - exact).std(axis=1) / spread).max() < 0.1


def test_the_sample_itself_is_its_own_resample():
    rows = sampled(3, 400, weighted=True)
    null = fit_null(rows.distinct, rows.weight)
    fits = fit_models(rows.distinct, rows.weight, ROLES, null)
    once = np.ones((1, len(rows.units.times)))
    table = likelihood_r2(fits.log_likelihood - null.log_likelihood, null.log_likelihood, "mcfadden")
    again = resampled_r2(rows.drawn, rows.units, once, together(fits, null), "mcfadden")[:-1, 0]
    np.testing.assert_allclose(again, table, atol=1e-12)


def many(p, n=600, outcome=2, seed=3):
    rng = np.random.default_rng(seed)
    x = np.clip(np.round(3 + rng.normal(size=(n, p)) + 0.8 * rng.normal(size=(n, 1))), 1, 5)
    latent = (x - 3) @ np.linspace(-0.1, 0.6, p) + rng.logistic(size=n)
    y = np.digitize(latent, [0.0] if outcome == 2 else [-1.0, 1.0])
    return class_rows(read(x, y), "ordinal", np.random.default_rng(0))


@pytest.mark.parametrize(("outcome", "kind"), [(2, "mcfadden"), (2, "tjur"), (3, "nagelkerke")])
def test_what_stands_for_many_refits_is_as_near_as_it_says(monkeypatch, outcome, kind):
    p = 8
    rows = many(p, outcome=outcome)
    roles = Roles([[0, 1], *([place] for place in range(2, p - 1))], [p - 1], p)
    exact = shapley_fit(rows, roles, kind, 60, np.random.default_rng(1))
    monkeypatch.setattr(module, "MOST_EXACT", 3)
    near = shapley_fit(rows, roles, kind, 60, np.random.default_rng(1))
    assert near.r_squared == pytest.approx(exact.r_squared, abs=1e-9)
    assert near.values.sum() == pytest.approx(exact.values.sum(), abs=1e-9)
    distance = np.abs(near.values - exact.values)
    assert (distance <= 4 * near.std_error).all()
    assert near.std_error.max() < 0.004 * exact.values.sum()
    # Without the refits it is farther off, but not far.
    plain = np.abs(near.values - near.corrected - exact.values) / exact.values.sum()
    assert distance.max() / exact.values.sum() < plain.max() < 0.05
    # The same resamples: the one refits one model in each and takes moments, the other takes a step for all.
    np.testing.assert_allclose(near.draws.std(axis=1), exact.draws.std(axis=1), rtol=0.15)
    np.testing.assert_allclose(near.r_squared_draws, exact.r_squared_draws, atol=0.01)
