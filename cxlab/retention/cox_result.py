"""The result of Cox's model."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Weighting
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import normal_quantile
from cxlab.estimate.multiplicity import is_told
from cxlab.retention.concordance import Concordance
from cxlab.retention.proportional_hazards import TimeTransform
from cxlab.retention.ratio_rows import FIGURES

RATIOS = ["hazard_ratio", "ratio_conf_low", "ratio_conf_high"]
FEW_CLUSTERS = 30
FEW = 10
"""Events per coefficient below which the summary says that intervals may be too short."""
ErrorKind = Literal["information", "robust", "clustered"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CoxModel:
    """What covariates go with in leaving earlier.

    Parameters
    ----------
    duration, event
        Columns.
    rows
        One row per term: `term`, `coefficient` (log hazard ratio per unit), `std_error`, `statistic`, `df`
        (infinite: normal), `p_value`, `conf_low`, `conf_high`, `hazard_ratio`, `ratio_conf_low`,
        `ratio_conf_high`, `suppressed`.
    proportional
        One row per term and one for `all terms`: `term`, `statistic` (χ²), `df`, `p_value`: whether the ratio
        changes over time.
    concordance
        How often whoever leaves first had the higher risk by the model, on the rows it was fitted to.
    log_likelihood, log_likelihood_null, score_statistic
        Log partial likelihood, that of no association, and the score test of none (weights of mean 1).
    n, n_eff, customers, events, clusters
        Rows, Kish's effective base, distinct ids, events, and clusters of the errors (0: none).
    kept
        Share of the rows of positive weight that were complete.
    errors
        `information`, `robust` (by row) or `clustered`.
    ties, transform, conf_level, weighting
        How ties and time were treated, the level of each interval, and `none` or `weighted`.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    duration: str
    event: str
    rows: pd.DataFrame
    proportional: pd.DataFrame
    concordance: Concordance
    log_likelihood: float
    log_likelihood_null: float
    score_statistic: float
    n: int
    n_eff: float
    customers: int
    events: int
    clusters: int
    kept: float
    errors: ErrorKind
    ties: str
    transform: TimeTransform
    conf_level: float
    weighting: Weighting
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per term."""
        shared = ["n", "n_eff", "customers", "events", "clusters", "kept", "errors", "ties", "conf_level"]
        columns = {name: getattr(self, name) for name in [*shared, "weighting"]}
        tested = self.proportional.set_index("term")["p_value"].reindex(self.rows["term"]).to_numpy()
        return self.rows.assign(proportional_p_value=tested, **columns)

    def summary(self) -> str:
        """Return an honest reading in English: the strongest term, the fit, and whether ratios change."""
        if self.rows["suppressed"].any():
            return f"Who leaves first, by {self.duration}: too few to say."
        row = self.rows.iloc[int(self.rows["statistic"].abs().argmax())]
        weighed = f", n_eff = {self.n_eff:.0f}" if self.weighting == "weighted" else ", unweighted"
        ids = f", {self.customers:,} ids" if self.customers < self.n else ""
        equal = ", the other terms being equal" if len(self.rows) > 1 else ""
        said = (
            f"A unit more of {row['term']} goes with {row['hazard_ratio']:.3f} times the hazard of "
            f"leaving{equal} ({100 * self.conf_level:g}% interval {row['ratio_conf_low']:.3f} to "
            f"{row['ratio_conf_high']:.3f}; n = {self.n:,}{ids}, {self.events:,} events{weighed}, "
            f"{self.kept:.0%} of the rows are used), the clearest of {len(self.rows)} terms; {self._order()}."
        )
        return " ".join([said, self._steady(), *self._doubts()])

    def _order(self) -> str:
        low, high = self.concordance_interval
        return (
            f"whoever leaves first had the higher risk in {self.concordance.estimate:.1%} of the pairs "
            f"({low:.1%} to {high:.1%})"
        )

    @property
    def concordance_interval(self) -> tuple[float, float]:
        """Normal interval of the concordance, cut at 0 and 1."""
        reach = normal_quantile(self.conf_level) * self.concordance.std_error
        middle = self.concordance.estimate
        return float(np.clip(middle - reach, 0, 1)), float(np.clip(middle + reach, 0, 1))

    def _steady(self) -> str:
        p = float(self.proportional["p_value"].iloc[-1])
        if np.isnan(p):
            return "Whether ratios change over time cannot be tested."
        if is_told(p, self.conf_level):
            return f"Ratios change over time (p = {p:.2g}): each is an average over the time followed."
        return f"Nothing shows that ratios change over time (p = {p:.2g})."

    def _doubts(self) -> list[str]:
        doubts = ["This is an association."]
        if self.events < FEW * len(self.rows):
            doubts.append(
                f"Only {self.events / len(self.rows):.1f} events stand to a coefficient: intervals may be "
                "too short."
            )
        if 0 < self.clusters < FEW_CLUSTERS:
            doubts.append(f"Errors by {self.clusters} clusters only may be too small.")
        return doubts

    def suppress(self, min_base: int) -> CoxModel:
        """Return the result, blanked where rows, n_eff, customers or events are below `min_base`."""
        base = min(self.n, self.n_eff, self.customers, self.events)
        if min_base <= self.min_base or not too_small(base, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        nan = float("nan")
        return replace(
            self, rows=self.rows.assign(suppressed=True, **dict.fromkeys([*FIGURES, *RATIOS], np.nan)),
            proportional=self.proportional.assign(statistic=np.nan, p_value=np.nan),
            concordance=Concordance(nan, nan, nan), log_likelihood=nan, log_likelihood_null=nan,
            score_statistic=nan, n=0, n_eff=nan, customers=0, events=0, clusters=0, kept=nan,
            min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and a small table, without ids or times."""
        some = ["term", "hazard_ratio", "ratio_conf_low", "ratio_conf_high", "p_value"]
        table = self.tidy()[[*some, "proportional_p_value"]].round(4)
        return f"<p>{html.escape(self.summary())}</p>{table.to_html(index=False, border=0, na_rep='')}"
