"""The wild cluster bootstrap against one regression on dummies per resample."""

import numpy as np
import pytest

from cxlab.linkage import wild_bootstrap as module
from cxlab.linkage.wild_bootstrap import wild_bootstrap
from cxlab.model.errors import MeasureError


def sample(groups=7, n=90, seed=2):
    rng = np.random.default_rng(seed)
    cluster = np.concatenate([np.arange(groups), rng.integers(0, groups, n - groups)])
    time = rng.integers(0, 4, n)
    shared = rng.normal(size=groups)[cluster]
    x = np.column_stack([shared + rng.normal(size=n), rng.normal(size=n)])
    y = 0.3 * x[:, 0] + x[:, 1] + rng.normal(size=groups)[cluster] + rng.normal(size=n)
    return x, y, cluster, time, rng.uniform(0.5, 2, n)


def clustered_t(x, y, w, cluster, effect):
    inverse = np.linalg.pinv((x * w[:, None]).T @ x)
    slopes = inverse @ x.T @ (w * y)
    scores = x * (w * (y - x @ slopes))[:, None]
    sums = np.array([scores[cluster == g].sum(axis=0) for g in np.unique(cluster)])
    return (slopes[0] - effect) / np.sqrt((inverse @ sums.T @ sums @ inverse)[0, 0])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("by_cluster", [False, True])
@pytest.mark.parametrize("effect", [0.0, 0.6])
def test_the_p_value_is_that_of_refitted_resamples(weighted, by_cluster, effect):
    x, y, cluster, time, weight = sample()
    codes = (cluster, time) if by_cluster else (time,)
    w = weight if weighted else np.ones(len(y))
    seed, n_boot = 5, 60
    found = wild_bootstrap(
        x, y - effect * x[:, 0], w if weighted else None, codes, cluster, n_boot=n_boot, seed=seed
    )
    full = np.column_stack([x, *(np.eye(code.max() + 1)[code] for code in codes)])
    rest = full[:, 1:]
    root = np.sqrt(w)[:, None]
    null = rest @ np.linalg.lstsq(rest * root, (y - effect * x[:, 0]) * root[:, 0], rcond=None)[0]
    own = clustered_t(full, y, w, cluster, effect)
    v = module._drawn("webb", 7, n_boot, np.random.default_rng(seed))
    residual = y - effect * x[:, 0] - null
    larger = [
        abs(clustered_t(full, effect * x[:, 0] + null + residual * draw[cluster], w, cluster, effect))
        >= abs(own) * (1 - 1e-9)
        for draw in v.T
    ]
    assert found.p_value == pytest.approx((1 + sum(larger)) / (1 + n_boot), abs=1e-12)
    assert found.draws == "webb" and found.n_boot == n_boot


def test_the_ends_of_the_interval_are_where_the_test_turns():
    x, y, cluster, time, _ = sample(groups=9, n=120)
    options = {"n_boot": 399, "seed": 1}

    def p_value(effect):
        return wild_bootstrap(x, y - effect * x[:, 0], None, [time], cluster, **options).p_value

    found = wild_bootstrap(x, y, None, [time], cluster, **options)
    width = found.conf_high - found.conf_low
    for end, inward in ((found.conf_low, 1), (found.conf_high, -1)):
        assert p_value(end + inward * width / 1000) > 0.05 >= p_value(end - inward * width / 1000)
    moved = wild_bootstrap(x, y - 0.5 * x[:, 0], None, [time], cluster, **options)
    assert moved.conf_low == pytest.approx(found.conf_low - 0.5, abs=1e-4 * width)


def test_few_clusters_draw_six_points_and_more_draw_two():
    for groups, draws in ((11, "webb"), (12, "rademacher")):
        x, y, cluster, time, _ = sample(groups=groups)
        assert wild_bootstrap(x, y, None, [time], cluster, n_boot=19, seed=0).draws == draws
        drawn = module._drawn(draws, 50, 4_000, np.random.default_rng(0))
        # Both have mean 0 and variance 1; 200,000 draws.
        assert abs(drawn.mean()) < 3 / np.sqrt(drawn.size)
        assert abs((drawn**2).mean() - 1) < 3 * (drawn**2).std() / np.sqrt(drawn.size) + 1e-12


def test_labels_of_clusters_and_size_of_weights_do_not_matter():
    x, y, cluster, time, weight = sample()
    plain = wild_bootstrap(x, y, weight, [time], cluster, n_boot=199, seed=4)
    other = wild_bootstrap(x, y, 5 * weight, [time], 3 * cluster + 10, n_boot=199, seed=4)
    assert plain.p_value == other.p_value
    assert (plain.conf_low, plain.conf_high) == pytest.approx((other.conf_low, other.conf_high), rel=1e-6)


def test_too_few_resamples_reject_nothing_and_the_interval_has_no_end():
    x, y, cluster, time, _ = sample()
    found = wild_bootstrap(x, y, None, [time], cluster, n_boot=9, seed=0)  # p is 1/10 at least
    assert (found.conf_low, found.conf_high) == (-np.inf, np.inf)
    with pytest.raises(MeasureError, match="0 resamples"):
        wild_bootstrap(x, y, None, [time], cluster, n_boot=0, seed=0)
