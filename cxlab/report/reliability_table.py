"""How well questions belong together, as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.measure.reliability import Reliability
from cxlab.report.block import Block
from cxlab.report.html_table import html_table
from cxlab.report.wording import paragraphs
from cxlab.report.words import ENGLISH, Words


def reliability_table(result: Reliability, *, words: Words = ENGLISH) -> Block:
    """Return a table of the items: base, mean, correlation with the others, alpha without the item.

    Parameters
    ----------
    result
        What `cxlab.reliability` returned, after `.suppress(min_base)`.
    words
        Words of the report.

    Returns
    -------
    Block
        A sentence where the base is too small.
    """
    name = words.label(result.name)
    if result.suppressed or not np.isfinite(result.alpha):
        return Block(paragraphs(words.text("chart.empty_table", measure=name)), result.min_base)
    head = [words.label("attribute_id")]
    head += [words.text(f"table.{key}") for key in ("n", "mean", "item_total", "alpha_if_dropped")]
    rows = [
        [words.label(row["item"]), words.number(row["n"]), *(_figure(row[key], words) for key in _COLUMNS)]
        for _, row in result.items.iterrows()
    ]
    caption = words.text("table.reliability", measure=name, alpha=_figure(result.alpha, words))
    return Block(html_table(caption, head, {"": rows}, numbers=range(1, len(head))), result.min_base)


_COLUMNS = ("mean", "item_total", "alpha_if_dropped")


def _figure(value: float, words: Words) -> str:
    return "–" if pd.isna(value) else words.number(value, 2)
