"""Who answered, who was asked, and whether they are enough."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc

from cxlab.model.errors import MeasureError, nearest
from cxlab.model.market import Market
from cxlab.model.parameters import IntakeOptions
from cxlab.quality.answer_matrix import AnswerMatrix
from cxlab.quality.finding import Check, Finding, Level
from cxlab.quality.invited import invited
from cxlab.tally.score_counts import score_counts
from cxlab.tally.value_counts import value_counts

SEGMENTS = ("segment", "age_band", "gender")
MIN_LEVEL = 30
ERROR = 0.01
_Z = 1.959963984540054
Counts = npt.NDArray[np.float64]


def judge_base(market: Market, answers: AnswerMatrix, options: IntakeOptions) -> list[Finding]:
    """Return the findings about the number of answers, the quarantine and the margin of NPS."""
    n, stop = len(answers.responses), market.parameters.min_base
    level: Level = "stop" if n < stop else "caution" if n < options.small_base else "ok"
    limit = stop if level == "stop" else options.small_base
    base = Finding("answers", level, f"{n:,} answers in the wave.", "", n, n, float("nan"), float(limit))
    return [base, _quarantine(market, options.quarantine), _precision(answers.responses, options.margin)]


def people_invited(market: Market, wave: str | None) -> pd.DataFrame | None:
    """Return everybody invited to a wave; None where the market has no invitations to it."""
    sent = market.tables.get("invitations")
    asked = sent is not None and bool((sent["wave"] == (wave or market.parameters.wave)).any())
    return invited(market, wave) if asked else None


def judge_response(
    people: pd.DataFrame | None, market: Market, segments: tuple[str, ...], options: IntakeOptions
) -> list[Finding]:
    """Return the findings about response rates and about who was invited."""
    checks: tuple[Check, ...] = ("response_rate", "response_gap", "sampling")
    if people is None:
        return [Finding(check, "note", "Not checked: the wave has no invitations.") for check in checks]
    count, n = int(people["answered"].sum()), len(people)
    rate = count / n
    text = f"{count:,} of {n:,} people invited answered ({rate:.1%})."
    level: Level = "caution" if rate < options.response_rate else "ok"
    return [
        Finding("response_rate", level, text, "", count, n, rate, options.response_rate),
        _gap(people, segments, options.response_gap),
        _sampling(people, market, segments, options.sampling_gap),
    ]


def frame_segments(people: pd.DataFrame | None, named: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Return the columns to compare response rates by: those named, else the usual ones held."""
    if people is None:
        return ()
    if named is None:
        return tuple(name for name in SEGMENTS if name in people and people[name].nunique() > 1)
    for name in named:
        if name not in people:
            raise MeasureError(
                f"the customers have no column '{name}'",
                where="options of 00_intake, segments",
                remedy=nearest(name, [str(column) for column in people.columns]),
            )
    return named


def _quarantine(market: Market, limit: float) -> Finding:
    broken = len(market.quarantine[["table", "source", "file", "row", "column"]].drop_duplicates())
    rows = sum(len(frame) for frame in market.tables.values()) + broken
    share = broken / rows if rows else 0.0
    text = f"{broken:,} of {rows:,} rows of all tables and waves ({share:.1%}) are in quarantine."
    return Finding("quarantine", "caution" if share > limit else "ok", text, "", broken, rows, share, limit)


def _precision(responses: pd.DataFrame, limit: float) -> Finding:
    if "nps" not in responses or responses["nps"].notna().sum() < 2:
        return Finding("precision", "note", "Not checked: there is no NPS.", threshold=limit)
    weighted = "weight" in responses and bool(responses["weight"].notna().all())
    counts = score_counts(responses, "nps", weight="weight" if weighted else None).dropna(subset="score")
    w, score = counts["sum_w"].to_numpy(), counts["score"].to_numpy()
    side = (score >= 9).astype("float64") - (score <= 6)
    mean = (w * side).sum() / w.sum()
    variance = (w * side**2).sum() / w.sum() - mean**2
    margin = 100 * _Z * float(np.sqrt(variance * counts["sum_w2"].sum())) / w.sum()
    n = int(counts["n"].sum())
    text = f"The 95% margin of NPS is ±{margin:.1f} points (n = {n:,}{', weighted' if weighted else ''})."
    return Finding("precision", "caution" if margin > limit else "ok", text, "nps", n, n, margin, limit)


def _gap(people: pd.DataFrame, segments: tuple[str, ...], limit: float) -> Finding:
    """Compare the response rates of the levels of each segment; the widest gap beyond chance counts."""
    gaps = []
    for name in segments:
        table = _counts(people, name)
        table = table[table.sum(axis=1) >= MIN_LEVEL]
        if len(table) > 1:
            rate = table[:, 1] / table.sum(axis=1)
            gaps.append((float(rate.max() - rate.min()), name, _independent(table)))
    if not gaps:
        return Finding("response_gap", "note", "Not checked: no segment has two levels of 30 people.")
    real = [(gap, name) for gap, name, p in gaps if p < ERROR / len(gaps)]
    gap, name = max(real) if real else max(gaps)[:2]
    text = f"Response rates differ by up to {100 * gap:.1f} percentage points between levels of {name}."
    level: Level = "caution" if real and gap > limit else "ok"
    return Finding("response_gap", level, text, name, 0, len(people), gap, limit)


def _sampling(people: pd.DataFrame, market: Market, segments: tuple[str, ...], limit: float) -> Finding:
    """Compare the make-up of the invited with that of all customers: half the sum of the gaps of shares."""
    gaps = []
    for name in segments:
        everyone = _shares(market.table("customers"), name)
        asked = _shares(people, name).reindex(everyone.index, fill_value=0.0)
        far = float((asked - everyone).abs().sum() / 2)
        chance = float((len(people) * (asked - everyone) ** 2 / everyone).sum())
        gaps.append((far, name, float(chdtrc(max(len(everyone) - 1, 1), chance))))
    if not gaps:
        return Finding("sampling", "note", "Not checked: nothing is known of the customers invited.")
    real = [(gap, name) for gap, name, p in gaps if p < ERROR / len(gaps)]
    gap, name = max(real) if real else max(gaps)[:2]
    text = f"By {name}, {gap:.1%} of the invited would have to be others to mirror all customers."
    level: Level = "caution" if real and gap > limit else "ok"
    return Finding("sampling", level, text, name, 0, len(people), gap, limit)


def _counts(people: pd.DataFrame, name: str) -> Counts:
    """Return how many of each level did not answer and did, shape (levels, 2)."""
    counts = value_counts(people, "answered", by=[name]).dropna(subset=name)
    table = counts.pivot(index=name, columns="value", values="n").fillna(0)
    return table.reindex(columns=["false", "true"], fill_value=0).to_numpy(dtype="float64")


def _shares(frame: pd.DataFrame, name: str) -> pd.Series:
    counts = value_counts(frame, name).dropna(subset="value").set_index("value")["n"]
    return counts / counts.sum()


def _independent(table: Counts) -> float:
    """Return the p-value of Pearson's chi-squared test of a table of counts."""
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    if (expected == 0).any():
        return 1.0
    statistic = ((table - expected) ** 2 / expected).sum()
    return float(chdtrc((table.shape[0] - 1) * (table.shape[1] - 1), statistic))
