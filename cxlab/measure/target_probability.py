"""How probable it is that a target was met."""

from __future__ import annotations

import html
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betainc, stdtr, stdtridf

from cxlab.estimate.estimates import Estimates, name_of
from cxlab.estimate.net_posterior import PRIOR, net_posterior
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
_MEANS = ("linearised_t",)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class TargetProbability:
    """How probable it is that the true values meet a target.

    Parameters
    ----------
    metric, outcome, by
        What was measured, as in `Estimates`.
    target
        Value to be met or exceeded, in the unit of the measure.
    rows
        One row per segment: `level`, `estimate`, `n`, `n_eff`, `probability`, `suppressed`; NaN where
        nothing can be said.
    """

    metric: str
    outcome: str
    by: tuple[str, ...]
    target: float
    rows: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Return one row per segment, with what was measured and the target."""
        named = {"metric": self.metric, "outcome": self.outcome, "by": name_of(self.by)}
        return self.rows.assign(**named, target=self.target)[[*named, "target", *self.rows.columns]]

    def summary(self) -> str:
        """Return one honest sentence in English."""
        shown = self.rows[self.rows["probability"].notna()]
        subject = f"{self.metric} of {self.outcome}"
        if shown.empty:
            return f"{subject}: too few answers to say whether the target of {self.target:g} is met."
        told = [
            f"{row['level']} {_percent(row['probability'])}" if self.by else _percent(row["probability"])
            for _, row in shown.iterrows()
        ]
        where = f" by {name_of(self.by)}" if self.by else ""
        return f"Probability that {subject}{where} is truly at least {self.target:g}: {', '.join(told)}."

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the rows as a small table, without ids or times."""
        table = self.rows.round({"estimate": 3, "n_eff": 1, "probability": 3})
        return f"<p>{html.escape(self.summary())}</p>{table.to_html(index=False, border=0, na_rep='')}"


def target_probability(
    result: Estimates, target: float, *, baseline: float | None = None
) -> TargetProbability:
    """Return how probable it is that the true value is at least a target.

    Parameters
    ----------
    result
        NPS, a share of any kind, or a mean; whole or by segment, suppressed or not.
    target
        In the unit of the measure: points of NPS, a share 0–1, a score. With a baseline, the relative
        change: 0.1 for ten per cent above it.
    baseline
        Value the target is relative to, taken as known without error. None for a target that is a value.

    Returns
    -------
    TargetProbability
        The posterior probability under Jeffreys' prior on the effective base (NPS: Dirichlet; a share:
        Beta), which is near 0.5 where the estimate meets the target exactly. A mean: Student's t with the
        standard error and the degrees of freedom of its interval. By design with few clusters the first two
        are a little too sure.

    Raises
    ------
    MeasureError
        Where the measure is none of the three, the target lies outside its range, or a relative target
        stands on a baseline of 0 or less.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, sections 2.8 and 3.4.
    """
    value = _target(target, baseline)
    _require_in_range(result, value)
    rows = result.rows
    columns = ("estimate", "std_error", "n_eff", "conf_high")
    estimate, std_error, n_eff, high = (
        rows[name].to_numpy(dtype="float64", na_value=np.nan) for name in columns
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        if result.unit == "points":
            probability = _net_above(estimate, std_error, n_eff, value)
        elif result.unit == "share":
            probability = 1 - betainc(estimate * n_eff + PRIOR, (1 - estimate) * n_eff + PRIOR, value)
        else:
            reach = (high - estimate) / std_error
            probability = _mean_above(estimate, std_error, reach, result.conf_level, value)
    kept = rows[["level", "estimate", "n", "n_eff"]]
    out = kept.assign(probability=probability, suppressed=rows["suppressed"])
    return TargetProbability(result.metric, result.outcome, result.by, value, out)


def _net_above(estimate: Floats, std_error: Floats, n_eff: Floats, value: float) -> Floats:
    net = estimate / 100
    # Var = P + D − (P − D)², so estimate and standard error tell both shares.
    engaged = np.clip(n_eff * (std_error / 100) ** 2 + net**2, np.abs(net), 1)
    at = np.full_like(net, value / 100)
    return 1 - net_posterior((engaged + net) / 2, (engaged - net) / 2, np.where(n_eff > 0, n_eff, np.nan), at)


def _mean_above(
    estimate: Floats, std_error: Floats, reach: Floats, conf_level: float, value: float
) -> Floats:
    df = np.where(std_error > 0, stdtridf(0.5 + conf_level / 2, reach), np.nan)
    return stdtr(df, (estimate - value) / std_error)


def _target(target: float, baseline: float | None) -> float:
    if baseline is None:
        return target
    if not baseline > 0:
        raise MeasureError(
            f"a target relative to a baseline of {baseline:g} means nothing",
            remedy="name the value to be reached, and no baseline",
        )
    return baseline * (1 + target)


def _require_in_range(result: Estimates, value: float) -> None:
    ends = {"points": (-100.0, 100.0), "share": (0.0, 1.0), "score": result.scale}
    if result.unit not in ends or (result.unit == "score" and result.method not in _MEANS):
        raise MeasureError(
            f"there is no probability of a target for '{result.metric}'",
            remedy="take NPS, a share or a mean score",
        )
    scale = ends[result.unit]
    if not np.isfinite(value) or (scale is not None and not scale[0] <= value <= scale[1]):
        within = "" if scale is None else f" between {scale[0]:g} and {scale[1]:g}"
        raise MeasureError(
            f"a target of {value:g} cannot be met", remedy=f"name one{within}, in the unit of the measure"
        )


def _percent(probability: float) -> str:
    if probability > 0.995:
        return "over 99%"
    return "under 1%" if probability < 0.005 else f"{100 * probability:.0f}%"
