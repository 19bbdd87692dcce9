"""The European Customer Satisfaction Index, or any other path model, by partial least squares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.design import Design
from cxlab.estimate.estimates import weighting_of
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.require_option import require_option
from cxlab.estimate.resampling import require_resamples
from cxlab.estimate.sample import sample_of
from cxlab.measure.path_answers import Scales, path_answers
from cxlab.measure.path_bootstrap import (
    Interval,
    bootstrap,
    each_left_out,
    resampled,
    spread_of,
)
from cxlab.measure.path_checks import require_distinct, require_enough, require_settled, require_sound
from cxlab.measure.path_doubts import path_doubts
from cxlab.measure.path_estimates import PathEstimates
from cxlab.measure.path_figures import PathFigures, path_figures
from cxlab.measure.path_model import PathModel, ecsi_model
from cxlab.measure.path_parts import flat, part_estimates, path_parts
from cxlab.measure.path_tables import construct_table, goodness_of_fit, item_table
from cxlab.measure.path_weights import Scheme
from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightKind, Weights
from cxlab.tally.cross_products import Missing

Floats = npt.NDArray[np.float64]
Distinct = Literal["warn", "refuse"]


def ecsi(
    frame: Any,
    model: PathModel | Mapping[str, Sequence[str]],
    *,
    weight: str | Weights | None = None,
    cluster: str | None = None,
    weight_kind: WeightKind = "sampling",
    scale: Scales = (1.0, 10.0),
    scheme: Scheme = "path",
    scaled: bool = True,
    missing: Missing = "complete",
    n_boot: int = 1000,
    seed: int | np.random.Generator = 0,
    interval: Interval = "percentile",
    conf_level: float = 0.95,
    htmt_limit: float = 0.9,
    distinct: Distinct = "warn",
) -> PathEstimates:
    """Estimate a satisfaction index as a PLS path model, with a bootstrap of respondents or clusters.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per respondent, one column per
        question. The columns asked for are read into memory.
    model
        Columns of `image`, `expectation`, `quality`, `value`, `satisfaction`, `complaints` and `loyalty`
        (what was not asked is left out), or a `PathModel` of one's own.
    weight
        Column of weights ≥ 0, the result of a calibration, or None. Every mean and correlation is weighted;
        the bootstrap takes the weights as given.
    cluster
        Column of what was drawn independently, such as the account; None where that is the respondent.
    weight_kind
        `sampling`, or `frequency` where a row of weight 3 stands for three equal rows.
    scale
        Lowest and highest score, of all columns or by column name.
    scheme
        Inner weighting: `path`, `centroid` or `factorial`.
    scaled
        Whether columns are brought to one variance; without it, one that varies more counts for more.
    missing
        `complete` leaves out a respondent who lacks any of the columns; `pairwise` takes each correlation
        over those who have both. The share kept is reported.
    n_boot
        Resamples; 0 for no standard errors and intervals.
    seed
        Seed of the resamples, or a generator.
    interval
        `percentile`, or `bca`, which corrects for bias and skewness.
    conf_level
        Confidence level.
    htmt_limit
        Constructs are called close where the upper end of the interval of their HTMT is no less than this,
        and not to be told apart where it is no less than 1.
    distinct
        `warn` puts this among the doubts; `refuse` raises.

    Returns
    -------
    PathEstimates
        Index, path coefficients, total effects, R², loadings, weights and HTMT, each with standard error and
        interval; alpha, rho_A, composite reliability and AVE; doubts. Nothing in it says what moves what.

    Raises
    ------
    MeasureError
        Where the model contradicts itself, a column is absent, does not vary or leaves its scale, there are
        no more respondents than columns, constructs are one and the same, the weights do not come to rest,
        or an option is unknown.

    References
    ----------
    Lohmöller (1989), Latent Variable Path Modeling with Partial Least Squares. Tenenhaus et al. (2005),
    Computational Statistics & Data Analysis 48, 159–205. Fornell et al. (1996), Journal of Marketing 60(4),
    7–18 (index). Dijkstra and Henseler (2015), MIS Quarterly 39(2), 297–316 (rho_A).
    """
    chosen = _model_of(model)
    _require_options(scheme, missing, interval, distinct)
    _require_numbers(n_boot, conf_level, htmt_limit)
    rng = np.random.default_rng(seed)
    sample = sample_of(frame, weight, Design(cluster), weight_kind)
    answers = path_answers(sample, chosen.columns, scale=scale, missing=missing, rng=rng)
    require_enough(answers, chosen, n_boot)
    fit = partial(path_figures, model=chosen, scheme=scheme, scaled=scaled, ends=answers.ends)
    mean, covariance = resampled(answers.moments, np.ones((1, len(answers.moments.blocks))))
    require_sound(covariance[0], chosen)
    found = fit(mean, covariance)
    require_settled(found, mean, covariance, chosen, answers.ends)
    items = item_table(found, chosen)
    parts = path_parts(_without_turned(found, items, chosen), chosen)

    def again(means: Floats, covariances: Floats) -> Floats:
        return flat(path_parts(fit(means, covariances, reference=found.loadings[0]), chosen))

    draws = bootstrap(answers.moments, again, int(n_boot), rng)
    left_out = again(*each_left_out(answers.moments)) if interval == "bca" and n_boot else None
    spread = spread_of(draws, flat(parts)[0], conf_level, left_out=left_out)
    weighting = weighting_of(sample.weight)
    results = part_estimates(parts, spread, answers, f"bootstrap_{interval}", conf_level, weighting)
    closeness = results["htmt"]
    doubts = path_doubts(closeness, items, answers, htmt_limit=htmt_limit, n_boot=n_boot, failed=draws.failed)
    if distinct == "refuse":
        require_distinct(doubts)
    index, names = results["construct_index"], list(chosen.constructs)
    return PathEstimates(
        model=chosen,
        scheme=scheme,
        scaled=scaled,
        index=index,
        paths=results["path_coefficient"],
        total_effects=results["total_effect"],
        r_squared=results["r_squared"],
        loadings=results["loading"],
        weights=results["outer_weight"],
        htmt=closeness,
        items=items,
        constructs=construct_table(found, chosen, covariance[0], index.rows["estimate"].to_numpy()),
        correlations=pd.DataFrame(found.scores[0], index=names, columns=names),
        gof=goodness_of_fit(found, chosen),
        kept=answers.kept,
        units=answers.units,
        n_boot=n_boot,
        failed=draws.failed,
        doubts=doubts,
    )


def _without_turned(figures: PathFigures, items: pd.DataFrame, model: PathModel) -> PathFigures:
    """Return the figures without the index of a construct one of whose columns counts against it."""
    turned = ~(items["index_weight"].to_numpy() >= 0)
    return replace(figures, index=np.where(turned @ model.membership > 0, np.nan, figures.index))


def _model_of(model: PathModel | Mapping[str, Sequence[str]]) -> PathModel:
    if isinstance(model, PathModel):
        return model
    if isinstance(model, Mapping):
        return ecsi_model(model)
    raise MeasureError(
        f"a {type(model).__name__} is no path model",
        remedy='name the columns, {"quality": […], "satisfaction": […], …}, or give a PathModel',
    )


def _require_options(scheme: Scheme, missing: Missing, interval: Interval, distinct: Distinct) -> None:
    allowed = {"scheme": Scheme, "missing": Missing, "interval": Interval, "distinct": Distinct}
    given = {"scheme": scheme, "missing": missing, "interval": interval, "distinct": distinct}
    for name, value in given.items():
        require_option(name, value, get_args(allowed[name]))


def _require_numbers(n_boot: int, conf_level: float, htmt_limit: float) -> None:
    require_conf_level(conf_level)
    if not 0 < htmt_limit <= 1:
        raise MeasureError(f"an HTMT limit of {htmt_limit:g} is none", remedy="take one such as 0.9")
    require_resamples(n_boot)
