"""What those who did not answer could change, in words."""

from __future__ import annotations

import numpy as np

from cxlab.measure.non_response_bounds import NonResponseBounds
from cxlab.report.block import Block
from cxlab.report.paragraph import paragraph
from cxlab.report.words import ENGLISH, Words


def bounds_paragraph(bounds: NonResponseBounds, *, min_base: int, words: Words = ENGLISH) -> Block:
    """Return how far those who did not answer could move a headline, and what it would take to overturn it.

    Parameters
    ----------
    bounds
        What `cxlab.non_response_bounds` returned.
    min_base
        Smallest base that is shown.
    words
        Words of the report.
    """
    if np.isnan(bounds.estimate) or bounds.n < min_base:
        return paragraph(words.text("bounds.unknown"))
    figures = {
        "rate": words.percent(bounds.response_rate, 1),
        "low": words.figure(bounds.bound_low, bounds.unit),
        "high": words.figure(bounds.bound_high, bounds.unit),
        "threshold": words.figure(bounds.threshold, bounds.unit),
        "silent": words.figure(bounds.silent_at_threshold, bounds.unit),
        "distance": words.figure(abs(bounds.tipping), bounds.unit),
        "measure": words.text(f"measure.{bounds.metric}", outcome=words.label(bounds.outcome)),
    }
    side = "impossible" if not bounds.possible else "lower" if bounds.tipping < 0 else "higher"
    said = f"{words.text('bounds.range', **figures)} {words.text(f'bounds.{side}', **figures)}"
    return Block(paragraph(said).html, min_base)
