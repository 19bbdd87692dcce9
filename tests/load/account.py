"""The account of a market: no source value disappears without a counted reason."""

from __future__ import annotations

from collections import Counter

from cxlab.load.codebook import NO_SCORE
from cxlab.model.market import Market
from cxlab.model.tables import TABLES

NAMED = ["table", "column", "attribute", "source"]


def faults_of(market: Market) -> list[str]:
    """Return what does not add up in a market; empty where every value is accounted for.

    - Each column: rows = accepted + missing + quarantined, and missing = the sum of its reasons.
    - Each table: rows of its sources = accepted rows + rows set aside + rows that hold no score.
    - Each column of a table holds as many values as its codebook says were accepted.
    - Keys are there, and name one row each.
    """
    book = market.codebook.to_dict("records")
    reasons: Counter[tuple[str, ...]] = Counter()
    for row in market.missing.to_dict("records"):
        reasons[tuple(row[name] for name in NAMED)] += row["n"]
    faults = []
    for row in book:
        name = tuple(row[part] for part in NAMED)
        if row["n_rows"] != row["n_accepted"] + row["n_missing"] + row["n_quarantined"]:
            faults.append(f"{name}: {row['n_rows']} rows are not accepted + missing + quarantined")
        if reasons[name] != row["n_missing"]:
            faults.append(f"{name}: {row['n_missing']} missing, but {reasons[name]} have a reason")
    for table in market.tables:
        faults += _table_faults(market, table)
    return faults


def _table_faults(market: Market, table: str) -> list[str]:
    frame, faults = market.tables[table], []
    book = [row for row in market.codebook.to_dict("records") if row["table"] == table]
    scores = [row for row in book if row["attribute"]]
    plain = [row for row in book if not row["attribute"]]
    rows_of = Counter()
    for entry in market.inputs:
        rows_of[entry.source] += entry.n_rows
    faults += [f"{table}.{row['column']}: {row['n_rows']} rows of {rows_of[row['source']]}"
               for row in book if row["n_rows"] != rows_of[row["source"]]]  # fmt: skip
    # A matrix question gives a row per attribute.
    per_row = Counter(row["source"] for row in scores) or Counter({row["source"]: 1 for row in plain})
    given = sum(rows_of[source] * count for source, count in per_row.items())
    set_aside = market.quarantine[market.quarantine["table"] == table]
    places = ["source", "file", "row"] + (["column"] if scores else [])
    n_aside = (
        sum(row["n_quarantined"] for row in scores) if scores else len(set_aside[places].drop_duplicates())
    )
    unscored = _n_unscored(market, table, scores)
    if given != len(frame) + n_aside + unscored:
        faults.append(f"{table}: {given} rows are not {len(frame)} + {n_aside} + {unscored}")
    for column in {row["column"] for row in plain}:
        accepted = sum(row["n_accepted"] for row in plain if row["column"] == column)
        if accepted != int(frame[column].notna().sum()):
            faults.append(f"{table}.{column}: {accepted} accepted")
    if scores and sum(row["n_accepted"] for row in scores) != len(frame):
        faults.append(f"{table}: the scores accepted are not its rows")
    key = list(TABLES[table].key)
    if frame[key].isna().any(axis=None) or frame.duplicated(key).any():
        faults.append(f"{table}: its key is missing or doubled")
    return faults


def _n_unscored(market: Market, table: str, scores: list[dict[str, object]]) -> int:
    """Count the rows of a table of scores that hold none."""
    own = market.missing[market.missing["table"] == table]
    if scores:
        return int(own.loc[own["column"] == "score", "n"].sum())
    by_column = own[own["reason"] == NO_SCORE].groupby(["source", "column"])["n"].sum()
    return int(by_column.groupby("source").max().sum())
