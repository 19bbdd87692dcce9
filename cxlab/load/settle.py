"""From drafts to tables: what is accepted, and what is quarantined."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cxlab.load.blocks import blocks_of
from cxlab.load.draft import Draft
from cxlab.load.keys import REFUSED_RESPONSE
from cxlab.model.errors import ContractError
from cxlab.model.market import QUARANTINE_COLUMNS
from cxlab.model.tables import TABLES, Table


def accepted_tables(drafts: Sequence[Draft], market: str) -> dict[str, pd.DataFrame]:
    """Return the canonical tables: the rows of the drafts that break no rule.

    Each row is put under the market's name, each response into its block.
    """
    tables = {}
    for name, table in TABLES.items():
        parts = [_spelt(draft.values[draft.accepted]) for draft in drafts if draft.table == name]
        if parts:
            frame = in_order(pd.concat(parts, ignore_index=True), table)
            blocks = {"block": blocks_of(frame)} if name == "responses" else {}
            tables[name] = frame.assign(**blocks, market=market)
    return tables


def in_order(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the frame with the dictionary's columns in their order, and further ones behind them."""
    known = [column for column in table.columns if column in frame]
    return frame[[*known, *(column for column in frame if column not in known)]]


def _spelt(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its categories written out as texts."""
    categories = frame.select_dtypes("category")
    return frame.assign(**{str(name): _written_out(column) for name, column in categories.items()})


def _written_out(column: pd.Series) -> pd.Series:
    # One text per category, then one look-up per row: `astype` would write each row anew.
    names = column.cat.categories.astype("str").take(column.cat.codes.to_numpy())
    return pd.Series(names, index=column.index, dtype="str")


def whole_numbers(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return a canonical table with scores and counts as Int64, where all of a column's values are whole."""
    columns = TABLES[table].columns
    counted = [name for name, column in columns.items() if column.kind in ("score", "whole")]
    whole = [name for name in counted if name in frame and (frame[name].dropna() % 1 == 0).all()]
    return frame.astype(dict.fromkeys(whole, "Int64"))


def quarantine_of(drafts: Sequence[Draft]) -> pd.DataFrame:
    """Return one row per breach of the contract: table, source, file, row, column, value, rule."""
    parts = [_breach_rows(draft) for draft in drafts if len(draft.broken)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=QUARANTINE_COLUMNS)


def _breach_rows(draft: Draft) -> pd.DataFrame:
    rows, columns = draft.broken["row"].to_numpy(dtype=int), draft.broken["column"]
    shown = columns
    if draft.attributes:
        named = (
            draft.values["kind"].iloc[rows].astype("str")
            + "."
            + draft.values["attribute_id"].iloc[rows].astype("str")
        )
        shown = columns + " (" + named.to_numpy() + ")"
    return pd.DataFrame(
        {
            "table": draft.table,
            "source": draft.source,
            "file": draft.raw.file,
            "row": draft.raw.row_numbers[draft.position[rows]],
            "column": shown,
            "value": [draft.raw_value(row, column) for row, column in zip(rows, columns, strict=True)],
            "rule": draft.broken["rule"],
        },
        columns=QUARANTINE_COLUMNS,
    )


def row_counts(drafts: Sequence[Draft]) -> pd.DataFrame:
    """Return how many rows the drafts of each table hold (`n_rows`), and how many of them break a rule."""
    counts = [(draft.table, int(draft.answered.sum()), int(draft.refused.sum())) for draft in drafts]
    frame = pd.DataFrame(counts, columns=["table", "n_rows", "n_broken"])
    return frame.groupby("table", sort=False).sum()


def refuse_excess(counts: pd.DataFrame, quarantine: pd.DataFrame, max_quarantine: float, where: str) -> None:
    """Raise ContractError where too large a share of a table's rows (`row_counts`) breaks the contract."""
    for name, n_rows, n_broken in counts.itertuples():
        if n_broken > max_quarantine * n_rows:
            found = quarantine[quarantine["table"] == name]
            raise ContractError(
                f"{n_broken:,} of {n_rows:,} rows of {name} break the contract ({n_broken / n_rows:.1%}), "
                f"more than max_quarantine allows ({max_quarantine:.0%}): {'; '.join(breach_lines(found))}",
                where=where,
                remedy="mend the mapping (missing, codes, labels, shift, format) or raise max_quarantine",
            )


def breach_lines(quarantine: pd.DataFrame, most: int = 5) -> list[str]:
    """Say in a line each which rules were broken, how often and in which rows, the most frequent first.

    Values are not repeated: a misplaced one may be personal. Items that went with their questionnaire are one
    line for all attributes, behind the faults that made them go.
    """
    lines = []
    follows = quarantine["rule"] == REFUSED_RESPONSE
    named = quarantine.assign(column=quarantine["column"].mask(follows, "response_id"), follows=follows)
    grouped = named.groupby(["table", "source", "file", "column", "rule", "follows"], sort=False)["row"]
    for key, rows in sorted(grouped, key=lambda group: (group[0][-1], -len(group[1]))):
        table, _, file, column, rule, _ = key
        places = rows.unique()
        first = ", ".join(str(row) for row in places[:3]) + (", …" if len(places) > 3 else "")
        where = f"{file}, {'row' if len(places) == 1 else 'rows'} {first}"
        lines.append(f"{table}.{column}: {len(rows):,} × {rule} ({where})")
    hidden = len(lines) - most
    return [*lines[:most], f"and {hidden} rules more"] if hidden > 0 else lines
