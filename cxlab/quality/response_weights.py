"""Weights that let those who answered stand for those who did not."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.errors import MeasureError, nearest

Floats = npt.NDArray[np.float64]
Method = Literal["logit", "cells"]
MISSING = "(missing)"
MAX_RATIO = 5.0
MIN_LEVEL = 10
_STEPS = 50


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ResponseWeights:
    """One weight per answer: the inverse of its chance to be given.

    Parameters
    ----------
    weights
        Weights by `response_id`, float64; they add up to the number of people invited.
    propensity
        Estimated chance that the person answers, by `response_id`.
    method
        `logit` or `cells`.
    diagnostics
        One row per variable and level: `variable`, `level`, `n` (answers), `target` (share of the invited),
        `before` and `after` (share of the answers, without and with the weights). A number has no levels.
    trimmed
        Answers whose weight was held at the bound.
    """

    weights: pd.Series
    propensity: pd.Series
    method: Method
    diagnostics: pd.DataFrame
    trimmed: int

    @property
    def n_eff(self) -> float:
        """Kish's effective base (Σw)² / Σw² (Kish 1965, section 11.7)."""
        w = self.weights.to_numpy()
        return float(w.sum() ** 2 / (w**2).sum())

    @property
    def design_effect(self) -> float:
        """Answers over the effective base: the variance lost to unequal weights."""
        return len(self.weights) / self.n_eff

    def tidy(self) -> pd.DataFrame:
        """Return the diagnostics: one row per variable and level."""
        return self.diagnostics.copy()

    def summary(self) -> str:
        """Return one honest sentence in English."""
        held = f", {self.trimmed:,} of them held at the bound" if self.trimmed else ""
        return (
            f"{len(self.weights):,} inverse-probability weights by {self.method}{held}: effective base "
            f"{self.n_eff:,.0f}, design effect {self.design_effect:.2f}."
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return f"ResponseWeights({self.summary()})"

    def _repr_html_(self) -> str:
        table = self.tidy().to_html(index=False, border=0, na_rep="", float_format="{:.4g}".format)
        return f"<p>{html.escape(self.summary())}</p>\n{table}"


def response_weights(
    invited: pd.DataFrame, by: Sequence[str], *, method: Method = "logit", max_ratio: float | None = MAX_RATIO
) -> ResponseWeights:
    """Weight the answers by the inverse of the chance that such a person answers.

    Parameters
    ----------
    invited
        Everybody invited, as `cxlab.invited` returns them: `response_id` and `answered`, n rows.
    by
        Columns that are known of those who answered and of those who did not. A missing text is a level.
    method
        `logit`: a logistic regression on the main effects (texts and flags as levels, numbers as they are).
        `cells`: the response rate of each combination of levels, all of which must have answers.
        Levels where fewer than ten answered, or fewer than ten did not, are joined, the smallest first, until
        together they have ten of both; the diagnostics name what was joined (`a + b`).
    max_ratio
        Bound on a weight as a multiple of the mean weight; what is cut off is shared by the others in
        proportion. None leaves the weights as they are.

    Returns
    -------
    ResponseWeights
        Weights by `response_id`, adding up to n. With one column of texts, both methods give the same.

    Raises
    ------
    MeasureError
        Where a column is absent, a number is missing, nobody answered in a cell, or nothing differs.

    Notes
    -----
    The weights remove what the columns explain of the non-response and nothing else: where unhappy customers
    of one and the same level answer less, the estimate stays wrong. They are taken as known in the intervals.

    References
    ----------
    Little (1986), International Statistical Review 54, 139–157; Särndal, Lundström (2005), Estimation in
    Surveys with Nonresponse, chapter 6; Potter (1990), on trimming with redistribution.
    """
    _require(invited, by, method, max_ratio)
    answered = invited["answered"].to_numpy(dtype=bool)
    levels = {name: _joined(_levels(invited[name]), answered) for name in by if _is_named(invited[name])}
    chance = _cells(levels, answered) if method == "cells" else _logit(invited, by, levels, answered)
    raw = 1 / chance[answered]
    weights, trimmed = trimmed_weights(raw * len(invited) / raw.sum(), max_ratio)
    index = pd.Index(invited.loc[answered, "response_id"], name="response_id")
    return ResponseWeights(
        pd.Series(weights, index=index, name="response_weight"),
        pd.Series(chance[answered], index=index, name="propensity"),
        method,
        _diagnostics(levels, answered, weights),
        trimmed,
    )


def fit_logit(design: Floats, outcome: Floats) -> Floats:
    """Return the maximum-likelihood coefficients of a logistic regression, by Newton's method.

    Parameters
    ----------
    design
        Shape (n, p), with the constant.
    outcome
        0 or 1, shape (n,).

    Raises
    ------
    MeasureError
        Where the columns are collinear or separate the outcomes, so that there is no maximum.
    """
    beta = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        information = (design * (chance * (1 - chance))[:, None]).T @ design
        if np.linalg.cond(information) > 1e12:
            break
        step = np.linalg.solve(information, design.T @ (outcome - chance))
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            return beta
    raise MeasureError(
        "the chance to answer cannot be estimated: the columns overlap or settle who answers",
        remedy="name fewer columns in by=",
    )


def trimmed_weights(weights: Floats, max_ratio: float | None) -> tuple[Floats, int]:
    """Hold weights at a multiple of their mean, keep their sum, and count those held.

    Parameters
    ----------
    weights
        Weights > 0, shape (n,).
    max_ratio
        Bound as a multiple of the mean, above 1; None holds none.
    """
    bound = np.inf if max_ratio is None else max_ratio * weights.mean()
    held = np.zeros(len(weights), dtype=bool)
    total, result = weights.sum(), weights
    while (over := (result > bound * (1 + 1e-12)) & ~held).any():
        held |= over
        room = total - bound * held.sum()
        result = np.where(held, bound, weights * room / weights[~held].sum())
    return result, int(held.sum())


def _cells(levels: dict[str, npt.NDArray[Any]], answered: npt.NDArray[np.bool_]) -> Floats:
    cell = pd.Series(list(zip(*levels.values(), strict=True))).map(" × ".join)
    chance = pd.Series(answered).groupby(cell).transform("mean").to_numpy(dtype="float64")
    if silent := sorted(cell[chance == 0].unique()):
        raise MeasureError(
            f"nobody answered in {'; '.join(silent[:5])}",
            where=f"cells of {' × '.join(levels)}",
            remedy="name fewer columns or take method='logit': no weight lets nobody stand for them",
        )
    return chance


def _logit(
    invited: pd.DataFrame,
    by: Sequence[str],
    levels: dict[str, npt.NDArray[Any]],
    answered: npt.NDArray[np.bool_],
) -> Floats:
    columns = [np.ones(len(invited))]
    for name in by:
        if name in levels:
            columns += [(levels[name] == level).astype("float64") for level in np.unique(levels[name])[1:]]
        else:
            number = invited[name].to_numpy(dtype="float64")
            columns.append((number - number.mean()) / (number.std() or 1.0))
    design = np.column_stack(columns)
    return 1 / (1 + np.exp(-design @ fit_logit(design, answered.astype("float64"))))


def _diagnostics(
    levels: dict[str, npt.NDArray[Any]], answered: npt.NDArray[np.bool_], weights: Floats
) -> pd.DataFrame:
    parts = []
    for name, texts in levels.items():
        found, codes = np.unique(texts, return_inverse=True)
        n = np.bincount(codes[answered], minlength=len(found))
        weighed = np.bincount(codes[answered], weights=weights, minlength=len(found))
        shares = {
            "target": np.bincount(codes) / len(codes),
            "before": n / n.sum(),
            "after": weighed / weighed.sum(),
        }
        parts.append(pd.DataFrame({"variable": name, "level": found, "n": n, **shares}))
    names = ["variable", "level", "n", "target", "before", "after"]
    return pd.concat(parts, ignore_index=True)[names] if parts else pd.DataFrame(columns=names)


def _levels(column: pd.Series) -> npt.NDArray[Any]:
    return column.astype("str").fillna(MISSING).to_numpy(dtype=object)


def _joined(texts: npt.NDArray[Any], answered: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    """Join the levels that are too small to have a response rate of their own."""
    levels, codes = np.unique(texts, return_inverse=True)
    counts = np.stack([np.bincount(codes[group], minlength=len(levels)) for group in (answered, ~answered)])
    order = np.argsort(counts.min(axis=0), kind="stable")
    small = int((counts.min(axis=0) < MIN_LEVEL).sum())
    while 0 < small < len(levels) and counts[:, order[:small]].sum(axis=1).min() < MIN_LEVEL:
        small += 1
    pool = sorted(levels[order[:small]])
    return np.where(np.isin(codes, order[:small]), " + ".join(pool), texts) if len(pool) > 1 else texts


def _is_named(column: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)


def _require(invited: pd.DataFrame, by: Sequence[str], method: str, max_ratio: float | None) -> None:
    if method not in get_args(Method):
        raise MeasureError(f"unknown method '{method}'", remedy=nearest(method, get_args(Method)))
    if isinstance(by, str) or not by:
        raise MeasureError("by= names no columns", remedy='give a list such as by=["segment", "age_band"]')
    if max_ratio is not None and not max_ratio > 1:
        raise MeasureError(f"max_ratio={max_ratio:g} bounds nothing", remedy="take one above 1, or None")
    for name in ["response_id", "answered", *by]:
        if name not in invited:
            raise MeasureError(f"there is no column '{name}'", remedy=nearest(name, invited.columns))
    for name in by:
        numbers = not _is_named(invited[name])
        if numbers and method == "cells":
            raise MeasureError(f"the column '{name}' holds numbers, not levels", remedy="take method='logit'")
        if numbers and not np.isfinite(invited[name].to_numpy(dtype="float64", na_value=np.nan)).all():
            raise MeasureError(
                f"the column '{name}' lacks numbers", remedy="band it, so that missing is a level"
            )
    if invited["answered"].nunique() < 2:
        raise MeasureError("everybody answered, or nobody", remedy="there is nothing to weight")
