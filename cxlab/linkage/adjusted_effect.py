"""An estimate as it would be beside a confounder of given strength, and beside benchmarks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from cxlab.linkage.confounder_bounds import confounder_bounds
from cxlab.linkage.partial_effect import PartialEffect
from cxlab.linkage.robustness_value import adjusted_estimate, critical_f

Floats = npt.NDArray[np.float64]
FIGURES = ["r2_exposure", "r2_outcome", "estimate", "std_error", "statistic", "conf_low", "conf_high"]


def error_kind(effect: PartialEffect) -> str:
    """Return what the reported error is: `classical`, `clustered`, or `HC1`, which knows no clusters."""
    known = np.isfinite(effect.clustered_std_error) and effect.clustered_df > 0
    return effect.errors if known else "classical"


def _spread(effect: PartialEffect) -> tuple[float, float]:
    """Return how many times wider than classical the reported error is, and the df of its t."""
    if error_kind(effect) != "classical":
        return effect.clustered_std_error / effect.std_error, effect.clustered_df
    return 1.0, effect.df - 1


def interval_f(effect: PartialEffect, alpha: float) -> float:
    """Return the partial f that the interval takes up, as `critical_f`."""
    inflation, df = _spread(effect)
    return critical_f(effect.df, alpha, inflation=inflation, reference_df=df)


def adjusted_rows(effect: PartialEffect, q: float, alpha: float, x: Floats, y: Floats) -> pd.DataFrame:
    """Return the estimate beside confounders of strengths x and y, shape (m,) each; one row per pair."""
    estimate, error = adjusted_estimate(effect.estimate, effect.std_error, effect.df, x, y)
    inflation, df = _spread(effect)
    error = inflation * error
    reach = float(stdtrit(df, 1 - alpha / 2)) * error
    moved = estimate - (1 - q) * effect.estimate
    statistic = np.divide(moved, error, out=np.full_like(moved, np.nan), where=error > 0)
    columns = (x, y, estimate, error, statistic, estimate - reach, estimate + reach)
    return pd.DataFrame(dict(zip(FIGURES, columns, strict=True)))


def no_bounds() -> pd.DataFrame:
    """Return the empty table of benchmarks."""
    blank = pd.DataFrame({name: pd.Series(dtype="float64") for name in ["k", *FIGURES]})
    blank.insert(0, "benchmark", pd.Series(dtype="str"))
    return blank.assign(possible=pd.Series(dtype=bool), suppressed=pd.Series(dtype=bool))


def bound_rows(
    effect: PartialEffect, table: pd.DataFrame, k: Sequence[float], q: float, alpha: float
) -> pd.DataFrame:
    """Return the estimate beside confounders k times as strong as each covariate of a table."""
    if table.empty:
        return no_bounds()
    each = np.asarray(k, dtype="float64")
    x, y = confounder_bounds(
        np.repeat(table["r2_exposure"].to_numpy(dtype="float64"), len(each)),
        np.repeat(table["r2_outcome"].to_numpy(dtype="float64"), len(each)),
        np.tile(each, len(table)),
    )
    rows = adjusted_rows(effect, q, alpha, x, y)
    rows.insert(0, "benchmark", np.repeat(table["covariate"].to_numpy(), len(each)))
    rows.insert(1, "k", np.tile(each, len(table)))
    return rows.assign(possible=np.isfinite(x), suppressed=False).astype({"benchmark": "str"})
