"""Fit a purchase model: its maximum, the errors of it, and resamples of equal customers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from cxlab.estimate.estimates import weighting_of
from cxlab.estimate.intervals import normal_quantile, require_conf_level, tails
from cxlab.estimate.require_option import require_option
from cxlab.estimate.resampling import generator_of, require_resamples
from cxlab.model.errors import MeasureError
from cxlab.retention.bgnbd_terms import bgnbd_terms
from cxlab.retention.maximum import Terms, information, maximum
from cxlab.retention.pareto_nbd_terms import pareto_nbd_terms
from cxlab.retention.purchase_model import NAMES, PurchaseKind, PurchaseModel
from cxlab.retention.purchase_rows import PurchaseRows, RowWeightKind, purchase_rows
from cxlab.tally.one_blas_thread import one_blas_thread

Floats = npt.NDArray[np.float64]
TERMS: dict[PurchaseKind, Callable[..., tuple[Floats, Floats]]] = {
    "bgnbd": bgnbd_terms,
    "pareto_nbd": pareto_nbd_terms,
}
PARAMETERS = {
    "bgnbd": ("r", "alpha", "a", "b", "rate", "dropout"),
    "pareto_nbd": ("r", "alpha", "s", "beta", "rate", "dropout_rate"),
}
DERIVED = np.array([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]])
"""The logarithm of r/α; that of s/β, or the logit of a/(a + b): of the logarithms of the parameters."""


def purchase_fit(
    kind: PurchaseKind,
    columns: tuple[Any, Any, Any],
    weight: Any,
    weight_kind: RowWeightKind,
    n_boot: int,
    seed: int | np.random.Generator,
    conf_level: float,
) -> PurchaseModel:
    """Fit one of the models; see `bgnbd` and `pareto_nbd`."""
    require_conf_level(conf_level)
    require_resamples(n_boot)
    require_option("weight_kind", weight_kind, get_args(RowWeightKind))
    rng = generator_of(seed)
    rows = purchase_rows(*columns, weight, weight_kind)
    with one_blas_thread():
        return _fitted(kind, rows, None if weight is None else weight_kind, n_boot, rng, conf_level)


def _fitted(
    kind: PurchaseKind,
    rows: PurchaseRows,
    weight_kind: RowWeightKind | None,
    n_boot: int,
    rng: np.random.Generator,
    conf_level: float,
) -> PurchaseModel:
    size = rows.count * rows.weight
    # Nothing may hang on the unit of time: the mean age is 1, and α and β are taken back to it.
    unit = float(size @ rows.age / size.sum())
    back = np.array([1.0, unit, 1.0, 1.0 if kind == "bgnbd" else unit])
    scaled = replace(rows, recency=rows.recency / unit, age=rows.age / unit)
    terms: Terms = partial(TERMS[kind], rows=scaled)
    top = maximum(terms, size, _start(kind, scaled))
    curve = information(terms, size, top.theta)
    if not top.found or np.linalg.eigvalsh(curve).min() <= 0:
        _refuse(kind, top.theta * back)
    inverse = np.linalg.inv(curve).astype("float64")
    covariance = _robust(terms, rows, top.theta, inverse) if weight_kind == "sampling" else inverse
    draws, lost = _draws(terms, rows, top.theta, inverse * size.sum(), n_boot, rng)
    theta, draws = top.theta * back, draws * back
    return PurchaseModel(
        kind, _rows(kind, theta, covariance, draws, conf_level), theta, covariance, rows,
        top.loglik - float(size @ rows.frequency) * np.log(unit), rows.n, float((rows.code >= 0).mean()),
        weighting_of(weight_kind), conf_level, draws, lost,
    )  # fmt: skip


def _start(kind: PurchaseKind, rows: PurchaseRows) -> Floats:
    size = rows.count * rows.weight
    age = float(size @ rows.age)
    scale = age / float(size @ rows.frequency)
    return np.array([1.0, scale, 1.0, 1.0 if kind == "bgnbd" else age / float(size.sum())])


def _refuse(kind: PurchaseKind, theta: Floats) -> None:
    shown = ", ".join(f"{name} {value:.3g}" for name, value in zip(PARAMETERS[kind], theta, strict=False))
    raise MeasureError(
        f"the likelihood of {NAMES[kind]} has no maximum: it still rises at {shown}",
        remedy="these customers do not tell buying from leaving apart: give more of them, or a longer time",
    )


def _robust(terms: Terms, rows: PurchaseRows, theta: Floats, inverse: Floats) -> Floats:
    """Return the sandwich of sampling weights, by the logarithms of the parameters."""
    slopes = terms(theta)[1] * theta[:, None]
    middle = (slopes * rows.count * rows.weight**2) @ slopes.T
    return np.asarray(inverse @ middle @ inverse)


def _draws(
    terms: Terms, rows: PurchaseRows, theta: Floats, inverse: Floats, n_boot: int, rng: np.random.Generator
) -> tuple[Floats, int]:
    """Return the parameters of each resample, whose counts of equal customers are one multinomial draw."""
    draws = np.empty((n_boot, len(theta)))
    lost = 0
    among = np.where(rows.weight > 0, rows.count, 0.0)
    for place in range(n_boot):
        count = rng.multinomial(rows.n, among / among.sum()).astype("float64")
        top = maximum(terms, count * rows.weight, theta, inverse)
        draws[place] = top.theta
        lost += not top.found
    return draws, lost


def _rows(
    kind: PurchaseKind, theta: Floats, covariance: Floats, draws: Floats, conf_level: float
) -> pd.DataFrame:
    """Return parameters and derived figures, with intervals on the scale where any number may be."""
    combined = np.vstack([np.eye(4), DERIVED])
    point = combined @ np.log(theta)
    error = np.sqrt(np.einsum("ij,jk,ik->i", combined, covariance, combined))
    if len(draws):
        low, high = np.quantile(np.log(draws) @ combined.T, tails(conf_level), axis=0)
    else:
        reach = normal_quantile(conf_level) * error
        low, high = point - reach, point + reach
    ends = [np.exp(part) for part in (point, low, high)]
    slope = ends[0].copy()
    if kind == "bgnbd":
        for part, end in zip((point, low, high), ends, strict=True):
            end[-1] = expit(part[-1])
        slope[-1] = ends[0][-1] * expit(-logit(ends[0][-1]))
    return pd.DataFrame({
        "term": pd.Series(PARAMETERS[kind], dtype="str"), "estimate": ends[0], "std_error": slope * error,
        "conf_low": ends[1], "conf_high": ends[2], "method": "bootstrap" if len(draws) else "information",
    })  # fmt: skip
