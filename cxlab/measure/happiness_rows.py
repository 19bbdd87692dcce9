"""Figures of the happiness index as a result."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Estimates, Scale, Weighting, rows_of


def estimates_of(
    rows: pd.DataFrame,
    metric: str,
    by: tuple[str, ...],
    method: str,
    conf_level: float,
    weighting: Weighting,
    scale: Scale,
) -> Estimates:
    """Return figures as a result, intervals cut at the ends of the scale.

    Parameters
    ----------
    rows
        The columns of `by`, `estimate`, `std_error`, `reach` (standard errors an interval reaches), `n`,
        `n_eff`.
    metric, by, method, conf_level, weighting, scale
        As in `cxlab.Estimates`.
    """
    half = rows["reach"].to_numpy() * rows["std_error"].to_numpy()
    estimate = np.clip(rows["estimate"].to_numpy(), *scale)
    figures = rows_of(
        rows[list(by)],
        estimate=estimate,
        std_error=rows["std_error"].to_numpy(),
        conf_low=np.clip(estimate - half, *scale),
        conf_high=np.clip(estimate + half, *scale),
        n=np.round(rows["n"].to_numpy()),
        n_eff=rows["n_eff"].to_numpy(),
    )
    return Estimates(metric, "score", by, "score", method, conf_level, weighting, figures, scale)
