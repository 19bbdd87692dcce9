"""The constructs of a path model as a table, under what speaks against it."""

from __future__ import annotations

import math

import pandas as pd

from cxlab.estimate.hidden_cells import too_small
from cxlab.measure.path_doubts import PathDoubt
from cxlab.measure.path_estimates import PathEstimates
from cxlab.report.block import Block
from cxlab.report.html_table import html_table
from cxlab.report.wording import conf_level, interval_text, paragraphs
from cxlab.report.words import ENGLISH, NOTHING, Words

SHARES = ("alpha", "rho_a", "rho_c", "ave")


def ecsi_table(result: PathEstimates, *, min_base: int = 0, words: Words = ENGLISH) -> Block:
    """Return a table of the constructs: index with interval, R², reliability.

    Parameters
    ----------
    result
        What `cxlab.ecsi` returned.
    min_base
        Smallest base that is shown; it applies to the smaller of n and the effective base.
    words
        Words of the report.

    Returns
    -------
    Block
        The doubts as sentences, then the table; below the smallest base, a sentence that says so.
    """
    if too_small(min(result.n, result.n_eff), min_base):
        return Block(paragraphs(words.text("ecsi.too_few")), min_base)
    index = result.index
    head = [
        words.text("ecsi.construct"),
        words.text("ecsi.index"),
        words.text("table.interval", level=conf_level(index, words)),
        words.text("ecsi.r_squared"),
        *(words.text(f"ecsi.{name}") for name in SHARES),
    ]
    rows = [
        [
            words.label(construct["construct"]),
            _figure(row["estimate"], words, 1),
            _interval(row, words) if math.isfinite(row["conf_low"]) else interval_text(row, index, words),
            _figure(construct["r_squared"], words),
            *(_figure(construct[name], words) for name in SHARES),
        ]
        for (_, construct), (_, row) in zip(result.constructs.iterrows(), index.rows.iterrows(), strict=True)
    ]
    table = html_table(words.text("ecsi.table"), head, {"": rows}, numbers=range(1, len(head)))
    base = words.plural("count.answers", result.n)
    if index.weighting == "weighted":
        base += f", {words.text('figure.n_eff', n=words.number(result.n_eff))}"
    notes = paragraphs(f"{base}.", words.text("ecsi.reading"))
    said = paragraphs(*(doubt_text(doubt, words) for doubt in result.doubts)) if result.doubts else ""
    return Block(f"{said}\n{table}\n{notes}".lstrip("\n"), min_base)


def doubt_text(doubt: PathDoubt, words: Words) -> str:
    """Return a doubt as a sentence of the report."""
    named = [_pair(name, words) for name in doubt.about]
    return words.text(f"ecsi.{doubt.kind}", about=", ".join(named))


def _pair(name: str, words: Words) -> str:
    return "–".join(words.label(part) for part in name.split("–"))


def _figure(value: float, words: Words, digits: int = 2) -> str:
    return words.number(value, digits) if math.isfinite(value) else NOTHING


def _interval(row: pd.Series, words: Words) -> str:
    ends = {end: words.number(row[f"conf_{end}"], 1) for end in ("low", "high")}
    return words.text("figure.interval", **ends)
