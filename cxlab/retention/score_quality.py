"""How good a score of leaving is: order, calibration and lift, each with an interval."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Estimates
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import kish_base, normal_quantile, wilson
from cxlab.retention.metric_interval import metric_interval
from cxlab.retention.quality_estimates import QualityMetric, quality_estimates
from cxlab.retention.score_hiding import hidden_bins, shown_cuts
from cxlab.retention.score_influence import (
    Influenced,
    auc,
    base_rate,
    brier,
    calibration,
    capture,
    expected_calibration_error,
    lift,
    log_loss,
    pr_auc,
    score_bins,
)
from cxlab.retention.scored_rows import ScoredRows, require_share, scored_rows

Floats = npt.NDArray[np.float64]
BINS = 10
FIGURES = ["estimate", "std_error", "conf_low", "conf_high"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ScoreQuality:
    """How well a score told who would leave.

    Parameters
    ----------
    rows
        One row per `metric`: `estimate`, `std_error`, `conf_low`, `conf_high`, `suppressed`. `ece_calibrated`
        is the error that a perfectly calibrated score of these rows would show on average.
    reliability
        One row per tenth of the scale: `score_low`, `score_high`, `n`, `score` (mean), `observed`,
        `conf_low`, `conf_high`, `suppressed`. Empty without probabilities.
    gains
        One row per tenth of the customers, highest scores first: `top`, `capture`, `conf_low`, `conf_high`,
        `lift`, `lift_low`, `lift_high`.
    top
        Share of customers that `lift` and `capture` take.
    n, churners, n_eff
        Rows, those that left, and Kish's effective base.
    weighting, conf_level
        `weighted` or `none`; level of the intervals.
    notes
        What to know before the figures are used.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    rows: pd.DataFrame
    reliability: pd.DataFrame
    gains: pd.DataFrame
    top: float
    n: int
    churners: int
    n_eff: float
    weighting: str
    conf_level: float
    notes: tuple[str, ...] = ()
    min_base: int = 0

    def of(self, metric: str) -> float:
        """Return the estimate of a metric by its name in `rows`."""
        return float(self.rows.loc[self.rows["metric"] == metric, "estimate"].iloc[0])

    def tidy(self) -> pd.DataFrame:
        """Return one row per metric."""
        return self.rows.assign(
            top=self.top, n=self.n, churners=self.churners, n_eff=self.n_eff, weighting=self.weighting,
            conf_level=self.conf_level,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English, and the notes."""
        if self.rows["suppressed"].all():
            return "Quality of a score: too few to say."
        said = (
            f"Of {self.n:,} customers {self.churners:,} left ({self.of('base_rate'):.1%}); in "
            f"{self._said('auc', '.3f')} of the pairs the one who left had the higher score"
        )
        if not np.isnan(self.of("lift")):
            said += (
                f", and the top {self.top:.0%} held {self._said('lift', '.2f')} times the share of leavers "
                "of all"
            )
        if "slope" in set(self.rows["metric"]):
            said += (
                f"; calibration slope {self._said('slope', '.2f')}, intercept "
                f"{self._said('intercept', '.2f')}, error {self.of('ece'):.4f} "
                f"({self.of('ece_calibrated'):.4f} if perfectly calibrated)"
            )
        return " ".join([f"{said}.", *self.notes])

    def estimates(self, metric: QualityMetric) -> Estimates:
        """Return `auc` or `slope` as `metrics.csv` takes it; raise MeasureError where there is none."""
        return quality_estimates(self, metric)

    def _said(self, metric: str, form: str) -> str:
        row = self.rows.set_index("metric").loc[metric]
        if np.isnan(row["estimate"]):
            return "(not known)"
        known = f"{row['conf_low']:{form}} to {row['conf_high']:{form}}"
        return f"{row['estimate']:{form}} ({'no interval' if np.isnan(row['conf_low']) else known})"

    def suppress(self, min_base: int) -> ScoreQuality:
        """Return the result, blanked where those who left or stayed are fewer than `min_base`."""
        if min_base <= self.min_base:
            return self
        rows, gains, reliability = self.rows, self.gains, self.reliability
        n, churners, n_eff, notes = self.n, self.churners, self.n_eff, self.notes
        # A share of all who left gives them away, as the observed share of a bin does.
        cuts, captured = [self.top, *gains["top"]], [self.of("capture"), *gains["capture"]]
        shown = shown_cuts(cuts, captured, n, churners, min_base)
        if too_small(min(churners, n - churners), min_base):
            rows = rows.assign(suppressed=True, **dict.fromkeys(FIGURES, np.nan))
            shown[:] = False
            n, churners, n_eff, notes = 0, 0, 0.0, ()
        elif not shown[0]:
            held = rows["metric"].isin(["lift", "capture"])
            rows = rows.assign(suppressed=rows["suppressed"] | held, **_blanked(rows, FIGURES, held))
        gains = gains.assign(**_blanked(gains, gains.columns.drop("top"), ~shown[1:]))
        if len(reliability):
            size = reliability["n"].to_numpy(dtype="float64")
            left = reliability["observed"].fillna(0).to_numpy() * size
            hidden = hidden_bins(size, left, min_base) | (n == 0)
            names = ["n", "score", "observed", "conf_low", "conf_high"]
            reliability = reliability.assign(suppressed=hidden, **_blanked(reliability, names, hidden))
        return replace(
            self, rows=rows, reliability=reliability, gains=gains, n=n, churners=churners, n_eff=n_eff,
            notes=notes, min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def score_quality(
    score: Any,
    churned: Any,
    *,
    weight: Any = None,
    top: float = 0.1,
    probability: bool = True,
    conf_level: float = 0.95,
) -> ScoreQuality:
    """Say how well a score told who would leave: `cx.score_quality(model.predict_proba(x)[:, 1], left)`.

    Parameters
    ----------
    score
        Scores, shape (n,), higher where leaving is likelier; rows without one are left out.
    churned
        1 or True who left, 0 or False who did not, shape (n,); rows without it are left out.
    weight
        Sampling weights ≥ 0, shape (n,); only their ratios matter.
    top
        Share of customers, highest scores first, that `lift` and `capture` take, above 0 and below 1.
    probability
        Whether the score is a chance between 0 and 1; else only its order is judged.
    conf_level
        Level of each interval.

    Returns
    -------
    ScoreQuality
        `base_rate`, `auc` (DeLong), `pr_auc`, `lift`, `capture`, and of probabilities `brier`, `log_loss`,
        `slope`, `intercept` (with a slope of 1) and `ece`. Intervals are of the normal on the scale of the
        metric, of the logit for auc, pr_auc and capture, of the logarithm for lift, and Wilson's for
        base_rate. That of ece holds at least as often as it says; beside it stands the error that a
        calibrated score would show.

    Raises
    ------
    MeasureError
        Where lengths differ, an outcome is not 0 or 1, nobody or everybody left, a probability lies outside
        0–1, or a weight is missing or negative.

    References
    ----------
    DeLong, DeLong, Clarke-Pearson (1988), Biometrics 44, 837–845. Brier (1950), Monthly Weather Review 78,
    1–3. Van Calster and others (2016), J. Clinical Epidemiology 74, 167–176.
    """
    quantile = normal_quantile(conf_level)
    require_share("top", top)
    known = scored_rows([score], churned, weight, probability=probability)
    parts = metric_parts(known.scores[0], known, top, probability=probability)
    rows = pd.DataFrame([_row(name, part, quantile) for name, part in parts.items()])
    if (n_eff := kish_base(known.w)) > 0:
        ends = wilson(np.array([parts["base_rate"].estimate]), np.array([n_eff]), conf_level)
        rows.loc[rows["metric"] == "base_rate", ["conf_low", "conf_high"]] = [ends[0][0], ends[1][0]]
    if probability:
        rows = pd.concat([rows, _calibration_error(known, conf_level)], ignore_index=True)
    return ScoreQuality(
        rows.assign(suppressed=False), _reliability(known, conf_level, probability=probability),
        _gains(known, quantile), top, len(known.y), int(known.y.sum()), n_eff,
        "none" if weight is None else "weighted", conf_level, (*known.notes, *_notes(known, parts)),
    )  # fmt: skip


def metric_parts(score: Floats, known: ScoredRows, top: float, *, probability: bool) -> dict[str, Influenced]:
    """Return each metric of a score by name, with the influence of each row."""
    y, w = known.y, known.w
    parts = {"base_rate": base_rate(y, w), "auc": auc(score, y, w), "pr_auc": pr_auc(score, y, w)}
    parts |= {"lift": lift(score, y, w, top), "capture": capture(score, y, w, top)}
    if not probability:
        return parts
    parts |= {"brier": brier(score, y, w), "log_loss": log_loss(score, y, w)}
    inside = bool(((score > 0) & (score < 1)).all())
    nothing = Influenced(np.nan, np.full(len(y), np.nan))
    parts["slope"] = calibration(score, y, w, with_slope=True) if inside else nothing
    parts["intercept"] = calibration(score, y, w, with_slope=False) if inside else nothing
    return parts


def _blanked(rows: pd.DataFrame, names: Iterable[str], hidden: Any) -> dict[str, pd.Series]:
    return {name: rows[name].mask(hidden) for name in names}


def _row(metric: str, part: Influenced, quantile: float) -> dict[str, Any]:
    low, high = metric_interval(metric, part, quantile)
    figures = {"estimate": part.estimate, "std_error": part.std_error, "conf_low": low, "conf_high": high}
    return {"metric": metric, **figures}


def _reliability(known: ScoredRows, conf_level: float, *, probability: bool) -> pd.DataFrame:
    score, y, w = known.scores[0], known.y, known.w
    place = score_bins(score, BINS) if probability else np.zeros(0, dtype="int64")
    rows = []
    for number in np.unique(place):
        inside = place == number
        share = (
            np.array([np.average(y[inside], weights=w[inside])]) if w[inside].sum() else np.array([np.nan])
        )
        low, high = wilson(share, np.array([kish_base(w[inside])]), conf_level)
        mean = np.average(score[inside], weights=w[inside]) if w[inside].sum() else np.nan
        rows.append(
            [number / BINS, (number + 1) / BINS, inside.sum(), mean, share[0], low[0], high[0], False]
        )
    names = ["score_low", "score_high", "n", "score", "observed", "conf_low", "conf_high", "suppressed"]
    return pd.DataFrame(rows, columns=names)


def _calibration_error(known: ScoredRows, conf_level: float) -> pd.DataFrame:
    found, reach, calibrated = expected_calibration_error(known.scores[0], known.y, known.w, BINS, conf_level)
    return pd.DataFrame(
        {
            "metric": ["ece", "ece_calibrated"],
            "estimate": [found, calibrated],
            "conf_low": [max(found - reach, 0.0), np.nan],
            "conf_high": [min(found + reach, 1.0), np.nan],
        }
    )


def _gains(known: ScoredRows, quantile: float) -> pd.DataFrame:
    rows = []
    for top in np.arange(1, 11) / 10:
        held = capture(known.scores[0], known.y, known.w, top)
        # All of the customers hold all who left.
        ends = (1.0, 1.0) if top == 1 else metric_interval("capture", held, quantile)
        rows.append([top, held.estimate, *ends, held.estimate / top, *(end / top for end in ends)])
    names = ["top", "capture", "conf_low", "conf_high", "lift", "lift_low", "lift_high"]
    return pd.DataFrame(rows, columns=names)


def _notes(known: ScoredRows, parts: dict[str, Influenced]) -> tuple[str, ...]:
    score, notes = known.scores[0], []
    if "slope" in parts and (ends := int(((score <= 0) | (score >= 1)).sum())):
        notes.append(f"{ends:,} scores are exactly 0 or 1, so calibration has no slope.")
    elif "slope" in parts and np.isnan(parts["slope"].estimate):
        which = "is the same for all" if score.min() == score.max() else "separates those who left"
        notes.append(f"The score {which}: calibration has no slope.")
    fewer = int(min(known.y.sum(), len(known.y) - known.y.sum()))
    if fewer < 30:
        notes.append(f"Only {fewer} of the rarer outcome: intervals may be too short.")
    return tuple(notes)
