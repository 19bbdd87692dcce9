"""Two more ways to ask what was not measured: selection in proportion (Oster), and the E-value."""

from __future__ import annotations

import numpy as np

from cxlab.linkage.e_value import EValue
from cxlab.linkage.oster_result import Oster
from cxlab.report.block import Block
from cxlab.report.driver_wording import plain
from cxlab.report.effect_unit import PLAIN, EffectUnit
from cxlab.report.html_table import html_table
from cxlab.report.wording import level_of, listed, paragraphs
from cxlab.report.words import ENGLISH, Words


def selection_table(
    oster: Oster | None, e_value: EValue | None, *, unit: EffectUnit = PLAIN, words: Words = ENGLISH
) -> Block:
    """Return a table of Oster's delta and adjusted figure, and of the E-value.

    Parameters
    ----------
    oster, e_value
        What `cxlab.oster` and `cxlab.e_value` returned, after `.suppress(min_base)`; or None.
    unit
        Whether Oster's coefficients are percent or money.
    words
        Words of the report.
    """
    title = words.text("revenue.selection_title")
    known = [result for result in (oster, e_value) if result is not None]
    rows = _oster_rows(oster, unit, words) + _e_value_rows(e_value, words)
    base = min((result.min_base for result in known), default=0)
    said = [paragraphs(_little_learnt(oster, words))] if oster is not None and oster.uninformative else []
    if not rows:
        return Block(said[0] if said else paragraphs(words.text("chart.empty_table", measure=title)), base)
    head = [words.text("revenue.method"), words.text("table.estimate"), words.text("revenue.reading")]
    return Block("\n".join([html_table(title, head, {"": rows}, numbers=[1]), *said]), base)


def _little_learnt(result: Oster, words: Words) -> str:
    controls = listed([words.label(name) for name in result.controls], words)
    return words.text("revenue.delta_hidden", controls=controls, share=words.percent(result.gain, 1))


def _oster_rows(result: Oster | None, unit: EffectUnit, words: Words) -> list[list[str]]:
    if result is None or result.rows["suppressed"].all() or result.uninformative:
        return []
    controls = listed([words.label(name) for name in result.controls], words)
    needed = result.of("delta_needed")
    reading = words.text("revenue.delta_reading", controls=controls)
    delta = words.number(needed, 2) if np.isfinite(needed) else words.text("revenue.delta_none")
    adjusted = words.text(
        "revenue.adjusted_reading", delta=plain(result.delta, words), r2=words.number(result.r2_max, 2)
    )
    # Where no root keeps the direction of selection (Oster's assumption 3), none of them is what is left.
    kept = bool(result.solutions["keeps_direction"].any())
    left = unit.text(result.of("adjusted"), words) if kept else words.text("revenue.delta_none")
    return [
        [words.text("revenue.delta"), delta, reading],
        [words.text("revenue.adjusted"), left, adjusted],
    ]


def _e_value_rows(result: EValue | None, words: Words) -> list[list[str]]:
    if result is None or result.suppressed:
        return []
    rows = [
        [
            words.text("revenue.e_value"), words.number(result.e_value, 2),
            words.text("revenue.e_value_reading", value=words.number(result.e_value, 2)),
        ]
    ]  # fmt: skip
    end = result.e_value_interval
    if np.isfinite(end):
        level = level_of(result.conf_level, words)
        rows.append(
            [
                words.text("revenue.e_value_interval", level=level), words.number(end, 2),
                words.text("revenue.e_value_end"),
            ]
        )  # fmt: skip
    return rows
