"""Designs side by side: what a point goes with in each, and the placebo apart."""

from __future__ import annotations

import pandas as pd

from cxlab.estimate.multiplicity import is_told
from cxlab.linkage.panel_designs import Design
from cxlab.linkage.panel_result import PanelEffect
from cxlab.report.block import Block
from cxlab.report.effect_dots import EffectDots
from cxlab.report.effect_line import EffectLine
from cxlab.report.effect_unit import PLAIN, EffectUnit
from cxlab.report.p_text import p_text
from cxlab.report.wording import file_name, level_of, listed, weighting_of_figures
from cxlab.report.words import ENGLISH, Words

PLACEBO = "placebo_lead"
PLAIN_DESIGNS: tuple[Design, ...] = ("pooled", "entity", "two_way", "first_differences")
"""Designs that hold the controls constant and nothing beside them."""


def chart_designs(
    result: PanelEffect, *, unit: EffectUnit = PLAIN, title: str | None = None, words: Words = ENGLISH
) -> Block:
    """Draw what a point of the exposure goes with, design by design.

    Parameters
    ----------
    result
        What `cxlab.panel_effect` returned, after `.suppress(min_base)`.
    unit
        Whether estimates are percent or money.
    title
        Title of the chart; None names the score.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table; the caption says what the placebo says, and which designs could not be had.
    """
    rows = result.rows.drop_duplicates("design")
    lines = [design_line(row, words) for _, row in rows.iterrows()]
    score, level = words.label(result.exposure), level_of(result.conf_level, words)
    missing = [line.name for line in lines if not line.drawn]
    caption = [
        words.text("revenue.designs_caption", score=score),
        held_text(result, words),
        placebo_text(result, words),
        words.text("revenue.designs_missing", designs=listed(missing, words)) if missing else "",
        weighting_of_figures(result.weighting, words) + ".",
        words.text("revenue.kept", share=words.percent(result.kept)) if result.n else "",
    ]
    return EffectDots(
        title or words.text("revenue.designs_title", score=score), words.text("revenue.design"),
        words.text("revenue.axis", unit=unit.name(words)), lines, caption, level, unit, result.min_base,
        file_name("designs", result.exposure),
    ).block(words)  # fmt: skip


def design_line(row: pd.Series, words: Words) -> EffectLine:
    """Return the line of a design."""
    return EffectLine(
        words.text(f"revenue.design_{row['design']}"), row["estimate"], row["conf_low"], row["conf_high"],
        row["p_value"], row["n"], row["entities"], row["design"] == PLACEBO,
    )  # fmt: skip


def held_text(result: PanelEffect, words: Words) -> str:
    """Return which controls are held constant; empty where there are none."""
    known = [result.partials[design] for design in PLAIN_DESIGNS if design in result.partials]
    names = [words.label(name) for name in known[0].benchmarks["covariate"]] if known else []
    return words.text("revenue.held", controls=listed(names, words)) if names else ""


def placebo_text(result: PanelEffect, words: Words) -> str:
    """Return what the placebo says of the other designs; empty where it was not asked for."""
    rows = result.rows[result.rows["design"] == PLACEBO]
    if rows.empty:
        return ""
    p = rows.iloc[0]["p_value"]
    if pd.isna(p):
        return words.text("revenue.placebo_none")
    key = "found" if is_told(p, result.conf_level) else "clear"
    return words.text(f"revenue.placebo_{key}", p=p_text(p, words))
