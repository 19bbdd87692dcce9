"""The figures of a path model in one row, and back as results."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Estimates, Scale, Unit, Weighting, rows_of
from cxlab.measure.path_answers import PathAnswers
from cxlab.measure.path_bootstrap import Spread
from cxlab.measure.path_figures import PathFigures
from cxlab.measure.path_model import PathModel

Floats = npt.NDArray[np.float64]
OUTCOME = "ecsi"


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The figures of one kind.

    Parameters
    ----------
    metric
        What they are called.
    levels
        One column per segment column, one row per figure.
    values
        Shape (b, m).
    unit
        In what they are counted.
    scale
        Lowest and highest value, where there are any.
    """

    metric: str
    levels: pd.DataFrame
    values: Floats
    unit: Unit = "coefficient"
    scale: Scale | None = None


def path_parts(figures: PathFigures, model: PathModel) -> tuple[Part, ...]:
    """Return the figures by kind: paths first, and NaN throughout for a sample that did not come to rest."""
    names = np.array(model.constructs, dtype=object)
    led_to = np.flatnonzero(model.arrows.any(axis=0))
    items = pd.DataFrame({"construct": names[model.owner], "column": model.columns})
    parts = (
        _between("path_coefficient", figures.paths, model.arrows, names, ("from", "to")),
        _between("total_effect", figures.totals, model.reaches, names, ("from", "to")),
        Part("r_squared", pd.DataFrame({"construct": names[led_to]}), figures.r_squared[:, led_to]),
        Part("construct_index", pd.DataFrame({"construct": names}), figures.index, "score", (0.0, 100.0)),
        Part("loading", items, figures.loadings),
        Part("outer_weight", items, figures.weights),
        _between("htmt", figures.htmt, distinct_pairs(model), names, ("construct", "other_construct")),
    )
    settled = figures.converged[:, None]
    return tuple(replace(part, values=np.where(settled, part.values, np.nan)) for part in parts)


def flat(parts: tuple[Part, ...]) -> Floats:
    """Return the figures of all parts side by side, shape (b, m)."""
    return np.concatenate([part.values for part in parts], axis=1)


def distinct_pairs(model: PathModel) -> npt.NDArray[np.bool_]:
    """Return, at [i, j] with i < j, whether an HTMT applies: both constructs mirrored by their questions."""
    mirrored = ~model.is_formative
    return np.asarray(np.triu(np.outer(mirrored, mirrored), 1))


def part_estimates(
    parts: tuple[Part, ...],
    spread: Spread,
    answers: PathAnswers,
    method: str,
    conf_level: float,
    weighting: Weighting,
) -> dict[str, Estimates]:
    """Return a result per kind.

    Parameters
    ----------
    parts
        The figures of the whole sample, each of shape (1, m).
    spread
        Standard errors and intervals of all of them, side by side.
    answers
        What they stand on.
    method, conf_level, weighting
        As in `Estimates`.
    """
    results, start = {}, 0
    for part in parts:
        estimate = part.values[0]
        place = slice(start, start + len(estimate))
        start = place.stop
        # Where there is no figure, there is no interval either.
        std_error, low, high = (
            np.where(np.isfinite(estimate), ends[place], np.nan)
            for ends in (spread.std_error, spread.low, spread.high)
        )
        rows = rows_of(
            part.levels,
            estimate=estimate,
            std_error=std_error,
            conf_low=low,
            conf_high=high,
            n=np.full(len(estimate), answers.n),
            n_eff=np.full(len(estimate), answers.n_eff),
        )
        by = tuple(part.levels.columns)
        results[part.metric] = Estimates(
            part.metric, OUTCOME, by, part.unit, method, conf_level, weighting, rows, part.scale
        )
    return results


def _between(
    metric: str,
    values: Floats,
    where: npt.NDArray[np.bool_],
    names: npt.NDArray[np.object_],
    by: tuple[str, str],
) -> Part:
    first, second = np.nonzero(where)
    return Part(metric, pd.DataFrame({by[0]: names[first], by[1]: names[second]}), values[:, first, second])
