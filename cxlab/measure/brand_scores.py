"""Ratings of brands, checked and read into memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.tally.entry import finite, lazy_rows, require_names, require_numbers

SCALE = (0.0, 10.0)
KEYS = ["response_id", "brand", "category", "area"]


def brand_scores(brand_ratings: Any, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Return one row per respondent, brand, category and area that was rated.

    Parameters
    ----------
    brand_ratings
        `response_id`, `brand`, `category`, `area`, `score`; rows without a score are left out.
    columns
        Further columns of the respondents.

    Raises
    ------
    MeasureError
        Where columns are absent, a name is missing, a score is no number or outside 0–10, or a respondent
        rated an area of a brand twice.
    """
    rows = lazy_rows(brand_ratings)
    schema = rows.collect_schema()
    require_names([*KEYS, "score", *columns], schema)
    require_numbers(rows, "score", schema["score"])
    found = rows.with_columns(score=finite("score")).select(*KEYS, "score", *columns).collect().to_pandas()
    table = found[found["score"].notna()].astype({"score": "float64"})
    for name in KEYS:
        if lacking := int(table[name].isna().sum()):
            raise MeasureError(
                f"{lacking} ratings have no {name}", where="brand_ratings", remedy="leave these rows out"
            )
    table = table.astype(dict.fromkeys(KEYS, "str"))
    outside = table.loc[(table["score"] < SCALE[0]) | (table["score"] > SCALE[1]), "score"]
    if len(outside):
        raise MeasureError(
            f"{len(outside)} scores are outside 0–10, such as {outside.iloc[0]:g}",
            where="column 'score'",
            remedy="bring the ratings onto 0–10 in the mapping, or mark these codes as missing",
        )
    if table.duplicated(KEYS).any():
        who = table.loc[table.duplicated(KEYS), KEYS].iloc[0]
        raise MeasureError(
            f"'{who['response_id']}' rated {who['area']} of {who['brand']} twice",
            where="brand_ratings",
            remedy="keep one rating of each",
        )
    return table.reset_index(drop=True)
