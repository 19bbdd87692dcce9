"""Whether the order of drivers lasts, in a sentence."""

from __future__ import annotations

import numpy as np

from cxlab.drivers.importance_stability import ImportanceStability
from cxlab.report.driver_wording import ends_text
from cxlab.report.wording import level_of
from cxlab.report.words import ENGLISH, Words

OPEN = 0.8
"""An interval wider than this says nothing of a figure that runs from 0 to 1."""


def stability_sentence(result: ImportanceStability, *, words: Words = ENGLISH) -> str:
    """Say how far the orders of drivers agree over the waves.

    Parameters
    ----------
    result
        What `cxlab.importance_stability` returned.
    words
        Words of the report.
    """
    if not np.isfinite(result.concordance):
        return words.text("figure.too_few")
    waves, value = words.number(result.waves), words.number(result.concordance, 2)
    chance = words.number(1 / result.waves, 2)
    if result.conf_high - result.conf_low > OPEN:
        low, high = (words.number(end, 2) for end in (result.conf_low, result.conf_high))
        return words.text(
            "drivers.stability_open", waves=waves, value=value, low=low, high=high, chance=chance
        )
    return words.text(
        "drivers.stability",
        waves=waves,
        value=value,
        chance=chance,
        level=level_of(result.conf_level, words),
        interval=ends_text(result.conf_low, result.conf_high, "score", words),
    )
