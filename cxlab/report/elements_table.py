"""The three elements of loyalty on satisfaction: slopes, and which can be told apart."""

from __future__ import annotations

import pandas as pd

from cxlab.estimate.multiplicity import is_told
from cxlab.linkage.loyalty_elements import LoyaltyElements
from cxlab.report.block import Block
from cxlab.report.driver_wording import signed, signed_ends
from cxlab.report.html_table import html_table
from cxlab.report.wording import level_of, paragraphs, weighting_of_figures
from cxlab.report.words import ENGLISH, Words


def elements_table(result: LoyaltyElements, *, words: Words = ENGLISH) -> Block:
    """Return what goes with a point of satisfaction in each element of loyalty.

    Parameters
    ----------
    result
        What `cxlab.loyalty_elements` returned, after `.suppress(min_base)`.
    words
        Words of the report.
    """
    title = words.text("revenue.elements_title", score=words.label(result.satisfaction))
    if result.rows["suppressed"].all():
        return Block(paragraphs(words.text("chart.empty_table", measure=title)), result.min_base)
    level = level_of(result.conf_level, words)
    head = [
        words.text("revenue.element"),
        words.text("revenue.per_point"),
        words.text("table.interval", level=level),
        words.text("revenue.standardised"),
        words.text("table.interval", level=level),
    ]
    rows = [_row(row, words) for _, row in result.rows.iterrows()]
    said = [
        _apart(result, words),
        words.text("revenue.elements_note"),
        weighting_of_figures(result.weighting, words) + ".",
        words.plural("count.answers", result.n) + ".",
    ]
    table = html_table(title, head, {"": rows}, numbers=range(1, len(head)))
    return Block(f"{paragraphs(*said)}\n{table}", result.min_base)


def _row(row: pd.Series, words: Words) -> list[str]:
    return [
        words.label(row["element"]), signed(row["slope"], words),
        signed_ends(row["conf_low"], row["conf_high"], words), signed(row["standardised"], words),
        signed_ends(row["standardised_conf_low"], row["standardised_conf_high"], words),
    ]  # fmt: skip


def _apart(result: LoyaltyElements, words: Words) -> str:
    pairs = result.differences
    apart = pairs[is_told(pairs["standardised_p_adjusted"], result.conf_level)]
    if apart.empty:
        return words.text("revenue.elements_alike")
    said = []
    for _, row in apart.iterrows():
        names = [words.label(row["element"]), words.label(row["other"])]
        steeper, other = names if row["standardised_difference"] > 0 else names[::-1]
        said.append(words.text("revenue.elements_pair", steeper=steeper, other=other))
    return words.text("revenue.elements_apart", pairs="; ".join(said))
