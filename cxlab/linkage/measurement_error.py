"""Measurement error: what an unreliable score takes from a slope, and the slope corrected for it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Weighting, weighting_of
from cxlab.estimate.finite_number import finite_number
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import require_conf_level, student
from cxlab.estimate.resampling import require_count, require_seed
from cxlab.linkage.attenuated_slope import (
    corrected_slope,
    error_spread,
    extrapolated,
    left_of_exposure,
    simex_slopes,
)
from cxlab.linkage.counted_effects import counted_effects
from cxlab.linkage.effect_rows import EffectRows, effect_rows
from cxlab.linkage.influence_covariance import influence_covariance
from cxlab.linkage.partialled import partialled
from cxlab.linkage.repeated_rows import alone_note, repeated_rows
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
LEAST_LEFT = 0.1
"""Share of what is left of the exposure beside the controls that must be no error."""
_FIGURES = ["estimate", "std_error", "conf_low", "conf_high", "reliability"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Attenuation:
    """A slope as measured, and corrected for the error of the exposure.

    Parameters
    ----------
    outcome, exposure, controls
        Columns.
    rows
        One row per `method`: `naive`, `errors_in_variables`, `simex` (a check; no interval), and where the
        reliability came with an interval `reliability_low`, `reliability_high`; `estimate`, `std_error`,
        `conf_low`, `conf_high`, `reliability`, `suppressed`.
    attenuation
        Naive slope over the corrected one: what of the exposure beside controls and effects is no error.
    df, conf_level, method
        Degrees of freedom of t, confidence level, and the kind of standard error.
    n, n_eff, kept, entities
        Rows, Kish's effective base, share of the rows that are used, entities. Rows alone in their entity or
        period are left out, and a note counts them.
    weighting
        `none` or `weighted`.
    notes
        What to know before the figures are used.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    exposure: str
    controls: tuple[str, ...]
    rows: pd.DataFrame
    attenuation: float
    df: int
    conf_level: float
    method: str
    n: int
    n_eff: float
    kept: float
    entities: int
    weighting: Weighting
    notes: tuple[str, ...] = ()
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per method."""
        return self.rows.assign(
            outcome=self.outcome, exposure=self.exposure, attenuation=self.attenuation, df=self.df,
            conf_level=self.conf_level, n=self.n, n_eff=self.n_eff, kept=self.kept,
            weighting=self.weighting, error=self.method,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English, and the notes."""
        if self.rows["suppressed"].all():
            return f"Measurement error of {self.exposure}: too few rows to say."
        rows = self.rows.set_index("method")
        naive, corrected = rows.loc["naive"], rows.loc["errors_in_variables"]
        said = (
            f"A measured point of {self.exposure} goes with {naive['estimate']:+.3g} of {self.outcome}; a "
            f"point of what it measures with a reliability of {corrected['reliability']:.2f} goes with "
            f"{corrected['estimate']:+.3g} ({100 * self.conf_level:g}% interval "
            f"{corrected['conf_low']:+.3g} to {corrected['conf_high']:+.3g}, n = {self.n}), if its error is "
            f"by chance alone."
        )
        return " ".join([said, *self.notes])

    def suppress(self, min_base: int) -> Attenuation:
        """Return the result, blanked where entities, n or n_eff are below `min_base`."""
        base = min(self.n, self.n_eff, self.entities)
        if min_base <= self.min_base or not too_small(base, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        nan = float("nan")
        return replace(
            self, rows=self.rows.assign(suppressed=True, **dict.fromkeys(_FIGURES, nan)), attenuation=nan,
            n=0, n_eff=nan, kept=nan, entities=0, notes=(), min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def measurement_error(
    frame: Any,
    outcome: str,
    exposure: str,
    *,
    reliability: Any = None,
    error_variance: float | None = None,
    controls: Sequence[str] = (),
    entity: str | None = None,
    time: str | None = None,
    weight: str | None = None,
    cluster: str | Sequence[str] | None = None,
    n_sim: int = 100,
    seed: int = 0,
    conf_level: float = 0.95,
) -> Attenuation:
    """Correct a slope for the error of its exposure: `cx.measurement_error(…, reliability=0.8)`.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows. Complete rows are used.
    outcome, exposure
        Numeric columns; the exposure is measured with error.
    reliability
        Share of the exposure's variance over all rows used that is no error, above 0 and at most 1, or the
        result of `cx.reliability`, whose alpha and its interval are taken.
    error_variance
        Variance of the error instead, such as half that of the difference of two answers a week apart.
    controls
        Numeric columns measured without error.
    entity, time
        Columns whose effects are taken out. What varies within an entity is less reliable than the whole, and
        is corrected as such.
    weight
        Column of weights ≥ 0; only ratios matter.
    cluster
        One column or two; by default the entity.
    n_sim, seed
        Simulated errors of SIMEX, none at 0; and their seed.
    conf_level
        Confidence level of each interval.

    Returns
    -------
    Attenuation
        (XᵀWX − E)⁻¹ XᵀWy; for the exposure E = error variance · Σ weight · (1 − leverage of the effects),
        n less their parameters where weights are equal. The interval knows that the variance was estimated;
        it takes the reliability as given.

    Raises
    ------
    MeasureError
        Where neither or both of reliability and error variance are given or they are no such, a column is
        absent, holds no numbers or does not vary, or so little of the exposure is left beside the controls
        that nearly all of it would be error.

    References
    ----------
    Fuller (1987), Measurement Error Models, section 2.2. Griliches, Hausman (1986), Journal of Econometrics
    31, 93–118 (within). Cook, Stefanski (1994), JASA 89, 1314–1328 (SIMEX).
    """
    require_conf_level(conf_level)
    require_count(n_sim, "simulated errors", least=0, remedy="take 100, or 0 for no simulation")
    require_seed(seed)
    given = _given(reliability, error_variance)
    rows = effect_rows(
        frame, outcome, exposure, controls=controls, entity=entity, time=time, weight=weight, cluster=cluster
    )
    rows = repeated_rows(rows, rows.effects)
    columns = partialled(rows)
    spread = error_spread(rows.x, rows.w, rows.effects)
    if error_variance is not None:
        given = {"errors_in_variables": 1 - error_variance / spread.variance}
    out = [_fitted("naive", rows, columns, np.zeros(rows.n), 1.0, conf_level)]
    left = left_of_exposure(columns, rows.w)
    for method, share in given.items():
        error = spread.of_reliability(share) if error_variance is None else spread.of_variance(error_variance)
        _require_left(error.sum(), left, share, spread.variance * spread.left.sum(), exposure)
        out.append(_fitted(method, rows, columns, error, share, conf_level))
    if n_sim:
        share = given["errors_in_variables"]
        noise = max(0.0, (1 - share) * spread.variance)
        rng = np.random.default_rng(seed)
        slopes = simex_slopes(columns, rows.w, noise, rows.effects, n_sim=int(n_sim), rng=rng)
        out.insert(2, {"method": "simex", "estimate": extrapolated(slopes), "reliability": share})
    return _attenuation(rows, out, conf_level, weight)


def _attenuation(
    rows: EffectRows, out: list[dict[str, Any]], conf_level: float, weight: str | None
) -> Attenuation:
    """Return the result of the naive slope, the corrected one, and what else was asked."""
    naive, corrected = out[:2]
    factor = float(naive["estimate"] / corrected["estimate"])
    table = pd.DataFrame(out).reindex(columns=["method", *_FIGURES]).astype({"method": "str"})
    return Attenuation(
        rows.outcome, rows.exposure, rows.controls, table.assign(suppressed=False), factor,
        int(corrected["df"]), conf_level, str(corrected["error"]), rows.n, rows.n_eff, rows.kept,
        rows.entities, weighting_of(weight), _notes(rows, factor, corrected["reliability"]),
    )  # fmt: skip


def _given(reliability: Any, error_variance: float | None) -> dict[str, float]:
    """Return the reliabilities to correct with, by the name of their row."""
    if (reliability is None) == (error_variance is None):
        raise MeasureError(
            "the error of the exposure is not known",
            remedy="give reliability= or error_variance=, one of them",
        )
    if error_variance is not None:
        if not (finite_number(error_variance) and error_variance >= 0):
            raise MeasureError(
                f"an error variance of {error_variance} is none", remedy="give one of 0 or more"
            )
        return {}
    if hasattr(reliability, "alpha"):
        given = {"errors_in_variables": reliability.alpha}
        ends = {"reliability_low": reliability.conf_low, "reliability_high": reliability.conf_high}
        given |= {name: end for name, end in ends.items() if np.isfinite(end)}
    else:
        given = {"errors_in_variables": reliability}
    for share in given.values():
        if not (finite_number(share) and 0 < share <= 1):
            raise MeasureError(
                f"a reliability of {share} is none", remedy="give a share above 0 and up to 1, such as 0.8"
            )
    return {name: float(share) for name, share in given.items()}


def _require_left(error: float, left: float, share: float, whole: float, exposure: str) -> None:
    if error > (1 - LEAST_LEFT) * left:
        needed = 1 - (1 - LEAST_LEFT) * left / whole
        raise MeasureError(
            f"with a reliability of {share:.2f} nearly all that is left of '{exposure}' beside the controls "
            "and effects would be error",
            remedy=f"it takes a reliability above {needed:.2f}, or fewer controls",
        )


def _fitted(
    method: str, rows: EffectRows, columns: Floats, error: Floats, share: float, conf_level: float
) -> dict[str, object]:
    fit = corrected_slope(columns, rows.w, error)
    # Effects nested in the clusters take no degree of freedom of a sum over clusters.
    counted = counted_effects(rows.effects, rows.clusters) + columns.shape[1] - 1
    covariance = influence_covariance(fit.added[:, None], rows.clusters, counted)
    std_error = np.sqrt(covariance.covariance[0, :1])
    low, high = student(np.array([fit.slope]), std_error, np.array([float(covariance.df)]), conf_level)
    return {
        "method": method, "estimate": fit.slope, "std_error": float(std_error[0]),
        "conf_low": float(low[0]), "conf_high": float(high[0]), "reliability": share,
        "df": covariance.df, "error": covariance.method,
    }  # fmt: skip


def _notes(rows: EffectRows, factor: float, share: float) -> tuple[str, ...]:
    out = []
    if rows.effects and factor < share:
        out.append(
            f"Of what varies within entities and periods only {factor:.0%} is no error, if errors of "
            "different periods have nothing in common."
        )
    if rows.alone:
        out.append(alone_note(rows.alone))
    return tuple(out)
