"""Chances to leave in each period by gradient boosting, judged on customers left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier

from cxlab.estimate.estimates import weighting_of
from cxlab.estimate.finite_number import finite_number
from cxlab.estimate.intervals import normal_quantile, require_conf_level
from cxlab.estimate.resampling import require_count, require_seed
from cxlab.model.errors import MeasureError
from cxlab.retention.boosted_result import BoostedHazard
from cxlab.retention.cox_rows import cox_rows
from cxlab.retention.hazard_fit import SpellPeriods
from cxlab.retention.hazard_rows import hazard_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
LEAST_CHANCE = 1e-6
"""Chances are held this far from 0 and 1, so that one surprise does not make a loss infinite."""


def boosted_hazard(
    frame: Any,
    duration: str,
    event: str,
    covariates: Sequence[str],
    *,
    entry: str | None = None,
    id: str | None = None,
    weight: str | None = None,
    learning_rate: float = 0.05,
    iterations: int = 150,
    leaves: int = 8,
    folds: int = 5,
    seed: int = 0,
    conf_level: float = 0.95,
) -> BoostedHazard:
    """Predict leaving period by period: `cx.boosted_hazard(customers, "months", "left", ["csat", "price"])`.

    Parameters
    ----------
    frame, duration, event, entry, id, weight
        As in `cx.discrete_hazard`.
    covariates
        Numeric columns; a missing value is a value of its own, not left out.
    learning_rate, iterations, leaves
        Of the trees; see `sklearn.ensemble.HistGradientBoostingClassifier`.
    folds
        Parts of the customers, each predicted by a model of the others, for the log loss.
    seed
        Of the split into folds and of the trees.
    conf_level
        Confidence level of the interval of the gain.

    Returns
    -------
    BoostedHazard
        No ratios: what a covariate goes with is asked of `cx.discrete_hazard`.

    Raises
    ------
    MeasureError
        As `cx.discrete_hazard`; and where an option is out of range, or customers are fewer than folds.

    References
    ----------
    Friedman (2001), Annals of Statistics 29, 1189–1232. Singer, Willett (1993), Journal of Educational
    Statistics 18, 155–195 (spells as rows).
    """
    require_conf_level(conf_level)
    _require_trees(learning_rate, iterations, leaves, folds, seed)
    rows = cox_rows(
        frame, duration, event, covariates, entry=entry, id=id, cluster=None, weight=weight, stratum=None,
        formula=None, lacking=True,
    )  # fmt: skip
    spells, periods = hazard_rows(rows.duration, rows.event, rows.entry, duration)
    if spells.left.all():
        raise MeasureError("everybody leaves in the first period at risk", remedy="take shorter periods")
    if rows.customers < folds:
        raise MeasureError(f"{rows.customers} customers make no {folds} folds", remedy="take fewer folds")
    trees = HistGradientBoostingClassifier(
        learning_rate=learning_rate, max_iter=iterations, max_leaf_nodes=leaves, random_state=seed,
        early_stopping=False,
    )  # fmt: skip
    table = np.column_stack([periods[spells.period], rows.x[spells.row]])
    customer = np.arange(len(rows.w)) if rows.clusters is None else rows.clusters
    fold = np.random.default_rng(seed).permutation(rows.customers)[customer] % folds
    losses = _losses(trees, table, spells, rows.w, fold, rows.terms)
    gain = _gain(losses, rows.w[spells.row], customer[spells.row], conf_level)
    model = trees.fit(table, spells.left, sample_weight=rows.w[spells.row])
    return BoostedHazard(
        duration, event, rows.terms, model, tuple(periods.tolist()), *gain, len(rows.w), rows.customers,
        int(rows.event.sum()), len(spells.row), rows.kept, conf_level, weighting_of(weight),
    )  # fmt: skip


def _losses(
    trees: HistGradientBoostingClassifier, table: Floats, spells: SpellPeriods, w: Floats, fold: Ints,
    names: Sequence[str],
) -> Floats:  # fmt: skip
    """Return the log loss of each period at risk by the model and by shares of periods, shape (2, m).

    Each is predicted from the rows of the other folds; `fold` has the shape of `w`, (n,).
    """
    weights = w[spells.row]
    losses = np.zeros((2, len(weights)))
    for part in np.unique(fold):
        test = (fold == part)[spells.row]
        if not 0 < spells.left[~test].sum() < (~test).sum():
            raise MeasureError("a fold has no leavers to learn from", remedy="take fewer folds, or more rows")
        _require_values(table[~test, 1:], names)
        model = clone(trees).fit(table[~test], spells.left[~test], sample_weight=weights[~test])
        share = _period_shares(spells, weights, ~test)[spells.period[test]]
        losses[0, test] = _loss(model.predict_proba(table[test])[:, 1], spells.left[test])
        losses[1, test] = _loss(share, spells.left[test])
    return losses


def _require_values(x: Floats, names: Sequence[str]) -> None:
    empty = np.flatnonzero(np.isnan(x).all(axis=0))
    if len(empty):
        raise MeasureError(
            f"'{names[int(empty[0])]}' holds no value in a fold", remedy="leave it out, or take fewer folds"
        )


def _gain(
    losses: Floats, w: Floats, customer: Ints, conf_level: float
) -> tuple[float, float, float, float, float, float, float]:
    """Return both mean losses, the gain, its error by customer, its interval and its p-value."""
    loss, loss_of_periods = (losses @ w / w.sum()).tolist()
    gain = loss_of_periods - loss
    own = np.bincount(customer, w * (losses[1] - losses[0] - gain)) / w.sum()
    error = float(np.sqrt(own @ own))
    reach = normal_quantile(conf_level) * error
    p_value = float(2 * ndtr(-abs(gain) / error)) if error > 0 else float("nan")
    return loss, loss_of_periods, gain, error, gain - reach, gain + reach, p_value


def _loss(chance: Floats, left: Floats) -> Floats:
    """Return less the logarithm of the chance given to what came, shape (m,)."""
    held = np.clip(chance, LEAST_CHANCE, 1 - LEAST_CHANCE)
    return -np.log(np.where(left == 1, held, 1 - held))


def _period_shares(spells: SpellPeriods, w: Floats, some: Bools) -> Floats:
    """Return the share that leaves in each period among some spells; of all where none is at risk in it."""
    at_risk, left = spells.by_period(w * some), spells.by_period(w * some * spells.left)
    whole = np.full(len(at_risk), left.sum() / at_risk.sum())
    return np.divide(left, at_risk, out=whole, where=at_risk > 0)


def _require_trees(learning_rate: float, iterations: int, leaves: int, folds: int, seed: int) -> None:
    require_seed(seed)
    if not (finite_number(learning_rate) and 0 < learning_rate <= 1):
        raise MeasureError(f"a learning rate of {learning_rate} is none", remedy="take one such as 0.05")
    require_count(iterations, "iterations", least=1, remedy="take a whole number such as 150")
    require_count(leaves, "leaves", least=2, remedy="take a whole number such as 8")
    require_count(folds, "folds", least=2, remedy="take 2 or more, such as 5")
