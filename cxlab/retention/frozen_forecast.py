"""A forecast as it was made: the same text for ever, told by its digest, scored when outcomes arrive."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.retention.renewal_result import RenewalForecast
from cxlab.retention.renewal_rows import label_text

FORMAT = 1
ROWS = ["quantity", "by", "level", "estimate", "conf_low", "conf_high", "at_stake", "n"]
CUSTOMERS = ["entity", "period", "level", "probability", "value", "silent"]
_TYPES = {
    **dict.fromkeys(["quantity", "by", "level", "entity", "period"], "str"),
    **dict.fromkeys(["estimate", "conf_low", "conf_high", "at_stake", "probability", "value"], "float64"),
    "n": "int64",
    "silent": "bool",
}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class FrozenForecast:
    """What was forecast, and when.

    Parameters
    ----------
    made_on
        Day it was made, such as 2026-11-22.
    due_periods
        Periods it is of, as text.
    conf_level
        Level of its intervals.
    rows
        Figures for all and by cohort, as in `RenewalForecast`.
    customers
        Probability of each contract; `entity` and `period` as text.
    """

    made_on: str
    due_periods: tuple[str, ...]
    conf_level: float
    rows: pd.DataFrame
    customers: pd.DataFrame

    def __repr__(self) -> str:
        """Return a sentence without single contracts."""
        return f"Forecast of {', '.join(self.due_periods)}, made on {self.made_on}."


def frozen_text(forecast: RenewalForecast, made_on: str | date) -> str:
    """Return a forecast as text that says the same for ever: floats to their last digit, rows in order.

    Parameters
    ----------
    forecast
        A forecast that was not suppressed.
    made_on
        Day it was made.

    Raises
    ------
    MeasureError
        Where the day is none, figures of the forecast are hidden, or two contracts have one name as text.
    """
    if forecast.min_base:
        raise MeasureError(
            "a suppressed forecast cannot be scored",
            remedy="freeze it as it was made, and suppress what is shown",
        )
    customers = forecast.customers[CUSTOMERS].assign(
        entity=[label_text(one) for one in forecast.customers["entity"]],
        period=[label_text(one) for one in forecast.customers["period"]],
    )
    if customers.duplicated(["entity", "period"]).any():
        raise MeasureError(
            "contracts that differ have one name as text, such as 1 and '1'", remedy="give ids of one type"
        )
    record = {
        "format": FORMAT,
        "made_on": iso_day(made_on),
        "due_periods": list(forecast.due_periods),
        "conf_level": forecast.conf_level,
        "rows": _columns(forecast.rows[ROWS]),
        "customers": _columns(customers),
    }
    return json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True) + "\n"


def _columns(table: pd.DataFrame) -> dict[str, list[Any]]:
    objects = table.astype("object")
    return {str(name): list(column) for name, column in objects.where(table.notna(), None).items()}


def digest_of(text: str) -> str:
    """Return the SHA-256 of a frozen text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def thawed(text: str) -> FrozenForecast:
    """Return the forecast that a text holds.

    Raises
    ------
    MeasureError
        Where it is no frozen forecast.
    """
    try:
        record = json.loads(text)
        known = record["format"] == FORMAT
        rows, customers = (
            _table(record[name])[names] for name, names in (("rows", ROWS), ("customers", CUSTOMERS))
        )
        made = (record["made_on"], tuple(record["due_periods"]), float(record["conf_level"]))
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise MeasureError("this is no frozen forecast", remedy="give what cx.write_forecast wrote")
    return FrozenForecast(*made, rows, customers)


def _table(columns: dict[str, list[Any]]) -> pd.DataFrame:
    table = pd.DataFrame(columns)
    return table.astype({name: kind for name, kind in _TYPES.items() if name in table})


def iso_day(day: str | date) -> str:
    """Return a day as 2026-11-22; raise MeasureError where it is none."""
    try:
        return (
            date.fromisoformat(day) if isinstance(day, str) else date(day.year, day.month, day.day)
        ).isoformat()
    except (ValueError, AttributeError, TypeError):
        raise MeasureError(f"{day!r} is no day", remedy="give one such as 2026-11-22") from None
