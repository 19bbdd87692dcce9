"""What all drivers go with together, and which comes first, in a sentence or three."""

from __future__ import annotations

import pandas as pd

from cxlab.drivers.importance_result import Importance
from cxlab.report.driver_wording import (
    AnyImportance,
    ends_text,
    importance_title,
    measure_code,
    shown_drivers,
)
from cxlab.report.wording import level_of, shortlist
from cxlab.report.words import ENGLISH, Words


def importance_sentence(result: AnyImportance, *, words: Words = ENGLISH) -> str:
    """Say how much drivers go with, which one with the most, and which others may be first.

    Parameters
    ----------
    result
        What `cxlab.importance` or `cxlab.likelihood_importance` returned, after `.suppress(min_base)`.
    words
        Words of the report.
    """
    rows = shown_drivers(result)
    if rows.empty:
        return words.text("chart.empty_table", measure=importance_title(result, words))
    return " ".join([_explained(result, words), *_first(rows, words)])


def _explained(result: AnyImportance, words: Words) -> str:
    row, linear = result.r_squared.rows.iloc[0], isinstance(result, Importance)
    unit = "share" if linear else "score"
    # The R² of a likelihood is no share of differences.
    return words.text(
        "drivers.explained" if linear else "drivers.explained_classes",
        outcome=words.label(result.outcome),
        measure=words.text(f"drivers.metric_{measure_code(result)}"),
        value=words.figure(row["estimate"], unit),
        level=level_of(result.conf_level, words),
        interval=ends_text(row["conf_low"], row["conf_high"], unit, words),
    )


def _first(rows: pd.DataFrame, words: Words) -> list[str]:
    top = rows.iloc[0]
    said = [
        words.text(
            "drivers.first",
            driver=words.label(top["driver"]),
            share=words.figure(top["share"], "share"),
            interval=ends_text(top["share_low"], top["share_high"], "share", words),
        )
    ]
    if len(rows) == 1 or rows["rank_low"].isna().any():
        return said
    rivals = [words.label(name) for name in rows.iloc[1:].loc[rows["rank_low"] == 1, "driver"]]
    return [
        *said,
        words.text("drivers.rivals", drivers=shortlist(rivals, words))
        if rivals
        else words.text("drivers.first_alone"),
    ]
