"""The share of customers that left for each reason over time."""

from __future__ import annotations

from cxlab.report.block import Block
from cxlab.report.chart_survival import curves_alt
from cxlab.report.day_text import day_text
from cxlab.report.figure import figure_block, house_style
from cxlab.report.share_steps import MOST, ShareSteps
from cxlab.report.wording import file_name, level_of, paragraphs, weighting_of_figures
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.aalen_johansen_result import AalenJohansen


def chart_incidence(result: AalenJohansen, *, start: str, words: Words = ENGLISH) -> Block:
    """Draw the curves of Aalen and Johansen of everyone, one for each reason.

    Parameters
    ----------
    result
        What `cxlab.aalen_johansen` returned without `by`, after `.suppress(min_base)`.
    start
        Day on which following began, such as `2024-04-25`.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure of the six commonest reasons, with its table; where nothing may be shown, a sentence.
        The base of each is everyone at the start.
    """
    title = words.text("churn.incidence_title")
    curves = [curve for curve in result.curves if not curve.suppressed and len(curve.time)]
    if not curves:
        return Block(paragraphs(words.text("chart.empty", measure=title)), result.min_base)
    kept = sorted(curves, key=lambda curve: -float(curve.share[-1]))[:MOST]
    names = [words.column("reason", str(curve.cause)) for curve in kept]
    steps, level = ShareSteps(names, kept, counts=False), level_of(result.conf_level, words)
    caption = [
        words.text("churn.incidence_note"), words.text("churn.curve_caption", level=level),
        words.text("chart.more", n=words.number(MOST)) if len(curves) > MOST else "",
        weighting_of_figures(result.weighting, words) + ".",
        words.plural("count.customers", kept[0].n) + ".",
    ]  # fmt: skip
    across = words.text("churn.days_from", day=day_text(start, words))
    with house_style():
        return figure_block(
            steps.draw(title, across, words.text("churn.incidence_up"), words),
            alt=curves_alt(steps, title, words), caption=[note for note in caption if note],
            twin=Block(steps.table(title, words, level), result.min_base),
            name=file_name("incidence", result.cause), words=words,
        )  # fmt: skip
