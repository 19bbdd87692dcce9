"""The outcome along a score, as levels or as a spline: one regression, and what is read from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.linkage.effect_rows import EffectRows
from cxlab.linkage.restricted_spline import restricted_spline, spline_knots
from cxlab.linkage.score_levels import ScoreLevels, score_levels
from cxlab.linkage.shape_fit import ShapeFit, shape_fit
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
POINTS = 41


@dataclass(frozen=True, slots=True, eq=False)
class DoseCurve:
    """A fitted curve.

    Parameters
    ----------
    fit
        The regression.
    points
        One row per point: `level`, `score`, `n`, `entities`.
    contrasts
        What each point is in the coefficients, less the reference, shape (points, k).
    bends
        Combinations of the coefficients that are 0 on a straight line, shape (q, k).
    reference
        Level everything is held against.
    knots
        Of the spline; empty for levels.
    """

    fit: ShapeFit
    points: pd.DataFrame
    contrasts: Floats
    bends: Floats
    reference: float
    knots: tuple[float, ...] = ()


def bins_curve(rows: EffectRows, levels: Sequence[float] | None, reference: float | None) -> DoseCurve:
    """Fit a difference for each level: see `dose_response`."""
    found = score_levels(rows, levels, reference)
    fit = shape_fit(rows, found.dummies(), found.names)
    points = pd.DataFrame(
        {
            "level": found.ends,
            "score": found.score,
            "n": pd.array(found.n, dtype="Int64"),
            "entities": pd.array(found.entities, dtype="Int64"),
        }
    )
    contrasts = np.zeros((len(found.ends), len(found.others)))
    contrasts[found.others, np.arange(len(found.others))] = 1.0
    return DoseCurve(fit, points, contrasts, _off_line(found), float(found.ends[found.reference]))


def _off_line(levels: ScoreLevels) -> Floats:
    """Return the K − 2 combinations that are 0 where all levels lie on a line through their mean scores."""
    steps = (levels.score - levels.score[levels.reference])[levels.others]
    return np.linalg.svd(steps[None, :])[2][1:]


def spline_curve(
    rows: EffectRows,
    levels: Sequence[float] | None,
    reference: float | None,
    knots: int | Sequence[float] | None,
) -> DoseCurve:
    """Fit a restricted cubic spline: see `dose_response`.

    Raises
    ------
    MeasureError
        Where knots fall together, or a point lies where no score does.
    """
    places = spline_knots(rows.x, rows.w, knots)
    low, high = float(rows.x.min()), float(rows.x.max())
    at = float(np.quantile(rows.x, 0.5, weights=rows.w, method="inverted_cdf"))
    at = at if reference is None else float(reference)
    asked = np.linspace(low, high, POINTS) if levels is None else np.asarray(list(levels), dtype="float64")
    scores = np.unique(np.append(asked, at))
    if not (low <= scores.min() and scores.max() <= high):
        raise MeasureError(
            f"levels or reference lie beyond the scores {low:g} to {high:g} that occur",
            remedy="the curve is not drawn where nobody stands: name scores between them",
        )
    names = [rows.exposure, *(f"bend {j + 1}" for j in range(len(places) - 2))]
    fit = shape_fit(rows, restricted_spline(rows.x, places), names)
    contrasts = restricted_spline(scores, places) - restricted_spline(np.array([at]), places)
    empty = pd.array([pd.NA] * len(scores), dtype="Int64")
    points = pd.DataFrame({"level": scores, "score": scores, "n": empty, "entities": empty})
    bends = np.eye(len(places) - 1)[1:]
    return DoseCurve(fit, points, contrasts, bends, at, tuple(float(knot) for knot in places))
