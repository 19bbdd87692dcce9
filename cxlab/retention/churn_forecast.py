"""Who may leave next: a model fitted on past cut-offs and the chance of everyone at risk today."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from cxlab.estimate.hidden_cells import too_small
from cxlab.model.errors import MeasureError
from cxlab.retention.churn_estimator import ChurnModel
from cxlab.retention.churn_learners import ChurnKind
from cxlab.retention.churn_model import churn_model
from cxlab.retention.probability_calibration import Calibration
from cxlab.retention.snapshot_result import Snapshot

FEW_LEAVERS = 200
ForecastKind = Literal["auto", "logit", "hist_gradient_boosting", "lightgbm"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ChurnForecast:
    """The chance of each customer to leave within the horizon.

    Parameters
    ----------
    cutoff, horizon
        Day and days.
    model
        The model.
    kind
        What it is.
    chance
        Chance to leave, by `customer_id`: rows of customers, not to be shown.
    value
        Value of the running contract, by `customer_id`.
    n_train, left_train
        Customers it was fitted on (one counts at each cut-off), and those of them who left.
    suppressed, min_base
        Whether sums are hidden, and the smallest base that is shown.
    """

    cutoff: str
    horizon: int
    model: ChurnModel
    kind: ChurnKind
    chance: pd.Series
    value: pd.Series
    n_train: int
    left_train: int
    suppressed: bool = False
    min_base: int = 0

    @property
    def n(self) -> int:
        """Customers at risk."""
        return len(self.chance)

    @property
    def expected(self) -> float:
        """How many are expected to leave."""
        return np.nan if self.suppressed else float(self.chance.sum())

    @property
    def expected_value(self) -> float:
        """Value of the contracts expected to leave, Σ chance · value."""
        return np.nan if self.suppressed else float((self.chance * self.value).sum())

    @property
    def whole_value(self) -> float:
        """Value of all running contracts."""
        return np.nan if self.suppressed else float(self.value.sum())

    def tidy(self) -> pd.DataFrame:
        """Return the sums in one row; no customer is in it."""
        return pd.DataFrame(
            {
                "cutoff": [self.cutoff], "horizon": [self.horizon], "kind": [self.kind], "n": [self.n],
                "expected": [self.expected], "expected_value": [self.expected_value],
                "whole_value": [self.whole_value], "n_train": [self.n_train], "left_train": [self.left_train],
            }
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if self.suppressed:
            return "Who may leave: too few to say."
        return (
            f"Of {self.n:,} customers with a contract on {self.cutoff}, {self.expected:.0f} are expected to "
            f"leave within {self.horizon} days ({self.kind}, fitted on {self.n_train:,} of whom "
            f"{self.left_train:,} left)."
        )

    def suppress(self, min_base: int) -> ChurnForecast:
        """Return the result, its sums hidden where few are at risk or few left in the training."""
        hidden = too_small(min(self.n, self.left_train, self.n_train - self.left_train), min_base)
        return replace(
            self, suppressed=self.suppressed or bool(hidden), min_base=max(min_base, self.min_base)
        )

    def __repr__(self) -> str:
        """Return the summary; no customer is shown."""
        return self.summary()

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.summary())}</p>"


def churn_forecast(
    past: Sequence[Snapshot],
    now: Snapshot,
    *,
    kind: ForecastKind = "auto",
    calibrate: Calibration = "none",
    allow: Sequence[str] = (),
    seed: int = 0,
) -> ChurnForecast:
    """Say who may leave next: `cx.churn_forecast([snapshot_of_spring, snapshot_of_autumn], today)`.

    Parameters
    ----------
    past
        Snapshots whose outcomes are known, the earliest first.
    now
        The customers to score; what became of them is not looked at.
    kind
        `auto` takes boosted trees, or the logit where fewer than 200 left in the past; see `cx.churn_model`.
    calibrate
        `isotonic` or `beta`: the latest of the past snapshots teaches the curve, and nothing else.
    allow, seed
        As in `cxlab.churn_model`.

    Raises
    ------
    MeasureError
        Where there is no past, one is not over when the customers are scored, horizons differ, to calibrate
        takes two snapshots and there is one, or the model is refused.
    """
    _require_past(past, now)
    features = pd.concat([each.features for each in past], ignore_index=True)
    label = pd.concat([each.label for each in past], ignore_index=True)
    later = None
    if calibrate != "none":
        if len(past) < 2:
            raise MeasureError("one snapshot cannot teach model and curve", remedy="give two, or do without")
        later = np.arange(len(label)) >= len(label) - len(past[-1].label)
    left = int((label == 1).sum())
    taken = chosen_kind(kind, left)
    model = churn_model(features, label, kind=taken, calibrate=calibrate, later=later, allow=allow, seed=seed)
    chance = pd.Series(model.predict_proba(now.features)[:, 1], now.features.index, name="chance")
    value = now.features["contract_value"].astype("float64")
    n_train = int(label.notna().sum())
    return ChurnForecast(now.cutoff, now.horizon, model, taken, chance, value, n_train, left)


def chosen_kind(kind: ForecastKind, left: int) -> ChurnKind:
    """Return the kind of model that is fitted where so many left in the past."""
    if kind != "auto":
        return kind
    return "hist_gradient_boosting" if left >= FEW_LEAVERS else "logit"


def _require_past(past: Sequence[Snapshot], now: Snapshot) -> None:
    if not past:
        raise MeasureError("there is no past to learn from", remedy="give snapshots whose outcomes are known")
    end: Any = pd.Timestamp(now.cutoff)
    for each in past:
        if each.horizon != now.horizon:
            raise MeasureError(
                f"horizons of {each.horizon} and {now.horizon} days do not go together", remedy="take one"
            )
        if pd.Timestamp(each.cutoff) + pd.Timedelta(days=each.horizon) > end:
            raise MeasureError(
                f"what came after {each.cutoff} is not over on {now.cutoff}",
                remedy="take cut-offs a horizon or more before the day of scoring",
            )
