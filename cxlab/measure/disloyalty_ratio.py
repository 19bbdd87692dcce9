"""How many customers became less loyal for each who became more loyal?"""

from __future__ import annotations

from typing import Any, Literal, get_args

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates, weighting_of
from cxlab.estimate.require_option import require_option
from cxlab.estimate.sample import Sample, sample_of
from cxlab.measure.score_table import (
    By,
    ScoreTable,
    require_whole,
    require_within,
    score_table,
    segment_names,
)
from cxlab.measure.shares import shares_of_scores
from cxlab.model.weights import WeightKind, Weights
from cxlab.tally.entry import known_frame, lazy_rows, require_names, require_numbers
from cxlab.tally.recode import boxes_below

RatioMethod = Literal["wilson", "log"]
SCALE = (-1.0, 1.0)
LESS = boxes_below(0)
"""Of those who changed, who became less loyal counts 1 and who became more loyal 0."""
CHANGED = "cxlab_changed"
Floats = npt.NDArray[np.float64]


def disloyalty_ratio(
    frame: Any,
    change: str = "loyalty_change",
    *,
    by: By = None,
    weight: str | Weights | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
    weight_kind: WeightKind = "sampling",
    method: RatioMethod = "wilson",
    conf_level: float = 0.95,
) -> Estimates:
    """Estimate the disloyalty ratio: share less loyal / share more loyal after a contact.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    change
        Column of −1 (less loyal), 0 (as loyal) and 1 (more loyal). Missing answers are left out.
    by, weight, cluster, stratum, fpc, nest, lonely, weight_kind
        As in `cxlab.nps`.
    method
        `wilson`: Wilson's interval of the share less loyal among those who changed, as odds; it has an end
        where a cell is empty. `log`: estimate · exp(± t · standard error of the logarithm), by the delta
        method; none where a cell is empty.
    conf_level
        Confidence level.

    Returns
    -------
    Estimates
        Ratios; `n` counts those who changed, for the others say nothing of the ratio. Where nobody became
        more loyal there is no ratio: the estimate is blank, and so is the upper end; the lower end stands.

    Raises
    ------
    MeasureError
        Where the column is absent or holds anything but −1, 0 and 1, the method is unknown, or as
        `cxlab.nps`.

    Notes
    -----
    Of those who changed let p be the share less loyal. The ratio is p/(1 − p), whatever share did not change.

    References
    ----------
    Dixon, Freeman, Toman (2010), Harvard Business Review 88(7–8), who claim 4. Wilson (1927), JASA 22,
    209–212. Agresti (2013), Categorical Data Analysis, section 3.1 (logarithm of odds, delta method).
    """
    require_option("method", method, get_args(RatioMethod))
    design = Design(cluster, stratum, fpc, nest=nest, lonely=lonely)
    sample, table = changed(frame, change, by, weight, design, weight_kind)
    segments = tuple(segment_names(by))
    shares = shares_of_scores(
        sample,
        table,
        CHANGED,
        LESS,
        by=segments,
        method="wilson" if method == "wilson" else "logit",
        conf_level=conf_level,
    )
    name = {"wilson": "wilson_odds", "log": "log_ratio"}[method]
    interval = name if sample.plain else f"{name}_design"
    weighting = weighting_of(sample.weight)
    return Estimates(
        "disloyalty_ratio", change, segments, "coefficient", interval, conf_level, weighting, _as_odds(shares)
    )


def changed(
    frame: Any, change: str, by: By, weight: str | Weights | None, design: Design, weight_kind: WeightKind
) -> tuple[Sample, ScoreTable]:
    """Return the answers with a column `cxlab_changed`, missing of who stayed as loyal, and their counts."""
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    require_names([change], schema)
    require_numbers(rows, change, schema[change])
    require_answers(frame, change)
    moved = nw.when(nw.col(change) != 0).then(nw.col(change)).alias(CHANGED)
    sample = sample_of(known_frame(frame).with_columns(moved).to_native(), weight, design, weight_kind)
    return sample, score_table(sample, CHANGED, by=by)


def require_answers(frame: Any, change: str) -> None:
    """Raise MeasureError where an answer is none of −1, 0 and 1."""
    table = score_table(Sample(frame, None, Design()), change, by=None)
    require_within(table, SCALE, change)
    require_whole(table, change)


def _as_odds(shares: pd.DataFrame) -> pd.DataFrame:
    estimate = shares["estimate"].to_numpy(dtype="float64")
    rest = np.where(estimate < 1, 1 - estimate, np.nan)
    figures = {name: _odds(shares[name]) for name in ("estimate", "conf_low", "conf_high")}
    return shares.assign(**figures, std_error=shares["std_error"].to_numpy(dtype="float64") / rest**2)


def _odds(share: pd.Series) -> Floats:
    p = share.to_numpy(dtype="float64")
    return p / np.where(p < 1, 1 - p, np.nan)
