"""Do the items mean the same in every market?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cxlab.markets.factor_model import FactorModel, factor_model
from cxlab.markets.fit_indices import fit_indices
from cxlab.markets.invariance_result import Invariance
from cxlab.markets.invariance_steps import Step, layout_of
from cxlab.markets.market_moments import market_moments
from cxlab.markets.multigroup import Group, MultigroupFit, fit_multigroup
from cxlab.markets.release import releases_of
from cxlab.markets.step_fit import MAX_RMSEA, MAX_SRMR, MIN_CFI, Change, StepFit
from cxlab.model.errors import MeasureError


@dataclass(frozen=True, slots=True)
class Asked:
    """What is fitted: the markets, the model, and the items that may differ."""

    groups: tuple[Group, ...]
    model: FactorModel
    free_loadings: tuple[str, ...]
    free_intercepts: tuple[str, ...]


def invariance(
    markets: Mapping[str, Any],
    model: Mapping[str, Sequence[str]],
    *,
    free_loadings: Sequence[str] = (),
    free_intercepts: Sequence[str] = (),
    reference: str | None = None,
    weight: str | None = None,
    min_n: int = 100,
    conf_level: float = 0.95,
) -> Invariance:
    """Test whether markets can be compared: multi-group confirmatory factor analysis, step by step.

    Parameters
    ----------
    markets
        Market → its `ItemMoments` (or the table they were written to, `tables/moments.parquet`), unweighted
        complete `cxlab.moments`, or rows with a column per item. Rows are not needed: means, covariances
        and bases are enough.
    model
        Factor → its items. One factor needs three items, each of several two.
    free_loadings, free_intercepts
        Items that may differ between markets, named beforehand; they make the steps `partial metric` and
        `partial scalar`. An item whose loading is free has a free intercept too.
    reference
        Market whose factors have mean 0 and variance 1; None takes the first.
    weight
        Column of weights, where `markets` holds rows. Weights enter the moments, and the base is Kish's
        effective one; χ² is then approximate.
    min_n
        Smallest base a market may have, on the smaller of n and n_eff.
    conf_level
        Confidence level of loadings, intercepts and latent means; that of RMSEA is always 90 %.

    Returns
    -------
    Invariance
        The steps and a verdict: `comparable: means`, `associations only` or `not comparable`. Latent means
        are given only in the first case.

    Raises
    ------
    MeasureError
        Where fewer than two markets are given, an item is absent or does not vary, items repeat each other,
        a base is too small, moments stand on different respondents, or the model cannot be identified.

    Notes
    -----
    A step holds where CFI falls by at most .010 and RMSEA rises by at most .015 from the step it is held
    against; χ² of the difference is told beside, and finds any difference on large bases. A response style
    that moves all items alike moves the latent mean: no test of this kind can see it.

    References
    ----------
    Meredith (1993), Psychometrika 58, 525–543. Cheung, Rensvold (2002), Structural Equation Modeling 9,
    233–255 (ΔCFI). Chen (2007), Structural Equation Modeling 14, 464–504 (ΔRMSEA). Steenkamp, Baumgartner
    (1998), Journal of Consumer Research 25, 78–90.
    """
    factors = factor_model(model)
    loadings = tuple(free_loadings)
    intercepts = tuple(dict.fromkeys([*free_loadings, *free_intercepts]))
    factors.require_items(intercepts)
    found = market_moments(markets, factors.items, weight=weight, min_n=min_n)
    names = _with_first(tuple(found), reference)
    groups = tuple(Group(found[name].n_eff, found[name].mean, found[name].covariance) for name in names)
    asked = Asked(groups, factors, loadings, intercepts)
    steps = _steps(asked)
    result = Invariance(
        markets=names,
        model=factors,
        n=tuple(found[name].n for name in names),
        n_eff=tuple(found[name].n_eff for name in names),
        weighting="weighted" if any(one.weighting == "weighted" for one in found.values()) else "none",
        steps=steps,
        conf_level=conf_level,
    )
    failing = result.failing
    if failing is None:
        return result
    return replace(result, releases=releases_of(groups, factors, failing, result.step_before(failing)))


def _with_first(names: tuple[str, ...], reference: str | None) -> tuple[str, ...]:
    if reference is None:
        return names
    if reference not in names:
        raise MeasureError(f"there is no market '{reference}'", remedy="known are: " + ", ".join(names))
    return (reference, *(name for name in names if name != reference))


def _steps(asked: Asked) -> tuple[StepFit, ...]:
    configural = _configural(asked)
    metric = _against(asked, "metric", configural)
    steps = [configural, metric]
    before = metric
    if asked.free_loadings:
        before = _against(asked, "partial metric", configural, asked.free_loadings)
        steps.append(before)
    steps.append(_against(asked, "scalar", metric))
    if asked.free_intercepts:
        steps.append(_against(asked, "partial scalar", before, asked.free_loadings, asked.free_intercepts))
    return tuple(steps)


def _configural(asked: Asked) -> StepFit:
    fit, fitted = _fitted(asked, "configural")
    close = not fitted.rmsea > MAX_RMSEA and fitted.srmr <= MAX_SRMR and fitted.cfi >= MIN_CFI
    return StepFit("configural", (), (), fit, fitted, None, fit.converged and close)


def _against(
    asked: Asked,
    step: Step,
    before: StepFit,
    free_loadings: tuple[str, ...] = (),
    free_intercepts: tuple[str, ...] = (),
) -> StepFit:
    fit, fitted = _fitted(asked, step, free_loadings, free_intercepts)
    change = Change.between(before, fitted)
    holds = fit.converged and before.fit.converged and change.small
    return StepFit(step, free_loadings, free_intercepts, fit, fitted, change, holds)


def _fitted(
    asked: Asked, step: Step, free_loadings: tuple[str, ...] = (), free_intercepts: tuple[str, ...] = ()
) -> tuple[MultigroupFit, Any]:
    layout = layout_of(
        asked.model,
        len(asked.groups),
        step,
        free_loadings=free_loadings,
        free_intercepts=free_intercepts,
    )
    fit = fit_multigroup(asked.groups, asked.model, layout)
    return fit, fit_indices(asked.groups, asked.model, fit)
