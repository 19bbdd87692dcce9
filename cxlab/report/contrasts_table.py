"""Differences between groups as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.estimate.contrasts import REST, Contrasts
from cxlab.estimate.estimates import Estimates
from cxlab.measure.mix_score import MixScore
from cxlab.report.block import Block
from cxlab.report.html_table import html_table
from cxlab.report.wording import by_name, conf_level, has_interval, measure_name
from cxlab.report.words import ENGLISH, NOTHING, Words

ADJUSTED = {"holm": "contrast.p_holm", "bh": "contrast.p_bh", "none": "contrast.p"}


def contrasts_table(result: Contrasts, *, words: Words = ENGLISH) -> Block:
    """Return a table of differences with their intervals, p-values and bases.

    Parameters
    ----------
    result
        Differences, after `suppress`.
    words
        Words of the report.

    Returns
    -------
    Block
        One row per comparison, under a heading for each level of the segments. Suppressed ones say that there
        are too few answers. The head says whether intervals hold jointly and p-values are adjusted.
    """
    several = len(result.rows) > 1
    joint = several and result.family == "holm"
    head = [
        words.text("contrast.comparison"),
        words.text("contrast.first"),
        words.text("contrast.second"),
        words.text("contrast.difference"),
        words.text("contrast.joint_interval" if joint else "table.interval", level=level_text(result, words)),
        words.text(ADJUSTED[result.family] if several else "contrast.p"),
        words.text("table.n"),
    ]
    groups: dict[str, list[list[str]]] = {}
    for _, row in result.rows.iterrows():
        heading = words.level(row["level"], result.by) if result.by else ""
        groups.setdefault(heading, []).append([comparison(row, result, words), *_figures(row, result, words)])
    html = html_table(difference_name(result, words), head, groups, numbers=range(1, len(head)))
    return Block(html, result.min_base)


def comparison(row: pd.Series, result: Contrasts, words: Words) -> str:
    """Return what a row compares: `North against South`."""
    first = words.level(row["level_a"], (result.group,))
    if row["level_b"] == REST:
        return words.text("contrast.against_rest", first=first)
    second = words.level(row["level_b"], (result.group,))
    return words.text("contrast.against", first=first, second=second)


def difference_text(value: float, result: Contrasts | MixScore, words: Words) -> str:
    """Return a difference with its sign and, of shares, in percentage points: `+3.1`, `−2.0`."""
    shown = shown_factor(result) * value
    digits = 2 if result.unit in ("score", "amount") else 1
    figure = words.number(shown, digits)
    return f"+{figure}" if round(shown, digits) > 0 else figure


def shown_factor(result: Contrasts | MixScore) -> float:
    """Return by what a difference is multiplied where it is shown: shares are in percentage points."""
    return 100.0 if result.unit == "share" else 1.0


def difference_interval(row: pd.Series, result: Contrasts | MixScore, words: Words) -> str:
    """Return the interval of a row's difference: `+1.2 to +5.0`."""
    if not has_interval(row):
        return words.text("figure.no_interval")
    low, high = (difference_text(row[end], result, words) for end in ("conf_low", "conf_high"))
    return words.text("figure.interval", low=low, high=high)


def difference_name(result: Contrasts, words: Words) -> str:
    """Return what the differences are of, and in which unit."""
    unit = words.text(f"contrast.unit_{result.unit}")
    named = measured_by(result)
    measure, group = measure_name(named, words), by_name(named, words)
    return words.text("contrast.title", measure=measure, group=group, unit=unit)


def measured_by(result: Contrasts | MixScore) -> Estimates:
    """Return an empty result of the same measure: what names it."""
    return Estimates(
        result.metric,
        result.outcome,
        (result.group,),
        result.unit,
        "",
        result.conf_level,
        result.weighting,
        pd.DataFrame(),
    )


def level_text(result: Contrasts | MixScore, words: Words) -> str:
    """Return the confidence level as a percentage."""
    return conf_level(measured_by(result), words)


def _figures(row: pd.Series, result: Contrasts, words: Words) -> list[str]:
    if row["suppressed"]:
        return [words.text("figure.too_few"), *[NOTHING] * 5]
    bases = f"{words.number(row['n_a'])} / {words.number(row['n_b'])}"
    sides = [
        words.figure(row[f"estimate_{side}"], result.unit)
        if pd.notna(row[f"estimate_{side}"])
        else words.text("figure.no_answers")
        for side in ("a", "b")
    ]
    if pd.isna(row["difference"]):
        return [*sides, NOTHING, NOTHING, NOTHING, bases]
    return [
        *sides,
        difference_text(row["difference"], result, words),
        difference_interval(row, result, words),
        words.p_value(row["p_adjusted"]) if np.isfinite(row["p_adjusted"]) else NOTHING,
        bases,
    ]
