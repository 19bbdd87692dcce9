"""The steps from detractor to passive to promoter, and whether the classes say more than the score."""

from __future__ import annotations

import numpy as np

from cxlab.estimate.multiplicity import is_told
from cxlab.linkage.nps_steps import STEPS, NpsSteps
from cxlab.report.block import Block
from cxlab.report.effect_dots import EffectDots
from cxlab.report.effect_line import EffectLine, base_of
from cxlab.report.effect_unit import PLAIN, EffectUnit
from cxlab.report.p_text import p_text
from cxlab.report.wording import file_name, level_of, weighting_of_figures
from cxlab.report.words import ENGLISH, Words


def chart_steps(
    result: NpsSteps, *, unit: EffectUnit = PLAIN, title: str | None = None, words: Words = ENGLISH
) -> Block:
    """Draw what the steps between detractors, passives and promoters go with.

    Parameters
    ----------
    result
        What `cxlab.nps_steps` returned, after `.suppress(min_base)`.
    unit
        Whether estimates are percent or money.
    title
        Title of the chart; None names the outcome.
    words
        Words of the report.
    """
    rows, basis = result.rows.set_index("term").loc[list(STEPS[:3])], result.basis
    lines = [
        EffectLine(
            words.text(f"revenue.step_{term}"), row["estimate"], row["conf_low"], row["conf_high"],
            row["p_value"], base_of(row["n"]), base_of(row["entities"]),
            term == STEPS[2],
        )
        for term, row in rows.iterrows()
    ]  # fmt: skip
    p = result.straight.p_value
    told = words.text(
        "revenue.steps_more" if is_told(p, basis.conf_level) else "revenue.steps_line",
        p=p_text(p, words),
    ) if np.isfinite(p) else ""  # fmt: skip
    caption = [words.text("revenue.steps_caption"), told, weighting_of_figures(basis.weighting, words) + "."]
    return EffectDots(
        title or words.text("revenue.steps_title"), words.text("revenue.step"),
        words.text("revenue.axis_step", unit=unit.name(words)), lines, caption,
        level_of(basis.conf_level, words), unit, result.min_base, file_name("steps", result.exposure),
    ).block(words)  # fmt: skip
