"""A result as a table: the twin of every chart of one result."""

from __future__ import annotations

import pandas as pd

from cxlab.estimate.estimates import Estimates
from cxlab.report.block import Block
from cxlab.report.html_table import html_table
from cxlab.report.wording import (
    Order,
    all_rows,
    base_heading,
    conf_level,
    interval_text,
    is_small,
    level_name,
    measure_by,
    shown_rows,
    unit_text,
)
from cxlab.report.words import ENGLISH, NOTHING, Words


def estimates_table(result: Estimates, *, order: Order | None = None, words: Words = ENGLISH) -> Block:
    """Return a table of the levels of a result with estimate, interval and base.

    Parameters
    ----------
    result
        Any result, after `suppress`.
    order
        Order of the rows, as in `chart_segments`; None keeps the result's own. Levels without a figure come
        last.
    words
        Words of the report.

    Returns
    -------
    Block
        Suppressed levels say that there are too few answers; the effective base stands there where the result
        is weighted.
    """
    shown = shown_rows(result, order)
    rows = pd.concat([shown, all_rows(result).drop(shown.index)])
    weighted = result.weighting == "weighted"
    head = [
        words.text("table.level"),
        words.text("table.estimate"),
        words.text("table.interval", level=conf_level(result, words)),
        base_heading(result, words),
        *([words.text("table.n_eff")] if weighted else []),
    ]
    cells = [
        [level_name(row, result, words), *_figures(row, result, words), *base_cells(row, weighted, words)]
        for _, row in rows.iterrows()
    ]
    caption = f"{measure_by(result, words)}, {unit_text(result, words)}"
    html = html_table(caption, head, {"": cells}, numbers=range(1, len(head)))
    return Block(html, result.min_base)


def base_cells(row: pd.Series, weighted: bool, words: Words) -> list[str]:
    """Return the cells of a row that say on how many answers it stands."""
    if pd.isna(row["n"]):
        return [NOTHING] * (1 + weighted)
    flag = f" ({words.text('figure.small_base')})" if row["n"] > 0 and is_small(row) else ""
    return [words.number(row["n"]) + flag, *([words.number(row["n_eff"])] if weighted else [])]


def silence(row: pd.Series, words: Words) -> str:
    """Return why a row has no figure."""
    return words.text("figure.too_few" if row["suppressed"] else "figure.no_answers")


def _figures(row: pd.Series, result: Estimates, words: Words) -> list[str]:
    if pd.isna(row["estimate"]):
        return [silence(row, words), NOTHING]
    return [words.figure(row["estimate"], result.unit), interval_text(row, result, words)]
