"""What learns who leaves: a penalised logit, or boosted trees. Matrices in, chances out."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
ChurnKind = Literal["logit", "hist_gradient_boosting", "lightgbm"]


class LogitLearner:
    """A logit with a ridge penalty, on standardised numbers and one column per level.

    A missing number takes the mean and, where training had some, a column that says so; a missing category is
    a level.

    Parameters
    ----------
    categorical
        Which columns hold codes, shape (k,).
    inverse_penalty
        C of scikit-learn.
    """

    def __init__(self, categorical: Bools, inverse_penalty: float) -> None:
        self.categorical = categorical
        self.model = LogisticRegression(C=inverse_penalty, tol=1e-8, max_iter=2000)

    def fit(self, x: Floats, y: Floats, sample_weight: Floats | None = None) -> LogitLearner:
        """Learn from features, shape (n, k), and who left, shape (n,)."""
        w = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, dtype="float64")
        numeric = x[:, ~self.categorical]
        known = ~np.isnan(numeric)
        mass = np.maximum((w[:, None] * known).sum(axis=0), np.finfo("float64").tiny)
        self.mean = (w[:, None] * np.where(known, numeric, 0.0)).sum(axis=0) / mass
        spread = np.where(known, numeric - self.mean, 0.0)
        scale = np.sqrt((w[:, None] * spread**2).sum(axis=0) / mass)
        self.scale = np.where(scale > 0, scale, 1.0)
        self.gaps = ~known.all(axis=0)
        self.levels = [np.unique(column) for column in x[:, self.categorical].T]
        design = self._design(x)
        self.model.fit(design, y, sample_weight=sample_weight)
        self.centre = (w @ design) / w.sum()
        return self

    def predict_proba(self, x: Floats) -> Floats:
        """Return the chances to stay and to leave, shape (n, 2)."""
        return self.model.predict_proba(self._design(x))

    def contributions(self, x: Floats) -> tuple[Floats, float]:
        """Return β (x − mean in the training) by feature, shape (n, k), and the log-odds of the means."""
        parts = (self._design(x) - self.centre) * self.model.coef_[0]
        numbers, coded = np.flatnonzero(~self.categorical), np.flatnonzero(self.categorical)
        sizes = [len(levels) for levels in self.levels]
        owner = np.concatenate([numbers, numbers[self.gaps], np.repeat(coded, sizes)])
        found = np.zeros(x.shape)
        for column, feature in enumerate(owner):
            found[:, feature] += parts[:, column]
        return found, float(self.model.intercept_[0] + self.centre @ self.model.coef_[0])

    def _design(self, x: Floats) -> Floats:
        numeric, coded = x[:, ~self.categorical], x[:, self.categorical]
        missing = np.isnan(numeric)
        parts = [
            np.where(missing, 0.0, (numeric - self.mean) / self.scale),
            missing[:, self.gaps].astype("float64"),
        ]
        for column, levels in zip(coded.T, self.levels, strict=True):
            same = (column[:, None] == levels) | (np.isnan(column)[:, None] & np.isnan(levels))
            parts.append(same.astype("float64"))
        return np.hstack(parts)


def churn_learner(
    kind: ChurnKind,
    categorical: Bools,
    *,
    learning_rate: float,
    iterations: int,
    leaves: int,
    inverse_penalty: float,
    seed: int,
) -> Any:
    """Return an untrained learner with `fit` and `predict_proba`.

    Parameters
    ----------
    kind
        `logit`, `hist_gradient_boosting` or `lightgbm`, which is an extra of the installation.
    categorical
        Which columns hold codes of categories, shape (k,).
    learning_rate, iterations, leaves
        Of the trees.
    inverse_penalty
        Of the logit.
    seed
        Of the trees.

    Raises
    ------
    MeasureError
        Where LightGBM is asked for and not installed.
    """
    if kind == "logit":
        return LogitLearner(categorical, inverse_penalty)
    if kind == "hist_gradient_boosting":
        return HistGradientBoostingClassifier(
            learning_rate=learning_rate, max_iter=iterations, max_leaf_nodes=leaves, early_stopping=False,
            categorical_features=categorical, random_state=seed,
        )  # fmt: skip
    try:
        from lightgbm import LGBMClassifier
    except ImportError:
        raise MeasureError(
            "LightGBM is not installed",
            remedy='install the extra: pip install "cxlab[boost]", or take kind="hist_gradient_boosting"',
        ) from None
    return LightgbmLearner(
        LGBMClassifier(
            learning_rate=learning_rate, n_estimators=iterations, num_leaves=leaves, random_state=seed,
            deterministic=True, force_row_wise=True, verbosity=-1, n_jobs=1,
        ), categorical,
    )  # fmt: skip


class LightgbmLearner:
    """LightGBM on codes.

    Parameters
    ----------
    model
        An untrained LGBMClassifier.
    categorical
        Which columns hold codes, shape (k,).
    """

    def __init__(self, model: Any, categorical: Bools) -> None:
        self.model = model
        self.categorical = categorical

    def fit(self, x: Floats, y: Floats, sample_weight: Floats | None = None) -> LightgbmLearner:
        """Learn from features, shape (n, k), and who left, shape (n,)."""
        coded = np.flatnonzero(self.categorical).tolist()
        # LightGBM reads a NaN in a column of codes as missing, and none of its own names are needed.
        self.model.fit(x, y, sample_weight=sample_weight, categorical_feature=coded or "auto")
        return self

    def predict_proba(self, x: Floats) -> Floats:
        """Return the chances to stay and to leave, shape (n, 2)."""
        return np.asarray(self.model.booster_.predict(x))[:, None] * [-1, 1] + [1, 0]

    def contributions(self, x: Floats) -> tuple[Floats, float]:
        """Return LightGBM's own Shapley values, shape (n, k), and what they start from."""
        found = np.asarray(self.model.booster_.predict(x, pred_contrib=True), dtype="float64")
        return found[:, :-1], float(found[0, -1]) if len(found) else np.nan
