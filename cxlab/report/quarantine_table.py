"""What was quarantined, by rule."""

from __future__ import annotations

import re

import pandas as pd

from cxlab.report.block import Block
from cxlab.report.contract_table import column_name, full_name
from cxlab.report.html_table import html_table
from cxlab.report.paragraph import paragraph
from cxlab.report.words import ENGLISH, Words

EXAMPLES = 3
RULES = {
    r"outside (?P<low>\S+)–(?P<high>\S+)": "outside",
    r"above (?P<value>\S+)": "above",
    r"below (?P<value>\S+)": "below",
    r"not above (?P<value>\S+)": "not_above",
    r"not a whole number": "whole",
    r"not a number": "number",
    r"not finite": "finite",
    r"unparsable date": "date",
    r"neither yes nor no": "flag",
    r"unknown label": "label",
    r"none of (?P<values>.+)": "choice",
    r"duplicate .+": "duplicate",
    r"its response is quarantined": "refused",
    r"orphan: not in (?P<table>\w+)": "orphan",
    r"\S+ is missing": "absent",
}
"""The rules of the contract as the loader words them, and the text each has in a report."""


def quarantine_table(quarantine: pd.DataFrame, *, words: Words = ENGLISH) -> Block:
    """Return a table of broken rules with counts and the numbers of some rows.

    Parameters
    ----------
    quarantine
        `Market.quarantine`.
    words
        Words of the report.

    Returns
    -------
    Block
        One row per table, column and rule, the most frequent first; where several attributes of a table break
        a rule in the same way, they share a row. Values are never shown: they may be personal.
    """
    if quarantine.empty:
        return paragraph(words.text("intake.none_quarantined"))
    parts = quarantine["column"].str.extract(r"^(?P<base>.*?)(?: \((?P<attribute>.+)\))?$").fillna("")
    known = quarantine.assign(base=parts["base"], attribute=parts["attribute"])
    broken = [
        (len(rows), str(table), _row(str(table), str(base), str(rule), rows, words))
        for (table, base, rule), rows in known.groupby(["table", "base", "rule"], sort=False)
    ]
    groups = {
        words.label(table): [
            row for _, own, row in sorted(broken, key=lambda entry: -entry[0]) if own == table
        ]
        for table in dict.fromkeys(known["table"])
    }
    head = [words.text(f"table.{key}") for key in ("column", "rule", "count", "examples")]
    return Block(html_table(words.text("table.quarantine"), head, groups, numbers=[2]))


def rule_name(rule: str, words: Words) -> str:
    """Return a rule of the contract in the language; one nobody translated stays as it is."""
    for pattern, key in RULES.items():
        if match := re.fullmatch(pattern, rule):
            parts = match.groupdict()
            if "table" in parts:
                parts["table"] = words.label(parts["table"])
            return words.text(f"rule.{key}", **{name: _number(text, words) for name, text in parts.items()})
    return rule


def _row(table: str, base: str, rule: str, rows: pd.DataFrame, words: Words) -> list[str]:
    attributes = list(dict.fromkeys(rows["attribute"]))
    if len(attributes) > 1:
        questions = words.plural("count.questions", len(attributes))
        name = words.text("table.several", column=column_name(table, base, "", words), questions=questions)
    else:
        name = full_name(table, base, attributes[0], words)
    return [name, rule_name(rule, words), words.number(len(rows)), _examples(rows, words)]


def _examples(rows: pd.DataFrame, words: Words) -> str:
    """Return file and number of the first rows: `pulse.csv: 404, 928, …`."""
    places = rows[["file", "row"]].drop_duplicates()
    file = places["file"].iloc[0]
    own = places[places["file"] == file]["row"]
    numbers = ", ".join(str(row) for row in own.head(EXAMPLES)) + (", …" if len(places) > EXAMPLES else "")
    return words.text("table.rows_in", file=file, rows=numbers)


def _number(text: str, words: Words) -> str:
    try:
        value = float(text)
    except ValueError:
        return text
    digits = len(text.partition(".")[2])
    return words.number(value, digits)
