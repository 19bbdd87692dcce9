"""Whether a score of leaving errs alike in every segment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc

from cxlab.estimate.cluster_codes import label_codes
from cxlab.estimate.intervals import normal_quantile, wilson
from cxlab.estimate.multiplicity import adjusted
from cxlab.model.errors import MeasureError
from cxlab.retention.metric_interval import metric_interval
from cxlab.retention.number_vector import number_vector
from cxlab.retention.score_influence import auc
from cxlab.retention.scored_rows import ScoredRows, scored_rows
from cxlab.retention.segment_errors import SegmentErrors
from cxlab.retention.segment_rates import (
    areas_test,
    calibration_test,
    flagged,
    observed_interval,
    rates_test,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def errors_by_segment(
    score: Any,
    churned: Any,
    segment: Any,
    *,
    threshold: float | None = None,
    weight: Any = None,
    conf_level: float = 0.95,
    min_base: int = 0,
) -> SegmentErrors:
    """Say whether a score errs alike in all segments: `cx.errors_by_segment(score, left, region)`.

    Parameters
    ----------
    score
        Chances to leave, 0–1, of customers the model was not fitted on, shape (n,).
    churned
        1 who left, 0 who stayed, shape (n,).
    segment
        Segment of each customer, shape (n,). Rows without score, outcome or segment are left out.
    threshold
        Lowest score that is contacted: false alarms and misses are counted at it.
    weight
        Sampling weights ≥ 0, shape (n,); only their ratios matter.
    conf_level
        Level of each interval.
    min_base
        Segments with fewer who left, or who stayed, are hidden (`.suppress`).

    Returns
    -------
    SegmentErrors
        By segment the error in the large, with the interval of the score test of a shift of the logit
        (Wilson's where all chances are the same); the AUC (DeLong, on the logit); false alarms and misses
        (Wilson). And tests that each is the same in all segments: score test, Cochran's Q, Pearson's χ².

    Raises
    ------
    MeasureError
        Where lengths differ, an outcome is not 0 or 1, nobody or everybody left, a chance lies outside 0–1, a
        weight is missing or negative, or there is one segment only.

    References
    ----------
    Hardt, Price, Srebro (2016), NeurIPS 29, 3315–3323 (equal rates of error). Rao (1948), Mathematical
    Proceedings of the Cambridge Philosophical Society 44, 50–57. Cochran (1954), Biometrics 10, 101–129.
    """
    quantile = normal_quantile(conf_level)
    known, codes, levels = _rows(score, churned, segment, weight)
    limit = _threshold(threshold)
    parts, errors = [], []
    for place, level in enumerate(levels):
        inside = codes == place
        row, error = _segment(known, inside, limit, quantile, conf_level)
        parts.append({"segment": level, **row})
        errors.append(error)
    rows = pd.DataFrame(parts)
    tests = _tests(known, codes, rows, np.array(errors), limit)
    rows = rows.astype(dict.fromkeys(["n", "left", "stayed"], "Int64")).drop(columns=["base_0", "base_1"])
    found = SegmentErrors(
        rows.assign(suppressed=False), tests, limit, "none" if weight is None else "weighted", conf_level,
        (*known.notes, *_few(rows)),
    )  # fmt: skip
    return found.suppress(min_base)


def _rows(score: Any, churned: Any, segment: Any, weight: Any) -> tuple[ScoredRows, Ints, list[str]]:
    known = scored_rows([score], churned, weight, probability=True)
    if len(labels := pd.Series(segment).reset_index(drop=True)) != len(known.kept):
        raise MeasureError(
            f"segment has {len(labels):,} values and churned {len(known.kept):,}",
            remedy="give one for each customer",
        )
    codes, _ = label_codes(labels, "segment")
    there = codes[known.kept] >= 0
    lacking = int((~there).sum())
    if lacking:
        gaps = np.where(codes < 0, np.nan, number_vector(churned, "churned"))
        notes = (*known.notes, f"Left out: {lacking:,} rows without a segment.")
        known = replace(scored_rows([score], gaps, weight, probability=True), notes=notes)
    codes, found = label_codes(labels[known.kept], "segment")
    if len(found) < 2:
        raise MeasureError("there is one segment only", remedy="give customers of two segments or more")
    return known, codes, [str(level) for level in found]


def _threshold(threshold: float | None) -> float | None:
    if threshold is None:
        return None
    if (
        isinstance(threshold, bool)
        or not isinstance(threshold, (int, float, np.number))
        or np.isnan(threshold)
    ):
        raise MeasureError(f"threshold={threshold!r} is no score", remedy="give the lowest score to contact")
    return float(threshold)


def _segment(
    known: ScoredRows, inside: Any, threshold: float | None, quantile: float, conf_level: float
) -> tuple[dict[str, Any], float]:
    """Return the figures of one segment and the standard error of its AUC."""
    p, y, w = known.scores[0][inside], known.y[inside], known.w[inside]
    mean, observed = float(np.average(p, weights=w)), float(np.average(y, weights=w))
    low, high = observed_interval(p, y, w, quantile)
    row = {
        "n": len(y), "left": int(y.sum()), "stayed": int(len(y) - y.sum()), "score": mean,
        "observed": observed, "difference": observed - mean, "difference_low": low - mean,
        "difference_high": high - mean,
    }  # fmt: skip
    area, error, ends = np.nan, np.nan, (np.nan, np.nan)
    if y.any() and not y.all():
        part = auc(p, y, w)
        area, error, ends = part.estimate, part.std_error, metric_interval("auc", part, quantile)
    row |= {"auc": area, "auc_low": ends[0], "auc_high": ends[1]}
    for outcome, term in enumerate(("false_alarm", "missed")):
        rate, base = np.nan, 0.0
        if threshold is not None:
            rate, base = flagged(p[y == outcome], w[y == outcome], threshold)
            rate = 1 - rate if outcome else rate
        bounds = wilson(np.array([rate]), np.array([base]), conf_level)
        row |= {
            term: rate,
            f"{term}_low": bounds[0][0],
            f"{term}_high": bounds[1][0],
            f"base_{outcome}": base,
        }
    return row, error


def _tests(
    known: ScoredRows, codes: Ints, rows: pd.DataFrame, errors: Floats, threshold: float | None
) -> pd.DataFrame:
    found = {
        "difference": calibration_test(known.scores[0], known.y, known.w, codes, len(rows)),
        "auc": areas_test(rows["auc"].to_numpy(), errors),
    }
    if threshold is not None:
        for outcome, term in enumerate(("false_alarm", "missed")):
            found[term] = rates_test(rows[term].to_numpy(), rows[f"base_{outcome}"].to_numpy())
    table = pd.DataFrame(
        [[term, df + 1 if df else 0, statistic, df] for term, (statistic, df) in found.items()],
        columns=["term", "segments", "statistic", "df"],
    )
    p_value = np.where(table["df"] > 0, chdtrc(np.maximum(table["df"], 1), table["statistic"]), np.nan)
    return table.assign(p_value=p_value, p_adjusted=adjusted(p_value, "holm"))


def _few(rows: pd.DataFrame) -> tuple[str, ...]:
    rarer = rows[["left", "stayed"]].min(axis=1)
    small = rows.loc[rarer < 10, "segment"].tolist()
    if not small:
        return ()
    return (
        f"Fewer than 10 of the rarer outcome in {len(small)} segments: their AUC and the tests are rough.",
    )
