"""Distinct raw values as numbers: codes, shift and reverse, in this order."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from cxlab.model.mapping import ColumnMapping
from cxlab.model.strict import code_text

# What a mapping's mark between thousands stands for: a blank may be of any width, an apostrophe curly.
_MARKS = {".": r"\.", ",": ",", " ": "[ \u00a0\u2009\u202f]", "'": "['\u2019]"}


def cast_number(
    values: pd.Series, mapping: ColumnMapping, lowest: float | None, highest: float | None
) -> tuple[pd.Series, np.ndarray]:
    """Read numbers.

    Parameters
    ----------
    values
        Distinct raw values, none of them missing.
    mapping
        How they are coded.
    lowest, highest
        Ends of the scale, needed where it is reversed.

    Returns
    -------
    values : pandas.Series
        Float64, missing where the raw value is no finite number.
    rule : numpy.ndarray
        The rule broken, or None.

    Notes
    -----
    A text is a number only where it is spelt as one with the mapping's decimal mark: with a decimal comma
    `1.234` is none, as it may be a thousand and more, unless the mapping says that `.` stands between
    thousands. Such a mark may be left out, but never stand elsewhere than before three digits.
    """
    numbers = _to_number(values, mapping)
    rule = np.full(len(numbers), None, dtype=object)
    rule[np.isnan(numbers)] = "not a number"
    rule[np.isinf(numbers)] = "not finite"
    numbers[np.isinf(numbers)] = np.nan
    numbers = numbers + mapping.shift
    if mapping.reverse:
        assert lowest is not None and highest is not None  # read_parameters refuses reverse without a scale
        numbers = lowest + highest - numbers
    return pd.Series(numbers, index=values.index).astype("Float64"), rule


def _to_number(values: pd.Series, mapping: ColumnMapping) -> np.ndarray:
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(dtype="float64", copy=True)
    else:
        numbers = _spelt_number(values.astype("str"), mapping)
        if values.dtype == object:
            typed = values.map(lambda value: isinstance(value, int | float | Decimal)).to_numpy(dtype=bool)
            numbers[typed] = values[typed].astype("float64")
    if mapping.codes:
        scores = [mapping.codes.get(code_text(value)) for value in values]
        coded = pd.notna(pd.Series(scores, dtype="float64")).to_numpy()
        numbers[coded] = [score for score in scores if score is not None]
    return numbers


def _spelt_number(texts: pd.Series, mapping: ColumnMapping) -> np.ndarray:
    mark, between = _MARKS[mapping.decimal], _MARKS.get(mapping.thousands or "")
    whole = rf"(?:\d{{1,3}}(?:{between}\d{{3}})+|\d+)" if between else r"\d+"
    spelling = rf"[+-]?(?:{whole}(?:{mark}\d*)?|{mark}\d+)(?:[eE][+-]?\d+)?"
    spelt = texts.where(texts.str.fullmatch(spelling).astype(bool))
    if between:
        spelt = spelt.str.replace(between, "", regex=True)
    plain = spelt.str.replace(mapping.decimal, ".", regex=False)
    return pd.to_numeric(plain, errors="coerce").to_numpy(dtype="float64", na_value=np.nan, copy=True)
