"""Rises against falls of a score, and what a point up and down again goes with."""

from __future__ import annotations

import numpy as np

from cxlab.estimate.multiplicity import is_told
from cxlab.linkage.asymmetric_effect import AsymmetricEffect
from cxlab.report.block import Block
from cxlab.report.effect_dots import EffectDots
from cxlab.report.effect_line import EffectLine, base_of
from cxlab.report.effect_unit import PLAIN, EffectUnit
from cxlab.report.p_text import p_text
from cxlab.report.wording import file_name, level_of, weighting_of_figures
from cxlab.report.words import ENGLISH, Words


def chart_asymmetry(
    result: AsymmetricEffect, *, unit: EffectUnit = PLAIN, title: str | None = None, words: Words = ENGLISH
) -> Block:
    """Draw what a rise and a fall by a point go with, each with its own sign.

    Parameters
    ----------
    result
        What `cxlab.asymmetric_effect` returned, after `.suppress(min_base)`.
    unit
        Whether estimates are percent or money.
    title
        Title of the chart; None names the score.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table. The third line is what a rise and a fall by a point leave together: 0 where
        they mirror each other.
    """
    score, basis = words.label(result.exposure), result.basis
    lines = []
    for _, row in result.rows.iterrows():
        ends = (row["conf_low"], row["conf_high"])
        fall = row["term"] == "fall"  # a positive slope says that the outcome falls with the score
        lines.append(
            EffectLine(
                words.text(f"revenue.change_{row['term']}"), -row["estimate"] if fall else row["estimate"],
                -ends[1] if fall else ends[0], -ends[0] if fall else ends[1], row["p_value"],
                base_of(row["n"]), base_of(row["entities"]), row["term"] == "rise_less_fall",
            )
        )  # fmt: skip
    test = result.rows.iloc[-1]
    told = (
        words.text(
            "revenue.asymmetry_told"
            if is_told(test["p_value"], basis.conf_level)
            else "revenue.asymmetry_none",
            p=p_text(test["p_value"], words),
        )
        if np.isfinite(test["p_value"])
        else ""
    )
    caption = [
        words.text("revenue.asymmetry_caption", score=score), told,
        weighting_of_figures(basis.weighting, words) + ".",
        words.text("revenue.unchanged", n=words.number(result.unchanged)) if told else "",
    ]  # fmt: skip
    return EffectDots(
        title or words.text("revenue.asymmetry_title", score=score),
        words.text("revenue.change"),
        words.text("revenue.axis_step", unit=unit.name(words)),
        lines,
        caption,
        level_of(basis.conf_level, words),
        unit,
        result.min_base,
        file_name("asymmetry", result.exposure),
    ).block(words)
