"""Past and coming decisions on contracts, as they are read from two frames."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.cluster_codes import label_codes
from cxlab.estimate.estimates import MISSING_LEVEL, name_of
from cxlab.model.errors import MeasureError
from cxlab.tally.entry import finite, lazy_rows, require_names, require_numbers, require_once

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
RENEWED, LOST, OPEN = "renewed", "lost", "open"
YEAR_FIRST = re.compile("(19|20)[0-9][0-9]")


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """Contracts, each with the period of its decision.

    Parameters
    ----------
    entity, period, market
        Labels, n rows each; `market` is 0 throughout where none was named.
    x
        Covariates, shape (n, p); NaN where missing.
    silent
        Whether a row lacks a covariate, shape (n,).
    renewed
        1 or 0, NaN where it is not known yet, shape (n,); empty for decisions to come.
    value
        Value at stake, shape (n,); empty where none was named.
    cohort, cohorts
        Number of each row's cohort, shape (n,), and the names of the cohorts.
    """

    entity: pd.Series
    period: pd.Series
    market: pd.Series
    x: Floats
    silent: Bools
    renewed: Floats
    value: Floats
    cohort: Ints
    cohorts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.entity)

    def some(self, kept: Bools | Ints) -> Decisions:
        """Return some of the rows, by flag or place; cohorts keep their numbers."""
        parts = (self.entity, self.period, self.market)
        entity, period, market = (part.iloc[kept].reset_index(drop=True) for part in parts)
        renewed = self.renewed[kept] if len(self.renewed) else self.renewed
        value = self.value[kept] if len(self.value) else self.value
        return Decisions(
            entity, period, market, self.x[kept], self.silent[kept], renewed, value, self.cohort[kept],
            self.cohorts,
        )  # fmt: skip

    def in_order(self) -> Decisions:
        """Return the rows by period and entity: the order of a frame must not decide what is drawn."""
        names = pd.DataFrame({"period": self.period.astype(str), "entity": self.entity.astype(str)})
        return self.some(names.sort_values(["period", "entity"], kind="stable").index.to_numpy())


def read_decisions(
    frame: Any,
    *,
    entity: str,
    period: str,
    covariates: Sequence[str],
    outcome: str | None = None,
    value: str | None = None,
    by: Sequence[str] = (),
    market: str | None = None,
    what: str,
) -> Decisions:
    """Read decisions from a frame.

    Parameters
    ----------
    frame
        Any frame narwhals knows.
    entity, period, covariates, outcome, value, by, market
        Columns; `outcome` is None for decisions to come.
    what
        What the frame is called in errors.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or holds something else than it should, a row has no entity,
        period or market, an entity stands twice in a period, an outcome is none, or a value is missing or
        negative.
    """
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    texts = [entity, period, *([] if market is None else [market])]
    numbers = [*covariates, *([] if value is None else [value])]
    require_names([*texts, *numbers, *by, *([] if outcome is None else [outcome])], schema)
    require_once(numbers)
    require_once(list(by))
    for name in numbers:
        require_numbers(rows, name, schema[name])
    asked = [finite(name).alias(f"c{place}") for place, name in enumerate(numbers)]
    labels = [*texts, *by, *([] if outcome is None else [outcome])]
    named = [nw.col(name).alias(f"l{place}") for place, name in enumerate(labels)]
    table = rows.select(*asked, *named).collect().to_pandas().reset_index(drop=True)
    column = {name: table[f"l{place}"] for place, name in enumerate(labels)}
    values = table.iloc[:, : len(numbers)].to_numpy(dtype="float64", na_value=np.nan)
    for name in texts:
        _refuse(int(column[name].isna().sum()), "rows have none", f"{what}, column '{name}'", "fill it in")
    _require_once_each(column[entity], column[period], (entity, period), what)
    worth = np.zeros(0) if value is None else values[:, -1]
    bad = int((~(worth >= 0)).sum())
    _refuse(bad, "values are missing or negative", f"{what}, column '{value}'", "give each contract one ≥ 0")
    x = values[:, : len(covariates)]
    cohort, cohorts = _cohorts([column[name] for name in by], by, len(table))
    return Decisions(
        column[entity], column[period],
        pd.Series(0, index=table.index) if market is None else column[market],
        x, np.isnan(x).any(axis=1),
        np.zeros(0) if outcome is None else _outcomes(column[outcome], outcome, what),
        worth, cohort, cohorts,
    )  # fmt: skip


def _refuse(count: int, problem: str, where: str, remedy: str) -> None:
    if count:
        raise MeasureError(f"{count:,} {problem}", where=where, remedy=remedy)


def _require_once_each(entity: pd.Series, period: pd.Series, names: tuple[str, str], what: str) -> None:
    again = pd.DataFrame({"entity": entity.astype("object"), "period": period.astype("object")}).duplicated()
    if again.any():
        first = int(np.flatnonzero(again)[0])
        raise MeasureError(
            f"{int(again.sum()):,} rows repeat one of the same period, first row {first} (from 0)",
            where=f"{what}, columns '{names[0]}' and '{names[1]}'",
            remedy="name the contract as the entity, or put those of a customer in a period together",
        )


def _outcomes(column: pd.Series, name: str, what: str) -> Floats:
    """Return 1 for renewed, 0 for lost, NaN for what is open or missing."""
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        found = column.to_numpy(dtype="float64", na_value=np.nan)
        wrong = ~(np.isnan(found) | (found == 0) | (found == 1))
    else:
        known = {RENEWED: 1.0, LOST: 0.0, OPEN: np.nan, True: 1.0, False: 0.0}
        objects = column.astype("object")
        wrong = (objects.notna() & ~objects.isin(list(known))).to_numpy(dtype=bool)
        found = np.array([known.get(one, np.nan) if one == one else np.nan for one in objects.where(~wrong)])
    if wrong.any():
        raise MeasureError(
            f"{int(wrong.sum()):,} outcomes such as '{column[wrong].iloc[0]}' are none",
            where=f"{what}, column '{name}'",
            remedy=f"give {RENEWED}, {LOST} or {OPEN}, or 1 and 0",
        )
    return np.asarray(found, dtype="float64")


def _cohorts(columns: Sequence[pd.Series], by: Sequence[str], n: int) -> tuple[Ints, tuple[str, ...]]:
    if not columns:
        return np.zeros(n, dtype="int64"), ()
    table = pd.DataFrame(
        {name: label_codes(column, name)[0] for name, column in zip(by, columns, strict=True)}
    )
    texts = [column.astype("object").where(column.notna(), MISSING_LEVEL).astype(str) for column in columns]
    order = table.replace(-1, np.iinfo("int64").max)
    codes = order.groupby(list(by), sort=True).ngroup().to_numpy()
    first = np.unique(codes, return_index=True)[1]
    names = tuple(name_of([text.iloc[row] for text in texts]) for row in first)
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    if twice:
        raise MeasureError(
            f"two cohorts would both be called '{twice[0]}'",
            where=f"columns {', '.join(by)}",
            remedy=f"give one of them another name; a missing value is called {MISSING_LEVEL}",
        )
    return codes.astype("int64"), names


def require_later(past: pd.Series, due: pd.Series, name: str) -> None:
    """Raise MeasureError where a decision to come is not in a later period than every past one.

    Periods stand in the order of their values, or in that of an ordered category. What was asked or known in
    a period must not be told from decisions of the same period.
    """
    last, first = ordered_periods(past, name)[-1], ordered_periods(due, name)[0]
    try:
        if isinstance(past.dtype, pd.CategoricalDtype) and past.dtype.ordered:
            places = list(past.dtype.categories)
            later = places.index(first) > places.index(last)
        else:
            _require_sortable([first, last], name)
            later = bool(first > last)
    except (TypeError, ValueError):
        raise MeasureError(
            f"the periods {last} and {first} cannot be put in order",
            where=f"column '{name}'",
            remedy="give both frames periods of one type, such as 2025Q3",
        ) from None
    if not later:
        raise MeasureError(
            f"decisions of {first} are to be forecast from others of {last}",
            where=f"column '{name}'",
            remedy="keep only periods before the first one due in the history",
        )


def label_text(label: Any) -> str:
    """Return a label as text: whole numbers without decimals, days without an hour."""
    if isinstance(label, float) and label.is_integer():
        return str(int(label))
    if isinstance(label, datetime) and label == datetime.combine(label.date(), time(), label.tzinfo):
        return label.date().isoformat()
    return str(label)


def ordered_periods(column: pd.Series, name: str) -> list[Any]:
    """Return the periods that occur, in their order; refuse texts whose alphabet is not that of time."""
    if isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.ordered:
        return [one for one in column.dtype.categories if (column == one).any()]
    found = list(column.astype("object").unique())
    _require_sortable(found, name)
    try:
        return sorted(found)
    except TypeError:
        raise MeasureError(
            "values of several types cannot be put in order",
            where=f"column '{name}'",
            remedy="give all as text, such as 2025Q3, or all as numbers or dates",
        ) from None


def _require_sortable(periods: Sequence[Any], name: str) -> None:
    """Refuse texts that do not begin with the year or are not alike but for their digits: 2024-7, 2024-10."""
    texts = [one for one in periods if isinstance(one, str)]
    shapes = {re.sub("[0-9]", "0", one) for one in texts}
    if len(shapes) > 1 or not all(YEAR_FIRST.match(one) for one in texts):
        raise MeasureError(
            f"the alphabet does not put periods such as '{max(texts, key=len)}' in the order of time",
            where=f"column '{name}'",
            remedy="give texts of one length with the year first (2024-07, 2024Q3), dates, or an ordered "
            "category",
        )
