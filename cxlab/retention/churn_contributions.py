"""What each feature adds to a customer's chance to leave, on the log-odds."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

from cxlab.estimate.hidden_cells import too_small
from cxlab.model.errors import MeasureError
from cxlab.retention.churn_estimator import ChurnModel, named_columns
from cxlab.retention.churn_learners import LightgbmLearner, LogitLearner
from cxlab.retention.feature_columns import in_memory
from cxlab.retention.tree_contributions import tree_contributions

Method = Literal["linear", "tree_path"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ChurnContributions:
    """What each feature adds to each customer's log-odds of leaving: exact Shapley values.

    Parameters
    ----------
    values
        One row per customer, indexed as the features, one column per feature: rows of customers, not to be
        shown. Above 0: the model gives a higher chance for this value than without it.
    base
        Log-odds they start from; `base` and a row's sum are the log-odds of the model.
    method
        `linear`: the feature against its mean in the training; `tree_path`: against both branches, as the
        customers of the training went.
    unit
        `log-odds`, or `log-odds before calibration`.
    n
        Customers.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    values: pd.DataFrame
    base: float
    method: Method
    unit: str
    n: int
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per feature: `column`, `mean_size` (of the absolute contributions), `unit`."""
        size = self.values.abs().mean()
        return pd.DataFrame(
            {
                "column": size.index,
                "mean_size": size.to_numpy(),
                "base": self.base,
                "unit": self.unit,
                "n": self.n,
            }
        )

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if not self.n:
            return "What each feature adds to the chance to leave: too few to say."
        size = self.values.abs().mean().sort_values(ascending=False, kind="stable").head(3)
        first = ", ".join(f"'{column}' ({value:.2f})" for column, value in size.items())
        return (
            f"Over {self.n:,} customers the model's chance to leave goes most with {first} "
            f"({self.unit}, mean size): what the model says, not what a change of the feature would do."
        )

    def suppress(self, min_base: int) -> ChurnContributions:
        """Return the result, without any row where there are fewer customers than `min_base`."""
        if min_base <= self.min_base or not too_small(self.n, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        return replace(self, values=self.values[:0], base=np.nan, n=0, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.summary())}</p>"


def churn_contributions(model: ChurnModel, features: Any) -> ChurnContributions:
    """Say what each feature adds to each customer's chance: `cx.churn_contributions(model, now.features)`.

    Parameters
    ----------
    model
        Fitted on a frame with names.
    features
        Customers, with the columns of the training; a frame of any engine, n rows.

    Returns
    -------
    ChurnContributions
        Shapley values of the log-odds: exact for the logit (features taken as independent, against their
        means) and for the trees (path-dependent, as they were trained). Missing values and categories count
        as the model takes them. Weights do not enter.

    Raises
    ------
    MeasureError
        Where the model has no names, or a column is lacking or has a level never seen.

    References
    ----------
    Lundberg, Lee (2017), NeurIPS 30, 4765–4774; Lundberg and others (2020), Nature Machine Intelligence 2,
    56–67.
    """
    columns = named_columns(model)
    frame = in_memory(features)
    matrix, learner = columns.matrix(frame), model.learner_
    if not has_contributions(model):
        raise MeasureError(
            f"of a {type(learner).__name__} the contributions are not known",
            remedy='ask what is lost without a feature: cx.churn_drivers(…, method="permutation")',
        )
    if isinstance(learner, HistGradientBoostingClassifier):
        values, base = tree_contributions(learner, matrix)
    else:
        values, base = learner.contributions(matrix)
    method: Method = "linear" if isinstance(learner, LogitLearner) else "tree_path"
    unit = "log-odds" if model.curve_ is None else "log-odds before calibration"
    table = pd.DataFrame(values, index=frame.index, columns=list(columns.names))
    return ChurnContributions(table, base, method, unit, len(frame))


def has_contributions(model: ChurnModel) -> bool:
    """Tell whether the contributions of a fitted model are known."""
    return isinstance(model.learner_, (HistGradientBoostingClassifier, LogitLearner, LightgbmLearner))
