"""Distinct raw values as dates or moments, in UTC where a time zone is known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cxlab.model.date_format import has_ordinal, strptime_form
from cxlab.model.mapping import ColumnMapping
from cxlab.model.strict import code_text

_ISO = "ISO8601"
_OFFSET = r":\d{2}(?:\.\d+)?\s*(?:[Zz]|[+-]\d{2}(?::?\d{2})?)$"


def cast_date(values: pd.Series, mapping: ColumnMapping) -> tuple[pd.Series, np.ndarray]:
    """Read dates.

    Parameters
    ----------
    values
        Distinct raw values, none of them missing.
    mapping
        Its formats (ISO 8601 without one) and its time zone.

    Returns
    -------
    values : pandas.Series
        datetime64, missing where the raw value is no date.
    rule : numpy.ndarray
        The rule broken, or None.

    Notes
    -----
    Of several formats the first that fits wins. A moment that states its offset from UTC is believed,
    whatever `tz` says. Of the hour that clocks show twice the first is meant; the hour they skip is none.
    """
    dates = pd.Series(pd.NaT, index=values.index, dtype="datetime64[us]")
    in_utc = np.zeros(len(values), dtype=bool)
    for form in mapping.format or (_ISO,):
        unread = dates.isna()
        read, offset_known = _read(values, form)
        dates = dates.where(~unread, read)
        in_utc |= unread.to_numpy() & offset_known
    rule = np.full(len(dates), None, dtype=object)
    rule[dates.isna()] = "unparsable date"
    if mapping.tz is None:
        return dates, rule
    moments = dates.where(in_utc, _to_utc(dates, mapping.tz))
    rule[dates.notna() & moments.isna()] = f"no such time in {mapping.tz}: the clocks went forward"
    return moments, rule


def doubtful_dates(values: pd.Series, mapping: ColumnMapping) -> pd.Series:
    """Say of each distinct raw value whether a later format reads it as another date.

    Parameters
    ----------
    values
        Distinct raw values, none of them missing.
    mapping
        Its formats.

    Returns
    -------
    pandas.Series
        The doubt in words, missing where there is none.
    """
    doubt = pd.Series(None, index=values.index, dtype="str")
    taken = pd.Series(pd.NaT, index=values.index, dtype="datetime64[us]")
    by = pd.Series("", index=values.index, dtype="str")
    for form in mapping.format or ():
        read, _ = _read(values, form)
        other = taken.notna() & read.notna() & (taken != read) & doubt.isna()
        doubt[other] = "can be read by two formats; the first, " + by[other] + ", was taken"
        by[taken.isna() & read.notna()] = form
        taken = taken.fillna(read)
    return doubt


def _to_utc(clock: pd.Series, zone: str) -> pd.Series:
    local = clock.dt.tz_localize(zone, ambiguous=np.ones(len(clock), dtype=bool), nonexistent="NaT")
    return local.dt.tz_convert("UTC").dt.tz_localize(None)


def _read(values: pd.Series, form: str) -> tuple[pd.Series, np.ndarray]:
    """Return moments as their clock shows them, or in UTC where the second array says so."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        is_utc = values.dt.tz is not None
        plain = values.dt.tz_convert("UTC").dt.tz_localize(None) if is_utc else values
        return plain.astype("datetime64[us]"), np.full(len(values), is_utc)
    if isinstance(values.dtype, pd.StringDtype):
        return _read_texts(values, form)
    if values.dtype == object:
        return _read_mixed(values, form)
    return _read_texts(_digits(values, form), form)


def _read_texts(texts: pd.Series, form: str) -> tuple[pd.Series, np.ndarray]:
    if form == _ISO:
        states_offset = texts.str.contains(_OFFSET, na=False).to_numpy(dtype=bool, copy=True)
    else:
        states_offset = np.full(len(texts), "%z" in form)
    if has_ordinal(form):
        texts, form = _without_endings(texts), strptime_form(form)
    dates = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]")
    for part in (~states_offset, states_offset):
        parsed = pd.to_datetime(texts[part], format=form, errors="coerce", utc=True)
        dates[part] = parsed.dt.tz_localize(None).astype("datetime64[us]")
    return dates, states_offset


def _without_endings(texts: pd.Series) -> pd.Series:
    """Take the ending off an English ordinal number (`23rd`); a text without a right one is no date."""
    found = texts.str.extract(r"(?<!\d)(\d{1,2})([A-Za-z]{2})(?![A-Za-z\d])")
    number = pd.to_numeric(found[0]).fillna(0).astype(int)
    ending = (
        (number % 10).map({1: "st", 2: "nd", 3: "rd"}).fillna("th").where(~number.isin([11, 12, 13]), "th")
    )
    right = (found[1].str.lower() == ending).fillna(False).astype(bool)
    return texts.str.replace(r"(?<!\d)(\d{1,2})[A-Za-z]{2}(?![A-Za-z\d])", r"\1", n=1, regex=True).where(
        right
    )


def _read_mixed(values: pd.Series, form: str) -> tuple[pd.Series, np.ndarray]:
    """Read the cells of a workbook: some are dates already, others texts or numbers."""
    typed = np.array([isinstance(value, date) for value in values], dtype=bool)
    dates, in_utc = _read_texts(_digits(values.mask(typed), form), form)
    for place, value in enumerate(values):
        if isinstance(value, date):
            moment = pd.Timestamp(value)
            in_utc[place] = moment.tzinfo is not None
            dates.iat[place] = moment.tz_convert("UTC").tz_localize(None) if in_utc[place] else moment
    return dates, in_utc


def _digits(values: pd.Series, form: str) -> pd.Series:
    """Spell values as texts; a bare number is a date only where a format says how its digits are meant."""
    texts = [
        value if isinstance(value, str) else None if form == _ISO or pd.isna(value) else code_text(value)
        for value in values
    ]
    return pd.Series(texts, index=values.index, dtype="str")
