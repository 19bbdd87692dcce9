"""One step of measurement invariance: what was held equal, how it fits, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import chdtrc

from cxlab.markets.factor_model import FactorModel
from cxlab.markets.fit_indices import FitIndices
from cxlab.markets.invariance_steps import Step
from cxlab.markets.multigroup import MultigroupFit, factor_covariance_of

MIN_CFI, MAX_RMSEA, MAX_SRMR = 0.90, 0.10, 0.08
"""What the configural step must reach."""
MOST_CFI, MOST_RMSEA = 0.010, 0.015
"""By how much a step may fall behind the one before."""


@dataclass(frozen=True, slots=True)
class Change:
    """How a step compares with the one it is held against.

    Parameters
    ----------
    against
        Name of that step.
    chi2, df, p_value
        Difference of χ² and its test.
    cfi, rmsea
        Change of CFI and RMSEA; RMSEA's is NaN where the earlier step has no degrees of freedom.
    """

    against: Step
    chi2: float
    df: int
    p_value: float
    cfi: float
    rmsea: float

    @classmethod
    def between(cls, before: StepFit, after: FitIndices) -> Change:
        """Return the change from an earlier step."""
        first = before.indices
        chi2, df = after.chi2 - first.chi2, after.df - first.df
        p_value = float(chdtrc(df, max(chi2, 0.0))) if df > 0 else float("nan")
        return cls(before.step, chi2, df, p_value, after.cfi - first.cfi, after.rmsea - first.rmsea)

    @property
    def small(self) -> bool:
        """Whether the step is hardly worse; rounding of a CFI is let pass."""
        return self.cfi >= -MOST_CFI - 1e-12 and not self.rmsea > MOST_RMSEA + 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class StepFit:
    """One step: what was held equal, how it fits, and whether it holds."""

    step: Step
    free_loadings: tuple[str, ...]
    free_intercepts: tuple[str, ...]
    fit: MultigroupFit
    indices: FitIndices
    change: Change | None
    holds: bool


@dataclass(frozen=True, slots=True)
class Release:
    """An item that was freed in a search, which is exploratory.

    Parameters
    ----------
    item, kind
        The item, and whether its loading or its intercept differs.
    chi2, df, p_value
        Score test before it was freed.
    cfi, change
        CFI after it was freed, and its change from the step before.
    holds
        Whether the step holds with all items freed up to here.
    """

    item: str
    kind: Literal["loading", "intercept"]
    chi2: float
    df: int
    p_value: float
    cfi: float
    change: float
    holds: bool


def doubts_of(one: StepFit, model: FactorModel, markets: Sequence[str]) -> list[str]:
    """Return what speaks against relying on a fit: sentences in English."""
    if not one.fit.converged:
        return [f"The {one.step} model was not found: the steps did not end, so it counts as failing."]
    doubts = []
    if one.indices.df == 0:
        doubts.append(f"The {one.step} model has no degrees of freedom and fits by construction.")
    p = len(model.items)
    for name, local in zip(markets, one.fit.local, strict=True):
        negative = [item for item, v in zip(model.items, local[2 * p : 3 * p], strict=True) if v < 0]
        if negative:
            found = f"negative residual variance of {', '.join(negative)}"
            doubts.append(f"Improper {one.step} solution in {name}: {found}.")
        if np.linalg.eigvalsh(factor_covariance_of(local, model))[0] <= 0:
            doubts.append(
                f"Improper {one.step} solution in {name}: factors that go with each other beyond 1."
            )
    return doubts


def step_row(one: StepFit) -> dict[str, object]:
    """Return a step as a row of a table."""
    found, change = one.indices, one.change
    return {
        "step": one.step,
        "free_loadings": ", ".join(one.free_loadings),
        "free_intercepts": ", ".join(one.free_intercepts),
        "chi2": found.chi2,
        "df": found.df,
        "p_value": found.p_value,
        "cfi": found.cfi,
        "tli": found.tli,
        "rmsea": found.rmsea,
        "rmsea_low": found.rmsea_low,
        "rmsea_high": found.rmsea_high,
        "srmr": found.srmr,
        "against": change.against if change else "",
        "change_chi2": change.chi2 if change else np.nan,
        "change_df": change.df if change else np.nan,
        "change_p_value": change.p_value if change else np.nan,
        "change_cfi": change.cfi if change else np.nan,
        "change_rmsea": change.rmsea if change else np.nan,
        "converged": one.fit.converged,
        "holds": one.holds,
    }
