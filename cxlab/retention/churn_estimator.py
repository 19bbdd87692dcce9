"""A model of leaving that obeys the conventions of scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from cxlab.estimate.finite_number import finite_number
from cxlab.estimate.require_option import require_option
from cxlab.retention.churn_learners import ChurnKind, churn_learner
from cxlab.retention.feature_columns import (
    ChurnDataError,
    FeatureColumns,
    feature_columns,
    named_frame,
    refuse_leaks,
)
from cxlab.retention.probability_calibration import Calibration, beta_curve, step_curve

Floats = npt.NDArray[np.float64]


class ChurnModel(ClassifierMixin, BaseEstimator):
    """Who leaves: `ChurnModel(kind="logit").fit(features, label).predict_proba(new)`.

    Parameters
    ----------
    kind
        `hist_gradient_boosting`, `logit` (ridge), or `lightgbm` where it is installed.
    calibrate
        `isotonic` or `beta`: chances are brought to what happened in a later block (`later=` of `fit`); or
        `none`.
    allow
        Columns (or one) that may tell leaving almost perfectly, because they are known before.
    learning_rate, iterations, leaves
        Of the trees.
    inverse_penalty
        Of the logit: less is more penalty.
    seed
        Of the trees.

    Attributes
    ----------
    classes_
        The two outcomes, the second of which is leaving.
    columns_
        Features as they were in training; None where an array without names was given.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Notes
    -----
    Missing values and categories (texts, categoricals, flags as numbers) are taken as they are. Outcomes are
    never resampled and classes never weighted: that would ruin the chances. The guard against leaks judges
    columns with names. Columns are found by name when scoring; others are not looked at.
    """

    def __init__(
        self,
        kind: ChurnKind = "hist_gradient_boosting",
        *,
        calibrate: Calibration = "none",
        allow: Sequence[str] = (),
        learning_rate: float = 0.05,
        iterations: int = 150,
        leaves: int = 8,
        inverse_penalty: float = 1.0,
        seed: int = 0,
    ) -> None:
        self.kind = kind
        self.calibrate = calibrate
        self.allow = allow
        self.learning_rate = learning_rate
        self.iterations = iterations
        self.leaves = leaves
        self.inverse_penalty = inverse_penalty
        self.seed = seed

    def fit(self, X: Any, y: Any, *, sample_weight: Any = None, later: Any = None) -> ChurnModel:
        """Learn from features and outcomes.

        Parameters
        ----------
        X
            Frame of any engine, or array of numbers, n rows and k columns; missing values are allowed.
        y
            Outcomes with two values, shape (n,); the second in order is leaving.
        sample_weight
            Weights ≥ 0, shape (n,).
        later
            Which rows are of a later time, shape (n,) of bool: calibration is learnt on them alone, the rest
            on the others.

        Returns
        -------
        ChurnModel
            Itself.

        Raises
        ------
        ChurnDataError
            Where one outcome is missing, a column gives leaving away, or one is neither numbers nor names.
        """
        self._require_options(later)
        matrix, y = self._training(X, y)
        w = (
            None
            if sample_weight is None
            else _check_sample_weight(sample_weight, matrix, ensure_non_negative=True)
        )
        first = np.ones(len(y), dtype=bool) if later is None else ~_rows(later, len(y))
        categorical = np.zeros(matrix.shape[1], bool) if self.columns_ is None else self.columns_.categorical
        learner = churn_learner(
            self.kind, categorical, learning_rate=self.learning_rate, iterations=self.iterations,
            leaves=self.leaves, inverse_penalty=self.inverse_penalty, seed=self.seed,
        )  # fmt: skip
        for block, rows in (("the training", first), ("the later block", ~first)):
            if rows.any():
                _require_two(y[rows], block)
        learned = matrix[first]
        # A column wholly missing tells nothing, and boosted trees cannot bin it: a constant is as much.
        learned = np.where(np.isnan(learned).all(axis=0), 0.0, learned)
        self.learner_ = learner.fit(learned, y[first], sample_weight=None if w is None else w[first])
        self.curve_ = None
        if self.calibrate != "none":
            raw = self.learner_.predict_proba(matrix[~first])[:, 1]
            fit_curve = step_curve if self.calibrate == "isotonic" else beta_curve
            self.curve_ = fit_curve(raw, y[~first], np.ones(len(raw)) if w is None else w[~first])
        return self

    def predict_proba(self, X: Any) -> Floats:
        """Return the chances of both outcomes, shape (n, 2); the second is that of leaving."""
        check_is_fitted(self)
        named = named_frame(X)
        if named is not None and self.columns_ is not None:
            matrix = self.columns_.matrix(named)
        else:
            matrix = validate_data(self, X, reset=False, dtype="float64", ensure_all_finite="allow-nan")
        p = self.learner_.predict_proba(matrix)[:, 1]
        if self.curve_ is not None:
            p = self.curve_.of(p)
        return np.column_stack([1 - p, p])

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Return the likelier outcome, shape (n,); whom to write to is a matter of profit."""
        likelier = (self.predict_proba(X)[:, 1] > 0.5).astype("int64")
        return self.classes_[likelier]

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn: two outcomes, missing values welcome."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags

    def _training(self, features: Any, y: Any) -> tuple[Floats, Floats]:
        named = named_frame(features)
        if named is None:
            features, y = validate_data(self, features, y, dtype="float64", ensure_all_finite="allow-nan")
            self.columns_: FeatureColumns | None = None
            return features, self._outcomes(y)
        if not len(named) or not len(named.columns):
            raise ChurnDataError(
                f"Found array with {len(named)} sample(s) and {len(named.columns)} feature(s)",
                remedy="give customers and features",
            )
        if len(y := np.asarray(y)) != len(named):
            raise ChurnDataError(
                f"there are {len(named):,} customers and {len(y):,} outcomes", remedy="give one for each"
            )
        outcomes = self._outcomes(y)
        columns = feature_columns(named)
        matrix = columns.matrix(named)
        allow = (self.allow,) if isinstance(self.allow, str) else tuple(self.allow)
        refuse_leaks(named, outcomes == 1, allow)
        self.columns_ = columns
        self.n_features_in_ = len(columns.names)
        self.feature_names_in_ = np.array(columns.names, dtype=object)
        return matrix, outcomes

    def _outcomes(self, y: Any) -> Floats:
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) > 2:
            raise ChurnDataError(
                "Only binary classification is supported. The type of the target is multiclass",
                remedy="give who left and who stayed",
            )
        _require_two(self.classes_, "the training")
        return codes.astype("float64")

    def _require_options(self, later: Any) -> None:
        require_option("kind", self.kind, get_args(ChurnKind))
        require_option("calibrate", self.calibrate, get_args(Calibration))
        for name in ("learning_rate", "iterations", "leaves", "inverse_penalty"):
            if not finite_number(getattr(self, name)) or getattr(self, name) <= 0:
                raise ChurnDataError(
                    f"{name}={getattr(self, name)!r} is not above 0", remedy="give such a number"
                )
        if (self.calibrate == "none") != (later is None):
            raise ChurnDataError(
                "calibration is learnt on a later block, and none was named" if later is None
                else "a later block was named, and nothing is to be calibrated on it",
                remedy="say calibrate= and later= together, or neither",
            )  # fmt: skip


def named_columns(model: ChurnModel) -> FeatureColumns:
    """Return the columns a model was fitted on; raise ChurnDataError where they have no names."""
    columns: FeatureColumns | None = getattr(model, "columns_", None)
    if columns is None:
        raise ChurnDataError("the model was not fitted on columns with names", remedy="fit it on a frame")
    return columns


def _rows(later: Any, n: int) -> npt.NDArray[np.bool_]:
    rows = np.asarray(later)
    if rows.shape != (n,) or rows.dtype != bool or not rows.any() or rows.all():
        raise ChurnDataError(
            "later= does not split the customers", remedy=f"give {n:,} of True and False, some of either"
        )
    return rows


def _require_two(outcomes: npt.NDArray[Any], block: str) -> None:
    found = np.unique(outcomes)
    if len(found) < 2:
        said = "everybody left" if found[0] == 1 else "nobody left" if found[0] == 0 else "all are alike"
        raise ChurnDataError(
            f"in {block} there is one class only: {said}",
            remedy="take a longer horizon or more customers",
        )
