"""What other ratings go with, in words: a difference between people, and when it would be a change."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.drivers.what_if import TOGETHER, WhatIf
from cxlab.estimate.multiplicity import is_told
from cxlab.report.block import Block
from cxlab.report.driver_wording import plain, signed_ends
from cxlab.report.paragraph import paragraph
from cxlab.report.what_if_table import what_if_table
from cxlab.report.wording import level_of, shortlist, weighting_of_figures
from cxlab.report.words import ENGLISH, Words


def what_if_paragraph(result: WhatIf, *, words: Words = ENGLISH) -> Block:
    """Return by how much people who rate a driver otherwise rate the outcome otherwise, with its table.

    Parameters
    ----------
    result
        What `cxlab.what_if` returned, after `.suppress(min_base)`.
    words
        Words of the report.

    Returns
    -------
    Block
        The largest difference that can be told from none, the drivers of which none can be told, and under
        which assumption a difference would hold as a change.
    """
    outcome = words.label(result.outcome)
    if result.rows["suppressed"].all():
        said = words.text("chart.empty_table", measure=words.text("drivers.what_if_title", outcome=outcome))
        return Block(paragraph(said).html, result.min_base)
    rows = result.rows[result.rows["driver"] != TOGETHER]
    told = is_told(rows["p_value"], result.conf_level)
    sizes = np.abs(rows["difference"].to_numpy(dtype="float64"))
    largest = rows.iloc[int(np.where(told, sizes, -1.0).argmax())]
    parts = [_sentence(largest, result, outcome, words)] if told.any() else []
    if not told.all():
        names = [words.label(name) for name in rows.loc[~told, "driver"]]
        parts.append(words.text("drivers.what_if_none", drivers=shortlist(names, words)))
    parts.append(
        words.text(
            "drivers.what_if_base",
            weighting=weighting_of_figures(result.weighting, words),
            answers=words.plural("count.answers", result.n),
            share=words.percent(result.kept),
        )
    )
    table = what_if_table(result, words=words).html
    assumption = paragraph(words.text("drivers.what_if_assumption")).html
    return Block(f"{paragraph(' '.join(parts)).html}\n{assumption}\n{table}", result.min_base)


def _sentence(row: pd.Series, result: WhatIf, outcome: str, words: Words) -> str:
    side = "higher" if row["difference"] > 0 else "lower"
    step = "up" if row["change"] > 0 else "down"
    return words.text(
        f"drivers.what_if_{step}_{side}",
        driver=words.label(row["driver"]),
        change=plain(abs(row["change"]), words),
        mean_change=words.number(abs(row["mean_change"]), 2),
        outcome=outcome,
        difference=words.number(abs(row["difference"]), 2),
        level=level_of(result.conf_level, words),
        interval=signed_ends(row["conf_low"], row["conf_high"], words),
    )
