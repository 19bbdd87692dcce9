"""Intervals of a share that changes over time. Arrays in, arrays out."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from cxlab.estimate.intervals import normal_quantile
from cxlab.estimate.require_option import require_option

Floats = npt.NDArray[np.float64]
CurveInterval = Literal["log_log", "log", "plain"]


def require_curve_interval(conf_type: str) -> None:
    """Raise MeasureError where there is no such interval."""
    require_option("conf_type", conf_type, get_args(CurveInterval))


def curve_interval(
    share: Floats, std_error: Floats, conf_type: CurveInterval, conf_level: float
) -> tuple[Floats, Floats]:
    """Return the interval of a share at each time.

    Parameters
    ----------
    share, std_error
        Shares, 0–1, and their standard errors, shape (T,).
    conf_type
        Scale on which the interval is symmetric: `plain`, `log`, or `log_log`, that of log(−log share), which
        stays within 0 and 1.
    conf_level
        Confidence level.

    Returns
    -------
    tuple of arrays
        Lower and upper ends within 0 and 1, shape (T,) each; NaN at a share of 0 but by `plain`, at
        one of 1 by `log_log`, and where the error is not known.

    References
    ----------
    Kalbfleisch, Prentice (2002), The Statistical Analysis of Failure Time Data, section 1.4. As R's
    `survfit`, with `conf.type` "log-log", "log", "plain".
    """
    z = normal_quantile(conf_level)
    if conf_type == "plain":
        return np.maximum(share - z * std_error, 0.0), np.minimum(share + z * std_error, 1.0)
    inner = np.where(share > 0, share, np.nan)
    if conf_type == "log":
        reach = z * std_error / inner
        return inner * np.exp(-reach), np.minimum(inner * np.exp(reach), 1.0)
    inner = np.where(share < 1, inner, np.nan)
    reach = z * std_error / (inner * np.abs(np.log(inner)))
    return inner ** np.exp(reach), inner ** np.exp(-reach)
