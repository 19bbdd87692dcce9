"""Customer Satisfaction Index: satisfaction with each attribute, weighted by its importance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates, Scale, rows_of, weighting_of
from cxlab.estimate.intervals import student
from cxlab.estimate.require_option import require_option
from cxlab.measure.influence import bases, influence_base, influence_precision
from cxlab.measure.ratings import Ratings, ratings_of, scales_of
from cxlab.measure.resampled_ratings import resampled
from cxlab.measure.score_table import By, segment_names
from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightKind, Weights

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
CsiForm = Literal["percent_of_max", "min_max"]
CsiMethod = Literal["linearised", "bootstrap"]
CsiImportance = Literal["stated", "equal"]


def csi(
    items: Any,
    respondents: Any | None = None,
    *,
    scale: Scale | Mapping[str, Scale],
    importance: CsiImportance = "stated",
    form: CsiForm = "percent_of_max",
    attributes: Sequence[str] | None = None,
    by: By = None,
    weight: str | Weights | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
    weight_kind: WeightKind = "sampling",
    method: CsiMethod = "linearised",
    n_boot: int = 2000,
    seed: int = 0,
    conf_level: float = 0.95,
) -> Estimates:
    """Estimate the Customer Satisfaction Index, 0–100.

    Parameters
    ----------
    items
        `response_id`, `attribute_id`, `kind` (`satisfaction`, `importance`), `score`, such as
        `market.response_items`, or what `cxlab.long_items` makes of a frame with a column per question. Each
        mean stands on those who gave that score.
    respondents
        One row per `response_id` with weight, design and segments; items of others are left out. None where
        the items bear these columns themselves.
    scale
        Lowest and highest score, such as `(1, 10)`, or one for each kind:
        `{"satisfaction": (1, 5), "importance": (1, 3)}`.
    importance
        `stated` weighs each attribute by its mean importance over the sum of all; `equal` weighs all alike
        and needs no importance.
    form
        `percent_of_max` is 100 · Σ w S̄ / max; `min_max` is 100 · (Σ w S̄ − min) / (max − min), 0 at the
        lowest score.
    attributes
        Attributes to take; None takes all, which must then be rated in both kinds.
    by
        Segment column or columns of the respondents. Importance is estimated anew in each segment.
    weight
        Column of sampling weights ≥ 0, of which only the ratios matter, or the result of a calibration.
    cluster, stratum, fpc, nest, lonely
        How the sample was drawn: see `cxlab.estimate.design.Design`.
    weight_kind
        `sampling`, or `frequency` where a row of weight 3 stands for three equal rows.
    method
        `linearised` (delta method, t interval), or `bootstrap` over respondents, or clusters within strata
        (percentile interval). Both estimate the importance anew, and so count its uncertainty.
    n_boot, seed
        Bootstrap replicates and the seed of their draws.
    conf_level
        Confidence level.

    Returns
    -------
    Estimates
        Metric `csi` (`csi_equal` with equal weights), with `_min_max` in that form. `n` is that of the mean
        with the fewest answers behind it, for an index is no better founded than its thinnest part; NaN
        where an attribute has no answer at all.

    Raises
    ------
    MeasureError
        Where columns are absent or hold the wrong things, a score lies outside its scale, an attribute lacks
        a kind, a respondent rated one twice, importance can be negative, or an option is unknown.

    References
    ----------
    Hill, Roche, Allen (2007), Customer Satisfaction: The Customer Experience Through the Customer's Eyes,
    chapter 11 (weighted index). Särndal, Swensson, Wretman (1992), Model Assisted Survey Sampling, section
    5.5 (linearisation). Rao, Wu (1988), JASA 83, 231–241 (bootstrap).
    """
    _require_options(importance, form, method, weight, fpc)
    kinds = ["satisfaction"] if importance == "equal" else ["satisfaction", "importance"]
    scales = scales_of(scale, kinds)
    _require_positive(scales, form)
    segments = segment_names(by)
    ratings = ratings_of(
        items,
        respondents,
        scales=scales,
        attributes=attributes,
        by=segments,
        weight=weight,
        weight_kind=weight_kind,
        design=Design(cluster, stratum, fpc, nest=nest, lonely=lonely),
    )
    low, high = scales["satisfaction"]
    zero, whole, start = (0.0, high, 100 * low / high) if form == "percent_of_max" else (low, high - low, 0.0)
    levels, level = _levels(ratings)
    sums = _sums(ratings, level, len(levels))
    index = 100 * (weighted_satisfaction(*sums) - zero) / whole
    z = 100 / whole * _influence(ratings, level, sums)
    precision = influence_precision(ratings, z, levels, level)
    std_error, ends = precision.std_error, student(index, precision.std_error, precision.df, conf_level)
    if method == "bootstrap":
        drawn = 100 * (_replicates(ratings, level, len(levels), n_boot, seed) - zero) / whole
        std_error, ends = _spread(drawn, conf_level)
    n, kish = _thinnest(ratings, level, len(levels))
    anybody, _ = bases(ratings, np.isfinite(z), level, len(levels))
    if not ratings.sample.plain:
        # n over the design effect of the index, which all who rated anything determine.
        kish = n * _ratio(influence_base(ratings, z, precision, anybody, level), anybody)
    rows = rows_of(
        levels,
        estimate=index,
        std_error=std_error,
        conf_low=ends[0],
        conf_high=ends[1],
        n=n.astype("int64"),
        n_eff=kish,
    )
    metric = "csi" + ("_equal" if importance == "equal" else "") + ("_min_max" if form == "min_max" else "")
    interval = "linearised_t" if method == "linearised" else "bootstrap"
    weighting = weighting_of(ratings.sample.weight)
    by_names = tuple(segments)
    return Estimates(
        metric, "satisfaction", by_names, "score", interval, conf_level, weighting, rows, (start, 100.0)
    )


def weighted_satisfaction(
    sum_s: Floats, count_s: Floats, sum_i: Floats | None = None, count_i: Floats | None = None
) -> Floats:
    """Return Σ Ī S̄ / Σ Ī over the last axis, NaN where a mean has no answer.

    Parameters
    ----------
    sum_s, count_s
        Σw·satisfaction and Σw over those who gave it, shape (…, J).
    sum_i, count_i
        The same of importance; None where all attributes weigh alike.
    """
    satisfaction = _ratio(sum_s, count_s)
    if sum_i is None or count_i is None:
        return np.asarray(satisfaction.mean(axis=-1))
    weights = _ratio(sum_i, count_i)
    return _ratio((weights * satisfaction).sum(axis=-1), weights.sum(axis=-1))


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full_like(part, np.nan, dtype="float64"), where=whole > 0)


def _require_options(
    importance: str, form: str, method: str, weight: str | Weights | None, fpc: str | None
) -> None:
    options = {
        "importance": (importance, CsiImportance),
        "form": (form, CsiForm),
        "method": (method, CsiMethod),
    }
    for name, (value, known) in options.items():
        require_option(name, value, get_args(known))
    if method == "bootstrap" and (fpc is not None or isinstance(weight, Weights)):
        raise MeasureError(
            "this bootstrap knows neither calibrated weights nor finite populations",
            remedy='take method="linearised", which does',
        )


def _require_positive(scales: Mapping[str, Scale], form: CsiForm) -> None:
    """Raise MeasureError where a scale goes below 0 that must not."""
    lowest = {kind: low for kind, (low, _) in scales.items()}
    if form == "min_max":
        del lowest["satisfaction"]
    for kind, low in lowest.items():
        if low < 0:
            raise MeasureError(
                f"the scale of the {kind} goes below 0: no share of a maximum, and no weights",
                remedy="shift it in the mapping; satisfaction below 0 has a min_max form",
            )


def _levels(ratings: Ratings) -> tuple[pd.DataFrame, Ints]:
    """Return the sorted levels of the respondents and the level of each."""
    frame = ratings.sample.frame
    if not ratings.by:
        return pd.DataFrame(index=[0]), np.zeros(len(frame), dtype="int64")
    groups = frame.groupby(list(ratings.by), dropna=False, sort=True)
    levels = pd.DataFrame(groups.size().index.to_frame(index=False))
    return levels, groups.ngroup().to_numpy(dtype="int64")


def _sums(ratings: Ratings, level: Ints, k: int) -> list[Floats]:
    """Return Σw·score and Σw of each kind, shape (k, J) each."""
    found: list[Floats] = []
    for kind, scores in ratings.scores.items():
        answered = ratings.answered(kind)
        for values in (np.where(answered, scores, 0.0), answered):
            weighed = (ratings.w[:, None] * values).T
            columns = [np.bincount(level, column, k) for column in weighed]
            found.append(np.column_stack(columns).astype("float64"))
    return found


def _influence(ratings: Ratings, level: Ints, sums: Sequence[Floats]) -> Floats:
    """Return what each respondent adds to Σ Ī S̄ / Σ Ī before his weight, shape (n,)."""
    satisfaction = _ratio(sums[0], sums[1])
    weights = _ratio(sums[2], sums[3]) if len(sums) > 2 else np.ones_like(satisfaction)
    total = weights.sum(axis=1, keepdims=True)
    index = (weights * satisfaction).sum(axis=1, keepdims=True) / total
    # ∂/∂S̄_j = Ī_j / Σ Ī and ∂/∂Ī_j = (S̄_j − index) / Σ Ī
    slopes = {"satisfaction": weights / total, "importance": (satisfaction - index) / total}
    z, anything = np.zeros(len(level)), np.zeros(len(level), dtype=bool)
    for place, (kind, scores) in enumerate(ratings.scores.items()):
        answered = ratings.answered(kind)
        mean, count = _ratio(sums[2 * place], sums[2 * place + 1]), sums[2 * place + 1]
        part = slopes[kind][level] * (scores - mean[level]) / count[level]
        z += np.where(answered, part, 0.0).sum(axis=1)
        anything |= answered.any(axis=1)
    return np.where(anything, z, np.nan)


def _thinnest(ratings: Ratings, level: Ints, k: int) -> tuple[Floats, Floats]:
    """Return the fewest answers behind a mean of each segment, and the least effective base."""
    found = [
        bases(ratings, column, level, k) for kind in ratings.scores for column in ratings.answered(kind).T
    ]
    n, kish = (np.array(each).min(axis=0) for each in zip(*found, strict=True))
    return n, kish


def _replicates(ratings: Ratings, level: Ints, k: int, n_boot: int, seed: int) -> Floats:
    """Return the weighted satisfaction of each replicate and segment, shape (b, k)."""
    inside = level[:, None] == np.arange(k)
    parts = []
    for kind, scores in ratings.scores.items():
        answered = ratings.answered(kind)
        for values in (np.where(answered, scores, 0.0), answered):
            parts.append((inside[:, :, None] * values[:, None, :]).reshape(len(level), -1))
    sums = resampled(ratings, np.hstack(parts), n_boot=n_boot, seed=seed)
    blocks = np.split(sums.reshape(n_boot, -1), len(parts), axis=1)
    return weighted_satisfaction(*(block.reshape(n_boot, k, -1) for block in blocks))


def _spread(drawn: Floats, conf_level: float) -> tuple[Floats, tuple[Floats, Floats]]:
    """Return the standard deviation and the percentile interval of replicates, shape (k,) each."""
    tail = (1 - conf_level) / 2
    unknown = np.isnan(drawn).any(axis=0)
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    std_error = drawn.std(axis=0, ddof=1)
    low, high, std_error = (np.where(unknown, np.nan, each) for each in (low, high, std_error))
    return std_error, (low, high)
