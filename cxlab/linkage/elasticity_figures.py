"""Percent per point and per percent, from a regression in logs or in units, with delta-method errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.intervals import student_quantile
from cxlab.linkage.effect_rows import EffectRows
from cxlab.linkage.influence_covariance import influence_covariance
from cxlab.linkage.shape_fit import ShapeFit
from cxlab.linkage.term_rows import term_rows

Floats = npt.NDArray[np.float64]
Form = Literal["log_log", "log_linear", "linear"]
UNBIASED = "percent_per_point_unbiased"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its derivatives by the slope, the mean of the score and the mean of the outcome."""

    value: float
    gradient: tuple[float, float, float]


def figures_of(form: Form, b: float, x: float, y: float) -> dict[str, Figure]:
    """Return percent per point and elasticity.

    Parameters
    ----------
    form
        What was regressed on what.
    b
        Slope.
    x, y
        Means of score and outcome, at which figures that change along the line are taken.
    """
    if form == "log_linear":
        grown = np.exp(b)
        return {
            "percent_per_point": Figure(100 * (grown - 1), (100 * grown, 0, 0)),
            "elasticity": Figure(b * x, (x, b, 0)),
        }
    if form == "log_log":
        ratio = (x + 1) / x
        by_mean = -100 * b * ratio ** (b - 1) / x**2
        return {
            "percent_per_point": Figure(100 * (ratio**b - 1), (100 * ratio**b * np.log(ratio), by_mean, 0)),
            "elasticity": Figure(b, (1, 0, 0)),
        }
    return {
        "percent_per_point": Figure(100 * b / y, (100 / y, 0, -100 * b / y**2)),
        "elasticity": Figure(b * x / y, (x / y, b / y, -b * x / y**2)),
    }


def elasticity_rows(rows: EffectRows, fit: ShapeFit, form: Form, conf_level: float) -> pd.DataFrame:
    """Return the rows `coefficient`, `percent_per_point`, `elasticity` and, of log_linear, Kennedy's.

    Errors of what is taken at a mean are those of slope and means together, summed within clusters.
    """
    shares = rows.w / rows.w.sum()
    x, y = float(shares @ rows.x), float(shares @ rows.y)
    b = float(fit.coefficients[0])
    table = term_rows(["coefficient"], fit.combined(np.ones((1, 1))), fit.df, conf_level)
    added = np.column_stack([fit.influence[:, 0], shares * (rows.x - x), shares * (rows.y - y)])
    covariance = influence_covariance(added, rows.clusters, fit.parameters).covariance
    reach = float(student_quantile(np.array([float(fit.df)]), conf_level)[0])
    out = [table]
    for name, figure in figures_of(form, b, x, y).items():
        gradient = np.array(figure.gradient)
        error = float(np.sqrt(max(gradient @ covariance @ gradient, 0.0)))
        ends = (figure.value - reach * error, figure.value + reach * error)
        if form == "log_linear" and name == "percent_per_point":
            # Of a slope, e to the ends holds as often as the ends do.
            ends = tuple(100 * np.expm1(table[["conf_low", "conf_high"]].to_numpy()[0]))
        # Each figure is 0 exactly where the slope is: the test is that of the slope.
        same = table[["statistic", "df", "p_value"]].to_dict("records")[0]
        named = {"term": name, "estimate": figure.value, "std_error": error}
        out.append(pd.DataFrame([named | same | {"conf_low": ends[0], "conf_high": ends[1]}]))
    if form == "log_linear":
        half = float(table["std_error"].iloc[0]) ** 2 / 2
        out.append(pd.DataFrame([{"term": UNBIASED, "estimate": 100 * np.expm1(b - half)}]))
    return pd.concat(out, ignore_index=True)
