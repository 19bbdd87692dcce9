"""The rules of a verdict; their thresholds stand in docs/verdict.md, written before any data were seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.estimate.intervals import student
from cxlab.linkage.panel_result import WITHIN
from cxlab.linkage.panel_table import FEW_CLUSTERS
from cxlab.linkage.partial_effect import PartialEffect
from cxlab.linkage.sensitivity import Sensitivity, sensitivity
from cxlab.model.errors import MeasureError

Level = Literal["passed", "said", "suggestive", "fragile", "contradicted"]
CONF_LEVEL = 0.95
PLACEBO_P = 0.05
PLACEBO_SIZE = 0.25
LEAST_RV = 0.05
LEAST_YARDSTICK = 0.01
TOO_FEW_CLUSTERS = 10
REASONS = {
    "no_within_design": "no design compares customers with themselves",
    "interval_holds_zero": "its interval holds 0",
    "within_signs_differ": "designs that compare customers with themselves disagree on its sign",
    "placebo_contradicts": "a survey after the outcome goes with it as well",
    "placebo_opposes": "a survey after the outcome goes with it in the opposite direction",
    "placebo_small": "a survey after the outcome goes with it too, if less",
    "placebo_uninformative": "the placebo is too imprecise to speak for it",
    "no_placebo": "there is no placebo",
    "no_sensitivity": "what was not measured was not looked into",
    "no_benchmark": "no measured covariate says how strong something unmeasured may be",
    "benchmark_takes_all": "something as strong as a measured covariate would leave nothing of it",
    "benchmark_takes_interval": "something as strong as a measured covariate would bring its interval to 0",
    "benchmarks_weak": "the measured covariates explain next to nothing of the outcome",
    "little_is_enough": "little that was not measured would be enough to account for it",
    "few_clusters": "it rests on few clusters",
    "too_few_clusters": "it rests on hardly any clusters",
    "pooled_disagrees": "customers compared with each other show the opposite",
    "pooled_overstates": "customers compared with each other differ by more than it, for lasting reasons",
    "pooled_understates": "customers compared with each other differ by less than it, for lasting reasons",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One rule: what was looked at, and what it says."""

    check: str
    value: float
    threshold: float
    level: Level
    reason: str = ""


