"""The slope of an outcome on a score in each segment, and what it is in the mean of such segments."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Estimates, Unit, Weighting, name_of, weighting_of
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.multiplicity import Family, adjusted, is_told, require_family
from cxlab.estimate.random_effects import RandomEffects, random_effects
from cxlab.linkage.effect_rows import effect_rows
from cxlab.linkage.segment_slopes import segment_slopes, slope_pairs
from cxlab.linkage.shrunken import shrunken
from cxlab.linkage.term_rows import FIGURES

_SHRUNKEN = ["shrunken", "shrunken_std_error", "shrunken_low", "shrunken_high", "weight"]
_BLANKED = [*FIGURES, "p_adjusted", *_SHRUNKEN, "n", "n_eff", "entities", "alone"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class EffectBySegment:
    """Slopes by segment.

    Parameters
    ----------
    outcome, exposure, by
        Columns of the outcome, the score and the segment.
    rows
        One row per segment: `segment`, `estimate` (outcome per point within the segment), `std_error`,
        `statistic`, `df`, `p_value`, `p_adjusted`, `conf_low`, `conf_high`; `shrunken` (drawn towards the
        mean by how far chance can have moved it) with `shrunken_std_error`, `shrunken_low`, `shrunken_high`;
        `weight` (in the mean); `n`, `n_eff`, `entities`, `alone` (rows left out as alone in their entity or
        period), `method`, `suppressed`.
    pairs
        One row per pair: `segment_a`, `segment_b`, `difference`, `std_error`, `df`, `statistic`, `p_value`,
        `p_adjusted`, `conf_low`, `conf_high`.
    found
        The mean slope of such segments with its interval, τ², I², Cochran's test that all slopes are equal,
        and where the slope of one more segment would lie (NaN below three segments).
    family
        How p-values were adjusted, over the segments and over the pairs.
    conf_level, weighting
        Level of each interval; `none` or `weighted`.
    kept
        Share of the rows that a slope rests on.
    left_out
        Segments without a slope, and why.
    unit
        As asked: `coefficient` of a logarithm, or `amount`.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    exposure: str
    by: str
    rows: pd.DataFrame
    pairs: pd.DataFrame
    found: RandomEffects
    family: Family
    conf_level: float
    weighting: Weighting
    kept: float
    left_out: tuple[str, ...] = ()
    unit: Unit = "amount"
    min_base: int = 0

    @property
    def tau(self) -> float:
        """Standard deviation of the true slopes."""
        return float(np.sqrt(self.found.tau2))

    def tidy(self) -> pd.DataFrame:
        """Return one row per segment and one, `segment` empty, of the mean; `kind` tells them apart."""
        names = {name: getattr(self.found, name) for name in RandomEffects.__slots__}
        mean = pd.DataFrame([{"kind": "mean", "segment": "", "weight": 1.0, **names}])
        table = pd.concat([self.rows.assign(kind="segment"), mean], ignore_index=True)
        return table.assign(
            outcome=self.outcome, exposure=self.exposure, by=self.by, family=self.family,
            conf_level=self.conf_level, weighting=self.weighting, kept=self.kept,
        )  # fmt: skip

    def estimates(self) -> Estimates:
        """Return the slopes as rows of `metrics.csv`."""
        level = [name_of((self.exposure, str(segment))) for segment in self.rows["segment"]]
        n_eff = self.rows[["n_eff", "entities"]].astype("float64").min(axis=1, skipna=False)
        rows = self.rows.assign(level=level, n_eff=n_eff)
        columns = ["level", "estimate", "std_error", "conf_low", "conf_high", "n", "n_eff", "suppressed"]
        return Estimates(
            "effect_by_segment", self.outcome, ("exposure", self.by), self.unit, "cluster_robust",
            self.conf_level, self.weighting, rows[columns], None, self.min_base,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English."""
        found, shown = self.found, self.rows[~self.rows["suppressed"]]
        left = f" Left out: {'; '.join(self.left_out)}." if self.left_out else ""
        if shown.empty or np.isnan(found.estimate):
            return f"What {self.exposure} goes with by {self.by}: too few in a segment to say." + left
        ahead = "a prediction takes three segments"
        if np.isfinite(found.prediction_low):
            low, high = found.prediction_low, found.prediction_high
            ahead = f"one more such segment would lie at {low:.3g} to {high:.3g}"
        # 1 − .95 is a little more than .05 in floating point.
        told = int(is_told(self.pairs["p_adjusted"], self.conf_level).sum())
        return (
            f"A point of {self.exposure} goes with {found.estimate:+.3g} of {self.outcome} in the mean of "
            f"{len(self.rows)} segments of {self.by} ({100 * self.conf_level:g}% interval "
            f"{found.conf_low:+.3g} to {found.conf_high:+.3g}); slopes differ by τ = {self.tau:.3g} beyond "
            f"chance (p = {found.q_p_value:.3g}), {told} of {len(self.pairs)} pairs are told apart, and "
            f"{ahead} (n = {int(shown['n'].sum()):,}, {self.kept:.0%} of the rows are used). "
            "This is an association." + left
        )

    def suppress(self, min_base: int) -> EffectBySegment:
        """Return the result, segments blanked where their rows, n_eff or entities are below `min_base`.

        The mean and what was drawn towards it would give a single hidden segment away, so they go with it.
        """
        if min_base <= self.min_base:
            return self
        base = self.rows[["n", "n_eff", "entities"]].astype("float64").min(axis=1, skipna=False)
        small = np.array([too_small(value, min_base) for value in base])
        rows = self.rows.assign(suppressed=small)
        rows.loc[small, _BLANKED] = pd.NA
        hidden = self.pairs[["segment_a", "segment_b"]].isin(set(rows.loc[small, "segment"])).any(axis=1)
        pairs = self.pairs.copy()
        pairs.loc[hidden, pairs.columns[2:]] = np.nan
        if not small.any():
            return replace(self, min_base=min_base)
        rows[_SHRUNKEN] = np.nan
        blank = RandomEffects(**dict.fromkeys(RandomEffects.__slots__, float("nan")))
        return replace(self, rows=rows, pairs=pairs, found=blank, kept=float("nan"), min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and a small table, without ids or times."""
        some = ["segment", "estimate", "conf_low", "conf_high", "p_adjusted", "shrunken", "n", "entities"]
        table = self.rows[some].round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def effect_by_segment(
    panel: Any,
    outcome: str,
    exposure: str,
    by: str,
    *,
    entity: str | None = None,
    time: str | None = None,
    controls: Sequence[str] = (),
    cluster: str | None = None,
    weight: str | None = None,
    family: Family = "holm",
    conf_level: float = 0.95,
    unit: Unit = "amount",
) -> EffectBySegment:
    """Say what a point goes with by segment: `cx.effect_by_segment(panel, "revenue", "csat", "industry")`.

    Parameters
    ----------
    panel
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per entity and period.
    outcome, exposure, controls
        Numeric columns. A row that lacks one of them, or the segment, is left out.
    by
        Column of the segment. An entity (or cluster) has one segment.
    entity, time
        Columns of the entity and the period, whose effects are taken out of each segment by itself.
    cluster
        Column to cluster by; by default the entity.
    weight
        Column of sampling weights ≥ 0; only their ratios matter.
    family
        How p-values are adjusted, over the segments and over the pairs: `holm`, `bh` or `none`.
    conf_level
        Confidence level of each interval.
    unit
        Unit of the outcome in `metrics.csv`: `coefficient` where it is a logarithm.

    Returns
    -------
    EffectBySegment
        A regression of its own for each segment (so controls and periods may differ too), pooled by random
        effects: REML, Hartung and Knapp's interval, never shorter than the normal one.

    Raises
    ------
    MeasureError
        Where columns are absent or hold no numbers, a cluster stands in two segments, or fewer than two
        segments have a slope.

    References
    ----------
    Raudenbush, Bryk (1985), Journal of Educational Statistics 10, 75–98. Röver, Knapp, Friede (2015), BMC
    Medical Research Methodology 15, 99. Riley, Higgins, Deeks (2011), BMJ 342, d549. Holm (1979),
    Scandinavian Journal of Statistics 6, 65–70.
    """
    require_family(family)
    require_conf_level(conf_level)
    rows = effect_rows(
        panel, outcome, exposure, controls=controls, entity=entity, time=time, cluster=cluster,
        weight=weight, by=by,
    )  # fmt: skip
    slopes, left_out = segment_slopes(rows, conf_level)
    estimate, error = slopes["estimate"].to_numpy(), slopes["std_error"].to_numpy()
    found = random_effects(estimate, error, conf_level=conf_level)
    drawn = shrunken(estimate, error, found, conf_level)
    values = (drawn.estimate, drawn.std_error, drawn.conf_low, drawn.conf_high, drawn.weight)
    table = slopes.assign(
        p_adjusted=adjusted(slopes["p_value"].to_numpy(), family),
        **dict(zip(_SHRUNKEN, values, strict=True)),
        **{name: slopes[name].astype("Int64") for name in ("n", "entities", "alone")}, suppressed=False,
    )  # fmt: skip
    return EffectBySegment(
        outcome, exposure, by, table, slope_pairs(slopes, family, conf_level), found, family, conf_level,
        weighting_of(weight), rows.kept * float(slopes["n"].sum()) / rows.n, left_out, unit,
    )  # fmt: skip
