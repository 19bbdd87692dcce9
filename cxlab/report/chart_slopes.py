"""What a point goes with in each segment, and in the mean of such segments."""

from __future__ import annotations

import numpy as np

from cxlab.estimate.multiplicity import is_told
from cxlab.linkage.effect_by_segment import EffectBySegment
from cxlab.report.block import Block
from cxlab.report.effect_dots import EffectDots
from cxlab.report.effect_line import EffectLine
from cxlab.report.effect_unit import PLAIN, EffectUnit
from cxlab.report.wording import file_name, level_of, weighting_of_figures
from cxlab.report.words import ENGLISH, Words

FEWEST = 4
"""Segments below which their mean is not drawn: its interval would say how few they are, and nothing else."""


def chart_slopes(
    result: EffectBySegment, *, unit: EffectUnit = PLAIN, title: str | None = None, words: Words = ENGLISH
) -> Block:
    """Draw what a point of the score goes with, segment by segment.

    Parameters
    ----------
    result
        What `cxlab.effect_by_segment` returned, after `.suppress(min_base)`.
    unit
        Whether estimates are percent or money.
    title
        Title of the chart; None names the score and the segment.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table; the mean of four segments and more stands apart, and the caption says whether
        they can be told from each other.
    """
    rows = result.rows.astype({name: "float64" for name in ("n", "entities")})
    lines = [
        EffectLine(
            words.level(str(row["segment"]), [result.by]), row["estimate"], row["conf_low"],
            row["conf_high"], row["p_value"], row["n"], row["entities"],
        )
        for _, row in rows.iterrows()
    ]  # fmt: skip
    found = result.found
    if np.isfinite(found.estimate) and len(rows) >= FEWEST:
        lines.append(
            EffectLine(
                words.text("revenue.segments_mean"), found.estimate, found.conf_low, found.conf_high,
                float("nan"), rows["n"].sum(), rows["entities"].sum(), True,
            )
        )  # fmt: skip
    told = int(is_told(result.pairs["p_adjusted"], result.conf_level).sum())
    caption = [
        words.text("revenue.segments_caption", told=words.number(told), all=words.number(len(result.pairs))),
        weighting_of_figures(result.weighting, words) + ".",
    ]
    named = words.text(
        "revenue.segments_title", score=words.label(result.exposure), by=words.label(result.by)
    )
    return EffectDots(
        title or named, words.label(result.by), words.text("revenue.axis", unit=unit.name(words)), lines,
        caption, level_of(result.conf_level, words), unit, result.min_base, file_name("slopes", result.by),
    ).block(words)  # fmt: skip
