"""Missing answers of drivers: repaired matrices and imputation."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.stats import multivariate_normal

import cxlab as cx
import cxlab.drivers.nearest_correlation as module
from cxlab.drivers.imputed_sums import _fitted, _patterns
from cxlab.drivers.nearest_correlation import FLOOR, nearest_correlation


def test_the_nearest_correlation_of_highams_example(monkeypatch):
    # Higham (2002), IMA Journal of Numerical Analysis 22, section 4: .7607 and .1573, to the digits printed.
    monkeypatch.setattr(module, "FLOOR", 0.0)
    given = np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]])
    found = nearest_correlation(given, tolerance=1e-10)
    expected = np.array([[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]])
    np.testing.assert_allclose(found.correlation[..., 0], expected, atol=5e-5)
    assert found.largest_change[0] == pytest.approx(0.2393, abs=5e-5)


def test_a_repaired_matrix_is_a_correlation_and_a_sound_one_stays():
    rng = np.random.default_rng(1)
    noise = rng.uniform(-0.9, 0.9, (6, 6, 20))
    broken = (noise + noise.transpose(1, 0, 2)) / 2
    broken[range(6), range(6)] = 1
    sound = np.corrcoef(rng.standard_normal((6, 50)))[..., None]
    found = nearest_correlation(np.concatenate([broken, sound], axis=2))
    values = np.linalg.eigvalsh(np.moveaxis(found.correlation, -1, 0))
    assert values[:20].min() > 0.5 * FLOOR
    np.testing.assert_allclose(np.einsum("iib->ib", found.correlation), 1, atol=1e-12)
    np.testing.assert_array_equal(found.correlation[..., 20:], sound)
    assert found.largest_change[20] == 0
    assert (found.largest_change[:20] > 0).sum() == (
        np.linalg.eigvalsh(np.moveaxis(broken, -1, 0))[:, 0] < 0
    ).sum()


def test_contradicting_pairs_are_repaired_and_it_is_said():
    # Three blocks of rows, each without one of the columns, whose correlations cannot all be true together.
    rng = np.random.default_rng(2)
    g, e = rng.standard_normal(300), 0.3 * rng.standard_normal((300, 2))
    block = np.arange(300) // 100
    a = np.where(block == 2, np.nan, g)
    b = np.where(block == 1, np.nan, g + e[:, 0])
    c = np.where(block == 0, np.nan, np.where(block == 1, g, -g) + e[:, 1])
    frame = pd.DataFrame({"a": a, "b": b, "c": c, "y": rng.standard_normal(300)})
    result = cx.importance(frame, "y", ["a", "b", "c"], missing="pairwise", n_boot=60)
    assert result.diagnosis.repaired > 0.1
    assert "contradicted each other and were repaired" in " ".join(result.warnings)
    assert result.kept == pytest.approx(1 / 3)
    assert "the smallest pair stands on 33.3% of the rows" in repr(result)


def test_pairwise_without_gaps_is_complete():
    frame = made(3, 200)
    one, other = (
        cx.importance(frame, "y", ["a", "b", "c"], missing=missing, n_boot=60).rows
        for missing in ("complete", "pairwise")
    )
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


def made(seed, n):
    rng = np.random.default_rng(seed)
    x = 0.6 * rng.standard_normal((n, 1)) + 0.8 * rng.standard_normal((n, 3))
    frame = pd.DataFrame(x, columns=["a", "b", "c"])
    return frame.assign(y=x @ [0.5, 0.3, 0.1] + 0.7 * rng.standard_normal(n), w=rng.gamma(3, 1 / 3, n))


def test_the_fitted_normal_model_has_the_largest_likelihood():
    rng = np.random.default_rng(4)
    z = rng.standard_normal((60, 2)) @ np.array([[1, 0.6], [0, 0.8]])
    z[:15, 0], z[45:, 1] = np.nan, np.nan
    mean, covariance = _fitted(z, np.ones(60), _patterns(z))

    def minus_log_likelihood(parameters):
        m, root = parameters[:2], np.array([[parameters[2], 0], [parameters[3], parameters[4]]])
        c = root @ root.T + 1e-12 * np.eye(2)
        full, first, second = z[15:45], z[45:, 0], z[:15, 1]
        return -(
            multivariate_normal(m, c).logpdf(full).sum()
            + multivariate_normal(m[0], c[0, 0]).logpdf(first).sum()
            + multivariate_normal(m[1], c[1, 1]).logpdf(second).sum()
        )

    best = minimize(minus_log_likelihood, [0, 0, 1, 0, 1], method="BFGS").x
    root = np.array([[best[2], 0], [best[3], best[4]]])
    np.testing.assert_allclose(mean, best[:2], atol=1e-4)
    np.testing.assert_allclose(covariance, root @ root.T, atol=1e-4)


def test_imputation_mends_what_complete_rows_distort():
    # c is missing where the outcome is high: complete rows lose range of the outcome, imputed ones do not.
    frame = made(5, 4000)
    truth = cx.importance(frame, "y", ["a", "b", "c"], n_boot=0)
    gaps = frame.assign(c=frame["c"].where(frame["y"] < 0.3))
    complete = cx.importance(gaps, "y", ["a", "b", "c"], n_boot=0)
    imputed = cx.importance(gaps, "y", ["a", "b", "c"], missing="multiple", n_boot=0, n_imputed=5)
    r_squared = [result.r_squared.rows["estimate"][0] for result in (truth, complete, imputed)]
    assert r_squared[1] < r_squared[0] - 0.1
    assert r_squared[2] == pytest.approx(r_squared[0], abs=0.03)
    assert imputed.kept == pytest.approx((frame["y"] < 0.3).mean())
    assert "the rest imputed" in repr(imputed)


def test_without_gaps_imputation_changes_nothing():
    frame = made(6, 300)
    plain = cx.importance(frame, "y", ["a", "b", "c"], weight="w", n_boot=0).rows
    imputed = cx.importance(
        frame, "y", ["a", "b", "c"], weight="w", missing="multiple", n_boot=0, n_imputed=2
    ).rows
    np.testing.assert_allclose(imputed["importance"], plain["importance"], rtol=1e-10)


def test_imputed_errors_hold_the_doubt_of_the_imputation():
    frame = made(7, 600)
    rng = np.random.default_rng(8)
    gaps = frame.assign(a=frame["a"].where(rng.random(600) < 0.5))
    full = cx.importance(frame, "y", ["a", "b", "c"], n_boot=600).rows["std_error"]
    imputed = cx.importance(gaps, "y", ["a", "b", "c"], missing="multiple", n_boot=600, n_imputed=12).rows[
        "std_error"
    ]
    assert imputed[0] > 1.1 * full[0]
