"""A churn model judged as it would have been used: fitted on the past, scored on what came next."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, get_args

import numpy as np
import pandas as pd

from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError
from cxlab.model.market import Market
from cxlab.retention.churn_learners import ChurnKind
from cxlab.retention.churn_model import churn_model
from cxlab.retention.expected_profit import ExpectedProfit, expected_profit
from cxlab.retention.probability_calibration import Calibration
from cxlab.retention.profit_rows import campaign_of
from cxlab.retention.score_quality import ScoreQuality, score_quality
from cxlab.retention.snapshot import ContractEnds, require_days, snapshots
from cxlab.retention.snapshot_result import Snapshot
from cxlab.tally.day_moments import DAY, day_moment

SHOWN = (
    "base_rate", "auc", "pr_auc", "lift", "log_loss", "brier", "ece", "slope", "intercept", "empc",
    "threshold",
)  # fmt: skip
COSTS = ("clv", "incentive", "contact")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class RollingOrigin:
    """How well models fitted before each cut-off told who would leave after it.

    Parameters
    ----------
    by_cutoff
        Quality at each cut-off that could be judged, by its day.
    trained_on
        Customers (a customer counts at each cut-off) whose outcome was known by then, by its day.
    pooled
        Quality of the scores of all cut-offs together. A customer stands in it once for each: its intervals
        take them for independent, and are too short where the same stay for long.
    scores
        `cutoff`, `customer_id`, `score`, `label`: rows of customers, not to be shown.
    kind
        The model.
    profits
        Expected profit of the scores at each cut-off, by its day, and with an empty day of all together;
        empty where no campaign was named.
    calibrate
        How the chances were brought to what happened: at the latest of the earlier cut-offs, or `none`.
    """

    by_cutoff: Mapping[str, ScoreQuality]
    trained_on: Mapping[str, int]
    pooled: ScoreQuality
    scores: pd.DataFrame
    kind: ChurnKind
    profits: Mapping[str, ExpectedProfit] = field(default_factory=dict)
    calibrate: Calibration = "none"

    def tidy(self) -> pd.DataFrame:
        """Return one row per cut-off and metric, and with an empty cut-off those of all together."""
        rows = []
        for day, quality in {**self.by_cutoff, "": self.pooled}.items():
            part = quality.tidy()
            if day in self.profits:
                part = pd.concat([part, _profit_rows(self.profits[day], part)], ignore_index=True)
            rows.append(part.assign(cutoff=day, n_train=self.trained_on.get(day, 0)))
        return pd.concat(rows, ignore_index=True).assign(kind=self.kind, calibrate=self.calibrate)

    def gains(self) -> pd.DataFrame:
        """Return the gains curves: one row per cut-off (empty: all together) and tenth of the customers."""
        every = {**self.by_cutoff, "": self.pooled}
        return pd.concat(
            [quality.gains.assign(cutoff=day) for day, quality in every.items()], ignore_index=True
        )

    def summary(self) -> str:
        """Return one honest sentence in English."""
        aucs = [quality.of("auc") for quality in self.by_cutoff.values()]
        if np.isnan(aucs).all():
            return "A churn model over time: too few to say."
        fitted = "Fitted" if self.calibrate == "none" else f"Fitted and calibrated ({self.calibrate})"
        return (
            f"{fitted} on what was known before each of {len(aucs)} cut-offs and judged on what came after, "
            f"the AUC lay between {np.nanmin(aucs):.3f} and {np.nanmax(aucs):.3f}. All together, a customer "
            f"counting once for each cut-off: {self.pooled.summary()}"
        )

    def suppress(self, min_base: int) -> RollingOrigin:
        """Return the result with each quality suppressed; where one is blank, so is that of all together."""
        each = {day: quality.suppress(min_base) for day, quality in self.by_cutoff.items()}
        # What is hidden of one cut-off could be found from the others and the whole.
        blank = any(quality.rows["suppressed"].all() for quality in each.values())
        pooled = self.pooled.suppress(self.pooled.n + 1 if blank else min_base)
        pooled = replace(pooled, reliability=_without_bins(pooled.reliability, each.values()))
        hide = {day: min_base for day in each} | {"": self.pooled.n + 1 if blank else min_base}
        profits = {day: profit.suppress(hide[day]) for day, profit in self.profits.items()}
        return replace(self, by_cutoff=each, pooled=pooled, profits=profits)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        rows = self.tidy()
        table = rows[rows["metric"].isin(SHOWN)]
        shown = table[["cutoff", "n_train", "n", "churners", "metric", "estimate", "conf_low", "conf_high"]]
        return (
            f"<p>{html.escape(self.summary())}</p>{shown.round(4).to_html(index=False, border=0, na_rep='')}"
        )


def rolling_origin(
    tables: Market | Mapping[str, Any],
    cutoffs: Sequence[Any],
    horizon: int,
    *,
    kind: ChurnKind = "hist_gradient_boosting",
    calibrate: Calibration = "none",
    allow: Sequence[str] = (),
    window: int = 365,
    scores: Sequence[str] | None = None,
    attributes: Sequence[str] = (),
    ends: ContractEnds = "planned",
    books_end: Any = None,
    top: float = 0.1,
    profit: Mapping[str, float] | None = None,
    n_boot: int = 200,
    seed: int = 0,
    conf_level: float = 0.95,
) -> RollingOrigin:
    """Judge a churn model in time: `cx.rolling_origin(market, ["2025-01-01", "2025-07-01"], 90)`.

    Parameters
    ----------
    tables, horizon, window, scores, attributes, ends, books_end
        As in `cxlab.snapshot`.
    cutoffs
        Days in ascending order. A model is judged at each for which an earlier one lies at least a horizon
        back: it learns from all such, whose outcomes were known by then, and from none later.
    kind, allow, seed
        As in `cxlab.churn_model`.
    calibrate
        `isotonic` or `beta`: of the cut-offs that are learnt from, the latest teaches the curve and the
        others the model, as in `cxlab.churn_forecast`. Only cut-offs with two such are judged.
    top, conf_level
        As in `cxlab.score_quality`.
    profit
        What a campaign costs and brings, as in `cxlab.expected_profit`: `clv`, `incentive`, `contact`, and
        `alpha`, `beta` where the law of acceptance is another. None: no profit is claimed.
    n_boot
        Resamples of customers for the intervals of the profit; 0: none.

    Returns
    -------
    RollingOrigin
        Quality at each cut-off and of all together; with `profit`, also EMPC and the threshold that would
        have paid best, which is known only afterwards.

    Raises
    ------
    MeasureError
        Where cut-offs do not ascend, none has another a horizon before it, costs make no sense, or a snapshot
        or model is refused.

    References
    ----------
    Tashman (2000), International Journal of Forecasting 16, 437–450 (rolling origins).
    """
    require_days("horizon", horizon)
    require_option("calibrate", calibrate, get_args(Calibration))
    _require_costs(profit)
    moments = [day_moment(day, "cutoffs") for day in cutoffs]
    if any(after <= before for before, after in pairwise(moments)):
        raise MeasureError("cutoffs do not ascend", remedy="give each day once, the earliest first")
    known = _learnable(moments, horizon, 1 if calibrate == "none" else 2)
    taken = snapshots(
        tables, cutoffs, horizon, window=window, scores=scores, attributes=attributes, ends=ends,
        books_end=books_end,
    )  # fmt: skip
    parts, trained = [], {}
    for now, past in zip(taken, known, strict=True):
        if past:
            parts.append(_scored(now, [taken[j] for j in past], kind, calibrate, allow, seed))
            trained[now.cutoff] = sum(int(taken[j].label.notna().sum()) for j in past)
    rows = pd.concat(parts, ignore_index=True)
    options: dict[str, Any] = {"top": top, "conf_level": conf_level}
    days = {**{str(day): part for day, part in rows.groupby("cutoff")}, "": rows}
    each = {day: _judged(day, part, options) for day, part in days.items()}
    profits = {}
    if profit is not None:
        chosen: dict[str, Any] = {**profit, "n_boot": n_boot, "seed": seed, "conf_level": conf_level}
        profits = {day: expected_profit(part["score"], part["label"], **chosen) for day, part in days.items()}
    pooled = each.pop("")
    return RollingOrigin(each, trained, pooled, rows, kind, profits, calibrate)


def _without_bins(pooled: pd.DataFrame, each: Iterable[ScoreQuality]) -> pd.DataFrame:
    """Blank the bins of all cut-offs together that one of them hides: the others would give it away."""
    parts = [quality.reliability for quality in each]
    gone = {low for part in parts for low in part.loc[part["suppressed"].astype("bool"), "score_low"]}
    hidden = pooled["suppressed"].astype("bool") | pooled["score_low"].isin(gone)
    figures = pooled.columns.drop(["score_low", "score_high", "suppressed"])
    return pooled.assign(suppressed=hidden, **{name: pooled[name].mask(hidden) for name in figures})


def _learnable(moments: Sequence[int], horizon: int, least: int) -> list[list[int]]:
    """Return for each cut-off those whose outcomes were known by then; none where there are too few."""
    earlier = [[j for j in range(i) if moments[j] + horizon * DAY <= at] for i, at in enumerate(moments)]
    known = [past if len(past) >= least else [] for past in earlier]
    if not any(known):
        what = "another" if least == 1 else "two others, one for the model and one for the curve,"
        raise MeasureError(
            f"no cut-off has {what} {horizon} days or more before it, whose outcomes it could learn from",
            remedy="give days further apart, or a shorter horizon",
        )
    return known


def _judged(day: str, part: pd.DataFrame, options: Mapping[str, Any]) -> ScoreQuality:
    try:
        return score_quality(part["score"], part["label"], **options)
    except MeasureError as error:
        raise MeasureError(error.what, where=f"what came after {day}", remedy=error.remedy) from None


def _require_costs(profit: Mapping[str, float] | None) -> None:
    if profit is None:
        return
    known = (*COSTS, "alpha", "beta")
    strange = [name for name in profit if name not in known]
    lacking = [name for name in COSTS if name not in profit]
    if strange or lacking:
        what = f"has '{strange[0]}', which it does not know" if strange else f"lacks '{lacking[0]}'"
        raise MeasureError(
            f"profit= {what}", remedy=f"give {', '.join(COSTS)}; alpha and beta may be left out"
        )
    campaign_of(**{"alpha": 1.0, "beta": 1.0, **profit})


def _profit_rows(profit: ExpectedProfit, like: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of a profit as rows of metrics."""
    rows = profit.rows.rename(columns={"term": "metric"})
    shared = {name: like[name].iloc[0] for name in ("top", "weighting", "conf_level")}
    return rows.assign(
        **shared, n=profit.n, churners=profit.n_churned, n_eff=float(profit.n), suppressed=profit.suppressed
    )


def _scored(
    now: Snapshot, past: Sequence[Snapshot], kind: ChurnKind, calibrate: Calibration, allow: Sequence[str],
    seed: int,
) -> pd.DataFrame:  # fmt: skip
    features = pd.concat([each.features for each in past], ignore_index=True)
    label = pd.concat([each.label for each in past], ignore_index=True)
    later = None if calibrate == "none" else np.arange(len(label)) >= len(label) - len(past[-1].label)
    try:
        model = churn_model(
            features, label, kind=kind, calibrate=calibrate, later=later, allow=allow, seed=seed
        )
    except MeasureError as error:
        before = f"what was known on {now.cutoff}"
        where = f"{before}, {error.where}" if error.where else before
        raise type(error)(error.what, where=where, remedy=error.remedy) from None
    return pd.DataFrame(
        {
            "cutoff": now.cutoff,
            "customer_id": now.features.index,
            "score": model.predict_proba(now.features)[:, 1],
            "label": now.label.to_numpy(dtype="float64", na_value=np.nan),
        }
    )
