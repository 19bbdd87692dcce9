"""The columns of a further file put beside the rows of another, by a key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from cxlab.load.readers.raw_table import RawTable
from cxlab.model.errors import SourceError
from cxlab.model.strict import code_text


def join_table(raw: RawTable, further: RawTable, on: Mapping[str, str]) -> RawTable:
    """Put the columns of a further file beside the rows of a table: many rows to one.

    Parameters
    ----------
    raw
        The table; each of its rows stays, once.
    further
        The file to join on.
    on
        The key: column of the table → column of the file. Texts are compared without white space at their
        ends, numbers in their one spelling; a key with a blank part matches nothing.

    Returns
    -------
    RawTable
        The table with the file's columns. A row without a partner holds nothing there, for the reason "no
        match in" the file.

    Raises
    ------
    SourceError
        Where a key column is missing, a key occurs twice in the file, or both have a column of one name.
    """
    _refuse_missing(raw, on)
    _refuse_missing(further, on.values())
    added = [str(name) for name in further.frame if name not in raw.frame]
    _refuse_clash(raw, further, on)
    left, right = _keys(raw, list(on)), _keys(further, list(on.values()))
    _refuse_doubles(right, further, on)
    known = pd.Series(np.flatnonzero(right.notna()), index=right[right.notna()])
    place = left.map(known).fillna(-1).astype("int64")
    found = further.frame[added].reset_index(drop=True).reindex(place).reset_index(drop=True)
    why = pd.Index([f"no match in {further.file}"])
    unmatched = pd.Series(pd.Categorical.from_codes(np.where(place < 0, 0, -1), why))
    return replace(
        raw,
        frame=pd.concat([raw.frame.reset_index(drop=True), found], axis=1),
        user_missing={**raw.user_missing, **_of(added, further.user_missing)},
        value_labels={**raw.value_labels, **_of(added, further.value_labels)},
        unmatched={**raw.unmatched, **dict.fromkeys(added, unmatched)},
        inputs=raw.inputs + further.inputs,
    )


def _of(columns: Sequence[str], known: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    return {name: known[name] for name in columns if name in known}


def _keys(table: RawTable, columns: Sequence[str]) -> pd.Series:
    """Return the key of each row as one text, missing where a part of it is blank."""
    parts = []
    for name in columns:
        codes, distinct = pd.factorize(table.frame[name])
        texts = [value.strip() if isinstance(value, str) else code_text(value) for value in distinct]
        spelt = pd.Series([*texts, None], dtype="str").replace("", None)
        parts.append(spelt.take(codes).reset_index(drop=True))
    keys = parts[0]
    for part in parts[1:]:
        keys = keys + "\0" + part
    return keys


def _refuse_missing(table: RawTable, columns: Iterable[str]) -> None:
    for name in columns:
        if name not in table.frame:
            raise SourceError(
                f"there is no column '{name}' to join by", where=table.file, remedy="check `on` of the join"
            )


def _refuse_clash(raw: RawTable, further: RawTable, on: Mapping[str, str]) -> None:
    for name in further.frame:
        if name in raw.frame and name not in on.values():
            raise SourceError(
                f"the column '{name}' stands in {raw.file} too, or in a file joined before",
                where=further.file,
                remedy="rename one of the two, so that the mapping says which is meant",
            )


def _refuse_doubles(keys: pd.Series, further: RawTable, on: Mapping[str, str]) -> None:
    doubled = keys.notna() & keys.duplicated(keep=False)
    if doubled.any():
        first = np.flatnonzero(keys == keys[doubled].iloc[0])
        rows = ", ".join(str(row) for row in further.row_numbers[first[:3]])
        n_keys = keys[doubled].nunique()
        raise SourceError(
            f"one key of {' + '.join(on.values())} stands in rows {rows}"
            + (f", and {n_keys - 1:,} more keys stand twice" if n_keys > 1 else ""),
            where=further.file,
            remedy="join by a key that names one row, or take the doubles out",
        )
