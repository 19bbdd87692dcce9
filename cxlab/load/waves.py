"""Response numbers that start anew in each wave, and the questionnaire that an item belongs to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxlab.load.draft import Draft
from cxlab.model.errors import ContractError


def n_repeated(drafts: Sequence[Draft]) -> int:
    """Return how many response numbers occur in more than one wave."""
    known = [draft.values for draft in _questionnaires(drafts) if "wave" in draft.values]
    if not known or pd.concat([values["response_id"] for values in known]).is_unique:
        return 0
    distinct = pd.concat([values[["response_id", "wave"]] for values in known]).dropna().drop_duplicates()
    return int(distinct.loc[distinct["response_id"].duplicated(), "response_id"].nunique())


def under_waves(drafts: Sequence[Draft]) -> list[Draft]:
    """Write response numbers that start anew in each wave as `wave/number`.

    Yearly files often number their respondents from 1. Where one number occurs in several waves
    (`n_repeated`), every response_id is to be put under its wave; a number that occurs twice in one wave
    stays a duplicate.

    Raises
    ------
    ContractError
        Where a table refers to such numbers and nothing tells which wave it means.
    """
    waves = {id(draft.raw): draft.values.get("wave") for draft in _questionnaires(drafts)}
    return [_under_wave(draft, waves.get(id(draft.raw))) for draft in drafts]


def wave_note(count: int) -> str:
    """Say that response numbers were put under their wave."""
    return (
        f"{count:,} response numbers occur in more than one wave: every response_id is written as "
        "wave/number, and a respondent cannot be followed from wave to wave by it"
    )


def join_items(drafts: Sequence[Draft]) -> list[Draft]:
    """Give each item without a response_id of its own that of the questionnaire in its row of the file."""
    names = {}
    joined = {id(draft.raw) for draft in drafts if draft.attributes and "response_id" not in draft.values}
    for draft in _questionnaires(drafts):
        if id(draft.raw) not in joined:
            continue
        codes, distinct = pd.factorize(draft.values["response_id"])
        names[id(draft.raw)] = pd.Categorical.from_codes(codes, pd.Index(distinct))
    return [_under_response(draft, names) for draft in drafts]


def _questionnaires(drafts: Sequence[Draft]) -> list[Draft]:
    return [draft for draft in drafts if draft.table == "responses"]


def _under_response(draft: Draft, names: dict[int, pd.Categorical]) -> Draft:
    if not draft.attributes or "response_id" in draft.values:
        return draft
    names_of_rows = pd.Series(names[id(draft.raw)].take(draft.position))
    return draft.with_values(response_id=names_of_rows)


def _under_wave(draft: Draft, same_file: pd.Series | None) -> Draft:
    if "response_id" not in draft.values:
        return draft
    wave = draft.values.get("wave", same_file)
    if wave is None:
        raise ContractError(
            "response numbers start anew in each wave, and nothing says which wave this table means",
            where=f"source {draft.source}, table {draft.table}",
            remedy="map wave in the responses of the same source, or give every response a number of its own",
        )
    wave = wave.take(draft.position).reset_index(drop=True) if wave is same_file else wave
    number = draft.values["response_id"]
    lost = np.flatnonzero(number.notna() & wave.isna() & ~draft.refused)
    draft = draft.with_breaches(lost, "wave", "wave is missing, and response numbers start anew in each")
    return draft.with_values(response_id=wave.astype("str") + "/" + number.astype("str"))
