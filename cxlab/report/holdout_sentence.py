"""What drivers go with among people the calculation has not seen, in a sentence."""

from __future__ import annotations

import numpy as np

from cxlab.drivers.holdout_r_squared import HoldoutRSquared
from cxlab.report.words import ENGLISH, Words


def holdout_sentence(result: HoldoutRSquared, *, words: Words = ENGLISH) -> str:
    """Say R² on the answers of the fit and on answers held out; below 0, where the mean does better, it is 0.

    Parameters
    ----------
    result
        What `cxlab.holdout_r_squared` returned, after `.suppress(min_base)`.
    words
        Words of the report.
    """
    if not np.isfinite(result.holdout):
        return words.text("figure.too_few")
    inside = words.percent(result.r_squared, 1)
    value, n = words.percent(max(0.0, result.holdout), 1), words.number(result.n)
    return words.text("drivers.holdout", inside=inside, value=value, n=n)
