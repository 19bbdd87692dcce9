"""Which items keep markets from being comparable: suggestions, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cxlab.markets.factor_model import FactorModel
from cxlab.markets.fit_indices import FitIndices, fit_indices
from cxlab.markets.invariance_steps import Step, layout_of
from cxlab.markets.multigroup import Group, MultigroupFit, fit_multigroup
from cxlab.markets.score_test import score_test
from cxlab.markets.step_fit import Change, Release, StepFit
from cxlab.model.errors import MeasureError


@dataclass(frozen=True, slots=True)
class Freed:
    """The items that are free so far."""

    step: Step
    loadings: tuple[str, ...]
    intercepts: tuple[str, ...]


def releases_of(
    groups: Sequence[Group], model: FactorModel, failing: StepFit, before: StepFit
) -> tuple[Release, ...]:
    """Free the item with the largest score statistic until the step holds or no more may be freed.

    Parameters
    ----------
    groups, model
        What was fitted.
    failing
        The step that does not hold; only what it adds is freed, loadings or intercepts.
    before
        The step it is held against.

    Returns
    -------
    tuple of Release
        In the order in which they were found. Chosen by the data they are tested on, so the p-values are too
        small and another sample may name others.

    References
    ----------
    MacCallum, Roznowski, Necowitz (1992), Psychological Bulletin 111, 490–504 (how such searches mislead).
    """
    loadings = failing.step in ("metric", "partial metric")
    # The partial step says that free items are let in, whatever was asked.
    freed = Freed(
        "partial metric" if loadings else "partial scalar", failing.free_loadings, failing.free_intercepts
    )
    fit, found = failing.fit, []
    while fit.converged:
        best = _best(model, fit, freed, loadings)
        if best is None:
            break
        item, chi2, df, p_value = best
        freed = _with(freed, item, loadings)
        fit, fitted = _refit(groups, model, freed)
        change = Change.between(before, fitted)
        kind: Literal["loading", "intercept"] = "loading" if loadings else "intercept"
        found.append(Release(item, kind, chi2, df, p_value, fitted.cfi, change.cfi, change.small))
        if change.small:
            break
    return tuple(found)


def _best(
    model: FactorModel, fit: MultigroupFit, freed: Freed, loadings: bool
) -> tuple[str, float, int, float] | None:
    """Return the item that departs most, among those whose factor keeps two that are alike."""
    taken = freed.loadings if loadings else freed.intercepts
    tests = []
    for place, item in enumerate(model.items):
        if item in taken:
            continue
        try:
            model.require_items([*taken, item])
        except MeasureError:
            continue
        test = score_test(fit, place if loadings else len(model.items) + place)
        tests.append((item, test.chi2, test.df, test.p_value))
    return max(tests, key=lambda test: test[1], default=None)


def _with(freed: Freed, item: str, loadings: bool) -> Freed:
    if loadings:
        return Freed(freed.step, (*freed.loadings, item), freed.intercepts)
    return Freed(freed.step, freed.loadings, (*freed.intercepts, item))


def _refit(groups: Sequence[Group], model: FactorModel, freed: Freed) -> tuple[MultigroupFit, FitIndices]:
    layout = layout_of(
        model, len(groups), freed.step, free_loadings=freed.loadings, free_intercepts=freed.intercepts
    )
    fit = fit_multigroup(groups, model, layout)
    return fit, fit_indices(groups, model, fit)
