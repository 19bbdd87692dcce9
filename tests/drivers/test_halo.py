"""The general factor of drivers, and what each goes with beside it."""

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.drivers.halo import OWN
from cxlab.model.errors import MeasureError

NAMES = ["a", "b", "c", "d"]


def made(seed, n, shared):
    rng = np.random.default_rng(seed)
    x = np.sqrt(shared) * rng.standard_normal((n, 1)) + np.sqrt(1 - shared) * rng.standard_normal((n, 4))
    frame = pd.DataFrame(x, columns=NAMES)
    return frame.assign(y=x @ [0.5, 0.2, 0.1, 0.0] + rng.standard_normal(n), w=rng.integers(1, 4, n))


@pytest.fixture(scope="module")
def answers():
    return made(1, 500, 0.5)


def test_eigenvalue_and_loadings_are_those_of_the_correlations(answers):
    result = cx.halo(answers, "y", NAMES, n_boot=100)
    values, vectors = np.linalg.eigh(answers[NAMES].corr())
    assert result.first_eigenvalue == pytest.approx(values[-1] / 4, rel=1e-12)
    np.testing.assert_allclose(
        result.rows["loading"], np.abs(vectors[:, -1]) * np.sqrt(values[-1]), rtol=1e-10
    )
    assert result.conf_low < result.first_eigenvalue < result.conf_high


def test_what_is_general_and_what_is_own_add_up_to_r_squared(answers):
    result = cx.halo(answers, "y", NAMES, n_boot=0)
    whole = cx.importance(answers, "y", NAMES, n_boot=0).r_squared.rows["estimate"][0]
    assert result.r_squared == pytest.approx(whole, abs=1e-12)
    own = result.rows["net_importance"].sum()
    assert own == pytest.approx(whole - result.general_r_squared, abs=10 * OWN)


def test_the_general_factor_is_the_component_scored_by_row(answers):
    x = answers[NAMES].to_numpy()
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    score = z @ np.linalg.eigh(np.corrcoef(z.T))[1][:, -1]
    result = cx.halo(answers, "y", NAMES, n_boot=0)
    assert result.general_r_squared == pytest.approx(np.corrcoef(score, answers["y"])[0, 1] ** 2, abs=1e-12)
    basis = np.column_stack([np.ones(len(x)), score])
    left = [v - basis @ np.linalg.lstsq(basis, v, rcond=None)[0] for v in (z[:, 0], answers["y"].to_numpy())]
    partial = np.corrcoef(left[0], left[1])[0, 1]
    assert result.rows["net_correlation"][0] == pytest.approx(partial, abs=1e-10)


def test_only_a_stronger_halo_is_doubted(answers):
    assert "one impression" in cx.halo(made(2, 500, 0.8), "y", NAMES, n_boot=0).summary()
    weak = cx.halo(made(3, 500, 0.05), "y", NAMES, n_boot=0).summary()
    assert "one impression" not in weak


def test_weight_2_is_the_row_twice_and_moments_say_the_same(answers):
    weighted = cx.halo(answers, "y", NAMES, weight="w", n_boot=0).rows
    repeated = cx.halo(answers.loc[answers.index.repeat(answers["w"])], "y", NAMES, n_boot=0).rows
    np.testing.assert_allclose(weighted["net_importance"], repeated["net_importance"], rtol=1e-6)
    moments = cx.moments(answers, "y", NAMES, weight="w", missing="complete")
    of_moments = cx.halo(moments, "y", NAMES, n_boot=0).rows
    np.testing.assert_allclose(weighted["net_importance"], of_moments["net_importance"], rtol=1e-6)


def test_what_cannot_be_answered_is_refused(answers):
    with pytest.raises(MeasureError, match="three or more"):
        cx.halo(answers, "y", ["a", "b"])
    with pytest.raises(MeasureError, match="follows from"):
        cx.halo(answers.assign(a=answers["b"]), "y", NAMES)
    with pytest.raises(MeasureError, match="moments have"):
        cx.halo(cx.moments(answers, "y", NAMES), "y", NAMES, weight="w")
    assert cx.halo(answers, "y", NAMES, n_boot=0).suppress(501).rows["share"].isna().all()
