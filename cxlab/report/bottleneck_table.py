"""What each level of the outcome is not seen without, as a table: the twin of `chart_bottleneck`."""

from __future__ import annotations

import pandas as pd

from cxlab.drivers.necessary_condition import NecessaryCondition
from cxlab.report.block import Block
from cxlab.report.driver_wording import plain
from cxlab.report.html_table import html_table
from cxlab.report.words import ENGLISH, NOTHING, Words

ADJUSTED = {"holm": "contrast.p_holm", "bh": "contrast.p_bh", "none": "contrast.p"}


def bottleneck_table(result: NecessaryCondition, *, words: Words = ENGLISH) -> Block:
    """Return a table of the rating each level of the outcome is not seen without, driver by driver.

    Parameters
    ----------
    result
        What `cxlab.necessary_condition` returned, after `.suppress(min_base)`.
    words
        Words of the report.

    Returns
    -------
    Block
        Effect size, test and accuracy of each driver, then what each level needs. A dash where nothing is
        needed; a cross where the level is not seen at all.
    """
    levels = sorted(result.bottlenecks["outcome_level"].unique())
    outcome = words.label(result.outcome)
    head = [
        words.text("drivers.driver"),
        words.text("drivers.effect"),
        words.text(ADJUSTED[result.family]),
        words.text("drivers.accuracy"),
    ]
    head += [words.text("drivers.level", outcome=outcome, level=plain(level, words)) for level in levels]
    head.append(words.text("table.n"))
    cells = result.bottlenecks.set_index(["driver", "outcome_level"])
    rows = []
    for _, row in result.rows.iterrows():
        name = words.label(row["driver"])
        if row["suppressed"]:
            rows.append([name, words.text("figure.too_few"), *[NOTHING] * (len(head) - 2)])
            continue
        needed = [needed_text(cells.loc[(row["driver"], level)], words) for level in levels]
        figures = [words.number(row["effect_size"], 2), words.p_value(row["p_adjusted"])]
        rows.append([name, *figures, words.percent(row["accuracy"]), *needed, words.number(row["n"])])
    caption = words.text("drivers.bottleneck_title", outcome=outcome)
    return Block(html_table(caption, head, {"": rows}, numbers=range(1, len(head))), result.min_base)


def needed_text(cell: pd.Series, words: Words) -> str:
    """Return the rating a level needs; a dash where it needs none, a cross where it is not seen."""
    if cell["status"] == "not_reached":
        return "×"
    return plain(cell["required"], words) if cell["status"] == "required" else NOTHING
