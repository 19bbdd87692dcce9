"""Answers to a small questionnaire whose path model is planted, for the tests of `cxlab.measure.ecsi`."""

import numpy as np
import pandas as pd

from cxlab.measure.path_model import PathModel

SMALL = PathModel(
    {"quality": ["q1", "q2", "q3"], "value": ["v1", "v2"], "satisfaction": ["s1", "s2", "s3"]},
    {"quality": ["value", "satisfaction"], "value": ["satisfaction"]},
)
CORRELATIONS = np.array([[1.0, 0.5, 0.6], [0.5, 1.0, 0.5], [0.6, 0.5, 1.0]])
LOADINGS = np.array([0.85, 0.8, 0.75, 0.9, 0.8, 0.85, 0.8, 0.7])


def population() -> np.ndarray:
    """Covariances of the eight columns: three factors, loadings of .7 to .9, unit variances."""
    owner = SMALL.owner
    sigma = np.outer(LOADINGS, LOADINGS) * CORRELATIONS[np.ix_(owner, owner)]
    np.fill_diagonal(sigma, 1.0)
    return sigma


def answers(rows: int = 200, seed: int = 4) -> pd.DataFrame:
    """Whole scores of 1–10 with weights, accounts of five, and a segment."""
    rng = np.random.default_rng(seed)
    normal = rng.multivariate_normal(np.zeros(8), population(), size=rows)
    frame = pd.DataFrame(np.clip(np.rint(6 + 1.6 * normal), 1, 10), columns=list(SMALL.columns))
    return frame.assign(w=rng.gamma(2, 1, rows), account=np.arange(rows) // 5, f=rng.integers(1, 4, rows))
