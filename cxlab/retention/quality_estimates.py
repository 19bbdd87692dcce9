"""How well a score told who left as the estimates that a study saves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd

from cxlab.estimate.estimates import Estimates, Unit
from cxlab.model.errors import MeasureError

if TYPE_CHECKING:
    from cxlab.retention.score_quality import ScoreQuality

QualityMetric = Literal["auc", "slope"]
SAVED: dict[str, tuple[Unit, str]] = {
    "auc": ("share", "delong_logit"),
    "slope": ("coefficient", "sandwich_normal"),
}


def quality_estimates(quality: ScoreQuality, metric: QualityMetric) -> Estimates:
    """Return `auc`, the share of pairs in the right order, or `slope`, that of the calibration."""
    rows = quality.rows[quality.rows["metric"] == metric]
    if metric not in SAVED or rows.empty:
        raise MeasureError(f"there is no '{metric}' to save", remedy=f"take one of {', '.join(SAVED)}")
    unit, method = SAVED[metric]
    hidden = rows["suppressed"].astype(bool).to_numpy()
    kept = rows[["estimate", "std_error", "conf_low", "conf_high"]].reset_index(drop=True)
    kept.insert(0, "level", "")
    kept = kept.assign(n=quality.n, n_eff=float(quality.n_eff), suppressed=hidden).astype({"n": "Int64"})
    kept.loc[hidden, ["n", "n_eff"]] = pd.NA
    weighting: Literal["none", "weighted"] = "weighted" if quality.weighting == "weighted" else "none"
    return Estimates(
        f"churn_{metric}", "left", (), unit, method, quality.conf_level, weighting, kept,
        min_base=quality.min_base,
    )  # fmt: skip
