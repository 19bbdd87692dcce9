import numpy as np
import pytest

from cxlab.estimate.resampling import (
    FEWEST,
    drawn_counts,
    generator_of,
    require_count,
    require_resamples,
    require_seed,
)
from cxlab.model.errors import MeasureError


@pytest.mark.parametrize("count", [0, FEWEST, 1e3, np.int64(200), np.float32(64)])
def test_none_or_enough_resamples_will_do(count):
    require_resamples(count)


@pytest.mark.parametrize("count", [-1, 1, FEWEST - 1, 99.5, np.nan, np.inf, None, "100", [100]])
def test_other_resamples_are_refused_with_what_is_enough(count):
    with pytest.raises(MeasureError, match="resamples will not do; take 50 or more, or 0 for no intervals"):
        require_resamples(count)


def test_a_count_says_what_it_counts():
    require_count(2, "folds", least=2, remedy="take 2")
    with pytest.raises(MeasureError, match="1 folds will not do; take 2"):
        require_count(1, "folds", least=2, remedy="take 2")


def test_a_seed_starts_the_same_generator_and_a_generator_goes_on():
    assert generator_of(3).random() == generator_of(np.int64(3)).random()
    own = np.random.default_rng(3)
    assert generator_of(own) is own


@pytest.mark.parametrize("seed", [-1, 0.0, None, True, "3", [3]])
def test_what_is_no_seed_is_refused(seed):
    for ask in (require_seed, generator_of):
        with pytest.raises(MeasureError, match="a seed of"):
            ask(seed)


def test_counts_of_what_is_drawn_add_up_and_vary_as_multinomial_ones():
    rng = np.random.default_rng(20261122)
    counts = np.array([drawn_counts(rng, 20) for _ in range(20_000)])
    assert counts.shape == (20_000, 20) and (counts.sum(axis=1) == 20).all()
    # Of a multinomial law with n = k = 20: mean 1, variance 19/20, covariance −1/20.
    assert counts.mean(axis=0) == pytest.approx(np.ones(20), abs=4.5 * np.sqrt(0.95 / 20_000))
    assert np.cov(counts.T) == pytest.approx(np.eye(20) - 1 / 20, abs=0.06)
