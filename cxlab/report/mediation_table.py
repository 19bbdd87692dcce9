"""How much runs along intentions: the parts, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxlab.linkage.mediation_result import Mediation
from cxlab.report.block import Block
from cxlab.report.driver_wording import ends_text, signed, signed_ends
from cxlab.report.effect_unit import PLAIN, EffectUnit
from cxlab.report.html_table import html_table
from cxlab.report.link_base import link_base
from cxlab.report.paragraph import paragraph
from cxlab.report.wording import level_of, paragraphs
from cxlab.report.words import ENGLISH, NOTHING, Words

PARTS = ("total", "direct", "indirect")


def mediation_table(result: Mediation, *, unit: EffectUnit = PLAIN, words: Words = ENGLISH) -> Block:
    """Return a table of the indirect, direct and total part, and the assumption they rest on.

    Parameters
    ----------
    result
        What `cxlab.mediation` returned, after `.suppress(min_base)`.
    unit
        Whether estimates of the outcome are percent or money.
    words
        Words of the report.
    """
    mediator, score = words.label(result.mediator), words.label(result.exposure)
    title = words.text("revenue.mediation_title", score=score, mediator=mediator)
    if result.rows["suppressed"].all():
        return Block(paragraphs(words.text("chart.empty_table", measure=title)), result.min_base)
    level = level_of(result.conf_level, words)
    parts = {str(row["effect"]): row for _, row in result.rows.iterrows()}
    indirect = parts["indirect"]
    told = indirect["conf_low"] > 0 or indirect["conf_high"] < 0
    said = words.text(
        f"revenue.mediation_{'told' if told else 'none'}", mediator=mediator,
        value=unit.text(indirect["estimate"], words), level=level,
        interval=unit.interval(indirect["conf_low"], indirect["conf_high"], words),
    )  # fmt: skip
    rows = [
        [
            words.text(f"revenue.effect_{name}", mediator=mediator),
            unit.text(parts[name]["estimate"], words),
            unit.interval(parts[name]["conf_low"], parts[name]["conf_high"], words),
        ]
        for name in PARTS
    ]
    rows += [_path(parts["exposure_to_mediator"], score, mediator, words), _share(parts, words)]
    head = [
        words.text("revenue.part"),
        words.text("table.estimate"),
        words.text("table.interval", level=level),
    ]
    table = html_table(title, head, {"": rows}, numbers=(1, 2))
    base = link_base(result.n, result.entities, words)
    assumption = paragraph(words.text("revenue.mediation_assumption", mediator=mediator)).html
    return Block(f"{paragraphs(said)}\n{assumption}\n{table}\n{paragraphs(base)}", result.min_base)


def _path(row: pd.Series, score: str, mediator: str, words: Words) -> list[str]:
    name = words.text("revenue.path", score=score, mediator=mediator)
    return [name, signed(row["estimate"], words), signed_ends(row["conf_low"], row["conf_high"], words)]


def _share(parts: Mapping[str, pd.Series], words: Words) -> list[str]:
    name = words.text("revenue.share_indirect")
    if "share_indirect" not in parts or not np.isfinite(parts["share_indirect"]["estimate"]):
        return [name, NOTHING, words.text("revenue.share_near_zero")]
    row = parts["share_indirect"]
    value = words.percent(row["estimate"])
    return [name, value, ends_text(row["conf_low"], row["conf_high"], "share", words)]
