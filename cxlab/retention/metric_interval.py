"""The interval of a metric of a score, symmetric on the scale of the metric."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from cxlab.retention.score_influence import Influenced

SCALES = {"auc": "logit", "pr_auc": "logit", "capture": "logit", "lift": "log"}
"""On which scale the interval of a metric is symmetric; all others on their own."""


def metric_interval(metric: str, part: Influenced, quantile: float) -> tuple[float, float]:
    """Return the interval of a metric on its scale; NaN where the estimate stands at the end of it."""
    scale, at, error = SCALES.get(metric, "own"), part.estimate, part.std_error
    if scale == "own":
        return at - quantile * error, at + quantile * error
    if at <= 0 or (scale == "logit" and not at < 1):
        return np.nan, np.nan
    if scale == "log":
        reach = quantile * error / at
        return at * float(np.exp(-reach)), at * float(np.exp(reach))
    reach = quantile * error / (at * (1 - at))
    return float(expit(logit(at) - reach)), float(expit(logit(at) + reach))
