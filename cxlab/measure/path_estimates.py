"""The result of a path model."""

from __future__ import annotations

import html
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Estimates
from cxlab.measure.path_doubts import PathDoubt
from cxlab.measure.path_model import PathModel
from cxlab.measure.path_weights import Scheme


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PathEstimates:
    """A path model as estimated.

    Parameters
    ----------
    model
        Constructs, columns and paths.
    scheme, scaled
        How it was estimated.
    index
        Index of each construct, 0–100, by `construct`.
    paths
        Path coefficients, by `from` and `to`.
    total_effects
        Effects over all paths, by `from` and `to`.
    r_squared
        By `construct`, of those that a path leads to.
    loadings, weights
        Correlation of each column with its construct's score, and its weight, standardised, in the score, by
        `construct` and `column`.
    htmt
        Heterotrait–monotrait ratios, by `construct` and
        `other_construct`.
    items
        One row per column: `construct`, `column`, `weight`, `loading`, `communality`, `index_weight`.
    constructs
        One row per construct: `construct`, `mode`, `items`, `index`, `r_squared`, `alpha`, `rho_a`, `rho_c`
        (composite reliability), `ave`, `redundancy`. NaN where it does not apply.
    correlations
        Correlations of the construct scores, shape (k, k).
    gof
        Goodness of fit, √(mean communality · mean R²).
    kept
        Share of the rows of positive weight that enter.
    units
        Respondents, or clusters, that were sampled independently.
    n_boot, failed
        Resamples, and those of them that did not come to rest and were left out.
    doubts
        What speaks against reading it as it stands.
    """

    model: PathModel
    scheme: Scheme
    scaled: bool
    index: Estimates
    paths: Estimates
    total_effects: Estimates
    r_squared: Estimates
    loadings: Estimates
    weights: Estimates
    htmt: Estimates
    items: pd.DataFrame
    constructs: pd.DataFrame
    correlations: pd.DataFrame
    gof: float
    kept: float
    units: int
    n_boot: int
    failed: int
    doubts: tuple[PathDoubt, ...]

    @property
    def n(self) -> int:
        """Answers the model stands on."""
        return int(self.index.rows["n"].iloc[0])

    @property
    def n_eff(self) -> float:
        """Kish's effective base."""
        return float(self.index.rows["n_eff"].iloc[0])

    def tidy(self) -> pd.DataFrame:
        """Return one row per figure with an interval, with the columns of `metrics.csv` from `metric` on."""
        parts = (
            self.index, self.paths, self.total_effects, self.r_squared, self.loadings, self.weights, self.htmt
        )  # fmt: skip
        return pd.concat([part.tidy() for part in parts if len(part.rows)], ignore_index=True)

    def summary(self) -> str:
        """Return what the model says in English: an index, what goes with it, and every doubt."""
        named = self._headline()
        row = self.index.rows.set_index("level").loc[named]
        known = np.isfinite(row["conf_low"])
        interval = f"{row['conf_low']:.1f} to {row['conf_high']:.1f}" if known else "unknown"
        figure = f"{row['estimate']:.1f}" if np.isfinite(row["estimate"]) else "unknown"
        weighted = self.index.weighting == "weighted"
        kept = "" if self.kept == 1 else f", {100 * self.kept:.3g}% of the rows"
        base = f"n = {self.n:,}{kept}, " + (f"n_eff = {self.n_eff:,.0f}" if weighted else "unweighted")
        r_squared = self.constructs.set_index("construct")["r_squared"][named]
        explained = f"; the constructs that lead to it go with {100 * r_squared:.0f}% of its variance"
        doubts = "".join(f" {doubt.text}" for doubt in self.doubts)
        return (
            f"The index of {named} is {figure} of 100 ({100 * self.index.conf_level:g}% interval {interval}, "
            f"{base}){explained if np.isfinite(r_squared) else ''}.{doubts}"
        )

    def _headline(self) -> str:
        """Return the construct a summary speaks of: satisfaction, or else the one with the largest R²."""
        if "satisfaction" in self.model.blocks:
            return "satisfaction"
        led_to = self.constructs.sort_values("r_squared", ascending=False, kind="stable")
        return str(led_to["construct"].iloc[0])

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary, the constructs and the paths, without ids or times."""
        constructs = self.constructs.to_html(index=False, border=0, na_rep="", float_format="{:.3f}".format)
        paths = self.paths.rows[["level", "estimate", "std_error", "conf_low", "conf_high"]]
        table = paths.to_html(index=False, border=0, na_rep="", float_format="{:.3f}".format)
        return f"<p>{html.escape(self.summary())}</p>\n{constructs}\n{table}"
