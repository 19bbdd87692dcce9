"""Which features a churn model leans on: how much each adds to the chances, or what its shuffling loses."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import normal_quantile, tails
from cxlab.estimate.require_option import require_option
from cxlab.estimate.resampling import drawn_counts, require_resamples
from cxlab.model.errors import MeasureError
from cxlab.retention.churn_contributions import (
    ChurnContributions,
    churn_contributions,
    has_contributions,
)
from cxlab.retention.churn_estimator import ChurnModel, named_columns
from cxlab.retention.feature_columns import in_memory
from cxlab.retention.number_vector import number_vector
from cxlab.retention.score_influence import Influenced, auc
from cxlab.retention.scored_rows import ScoredRows, scored_rows

DriverMethod = Literal["auto", "permutation", "shap"]
FIGURES = ["importance", "std_error", "conf_low", "conf_high"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ChurnDrivers:
    """How much each feature adds to a model's chances, or what the AUC loses when it is shuffled.

    Parameters
    ----------
    rows
        One row per `column`, the most important first: `importance`, `std_error`, `conf_low`, `conf_high`,
        `suppressed`.
    auc
        AUC with all features as they are.
    n, churners
        Customers with a label, and those that left.
    method, unit
        `shap`: mean absolute contribution, in `log-odds` (or `log-odds before calibration`); `permutation`:
        AUC less its mean over the shuffles, in `AUC`.
    repeats, conf_level
        Shuffles of each feature, or resamples of customers; level of the intervals.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    rows: pd.DataFrame
    auc: float
    n: int
    churners: int
    method: Literal["shap", "permutation"]
    unit: str
    repeats: int
    conf_level: float
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per feature."""
        return self.rows.assign(
            auc=self.auc, n=self.n, churners=self.churners, method=self.method, unit=self.unit,
            repeats=self.repeats, conf_level=self.conf_level,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if self.rows["suppressed"].all():
            return "What a churn model leans on: too few to say."
        first = ", ".join(
            f"'{column}' ({value:.3f})"
            for column, value in zip(self.rows["column"][:3], self.rows["importance"][:3], strict=True)
        )
        said = (
            f"Shuffled, most of the AUC of {self.auc:.3f} is lost with {first}"
            if self.method == "permutation"
            else f"The model's chances (AUC {self.auc:.3f}) go most with {first}, mean size in {self.unit}"
        )
        return (
            f"{said} (n = {self.n:,}, of whom {self.churners:,} left): "
            "what the model leans on, not what makes customers leave."
        )

    def suppress(self, min_base: int) -> ChurnDrivers:
        """Return the result, blanked where those who left or stayed are fewer than `min_base`."""
        base = min(self.churners, self.n - self.churners)
        if min_base <= self.min_base or not too_small(base, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        rows = self.rows.assign(suppressed=True, **dict.fromkeys(FIGURES, np.nan))
        return replace(self, rows=rows, auc=np.nan, n=0, churners=0, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def churn_drivers(
    model: ChurnModel,
    features: Any,
    label: Any,
    *,
    method: DriverMethod = "auto",
    repeats: int = 10,
    n_boot: int = 500,
    seed: int | np.random.Generator = 0,
    conf_level: float = 0.95,
) -> ChurnDrivers:
    """Say which features a model leans on: `cx.churn_drivers(model, later.features, later.label)`.

    Parameters
    ----------
    model
        Fitted on a frame with names.
    features, label
        Customers the model was not fitted on, and who left (1, 0, or missing: left out); shape (n,).
    method
        `shap`: the mean absolute contribution to the log-odds (`cxlab.churn_contributions`); `permutation`:
        the AUC lost when a feature is shuffled; `auto`: `shap` where the model's contributions are known.
    repeats
        Shuffles of each feature, for `permutation`.
    n_boot
        Resamples of customers, for `shap`; 0: no intervals.
    seed
        Of the shuffles or resamples.
    conf_level
        Level of the intervals.

    Returns
    -------
    ChurnDrivers
        Importance by feature. Its interval holds the model fixed: percentiles over customers drawn anew, or,
        of the loss of AUC, from the influences of DeLong averaged over the shuffles, and of the shuffles. Of
        features that tell the same each seems to lose little; contributions are shared among them.

    Raises
    ------
    MeasureError
        Where the model has no names, its contributions are asked for and not known, or nobody or everybody
        left.

    References
    ----------
    Lundberg and others (2020), Nature Machine Intelligence 2, 56–67. Breiman (2001), Machine Learning 45,
    5–32; Fisher, Rudin, Dominici (2019), JMLR 20(177).
    """
    quantile = normal_quantile(conf_level)
    require_option("method", method, get_args(DriverMethod))
    columns = named_columns(model)
    _require_repeats(repeats)
    require_resamples(n_boot)
    frame, y = in_memory(features).reset_index(drop=True), number_vector(label, "label")
    known = scored_rows([np.zeros(len(frame))], y, None, probability=True)
    frame = frame[np.isfinite(y)].reset_index(drop=True)
    draws = np.random.default_rng(seed)
    whole = auc(model.predict_proba(frame)[:, 1], known.y, known.w)
    taken: Literal["shap", "permutation"] = "permutation"
    if method == "shap" or (method == "auto" and has_contributions(model)):
        taken = "shap"
        table, unit = _moved(churn_contributions(model, frame), n_boot, draws, conf_level)
    else:
        table, unit = _lost(whole, model, frame, columns.names, known, repeats, draws, quantile), "AUC"
    table = table.assign(suppressed=False)
    table = table.sort_values("importance", ascending=False, kind="stable", ignore_index=True)
    return ChurnDrivers(
        table, whole.estimate, len(known.y), int(known.y.sum()), taken, unit,
        n_boot if taken == "shap" else repeats, conf_level,
    )  # fmt: skip


def _moved(
    found: ChurnContributions, n_boot: int, draws: np.random.Generator, conf_level: float
) -> tuple[pd.DataFrame, str]:
    """Return the mean absolute contributions with percentiles over customers drawn anew, and their unit."""
    size = found.values.abs().to_numpy()
    n, k = size.shape
    drawn = np.full((max(n_boot, 1), k), np.nan)
    for place in range(n_boot):
        drawn[place] = drawn_counts(draws, n) @ size / n
    low, high = np.quantile(drawn, tails(conf_level), axis=0, method="closest_observation")
    error = drawn.std(axis=0, ddof=1) if n_boot else np.full(k, np.nan)
    columns = dict(zip(FIGURES, (size.mean(axis=0), error, low, high), strict=True))
    return pd.DataFrame({"column": found.values.columns, **columns}), found.unit


def _lost(
    whole: Influenced,
    model: ChurnModel,
    frame: pd.DataFrame,
    columns: Sequence[str],
    known: ScoredRows,
    repeats: int,
    draws: np.random.Generator,
    quantile: float,
) -> pd.DataFrame:
    rows = []
    for name in columns:
        lost = [
            _loss(whole, model, frame, name, draws.permutation(len(frame)), known.y, known.w)
            for _ in range(repeats)
        ]
        at = np.array([each.estimate for each in lost])
        influence = np.mean([each.influence for each in lost], axis=0)
        error = float(np.sqrt((influence**2).sum() + at.var(ddof=1) / repeats))
        middle = float(at.mean())
        rows.append([name, middle, error, middle - quantile * error, middle + quantile * error])
    return pd.DataFrame(rows, columns=["column", *FIGURES])


def _require_repeats(repeats: object) -> None:
    if not isinstance(repeats, Integral) or int(repeats) < 2:
        raise MeasureError(f"repeats={repeats!r} is too few", remedy="give a whole number, 2 or more")


def _loss(
    whole: Influenced, model: ChurnModel, frame: pd.DataFrame, name: str, order: Any, y: Any, w: Any
) -> Influenced:
    shuffled = frame.assign(**{name: frame[name].take(order).array})
    score = auc(model.predict_proba(shuffled)[:, 1], y, w)
    return Influenced(whole.estimate - score.estimate, whole.influence - score.influence)
