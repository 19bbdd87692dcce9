"""Coefficients of a generalised linear model, and what they come to per point on average."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr

from cxlab.estimate.intervals import student_quantile
from cxlab.linkage.effect_rows import EffectRows
from cxlab.linkage.full_rank import require_full_rank
from cxlab.linkage.glm_families import GlmFamily
from cxlab.linkage.glm_fit import GlmFit, glm_fit
from cxlab.linkage.influence_covariance import influence_covariance
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
FIGURES = [
    "coefficient", "std_error", "statistic", "p_value", "conf_low", "conf_high", "ratio", "ratio_conf_low",
    "ratio_conf_high", "effect", "effect_std_error", "effect_conf_low", "effect_conf_high",
]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class GlmDesign:
    """Columns of a model: the constant, exposure and controls (mean 0, standard deviation 1), periods.

    Parameters
    ----------
    x
        Shape (n, k).
    scale
        Standard deviation of exposure and controls, shape (m,); they stand in columns 1 to m.
    terms
        Their names.
    """

    x: Floats
    scale: Floats
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class AveragedRows:
    """Rows a slope is averaged over, beyond those a model is fitted to: the mean of the others stays.

    Parameters
    ----------
    w
        Weights, shape (n,).
    clusters
        Numbers of what belongs together, shape (n,) each.
    fitted
        Which rows the model is fitted to, shape (n,), in their order.
    """

    w: Floats
    clusters: tuple[Ints, ...]
    fitted: Bools


@dataclass(frozen=True, slots=True, eq=False)
class GlmEffects:
    """What m terms go with.

    Parameters
    ----------
    coefficient, std_error
        On the scale of the link, shape (m,).
    effect, effect_std_error
        Average slope of the mean per unit of the term, over the rows averaged over, shape (m,).
    df
        Degrees of freedom of t.
    method
        `HC1`, `CR1` or `CGM`.
    """

    coefficient: Floats
    std_error: Floats
    effect: Floats
    effect_std_error: Floats
    df: int
    method: str


def glm_design(rows: EffectRows) -> GlmDesign:
    """Return the columns of a model with effects of the periods, the first of them left out.

    Raises
    ------
    MeasureError
        Where a column does not vary or follows from others, or rows are too few.
    """
    terms = (rows.exposure, *rows.controls)
    columns = np.column_stack([rows.x, rows.z])
    shares = rows.w / rows.w.sum()
    size = np.sqrt((columns**2).sum(axis=0))
    columns = columns - shares @ columns
    spread = np.sqrt(shares @ columns**2)
    dummies, names = np.zeros((rows.n, 0)), list(terms)
    if rows.time is not None:
        others = np.unique(rows.time)[1:]
        dummies = (rows.time[:, None] == others).astype("float64")
        names += [f"period {rows.periods[place]}" for place in others]
    if rows.n <= (k := 1 + len(terms) + dummies.shape[1]):
        raise MeasureError(
            f"{rows.n:,} complete rows cannot carry {k} coefficients", remedy="take fewer controls"
        )
    tested = np.hstack([columns, dummies - dummies.mean(axis=0)])
    require_full_rank(tested, np.append(size, np.sqrt((dummies**2).sum(axis=0))), names)
    return GlmDesign(np.column_stack([np.ones(rows.n), columns / spread, dummies]), spread, terms)


def glm_effects(
    design: GlmDesign,
    y: Floats,
    w: Floats,
    family: GlmFamily,
    clusters: Sequence[Ints],
    over: AveragedRows | None = None,
) -> tuple[GlmFit, GlmEffects]:
    """Fit a model and say what its terms go with.

    The average effect of term j is Σw βⱼ μ'(ηᵢ)/Σw. Its error is that of the coefficients and of the rows
    over whom it is averaged, by the delta method (both from what each row adds, summed within clusters).

    Parameters
    ----------
    design, y, w, family, clusters
        Columns, outcome, weights, link and variance, and what belongs together.
    over
        Rows to average over, where these are more than those of the fit: slope 0 where no term moves the
        mean. None averages over those of the fit.
    """
    if over is None:
        over = AveragedRows(w, tuple(clusters), np.ones(len(w), dtype=bool))
    fit = glm_fit(design.x, y, w, family)
    added = fit.influence(design.x)
    shares = w / over.w.sum()
    m = len(design.terms)
    inside = slice(1, m + 1)
    slope = family.slope(fit.eta)
    by_eta = (shares * family.bend(fit.eta)) @ design.x
    raw = fit.coefficients[inside]
    effect = raw * (shares @ slope)
    gradient = raw[:, None] * by_eta
    gradient[:, inside] += np.eye(m) * (shares @ slope)
    of_effect = np.outer(over.w / over.w.sum(), -effect)
    of_effect[over.fitted] += added @ gradient.T + np.outer(shares * slope, raw)
    k = design.x.shape[1]
    found = influence_covariance(added[:, inside] / design.scale, clusters, k)
    averaged = influence_covariance(of_effect / design.scale, over.clusters, k)
    return fit, GlmEffects(
        raw / design.scale, np.sqrt(np.diagonal(found.covariance)), effect / design.scale,
        np.sqrt(np.diagonal(averaged.covariance)), found.df, found.method,
    )  # fmt: skip


def effects_table(terms: Sequence[str], found: GlmEffects, conf_level: float) -> pd.DataFrame:
    """Return one row per term with FIGURES; `ratio` is e to the coefficient."""
    reach = float(student_quantile(np.array([float(found.df)]), conf_level)[0])
    half, wide = reach * found.std_error, reach * found.effect_std_error
    statistic = found.coefficient / found.std_error
    figures = [
        found.coefficient, found.std_error, statistic, 2 * stdtr(found.df, -np.abs(statistic)),
        found.coefficient - half, found.coefficient + half, np.exp(found.coefficient),
        np.exp(found.coefficient - half), np.exp(found.coefficient + half), found.effect,
        found.effect_std_error, found.effect - wide, found.effect + wide,
    ]  # fmt: skip
    table = pd.DataFrame(dict(zip(FIGURES, figures, strict=True)))
    table.insert(0, "term", pd.Series(list(terms), dtype="str"))
    return table.assign(df=found.df, suppressed=False)
