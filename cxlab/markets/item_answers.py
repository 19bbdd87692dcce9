"""The answers of several markets to the same items, checked and read into memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Scale
from cxlab.measure.score_table import require_scores_within
from cxlab.model.errors import MeasureError
from cxlab.tally.entry import lazy_rows, require_names, require_numbers

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ItemAnswers:
    """Respondents who answered enough items.

    Parameters
    ----------
    rows
        The columns asked for, with the index of the rows given.
    scores
        Answers, shape (n, p); NaN where there is none.
    """

    rows: pd.DataFrame
    scores: Floats


def item_answers(
    frame: Any,
    items: Sequence[str],
    *,
    scale: Scale,
    by: str,
    min_items: int | None,
    keep: Sequence[str | None] = (),
) -> ItemAnswers:
    """Read the items and the market of each respondent.

    Parameters
    ----------
    frame
        Any frame narwhals knows.
    items
        Columns of the items.
    scale
        Lowest and highest answer.
    by
        Column of the market.
    min_items
        Fewest items answered; None wants all.
    keep
        Further columns to read.

    Raises
    ------
    MeasureError
        Where a column is absent or holds the wrong things, an answer is outside the scale, or nobody answered
        enough items.
    """
    needed = len(items) if min_items is None else min_items
    if len(items) < 2 or not 2 <= needed <= len(items) or len(set(items)) < len(items):
        raise MeasureError(
            f"{needed} of {len(items)} items will not do",
            remedy="name two or more different items, and ask for at least two of them",
        )
    if not scale[0] < scale[1]:
        raise MeasureError(
            f"{scale[0]:g}–{scale[1]:g} is no scale", remedy="name the lowest score first: (1, 5)"
        )
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    others = [name for name in keep if name is not None]
    require_names([by, *items, *others], schema)
    for name in items:
        require_numbers(rows, name, schema[name])
    index = frame.index if isinstance(frame, pd.DataFrame) else None
    table = rows.select(*dict.fromkeys([by, *others, *items])).collect().to_pandas()
    table = table if index is None else table.set_axis(index, axis="index")
    scores = np.column_stack([table[name].to_numpy(dtype="float64", na_value=np.nan) for name in items])
    scores[~np.isfinite(scores)] = np.nan
    for column, name in enumerate(items):
        require_scores_within(scores[:, column], scale, name)
    enough = np.isfinite(scores).sum(axis=1) >= needed
    if not enough.any():
        raise MeasureError(
            f"nobody answered {needed} of the {len(items)} items",
            remedy="lower min_items=, or leave out items that few were asked",
        )
    if table.loc[enough, by].isna().any():
        raise MeasureError(
            "respondents have no market", where=f"column '{by}'", remedy="name it, or leave them out"
        )
    return ItemAnswers(table[enough], scores[enough])
