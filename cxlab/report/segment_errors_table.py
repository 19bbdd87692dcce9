"""Whether a model of leaving errs alike in every segment."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.estimate.multiplicity import is_told
from cxlab.report.block import Block
from cxlab.report.driver_wording import signed
from cxlab.report.html_table import html_table
from cxlab.report.segment_name import segment_name
from cxlab.report.wording import level_of, listed, paragraphs, weighting_of_figures
from cxlab.report.words import ENGLISH, NOTHING, Words
from cxlab.retention.segment_errors import SegmentErrors


def segment_errors_table(result: SegmentErrors, by: str, *, words: Words = ENGLISH) -> Block:
    """Return the errors of a model in each segment, and which terms differ between them.

    Parameters
    ----------
    result
        What `cxlab.errors_by_segment` returned, after `.suppress(min_base)`.
    by
        Column of the segments.
    words
        Words of the report.
    """
    title = words.text("churn.errors_title", by=segment_name(by, words))
    shown = ~result.rows["suppressed"].astype(bool)
    if not shown.any():
        return Block(paragraphs(words.text("chart.empty_table", measure=title)), result.min_base)
    terms = list(result.tests["term"])
    head = [words.label(by), words.text("table.customers"), words.text("churn.given")]
    head += [words.text("churn.observed"), *(words.text(f"churn.error_{term}") for term in terms)]
    rows = [_cells(row, terms, by, words) for _, row in result.rows[shown].iterrows()]
    told = result.tests[is_told(result.tests["p_adjusted"], result.conf_level)]["term"]
    names = listed([words.text(f"churn.told_{term}") for term in told], words)
    limit = result.threshold
    notes = [
        words.text("churn.errors_told", terms=names) if len(told) else words.text("churn.errors_alike"),
        words.text("churn.errors_note", level=level_of(result.conf_level, words)),
        "" if limit is None else words.text("churn.errors_threshold", threshold=words.percent(limit, 1)),
        weighting_of_figures(result.weighting, words) + ".",
        words.plural("count.hidden", int((~shown).sum())) if not shown.all() else "",
        words.text("churn.errors_hidden") if not shown.all() else "",
    ]
    table = html_table(title, head, {"": rows}, numbers=range(1, len(head)))
    return Block(f"{table}\n{paragraphs(*[note for note in notes if note])}", result.min_base)


def _cells(row: pd.Series, terms: list[str], by: str, words: Words) -> list[str]:
    cells = [words.level(str(row["segment"]), (by,)), words.number(row["n"])]
    cells += [words.percent(row[name], 1) for name in ("score", "observed")]
    return cells + [_term(row, term, words) for term in terms]


def _term(row: pd.Series, term: str, words: Words) -> str:
    figures = [float(row[term + end]) for end in ("", "_low", "_high")]
    if not np.isfinite(figures[0]):
        return NOTHING
    if term == "difference":
        value, low, high = (signed(100 * figure, words, 1) for figure in figures)
    else:
        value, low, high = (words.percent(figure, 1) for figure in figures)
    if not np.isfinite(figures[1:]).all():
        return value
    return f"{value}\n{words.text('figure.interval', low=low, high=high)}"
