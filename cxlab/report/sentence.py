"""One honest sentence about a result, in the language of a report."""

from __future__ import annotations

import pandas as pd

from cxlab.estimate.estimates import Estimates
from cxlab.model.parameters import Language
from cxlab.report.wording import (
    base_text,
    by_name,
    conf_level,
    has_interval,
    interval_text,
    is_missing,
    level_name,
    measure_name,
    shown_rows,
    value_text,
    weighting_text,
)
from cxlab.report.words import Words


def sentence(
    result: Estimates,
    language: Language = "en",
    *,
    words: Words | None = None,
) -> str:
    """Say a result in a sentence, from the same facts as its `summary()`.

    Parameters
    ----------
    result
        Any result, after `suppress`.
    language
        `en`, `es`, `it` or `pl`.
    words
        The market's own words; they go before `language`.

    Returns
    -------
    str
        For everyone the figure, its interval and its base. By segment the highest and the lowest level, by
        wave the first and the last, and whether their intervals overlap; two are said to differ only where
        they do not. Respondents without a level are left out of the comparison. What is suppressed is
        counted, not named.
    """
    words = words or Words(language)
    rows = shown_rows(result, "level" if result.by == ("wave",) else "estimate")
    named = rows[[not is_missing(level, result) for level in rows["level"]]] if result.by else rows
    rows = rows if named.empty else named
    if rows.empty:
        return words.text("sentence.nothing", measure=measure_name(result, words))
    if not result.by:
        return _one("sentence.everyone", rows.iloc[0], result, words)
    is_trend = result.by == ("wave",)
    if len(rows) == 1:
        key = "sentence.one_wave" if is_trend else "sentence.one_level"
        parts = [_one(key, rows.iloc[0], result, words)]
    else:
        two = _waves if is_trend else _extremes
        parts = [two(rows.iloc[0], rows.iloc[-1], result, words)]
        parts.append(words.text(_verdict(rows.iloc[0], rows.iloc[-1], is_trend)))
    if hidden := int(result.rows["suppressed"].sum()):
        parts.append(words.plural("count.hidden_waves" if is_trend else "count.hidden", hidden))
    return " ".join(parts)


def _one(key: str, row: pd.Series, result: Estimates, words: Words) -> str:
    return words.text(
        key,
        measure=measure_name(result, words),
        level=level_name(row, result, words),
        value=value_text(row["estimate"], result, words, with_scale=True),
        detail=_detail(row, result, words),
    )


def _extremes(best: pd.Series, last: pd.Series, result: Estimates, words: Words) -> str:
    return words.text(
        "sentence.extremes",
        measure=measure_name(result, words),
        by=by_name(result, words),
        best=level_name(best, result, words),
        best_value=value_text(best["estimate"], result, words, with_scale=True),
        best_detail=_detail(best, result, words),
        last=level_name(last, result, words),
        last_value=value_text(last["estimate"], result, words),
        last_detail=_detail(last, result, words),
    )


def _waves(first: pd.Series, last: pd.Series, result: Estimates, words: Words) -> str:
    return words.text(
        "sentence.waves",
        measure=measure_name(result, words),
        first=level_name(first, result, words),
        first_value=value_text(first["estimate"], result, words, with_scale=True),
        first_detail=_detail(first, result, words),
        last=level_name(last, result, words),
        last_value=value_text(last["estimate"], result, words),
        last_detail=_detail(last, result, words),
        change=_change(last["estimate"] - first["estimate"], result, words),
    )


def _detail(row: pd.Series, result: Estimates, words: Words) -> str:
    answers = base_text(int(row["n"]), result, words)
    weighting = weighting_text(result, words)
    if not has_interval(row):
        return words.text("sentence.detail_unknown", answers=answers, weighting=weighting)
    return words.text(
        "sentence.detail",
        conf_level=conf_level(result, words),
        interval=interval_text(row, result, words),
        answers=answers,
        weighting=weighting,
    )


def _change(change: float, result: Estimates, words: Words) -> str:
    """Return a signed difference; that of two shares is in percentage points."""
    digits = 2 if result.unit == "score" else 1
    figure = words.number(100 * change if result.unit == "share" else change, digits)
    signed = "+" + figure if change > 0 and round(change, 4) else figure
    if result.unit == "share":
        return words.text("figure.share_change", value=signed)
    return words.text("figure.points", value=signed) if result.unit == "points" else signed


def _verdict(one: pd.Series, other: pd.Series, is_trend: bool) -> str:
    if not (has_interval(one) and has_interval(other)):
        return "sentence.no_comparison"
    apart = one["conf_low"] > other["conf_high"] or other["conf_low"] > one["conf_high"]
    verdict = "differ" if apart else "overlap"
    return f"sentence.waves_{verdict}" if is_trend else f"sentence.{verdict}"
