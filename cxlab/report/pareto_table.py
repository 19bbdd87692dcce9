"""A Pareto as a table."""

from __future__ import annotations

from cxlab.measure.pareto import Pareto
from cxlab.report.block import Block
from cxlab.report.estimates_table import silence
from cxlab.report.html_table import html_table
from cxlab.report.wording import conf_level, interval_text, level_name, measure_name, unit_text
from cxlab.report.words import ENGLISH, NOTHING, Words

MARK = "✓"


def pareto_table(pareto: Pareto, *, words: Words = ENGLISH) -> Block:
    """Return a table of the levels of a Pareto, the largest first.

    Parameters
    ----------
    pareto
        What `cxlab.pareto` or `cxlab.lost_reasons` returned, after its `suppress`.
    words
        Words of the report.

    Returns
    -------
    Block
        Amount, share with interval, running total, and a mark for the few that reach the line.
    """
    shares = pareto.shares
    cells = []
    for place, (_, row) in enumerate(shares.rows.iterrows()):
        name = level_name(row, shares, words)
        if row["suppressed"]:
            cells.append([name, silence(row, words), *[NOTHING] * 4])
            continue
        cells.append(
            [
                name,
                words.number(pareto.amounts[place]),
                words.figure(row["estimate"], shares.unit),
                interval_text(row, shares, words),
                words.figure(pareto.cumulative[place], shares.unit),
                MARK if pareto.vital[place] else NOTHING,
            ]
        )
    head = [
        words.label(shares.outcome),
        words.text("table.amount"),
        words.text("table.share"),
        words.text("table.interval", level=conf_level(shares, words)),
        words.text("table.cumulative"),
        words.text("table.vital", line=words.percent(pareto.line)),
    ]
    caption = f"{measure_name(shares, words)}, {unit_text(shares, words)}"
    return Block(html_table(caption, head, {"": cells}, numbers=range(1, 5)), shares.min_base)
