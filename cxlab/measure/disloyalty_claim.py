"""Is the disloyalty ratio the one that is published?"""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtr

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates, suppress
from cxlab.estimate.linearised import linearised
from cxlab.measure.disloyalty_ratio import CHANGED, LESS, changed, disloyalty_ratio
from cxlab.measure.score_table import By, segment_names
from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightKind, Weights


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ClaimTest:
    """A ratio beside a published one.

    Parameters
    ----------
    ratio
        The ratio with its interval.
    claim
        The published ratio.
    rows
        One row per segment: `level`, `statistic`, `df` (infinite: normal), `p_value` (two-sided). NaN where
        nobody changed.
    """

    ratio: Estimates
    claim: float
    rows: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Return one row per segment: the ratio as in `metrics.csv`, then `claim` and the test."""
        test = self.rows.drop(columns="level")
        return pd.concat([self.ratio.tidy().reset_index(drop=True), test], axis="columns").assign(
            claim=self.claim
        )

    def suppress(self, min_base: int) -> ClaimTest:
        """Return the test with its figures blanked where too few customers changed."""
        ratio = suppress(self.ratio, min_base)
        rows = self.rows.copy()
        rows.loc[ratio.rows["suppressed"].to_numpy(), ["statistic", "df", "p_value"]] = np.nan
        return replace(self, ratio=ratio, rows=rows)

    def summary(self) -> str:
        """Return one honest sentence in English."""
        said = [self._said(place) for place in range(len(self.rows))]
        return " ".join(said) or "disloyalty ratio: nobody answered."

    def _said(self, place: int) -> str:
        row, test = self.ratio.rows.iloc[place], self.rows.iloc[place]
        subject = f"disloyalty ratio of {row['level']}" if self.ratio.by else "disloyalty ratio"
        if row["suppressed"]:
            return f"{subject}: too few answers to say."
        if row["n"] == 0:
            return f"{subject}: nobody became less or more loyal."
        if np.isnan(row["estimate"]):
            return (
                f"{subject}: nobody became more loyal, so there is no ratio (at least {row['conf_low']:.2f}, "
                f"n = {row['n']}; against {self.claim:g}: {_p_text(test['p_value'])})."
            )
        verdict = "differs from" if test["p_value"] < 1 - self.ratio.conf_level else "is compatible with"
        return (
            f"{subject} is {row['estimate']:.2f} ({100 * self.ratio.conf_level:g}% interval "
            f"{row['conf_low']:.2f} to {row['conf_high']:.2f}, n = {row['n']} who changed) and {verdict} the "
            f"claim of {self.claim:g} ({_p_text(test['p_value'])})."
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the test as a small table, without ids or times."""
        columns = ["level", "estimate", "conf_low", "conf_high", "n", "claim", "statistic", "p_value"]
        table = self.tidy()[columns].round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def _p_text(p_value: float) -> str:
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"


def disloyalty_claim(
    frame: Any,
    change: str = "loyalty_change",
    *,
    claim: float = 4.0,
    by: By = None,
    weight: str | Weights | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
    weight_kind: WeightKind = "sampling",
    conf_level: float = 0.95,
) -> ClaimTest:
    """Test the disloyalty ratio against a published one.

    Parameters
    ----------
    frame, change, by, weight, cluster, stratum, fpc, nest, lonely, weight_kind, conf_level
        As in `cxlab.disloyalty_ratio`; the interval is Wilson's.
    claim
        The ratio under the null hypothesis.

    Returns
    -------
    ClaimTest
        With p₀ = claim/(1 + claim) and p the share less loyal among those who changed, the statistic is the
        score (p − p₀) / √(p₀(1 − p₀)/n_eff), normal, by design Student's t on clusters less strata. It
        rejects at 1 − `conf_level` exactly where the interval leaves the claim out. Several segments are
        several tests; no correction is made for their number.

    Raises
    ------
    MeasureError
        Where the claim is not above 0, or as `cxlab.disloyalty_ratio`.

    References
    ----------
    Dixon, Freeman, Toman (2010), Harvard Business Review 88(7–8). Wilson (1927), JASA 22, 209–212.
    """
    if not 0 < claim < np.inf:
        raise MeasureError(f"a ratio of {claim:g} cannot be tested", remedy="name one above 0, such as 4")
    ratio = disloyalty_ratio(
        frame,
        change,
        by=by,
        weight=weight,
        cluster=cluster,
        stratum=stratum,
        fpc=fpc,
        nest=nest,
        lonely=lonely,
        weight_kind=weight_kind,
        conf_level=conf_level,
    )
    design = Design(cluster, stratum, fpc, nest=nest, lonely=lonely)
    sample, table = changed(frame, change, by, weight, design, weight_kind)
    share, null = table.share_of(table.scores < 0), claim / (1 + claim)
    n_eff = ratio.rows["n_eff"].to_numpy(dtype="float64")
    spread = np.sqrt(null * (1 - null) / np.where(n_eff > 0, n_eff, np.nan))
    statistic = (share - null) / spread
    if sample.plain:
        df, p_value = np.full(len(share), np.inf), 2 * ndtr(-np.abs(statistic))
    else:
        sums = sample.sums(CHANGED, segment_names(by), recode=LESS)
        df = linearised(sample, sums, table.levels, offset=share, total=table.sum_w.sum(axis=1)).df
        p_value = 2 * stdtr(np.where(df > 0, df, np.nan), -np.abs(statistic))
    rows = pd.DataFrame({"level": ratio.rows["level"], "statistic": statistic, "df": df, "p_value": p_value})
    return ClaimTest(ratio, claim, rows)
