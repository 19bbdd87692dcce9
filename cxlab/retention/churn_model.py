"""A churn model fitted to a snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.retention.churn_estimator import ChurnModel
from cxlab.retention.churn_learners import ChurnKind
from cxlab.retention.feature_columns import in_memory
from cxlab.retention.number_vector import number_vector
from cxlab.retention.probability_calibration import Calibration
from cxlab.retention.scored_rows import require_both
from cxlab.tally.entry import refuse_bad_weights


def churn_model(
    features: Any,
    label: Any,
    *,
    kind: ChurnKind = "hist_gradient_boosting",
    calibrate: Calibration = "none",
    later: Any = None,
    allow: Sequence[str] = (),
    weight: Any = None,
    seed: int = 0,
) -> ChurnModel:
    """Fit a model of who leaves: `cx.churn_model(snapshot.features, snapshot.label, kind="logit")`.

    Parameters
    ----------
    features
        pandas, polars, a DuckDB relation or any frame narwhals knows; one row per customer. Missing values
        and categories (texts) are taken as they are.
    label
        1 who left, 0 who stayed, missing who was not followed and is left out; shape (n,).
    kind, calibrate, later, allow, seed
        As in `cxlab.ChurnModel`.
    weight
        Sampling weights ≥ 0, shape (n,); only their ratios matter, and who has none is left out.

    Returns
    -------
    ChurnModel
        Fitted; `.predict_proba(features)[:, 1]` is the chance to leave.

    Raises
    ------
    MeasureError
        Where nobody or everybody left, labels are not 0 or 1 or stand in another order than the features, or
        a column gives leaving away and is not named in `allow`, or a weight is missing or negative.

    References
    ----------
    Friedman (2001), Annals of Statistics 29, 1189–1232 (boosting). Kull, Silva Filho, Flach (2017), AISTATS,
    PMLR 54, 623–631 (beta calibration). Van den Goorbergh and others (2022), JAMIA 29, 1525–1534.
    """
    frame = in_memory(features)
    if (
        isinstance(label, pd.Series)
        and isinstance(features, pd.DataFrame)
        and not label.index.equals(frame.index)
    ):
        raise MeasureError(
            "features and label are not in the same order", remedy="align them: label.loc[features.index]"
        )
    y = number_vector(label, "label")
    w = np.ones(len(y)) if weight is None else number_vector(weight, "weight")
    block = None if later is None else np.asarray(later)
    for name, values in (("label", y), ("weight", w), ("later", block)):
        if values is not None and np.shape(values) != (len(frame),):
            raise MeasureError(
                f"{name} has {np.size(values):,} values and there are {len(frame):,} customers",
                remedy="give one for each",
            )
    known = ~np.isnan(y)
    refuse_bad_weights(int((known & ~((w >= 0) & np.isfinite(w))).sum()), "weight")
    known &= w > 0
    require_both(y[known])
    # A penalty stands against the sum of the weights: a mean of 1 makes it that of as many rows.
    share = None if weight is None else w[known] / w[known].mean()
    model = ChurnModel(kind, calibrate=calibrate, allow=allow, seed=seed)
    return model.fit(
        frame[known], y[known].astype("int64"), sample_weight=share,
        later=None if block is None else block[known],
    )  # fmt: skip
