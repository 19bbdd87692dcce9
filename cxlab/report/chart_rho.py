"""What would be left along a mediator where something unmeasured stands behind it and the outcome."""

from __future__ import annotations

import numpy as np

from cxlab.linkage.mediation_result import Mediation
from cxlab.report.block import Block
from cxlab.report.effect_curve import EffectCurve
from cxlab.report.effect_unit import PLAIN, EffectUnit
from cxlab.report.figure import figure_block, house_style
from cxlab.report.html_table import html_table
from cxlab.report.wording import file_name, level_of, paragraphs
from cxlab.report.words import ENGLISH, Words


def chart_rho(
    result: Mediation, *, unit: EffectUnit = PLAIN, title: str | None = None, words: Words = ENGLISH
) -> Block:
    """Draw the indirect part by the correlation of what was not measured.

    Parameters
    ----------
    result
        What `cxlab.mediation` returned, after `.suppress(min_base)`.
    unit
        Whether estimates are percent or money.
    title
        Title of the chart; None names the mediator.
    words
        Words of the report.
    """
    curve = result.curve[result.curve["estimate"].notna() & (result.curve["rho"].abs() <= 0.5)]
    mediator = words.label(result.mediator)
    named = title or words.text("revenue.rho_title", mediator=mediator)
    if curve.empty:
        return Block(paragraphs(words.text("chart.empty", measure=named)), result.min_base)
    figures = unit.shown(curve[["estimate", "conf_low", "conf_high"]].to_numpy(dtype="float64"))
    kind = unit.kind
    drawn = EffectCurve(curve["rho"].to_numpy(), figures, np.zeros((0, 2)), True, kind, False)
    level = level_of(result.conf_level, words)
    zero = words.number(result.rho_at_zero, 2)
    some = curve[np.isclose(curve["rho"] * 10, np.round(curve["rho"] * 10))]
    rows = [
        [
            words.number(row["rho"], 1), unit.text(row["estimate"], words),
            unit.interval(row["conf_low"], row["conf_high"], words),
        ]
        for _, row in some.iterrows()
    ]  # fmt: skip
    head = [
        words.text("revenue.rho"),
        words.text("revenue.effect_indirect"),
        words.text("table.interval", level=level),
    ]
    with house_style():
        return figure_block(
            drawn.draw(
                named, words.text("revenue.rho"), words.text("revenue.axis", unit=unit.name(words)), words
            ),
            alt=words.text("revenue.alt_rho", title=named, rho=zero),
            caption=[words.text("revenue.rho_caption", level=level, rho=zero, mediator=mediator)],
            twin=Block(html_table(named, head, {"": rows}, numbers=range(3)), result.min_base),
            name=file_name("rho", result.mediator),
            words=words,
        )
