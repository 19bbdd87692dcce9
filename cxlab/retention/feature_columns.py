"""Features as a matrix: numbers as they are, categories as codes, missing as NaN."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.tally.column_tells import column_tells
from cxlab.tally.entry import lazy_rows

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
MOST_LEVELS = 255
"""What the boosted trees can hold of one category."""


class ChurnDataError(MeasureError, ValueError):
    """A churn model cannot be made of, or applied to, these data; a ValueError to scikit-learn."""


@dataclass(frozen=True, slots=True, eq=False)
class FeatureColumns:
    """k features as they were in training.

    Parameters
    ----------
    names
        Columns, in order.
    levels
        Of each category its levels in ascending order; None of a number.
    """

    names: tuple[str, ...]
    levels: tuple[tuple[str, ...] | None, ...]

    @property
    def categorical(self) -> Bools:
        """Which columns are categories, shape (k,)."""
        return np.array([known is not None for known in self.levels], dtype=bool)

    def matrix(self, frame: pd.DataFrame) -> Floats:
        """Return features in the order of training, shape (n, k); other columns are not looked at.

        Raises
        ------
        ChurnDataError
            Where a column is lacking, holds something else than in training, or has a level never seen.
        """
        lacking = [name for name in self.names if name not in frame]
        if lacking:
            raise ChurnDataError(
                f"{len(lacking)} columns of the training are lacking: {', '.join(map(repr, lacking))}",
                remedy="score with the columns the model was fitted on",
            )
        known = set(self.names)
        _refuse_doubles([name for name in frame.columns if name in known])
        columns = [
            _numbers(frame[name]) if known is None else _codes(frame[name], known)
            for name, known in zip(self.names, self.levels, strict=True)
        ]
        return np.column_stack(columns) if columns else np.empty((len(frame), 0))


def in_memory(frame: Any) -> pd.DataFrame:
    """Return a frame of any engine as pandas, with its index where it has one."""
    if isinstance(frame, pd.DataFrame):
        return frame
    return nw.to_native(lazy_rows(frame).collect(backend="pandas"))


def feature_columns(frame: pd.DataFrame) -> FeatureColumns:
    """Learn which columns are numbers and which are categories, and their levels.

    Raises
    ------
    ChurnDataError
        Where a column holds dates or lists, or has more than 255 levels.
    """
    names = tuple(map(str, frame.columns))
    _refuse_doubles(names)
    return FeatureColumns(names, tuple(_levels(frame[name]) for name in frame.columns))


def named_frame(features: Any) -> pd.DataFrame | None:
    """Return a frame whose columns have names as pandas, else None; to scikit-learn numbers are no names."""
    if not isinstance(features, pd.DataFrame):
        if nw.from_native(features, pass_through=True) is features:
            return None
        features = in_memory(features)
    return features if all(isinstance(name, str) for name in features.columns) else None


def refuse_leaks(frame: pd.DataFrame, positive: Bools, allow: tuple[str, ...]) -> None:
    """Raise ChurnDataError where a column, alone, gives leaving away and is not allowed to.

    Parameters
    ----------
    frame
        Features of the training.
    positive
        Who left, shape (n,).
    allow
        Columns that are known before, whatever they tell.
    """
    unknown = [name for name in allow if name not in frame]
    if unknown:
        raise ChurnDataError(
            f"allow= names '{unknown[0]}', which is no column", remedy="name columns there are"
        )
    said = []
    for name in frame.columns:
        told = column_tells(frame[name], positive)
        if told.leak and name not in allow:
            said.append(f"'{name}' (AUC {told.auc:.3f}, settles {told.settled:.0%})")
    if said:
        raise ChurnDataError(
            f"leaving is given away by {', '.join(said)}",
            remedy="leave out what is known only afterwards, or name in allow= what was known before",
        )


def _refuse_doubles(names: Sequence[str]) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise ChurnDataError(f"there are two columns '{twice[0]}'", remedy="name each column otherwise")


def _levels(column: pd.Series) -> tuple[str, ...] | None:
    if pd.api.types.is_numeric_dtype(column):
        return None
    seen = column.dropna()
    if seen.empty and not isinstance(column.dtype, pd.CategoricalDtype):
        return None
    if isinstance(column.dtype, pd.CategoricalDtype) and len(column.dtype.categories) <= MOST_LEVELS:
        # What is declared may come when scoring, even where nobody in the training had it.
        seen = pd.Series(column.dtype.categories)
    if not all(isinstance(value, (str, bool, int, float)) for value in _different(seen)):
        raise ChurnDataError(
            f"the column '{column.name}' holds {column.dtype}, neither numbers nor names",
            remedy="turn dates into days before the cut-off; leave lists out",
        )
    levels = tuple(sorted(seen.astype("str").unique()))
    if len(levels) > MOST_LEVELS:
        raise ChurnDataError(
            f"the column '{column.name}' has {len(levels):,} levels",
            remedy="leave names of rows out, or group it",
        )
    return levels


def _different(values: pd.Series) -> Iterable[Any]:
    try:
        return values.unique()
    except TypeError:
        # Lists cannot be told apart by their hash.
        return values


def _numbers(column: pd.Series) -> Floats:
    try:
        values = column.to_numpy(dtype="float64", na_value=np.nan)
    except (TypeError, ValueError):
        raise ChurnDataError(
            f"the column '{column.name}' held numbers in training and holds {column.dtype} now",
            remedy="give it as numbers",
        ) from None
    if np.isinf(values).any():
        raise ChurnDataError(
            f"the column '{column.name}' holds infinity", remedy="give it a number, or leave it missing"
        )
    return values


def _codes(column: pd.Series, levels: tuple[str, ...]) -> Floats:
    texts = column.astype("str").where(column.notna())
    codes = pd.Index(levels, dtype="str").get_indexer(pd.Index(texts)).astype("float64")
    strange = (codes < 0) & column.notna().to_numpy()
    if strange.any():
        named = ", ".join(map(repr, sorted(texts[strange].unique())[:5]))
        raise ChurnDataError(
            f"{int(strange.sum()):,} rows have levels that the training did not: {named}",
            where=f"column '{column.name}'",
            remedy="fit anew with such customers, or leave the level missing",
        )
    return np.where(codes < 0, np.nan, codes)