def at_fixed_level(rows: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    """Return rows of `cx.panel_effect` with intervals at the level the rules go by, whatever was asked there.

    Raises
    ------
    MeasureError
        Where an interval of another level comes from a wild bootstrap, which no error and df give again.
    """
    if conf_level == CONF_LEVEL:
        return rows
    if rows["method"].str.contains("wild").any():
        raise MeasureError(
            f"a verdict goes by intervals at {CONF_LEVEL:.0%}, and those of the wild bootstrap are at "
            f"{conf_level:.4g}",
            remedy=f"ask cx.panel_effect with conf_level={CONF_LEVEL}, or n_boot=0",
        )
    estimate, std_error, df = (rows[name].to_numpy("float64") for name in ("estimate", "std_error", "df"))
    low, high = student(estimate, std_error, df, CONF_LEVEL)
    return rows.assign(conf_low=low, conf_high=high)


def fixed_sensitivity(effect: PartialEffect) -> Sensitivity:
    """Return what the rules look at: all of the estimate, every measured covariate, once as strong."""
    return sensitivity(effect, q=1.0, alpha=1 - CONF_LEVEL, k=(1,))


def main_design(rows: pd.DataFrame) -> str | None:
    """Return the design that is judged: the first within design that has figures."""
    return next((design for design in WITHIN if _row(rows, design) is not None), None)


def judged(rows: pd.DataFrame, main: str, sensitivity: Sensitivity | None) -> list[Check]:
    """Return every check of an estimate, in the order of docs/verdict.md.

    Parameters
    ----------
    rows
        Rows of a result of `cx.panel_effect`, from `at_fixed_level`.
    main
        Design that is judged.
    sensitivity
        That of the same design, from `fixed_sensitivity`, or None.
    """
    row = _row(rows, main)
    assert row is not None
    return [
        _interval(row), _signs(rows, row), _placebo(rows, row), *_sensitive(row, sensitivity),
        _clusters(row), _pooled(rows, row),
    ]  # fmt: skip


def _row(rows: pd.DataFrame, design: str) -> pd.Series | None:
    """Return the first term of a design where it has figures."""
    found = rows[(rows["design"] == design) & rows["estimate"].notna()]
    return None if found.empty else found.iloc[0]


def _interval(row: pd.Series) -> Check:
    held = not (row["conf_low"] > 0 or row["conf_high"] < 0)
    nearest = min(abs(row["conf_low"]), abs(row["conf_high"]))
    level: Level = "fragile" if held else "passed"
    return Check("interval", -nearest if held else nearest, 0.0, level, "interval_holds_zero" * held)


def _signs(rows: pd.DataFrame, row: pd.Series) -> Check:
    others = [_row(rows, design) for design in WITHIN]
    against = sum(other is not None and other["estimate"] * row["estimate"] < 0 for other in others)
    level: Level = "fragile" if against else "passed"
    return Check("signs", against, 0, level, "within_signs_differ" * bool(against))


def _placebo(rows: pd.DataFrame, row: pd.Series) -> Check:
    lead = _row(rows, "placebo_lead")
    if lead is None or not np.isfinite(lead["p_value"]):
        return Check("placebo", np.nan, PLACEBO_P, "suggestive", "no_placebo")
    if lead["p_value"] <= PLACEBO_P:
        if abs(lead["estimate"]) >= PLACEBO_SIZE * abs(row["estimate"]):
            reason = "placebo_contradicts" if lead["estimate"] * row["estimate"] > 0 else "placebo_opposes"
            return Check("placebo", lead["p_value"], PLACEBO_P, "contradicted", reason)
        return Check("placebo", lead["p_value"], PLACEBO_P, "suggestive", "placebo_small")
    end = lead["conf_high"] if row["estimate"] > 0 else -lead["conf_low"]
    if end >= abs(row["estimate"]):
        return Check("placebo", lead["p_value"], PLACEBO_P, "suggestive", "placebo_uninformative")
    return Check("placebo", lead["p_value"], PLACEBO_P, "passed")


def _sensitive(row: pd.Series, sensitivity: Sensitivity | None) -> list[Check]:
    if sensitivity is None or sensitivity.suppressed:
        return [Check("benchmark", np.nan, 0.0, "suggestive", "no_sensitivity")]
    value = sensitivity.robustness_value
    little = value < LEAST_RV
    worth = Check(
        "robustness_value", value, LEAST_RV, "suggestive" if little else "passed", "little_is_enough" * little
    )
    return [_benchmark(row, sensitivity), _yardstick(sensitivity), worth]


def _benchmark(row: pd.Series, sensitivity: Sensitivity) -> Check:
    once = sensitivity.rows[sensitivity.rows["k"] == 1]
    if once.empty:
        return Check("benchmark", np.nan, 0.0, "suggestive", "no_benchmark")
    side = np.sign(row["estimate"])
    # Where nothing can be as strong as a covariate, that explains most of the exposure: nothing is trusted.
    left = (side * once["estimate"]).fillna(-np.inf)
    near = (side * once["conf_low" if side > 0 else "conf_high"]).fillna(-np.inf)
    if left.min() <= 0:
        return Check("benchmark", float(left.min()), 0.0, "fragile", "benchmark_takes_all")
    if near.min() <= 0:
        return Check("benchmark", float(near.min()), 0.0, "suggestive", "benchmark_takes_interval")
    return Check("benchmark", float(near.min()), 0.0, "passed")


def _yardstick(sensitivity: Sensitivity) -> Check:
    once = sensitivity.rows[sensitivity.rows["k"] == 1]
    most = float(once["r2_outcome"].max())
    weak = most < LEAST_YARDSTICK
    return Check("yardstick", most, LEAST_YARDSTICK, "said" if weak else "passed", "benchmarks_weak" * weak)


def _clusters(row: pd.Series) -> Check:
    # Without clusters, or with some below the entity, rows of an entity would count as independent.
    clusters, wild = float(min(row["clusters"], row["entities"])), "wild" in str(row["method"])
    if clusters < TOO_FEW_CLUSTERS and not wild:
        return Check("clusters", clusters, TOO_FEW_CLUSTERS, "fragile", "too_few_clusters")
    if clusters < (TOO_FEW_CLUSTERS if wild else FEW_CLUSTERS):
        return Check("clusters", clusters, FEW_CLUSTERS, "suggestive", "few_clusters")
    return Check("clusters", clusters, FEW_CLUSTERS, "passed")


def _pooled(rows: pd.DataFrame, row: pd.Series) -> Check:
    pooled = _row(rows, "pooled")
    if pooled is None:
        return Check("pooled", np.nan, np.nan, "passed")
    side, estimate = np.sign(row["estimate"]), abs(row["estimate"])
    level: Level
    ends = sorted((side * pooled["conf_low"], side * pooled["conf_high"]))
    value = float(side * pooled["estimate"])
    if ends[1] < 0:
        # An estimate that is not told from 0 has no sign to disagree with.
        told = _interval(row).level == "passed"
        level, reason = ("suggestive", "pooled_disagrees") if told else ("said", "pooled_overstates")
        return Check("pooled", value, estimate, level, reason)
    if ends[0] > estimate:
        return Check("pooled", value, estimate, "said", "pooled_overstates")
    if ends[1] < estimate:
        return Check("pooled", value, estimate, "said", "pooled_understates")
    return Check("pooled", value, estimate, "passed")
