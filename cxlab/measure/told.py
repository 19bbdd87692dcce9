"""Who talked about the company, where and how: answers about word of mouth as flags and scores."""

from __future__ import annotations

from typing import Any, Literal, get_args

import narwhals as nw

from cxlab.model.errors import MeasureError
from cxlab.tally.entry import known_frame, require_names
from cxlab.tally.value_counts import value_counts

Source = Literal["offline", "online"]
Valence = Literal["positive", "negative", "mixed"]
SOURCES = (*get_args(Source), "none")
VALENCES = get_args(Valence)
TOLD = "cxlab_told"
# The scores of a promoter, a passive and a detractor: the balance is an NPS of what was said.
SCORES = {"positive": 10, "mixed": 8, "negative": 0}


def told_flags(
    frame: Any, sources: str, valences: str, source: Source | None, valence: Valence | None
) -> Any:
    """Return the frame with a flag `cxlab_told`: whether somebody talked, there and so.

    Parameters
    ----------
    frame
        A frame of any engine.
    sources, valences
        Columns of where (offline, online, none) and how (positive, negative, mixed) somebody talked.
    source, valence
        Where and how; None where it does not matter.

    Returns
    -------
    frame of the same engine
        The flag is missing where it is not known: without an answer on the source, and, where it matters how,
        of who talked there without one on the valence.
    """
    _require_known(frame, sources, SOURCES, source)
    _require_known(frame, valences, VALENCES, valence)
    where, how = nw.col(sources), nw.col(valences)
    there = (where != "none") if source is None else (where == source)
    # Engines differ in what a comparison with nothing gives, so what is not known is said first.
    unknown = where.is_null() if valence is None else where.is_null() | (there & how.is_null())
    so = there if valence is None else there & (how == valence)
    told = nw.when(~unknown).then(so)
    return known_frame(frame).with_columns(told.alias(TOLD)).to_native()


def told_scores(frame: Any, sources: str, valences: str, source: Source | None) -> Any:
    """Return the frame with a score `cxlab_told`: 10, 8 or 0 for positive, mixed and negative talk.

    Missing of who did not talk there, or did not say how.
    """
    _require_known(frame, sources, SOURCES, source)
    _require_known(frame, valences, VALENCES, None)
    where, how = nw.col(sources), nw.col(valences)
    there = ~where.is_null() & ((where != "none") if source is None else (where == source))
    good, mixed, bad = (nw.lit(SCORES[name], dtype=nw.Int64) for name in ("positive", "mixed", "negative"))
    low = nw.when(there & (how == "negative")).then(bad)
    middle = nw.when(there & (how == "mixed")).then(mixed).otherwise(low)
    score = nw.when(there & (how == "positive")).then(good).otherwise(middle)
    return known_frame(frame).with_columns(score.alias(TOLD)).to_native()


def _require_known(frame: Any, column: str, known: tuple[str, ...], asked: str | None) -> None:
    require_names([column], known_frame(frame).collect_schema())
    if asked is not None and asked not in known[: len(known) - (known == SOURCES)]:
        raise MeasureError(f"unknown '{asked}'", remedy="take one of " + ", ".join(known))
    found = value_counts(frame, column)["value"].dropna()
    strange = sorted(set(found) - set(known))
    if strange:
        raise MeasureError(
            f"the column '{column}' holds '{strange[0]}'",
            remedy="it may hold " + ", ".join(known) + "; name them in the mapping (labels:)",
        )
