"""Compiled code gives what numpy gives, and what it alone reaches sums to R²."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import cxlab.drivers.lmg as module
from cxlab.drivers.lmg import _by_compiled, _by_tables, lmg, r_squared
from cxlab.drivers.schur import bordered, partial_out

pytest.importorskip("numba")
# Where nothing is cached yet, compiling takes some ten seconds.
pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def random_correlations(rng, p, b):
    rows = rng.normal(size=(b, 4 * p + 4, p + 1)) @ rng.normal(size=(b, p + 1, p + 1))
    full = np.stack([np.corrcoef(each.T) for each in rows], axis=2)
    return full[:p, :p], full[:p, p]


def by_both(p, sizes, always):
    matrices, outcomes = random_correlations(np.random.default_rng(p), p, 3)
    square = partial_out(bordered(matrices, outcomes, range(p)), always)
    return _by_compiled(square, sizes), _by_tables(square, sizes)


@pytest.mark.parametrize("p", [1, 2, 5, 10, 11, 12, 13, 16, 18])
def test_drivers_by_themselves(p):
    compiled, tables = by_both(p, [1] * p, 0)
    np.testing.assert_allclose(compiled, tables, rtol=0, atol=1e-10)


@pytest.mark.parametrize(
    ("sizes", "always"), [([3, 2, 2], 7), ([3, 2, *[1] * 8], 1), ([2, *[1] * 12], 0), ([5, 4, 3], 2)]
)
def test_groups_and_covariates(sizes, always):
    compiled, tables = by_both(14, sizes, always)
    np.testing.assert_allclose(compiled, tables, rtol=0, atol=1e-10)


def test_many_matrices_are_compiled_and_equal_one_by_one(monkeypatch):
    matrices, outcomes = random_correlations(np.random.default_rng(3), 6, 5)
    groups, always = [[5], [0, 3], [1]], [4, 2]
    expected = [lmg(matrices[..., i], outcomes[:, i], groups=groups, always=always) for i in range(5)]
    monkeypatch.setattr(module, "_MOST_MODELS", 1)
    values = lmg(matrices, outcomes, groups=groups, always=always)
    np.testing.assert_allclose(values.T, expected, rtol=0, atol=1e-12)


def test_the_number_of_cores_changes_no_digit(monkeypatch):
    matrices, outcomes = random_correlations(np.random.default_rng(4), 13, 40)
    square, values = bordered(matrices, outcomes, range(13)), []
    for cores in (1, 2, 3, None):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        values.append(_by_compiled(square, [1] * 13))
    assert all(np.array_equal(found, values[0]) for found in values)


def test_twenty_five_drivers_sum_to_r_squared_and_keep_their_values_in_another_order():
    matrix, outcome = (value[..., 0] for value in random_correlations(np.random.default_rng(25), 25, 1))
    values = lmg(matrix, outcome)
    assert values.sum() == pytest.approx(float(r_squared(matrix, outcome)), abs=1e-10)
    order = np.random.default_rng(0).permutation(25)
    turned = lmg(matrix[np.ix_(order, order)], outcome[order])
    np.testing.assert_allclose(turned, values[order], rtol=0, atol=1e-10)


def test_twenty_six_drivers_in_pairs_that_do_not_meet_equal_the_pairs_by_themselves():
    """Two drivers that go with no others share what they explain together as in a model of the two."""
    pairs = np.linspace(-0.8, 0.8, 13)
    matrix = np.kron(np.diag(pairs), [[0, 1], [1, 0]]) + np.eye(26)
    outcome = np.tile([0.21, 0.05], 13)
    expected = [lmg(matrix[i : i + 2, i : i + 2], outcome[i : i + 2]) for i in range(0, 26, 2)]
    np.testing.assert_allclose(lmg(matrix, outcome), np.concatenate(expected), rtol=0, atol=1e-12)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak memory of Linux")
def test_more_drivers_take_no_more_memory():
    """Peak memory of 28 drivers less that of 26: the states of one block do not grow with the drivers."""
    code = (
        "import json, numpy as np; from cxlab.drivers.lmg import lmg\n"
        "peaks = []\n"
        "for p in (26, 28):\n"
        "    lmg(np.eye(p), np.full(p, .1))\n"
        "    status = dict(line.split(':', 1) for line in open('/proc/self/status'))\n"
        "    peaks.append(int(status['VmHWM'].split()[0]))\n"
        "print(json.dumps(peaks))"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, text=True)
    before, after = json.loads(said.stdout)
    assert after - before < 1024  # KiB; a table of 2^28 models alone would take 2 GiB
