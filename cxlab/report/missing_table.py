"""What is missing, and why."""

from __future__ import annotations

import pandas as pd

from cxlab.report.block import Block
from cxlab.report.contract_table import full_name
from cxlab.report.html_table import html_table
from cxlab.report.paragraph import paragraph
from cxlab.report.words import ENGLISH, Words


def missing_table(missing: pd.DataFrame, *, words: Words = ENGLISH) -> Block:
    """Return a table of missing values by column and reason.

    Parameters
    ----------
    missing
        `Market.missing`; its sources are added up.
    words
        Words of the report; a reason the market names itself may have a label.

    Returns
    -------
    Block
        One row per column with the count of its missing values and what they are made of, the most frequent
        reason first. A sentence where nothing is missing.
    """
    if missing.empty:
        return paragraph(words.text("intake.none_missing"))
    known = missing.assign(
        attribute=missing["attribute"].fillna("").astype("str"),
        why=[reason_name(reason, words) for reason in missing["reason"]],
    )
    groups: dict[str, list[list[str]]] = {}
    for (table, column, attribute), rows in known.groupby(["table", "column", "attribute"], sort=False):
        counts = rows.groupby("why", sort=False)["n"].sum().sort_values(ascending=False, kind="stable")
        reasons = "; ".join(f"{reason}: {words.number(n)}" for reason, n in counts.items())
        name = full_name(str(table), str(column), str(attribute), words)
        groups.setdefault(words.label(str(table)), []).append([name, words.number(counts.sum()), reasons])
    head = [words.text(f"table.{key}") for key in ("column", "missing_n", "reason")]
    return Block(html_table(words.text("table.missing"), head, groups, numbers=[1]))


def reason_name(reason: str, words: Words) -> str:
    """Return a reason in the language: the market's label, cxlab's own word, or the reason as it is."""
    if reason in words.labels:
        return words.label(reason)
    return words.text(f"reason.{reason}") if words.has(f"reason.{reason}") else reason
