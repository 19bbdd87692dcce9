"""A model of leaving on earlier days: how well it told who left."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from cxlab.report.block import Block
from cxlab.report.day_text import day_text
from cxlab.report.html_table import html_table
from cxlab.report.wording import level_of, paragraphs
from cxlab.report.words import ENGLISH, NOTHING, Words
from cxlab.retention.rolling_origin import RollingOrigin
from cxlab.retention.score_quality import ScoreQuality


def rolling_table(result: RollingOrigin, *, words: Words = ENGLISH) -> Block:
    """Return the quality at each cut-off and of all together.

    Parameters
    ----------
    result
        What `cxlab.rolling_origin` returned, after `.suppress(min_base)`.
    words
        Words of the report.
    """
    title, pooled = words.text("churn.rolling_title"), result.pooled
    least = min([pooled.min_base, *(each.min_base for each in result.by_cutoff.values())])
    every = [*result.by_cutoff.values(), pooled]
    if all(quality.rows["suppressed"].all() for quality in every):
        return Block(paragraphs(words.text("chart.empty_table", measure=title)), least)
    top = words.percent(pooled.top)
    head = [words.text("churn.day"), words.text("table.customers")]
    head += [words.text("churn.left"), words.text("churn.auc"), words.text("churn.lift", top=top)]
    head += [words.text(f"churn.{name}") for name in ("brier", "ece", "slope")]
    rows = [
        _cells(day_text(day, words, short=True), quality, words) for day, quality in result.by_cutoff.items()
    ]
    rows.append(_cells(words.text("churn.together"), pooled, words))
    note = words.text("churn.rolling_note", level=level_of(pooled.conf_level, words))
    return Block(f"{html_table(title, head, {'': rows}, numbers=range(1, 8))}\n{paragraphs(note)}", least)


def _cells(name: str, quality: ScoreQuality, words: Words) -> list[str]:
    if quality.rows["suppressed"].all():
        return [name, words.text("figure.too_few"), *[NOTHING] * 6]
    rows = {row["metric"]: row for _, row in quality.rows.iterrows()}
    return [
        name, words.number(quality.n), words.number(quality.churners),
        _said(rows["auc"], words.percent, 1, words), _said(rows["lift"], words.number, 2, words),
        _said(rows["brier"], words.number, 3, words),
        f"{words.number(quality.of('ece'), 4)}\n{words.number(quality.of('ece_calibrated'), 4)}",
        _said(rows["slope"], words.number, 2, words),
    ]  # fmt: skip


def _said(row: pd.Series, said_as: Callable[[float, int], str], digits: int, words: Words) -> str:
    if not np.isfinite(row["estimate"]):
        return NOTHING
    said = said_as(row["estimate"], digits)
    if not np.isfinite(row["conf_low"]) or not np.isfinite(row["conf_high"]):
        return said
    ends = {end: said_as(row[f"conf_{end}"], digits) for end in ("low", "high")}
    return f"{said}\n{words.text('figure.interval', **ends)}"
