"""Keys across sources: doubled, or pointing nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from cxlab.load.draft import Draft
from cxlab.model.tables import TABLES

REFUSED_RESPONSE = "its response is quarantined"
_PARENTS = {table.key[0]: name for name, table in TABLES.items() if len(table.key) == 1} | {
    "parent": "causes"
}


def settle_keys(drafts: Sequence[Draft]) -> list[Draft]:
    """Mark duplicates, the items of refused questionnaires, and orphans.

    A duplicate is every later row that bears the key of an earlier accepted one in the same table. An orphan
    points at a row of a mapped table that is not there, or was not accepted.
    """
    checked = _without_duplicates([draft for draft in drafts if not draft.attributes])
    items = [draft for draft in drafts if draft.attributes]
    checked = [*checked, *_without_duplicates(_with_questionnaire(items, checked))]
    while True:  # an orphan may leave orphans of its own
        refused = _n_refused(checked)
        known = _known_keys(checked)
        checked = follow_questionnaires([_mark_orphans(draft, known) for draft in checked])
        if _n_refused(checked) == refused:
            return checked


def _n_refused(drafts: Sequence[Draft]) -> int:
    return sum(int(draft.refused.sum()) for draft in drafts)


def _without_duplicates(drafts: Sequence[Draft]) -> list[Draft]:
    checked: list[Draft] = []
    for name in dict.fromkeys(draft.table for draft in drafts):
        checked += _mark_duplicates([draft for draft in drafts if draft.table == name])
    return checked


def _mark_duplicates(drafts: Sequence[Draft]) -> list[Draft]:
    key = TABLES[drafts[0].table].key
    codes = pd.DataFrame({column: _codes(drafts, column) for column in key})
    taken = np.concatenate([draft.accepted for draft in drafts])
    doubled = np.zeros(len(codes), dtype=bool)
    doubled[taken] = codes[taken].duplicated(keep="first").to_numpy()
    ends = np.cumsum([len(draft.values) for draft in drafts])
    return [
        draft.with_breaches(np.flatnonzero(own), key[0], f"duplicate {' + '.join(key)}")
        for draft, own in zip(drafts, np.split(doubled, ends[:-1]), strict=True)
    ]


def _codes(drafts: Sequence[Draft], column: str) -> np.ndarray:
    """Return a number for each value of a key column: equal values, equal numbers."""
    parts = [draft.values[column] for draft in drafts]
    if all(isinstance(part.dtype, pd.CategoricalDtype) for part in parts):
        return union_categoricals([part.array for part in parts]).codes
    return pd.factorize(pd.concat([part.astype("str") for part in parts]))[0]


def follow_questionnaires(drafts: Sequence[Draft]) -> list[Draft]:
    """Mark the items that stand in the same row of a file as a refused questionnaire among the drafts."""
    return _with_questionnaire(drafts, drafts)


def key_columns(table: str) -> set[str]:
    """Return the columns of a table that decide on its keys: all that `settle_keys` looks at."""
    return {*TABLES[table].key, *_PARENTS, "wave", "score"}


def _with_questionnaire(drafts: Sequence[Draft], checked: Sequence[Draft]) -> list[Draft]:
    """Mark the items that stand in the same row of a file as a refused questionnaire."""
    refused = {id(draft.raw): draft.refused for draft in checked if draft.table == "responses"}
    return [
        draft.with_breaches(
            np.flatnonzero(refused[id(draft.raw)][draft.position] & draft.accepted),
            "response_id",
            REFUSED_RESPONSE,
        )
        if draft.attributes and id(draft.raw) in refused
        else draft
        for draft in drafts
    ]


def _known_keys(drafts: Sequence[Draft]) -> dict[str, pd.Index]:
    """Return the accepted keys of each mapped table that others may point at."""
    return {
        name: pd.Index(pd.concat([d.values.loc[d.accepted, TABLES[name].key[0]] for d in own]).unique())
        for column, name in _PARENTS.items()
        if any(column in draft.values and not _is_own_key(draft, column, name) for draft in drafts)
        and (own := [draft for draft in drafts if draft.table == name])
    }


def _mark_orphans(draft: Draft, known: Mapping[str, pd.Index]) -> Draft:
    for column, parent in _PARENTS.items():
        if column not in draft.values or parent not in known or _is_own_key(draft, column, parent):
            continue
        values = draft.values[column]
        lost = values.notna().to_numpy() & ~values.isin(known[parent]).to_numpy() & draft.accepted
        draft = draft.with_breaches(np.flatnonzero(lost), column, f"orphan: not in {parent}")
    return draft


def _is_own_key(draft: Draft, column: str, parent: str) -> bool:
    return parent == draft.table and (column,) == TABLES[parent].key
