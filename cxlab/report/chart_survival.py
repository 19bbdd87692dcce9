"""The share of customers still there over time."""

from __future__ import annotations

from cxlab.report.block import Block
from cxlab.report.day_text import day_text
from cxlab.report.figure import figure_block, house_style
from cxlab.report.segment_name import segment_name
from cxlab.report.share_steps import MOST, ShareSteps, read_off
from cxlab.report.wording import file_name, level_of, paragraphs, weighting_of_figures
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.kaplan_meier_result import KaplanMeier
from cxlab.retention.share_curve import ShareCurve


def chart_survival(result: KaplanMeier, *, start: str, words: Words = ENGLISH) -> Block:
    """Draw the curves of Kaplan and Meier with their bands and how many were still followed.

    Parameters
    ----------
    result
        What `cxlab.kaplan_meier` returned, after `.suppress(min_base)`.
    start
        Day on which following began, such as `2024-04-25`.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure of the six largest segments, with its table; where nothing may be shown, a sentence.
    """
    by = segment_name(result.by[0], words) if result.by else ""
    title = words.text("churn.survival_title_by", by=by) if by else words.text("churn.survival_title")
    shown = [curve for curve in result.curves if not curve.suppressed and len(curve.time)]
    if not shown:
        return Block(paragraphs(words.text("chart.empty", measure=title)), result.min_base)
    largest = sorted(shown, key=lambda curve: -curve.n)[:MOST]
    kept = [curve for curve in shown if any(curve is other for other in largest)]
    steps = ShareSteps([_name(curve, result, words) for curve in kept], kept)
    level = level_of(result.conf_level, words)
    hidden = sum(curve.suppressed for curve in result.curves)
    caption = [
        words.text("churn.curve_caption", level=level),
        words.text("chart.more", n=words.number(MOST)) if len(shown) > MOST else "",
        words.plural("count.hidden", hidden) if hidden else "",
        weighting_of_figures(result.weighting, words) + ".",
        words.plural("count.customers", sum(curve.n for curve in kept)) + "." if not hidden else "",
    ]
    across = words.text("churn.days_from", day=day_text(start, words))
    with house_style():
        return figure_block(
            steps.draw(title, across, words.text("churn.survival_up"), words),
            alt=curves_alt(steps, title, words), caption=[note for note in caption if note],
            twin=Block(steps.table(title, words, level), result.min_base),
            name=file_name("survival", *result.by), words=words,
        )  # fmt: skip


def _name(curve: ShareCurve, result: KaplanMeier, words: Words) -> str:
    return words.level(curve.level, result.by) if result.by else words.text("figure.everyone")


def curves_alt(steps: ShareSteps, title: str, words: Words) -> str:
    """Return what step curves show to those who do not see them: their ends."""
    parts = []
    for name, curve in zip(steps.names, steps.curves, strict=True):
        share, low, high = read_off(curve, curve.last)
        value, interval = words.percent(share, 1), words.interval(low, high, "share")
        parts.append(words.text("churn.alt_part", name=name, value=value, interval=interval))
    return words.text("churn.alt_curves", title=title, parts=" ".join(parts))
