"""A save list in a sentence: how many, what it adds up to, and where it is."""

from __future__ import annotations

import numpy as np

from cxlab.report.effect_unit import EffectUnit
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.save_list import SaveList


def save_sentence(result: SaveList, file: str, *, currency: str | None = None, words: Words = ENGLISH) -> str:
    """Say how long a save list is and what it is expected to save; nobody on it is named.

    Parameters
    ----------
    result
        What `cxlab.save_list` returned, after `.suppress(min_base)`.
    file
        Name of the file it is in.
    currency
        Of the amounts.
    words
        Words of the report.
    """
    if result.rows.empty:
        return words.text("churn.save_none")
    where = words.text("churn.save_file", file=file)
    if np.isnan(result.total):
        return f"{words.text('churn.save_short')} {where}"
    key = "churn.save_lost" if result.campaign is None else "churn.save_saved"
    listed = words.plural("count.customers", len(result.rows))
    total = EffectUnit(currency=currency).amount(result.total, words)
    return f"{words.text(key, listed=listed, total=total)} {where}"
