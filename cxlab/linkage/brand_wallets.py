"""Each respondent's brands: rank, share by the wallet rule, share of what is spent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.errors import MeasureError, nearest
from cxlab.tally.entry import finite, lazy_rows, require_names, require_numbers
from cxlab.tally.one_pass import spelt

Ints = npt.NDArray[np.int64]
RESPONDENT, BRAND = "response_id", "brand"


def brand_wallets(
    frame: Any,
    *,
    score: str,
    rank: str | None,
    spend: str | None,
    category: str | None,
    area: str | None,
    others: Sequence[str],
    weight: str | None,
) -> pd.DataFrame:
    """Return one row per respondent and brand that was ranked or rated.

    Parameters
    ----------
    frame
        Ratings of brands.
    score
        Column of the rating; the mean over areas is what brands are ranked by.
    rank
        Column of a rank that respondents gave themselves, 1 the best, taken instead; or None.
    spend
        Column of what the respondent spends with the brand, or None.
    category, area
        Category and area to take; None: the only category, all areas.
    others
        Columns of the respondent: segments, the cluster.
    weight
        Column of weights, or None.

    Returns
    -------
    pandas.DataFrame
        `response_id`, `brand`, `brands` (N), `rank` (1 to N, ties averaged), `share` (by the rule),
        `observed` (share of spend; missing where the spend with one of the N brands is not known, or all of
        it is 0), the other columns and the weight. Names are categories, in the order they are met.

    Raises
    ------
    MeasureError
        Where a column is absent or holds no numbers, a name is missing, a brand was rated twice, a respondent
        has two ranks, spends, segments or weights, a rank is below 1, or a spend is negative.
    """
    rows = _ratings(frame, score, rank, spend, category, area, others, weight)
    keys = [RESPONDENT, BRAND]
    numeric = [name for name in (rank, spend) if name is not None]
    own = [*others, *([] if weight is None else [weight])]
    for names, columns in ((keys, numeric), ([RESPONDENT], own)):
        for name in columns:
            _require_one(rows, names, name)
    codes = [rows[name].cat.codes.to_numpy().astype("int64") for name in keys]
    _, first, cell = np.unique(codes[0] * (codes[1].max(initial=0) + 1) + codes[1], True, True)
    # A respondent's brand has one value of each column, so its first row is all of them but for the score.
    wallets = rows.iloc[first].reset_index(drop=True)
    # pandas' compensated sums keep a tie a tie in whatever order the areas stand.
    order = rows[score].groupby(cell).mean() if rank is None else -wallets[rank]
    there = order.notna().to_numpy()
    wallets, order = wallets[there].reset_index(drop=True), order[there].reset_index(drop=True)
    person = codes[0][first][there]
    wallets["brands"] = np.bincount(person)[person]
    wallets["rank"] = order.groupby(person).rank(method="average", ascending=False)
    wallets["share"] = (1 - wallets["rank"] / (wallets["brands"] + 1)) * 2 / wallets["brands"]
    wallets["observed"] = np.nan if spend is None else _observed(wallets[spend], person)
    return wallets[list(dict.fromkeys([*keys, "brands", "rank", "share", "observed", *own]))]


def _observed(spend: pd.Series, person: Ints) -> pd.Series:
    if (spend < 0).any():
        raise MeasureError(
            f"{int((spend < 0).sum()):,} spends are negative",
            where=f"column '{spend.name}'",
            remedy="correct them, or leave them blank",
        )
    known = np.bincount(person, spend.isna())[person] == 0
    total = spend.groupby(person).transform("sum")
    return (spend / total).where(known & (total > 0))


def _ratings(
    frame: Any,
    score: str,
    rank: str | None,
    spend: str | None,
    category: str | None,
    area: str | None,
    others: Sequence[str],
    weight: str | None,
) -> pd.DataFrame:
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    numeric = [name for name in (score if rank is None else rank, spend, weight) if name is not None]
    asked = [name for name, value in (("category", category), ("area", area)) if value is not None]
    require_names([RESPONDENT, BRAND, *numeric, *others, *asked], schema)
    for name in numeric:
        require_numbers(rows, name, schema[name])
    names = list(
        dict.fromkeys([RESPONDENT, BRAND, *(n for n in ("category", "area") if n in schema), *others])
    )
    numeric += [score] if score in schema and score not in numeric else []
    picked = [nw.col(name) for name in names if name not in numeric]
    read = rows.select(*picked, *(finite(name).alias(name) for name in dict.fromkeys(numeric))).collect()
    table = pd.DataFrame(
        {name: _named(read[name]) if name in names else read[name].to_numpy() for name in read.columns}
    )
    for name in (RESPONDENT, BRAND):
        if lacking := int(table[name].isna().sum()):
            raise MeasureError(f"{lacking:,} ratings have no {name}", remedy="leave these rows out")
    table = _one(_only(table, "category", category), "area", area)
    keys = [name for name in (RESPONDENT, BRAND, "area") if name in table]
    if (again := table.duplicated(keys)).any():
        who = table[again].iloc[0]
        raise MeasureError(
            f"'{who[RESPONDENT]}' rated {who[BRAND]} twice", remedy="keep one rating of each brand and area"
        )
    return table.assign(**{score: table.get(score, np.nan)})


def _named(column: nw.Series[Any]) -> pd.Categorical:
    """Return a column of names or codes as `spelt` writes them, each name written once."""
    if column.dtype == nw.String:
        codes, found = pd.factorize(column.to_pandas())
        values = pd.Series(found, dtype="str")
        # What begins with a letter and ends in one or in a digit is spelt as it stands.
        other = ~values.str.fullmatch("[A-Za-z](?:.*[A-Za-z0-9])?").to_numpy(dtype=bool)
        if other.any():
            values[other] = spelt(nw.from_native(values[other], series_only=True)).to_numpy()
    elif column.dtype.is_integer() and not column.is_null().any():
        codes, numbers = pd.factorize(column.to_numpy())
        values = pd.Series(numbers.astype("str"), dtype="str")
    else:
        return pd.Categorical(spelt(column))
    # Texts that differ may be spelt alike: "1" and "1.0".
    again, levels = pd.factorize(values)
    return pd.Categorical.from_codes(np.append(again, -1)[codes], levels)


def _only(table: pd.DataFrame, name: str, value: str | None) -> pd.DataFrame:
    """Return the rows of one category; a wallet is a wallet of one."""
    if value is None and name in table and table[name].nunique() > 1:
        found = sorted(table[name].dropna().unique())
        raise MeasureError(
            f"there are {len(found)} categories, and a wallet is of one", remedy=f'say category="{found[0]}"'
        )
    return _one(table, name, value)


def _one(table: pd.DataFrame, name: str, value: str | None) -> pd.DataFrame:
    if value is None:
        return table
    if value not in set(table[name].dropna()):
        raise MeasureError(
            f"there is no {name} '{value}'", remedy=nearest(value, table[name].dropna().unique())
        )
    return table[table[name] == value].reset_index(drop=True)


def _require_one(rows: pd.DataFrame, keys: Sequence[str], name: str) -> None:
    """Raise MeasureError where a respondent, or a respondent's brand, has two values of a column."""
    if name in keys:
        return
    pairs = rows[[*keys, name]].drop_duplicates()
    again = pairs.duplicated(list(keys))
    if again.any():
        who = pairs[again].iloc[0]
        raise MeasureError(
            f"{int(again.sum()):,} times {' and '.join(keys)} have two values (such as '{who[RESPONDENT]}')",
            where=f"column '{name}'",
            remedy="give each one value, in all of its rows",
        )
