"""The verdict on a link in words, with the figure it is about."""

from __future__ import annotations

from cxlab.estimate.estimates import Scale
from cxlab.linkage.panel_result import PanelEffect
from cxlab.linkage.verdict import Verdict
from cxlab.report.effect_unit import PLAIN, EffectUnit
from cxlab.report.wording import level_of
from cxlab.report.words import ENGLISH, Words


def verdict_sentence(
    verdict: Verdict,
    effect: PanelEffect,
    *,
    unit: EffectUnit = PLAIN,
    scale: Scale | None = None,
    words: Words = ENGLISH,
) -> str:
    """Say what a point goes with, on how many customers that rests, and how far the evidence goes.

    Parameters
    ----------
    verdict
        What `cxlab.verdict` returned, after `.suppress(min_base)`.
    effect
        The result of `cxlab.panel_effect` that was judged, after `.suppress(min_base)`.
    unit
        Whether estimates are percent or money; with the mean of the outcome, a percentage is said as an
        amount as well.
    scale
        Lowest and highest score, to say what a point is a point of; None: it is not said.
    words
        Words of the report.
    """
    word = words.text(f"revenue.word_{verdict.word}")
    if not verdict.design or verdict.word == "not_shown":
        return word
    return " ".join([_found(verdict, effect, unit, scale, words), *_amount(verdict, unit, words), word])


def _found(verdict: Verdict, effect: PanelEffect, unit: EffectUnit, scale: Scale | None, words: Words) -> str:
    rows = effect.rows
    row = rows[rows["design"] == verdict.design].iloc[0]
    return words.text(
        "revenue.found",
        score=words.label(verdict.exposure),
        scale=_scale_text(scale, words),
        value=unit.text(verdict.estimate, words),
        level=level_of(verdict.conf_level, words),
        interval=unit.interval(verdict.conf_low, verdict.conf_high, words),
        customers=words.plural("count.customers", int(row["entities"])),
        periods=words.plural("revenue.periods", int(row["periods"])),
        rows=words.plural("count.rows", int(row["n"])),
    )


def _scale_text(scale: Scale | None, words: Words) -> str:
    if scale is None:
        return ""
    low, high = (words.number(end) for end in scale)
    return f" ({words.text('revenue.scale', low=low, high=high)})"


def _amount(verdict: Verdict, unit: EffectUnit, words: Words) -> list[str]:
    """Return a percentage as an amount at the mean of the outcome."""
    if not unit.log or unit.mean is None:
        return []
    value, low, high = (
        unit.amount(float(unit.shown(end)) * unit.mean, words)
        for end in (verdict.estimate, verdict.conf_low, verdict.conf_high)
    )
    return [
        words.text(
            "revenue.in_amount", mean=unit.amount(unit.mean, words), value=value,
            interval=words.text("figure.interval", low=low, high=high),
        )
    ]  # fmt: skip
