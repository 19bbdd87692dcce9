"""Weights that bring a sample to what is known of its population."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

WeightKind = Literal["sampling", "frequency"]
WeightingMethod = Literal["raking", "post_stratification", "linear", "raking_to_totals"]
DIAGNOSTIC_COLUMNS = ["variable", "level", "n", "target", "before", "after"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Weights:
    """One weight per row of a frame, and how it came about.

    An estimator that takes `Weights` knows that the sample was brought to the population, and counts the
    precision gained by it; an estimator that takes a column of weights cannot.

    Parameters
    ----------
    weights
        Final weights, float64, with the index of the frame.
    base
        Weights before, float64, same index; 1 where none were given.
    method
        How they were made.
    margins
        Variable → code of its level for each row, int64, shape (n,): the groups brought to known totals.
    covariates
        Numeric variables brought to known totals, shape (n, k); None where there are none.
    diagnostics
        One row per variable and level: `n`, `target`, and the weighted share (or total) `before` and `after`.
    iterations
        Passes made until the weights met the targets.
    trimmed
        Rows whose weight was held at a bound.
    """

    weights: pd.Series
    base: pd.Series
    method: WeightingMethod
    diagnostics: pd.DataFrame
    margins: Mapping[str, npt.NDArray[np.int64]] = field(default_factory=dict)
    covariates: npt.NDArray[np.float64] | None = None
    iterations: int = 0
    trimmed: int = 0

    @property
    def n_eff(self) -> float:
        """Kish's effective base (Σw)² / Σw²; 0 without rows (Kish 1965, section 11.7)."""
        w = self.weights.to_numpy()
        return float(w.sum() ** 2 / (w**2).sum()) if (w**2).sum() > 0 else 0.0

    @property
    def design_effect(self) -> float:
        """Rows with a weight over the effective base: the variance lost to unequal weights."""
        return float((self.weights > 0).sum() / self.n_eff) if self.n_eff else float("nan")

    def tidy(self) -> pd.DataFrame:
        """Return the diagnostics: one row per variable and level."""
        return self.diagnostics.copy()

    def summary(self) -> str:
        """Return one honest sentence in English."""
        held = f", {self.trimmed:,} of them held at a bound" if self.trimmed else ""
        return (
            f"{len(self.weights):,} weights by {self.method.replace('_', ' ')}{held}: effective base "
            f"{self.n_eff:,.0f}, design effect {self.design_effect:.2f}, {self.iterations} iterations."
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return f"Weights({self.summary()})"

    def _repr_html_(self) -> str:
        table = self.tidy().to_html(index=False, border=0, float_format="{:.4g}".format)
        return f"<p>{html.escape(self.summary())}</p>\n{table}"
