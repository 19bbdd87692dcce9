"""A figure of several markets and their mean as a table: the twin of `chart_forest`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.markets.pooled import Pooled
from cxlab.report.block import Block
from cxlab.report.forest_rows import market_estimates, pooled_row, smallest_base
from cxlab.report.html_table import html_table
from cxlab.report.wording import (
    Order,
    base_heading,
    conf_level,
    interval_text,
    level_name,
    measure_by,
    ordered,
    unit_text,
)
from cxlab.report.words import ENGLISH, NOTHING, Words


def forest_table(pooled: Pooled, *, order: Order = "level", words: Words = ENGLISH) -> Block:
    """Return a table of the markets, their mean and where one more would lie.

    Parameters
    ----------
    pooled
        A figure of several markets, pooled.
    order
        `level`: by name; `estimate`: the highest first, which ranks the markets.
    words
        Words of the report.
    """
    result = market_estimates(pooled)
    rows = ordered(result.rows, result, order)
    weights = pooled.markets["weight"].loc[rows.index]
    head = [
        words.text("table.level"),
        words.text("table.estimate"),
        words.text("table.interval", level=conf_level(result, words)),
        base_heading(result, words),
        words.text("forest.weight"),
    ]
    cells = [
        [
            level_name(row, result, words),
            words.figure(row["estimate"], result.unit),
            interval_text(row, result, words),
            NOTHING if pd.isna(row["n"]) else words.number(row["n"]),
            words.percent(weight, 1),
        ]
        for (_, row), weight in zip(rows.iterrows(), weights, strict=True)
    ]
    mean, found = pooled_row(pooled), pooled.found
    value, interval = words.figure(found.estimate, result.unit), interval_text(mean, result, words)
    cells.append([words.text("forest.pooled"), value, interval, NOTHING, words.percent(1, 1)])
    if np.isfinite(found.prediction_low):
        ahead = words.interval(found.prediction_low, found.prediction_high, result.unit)
        cells.append([words.text("forest.ahead"), NOTHING, ahead, NOTHING, NOTHING])
    caption = f"{measure_by(result, words)}, {unit_text(result, words)}"
    return Block(html_table(caption, head, {"": cells}, numbers=range(1, len(head))), smallest_base(pooled))
