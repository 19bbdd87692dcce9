"""Forecasts frozen on the day they are made, and scored when outcomes arrive."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxlab.model.errors import MeasureError, StudyError
from cxlab.retention.backtest import actual_totals
from cxlab.retention.frozen_forecast import (
    FrozenForecast,
    digest_of,
    frozen_text,
    iso_day,
    thawed,
)
from cxlab.retention.renewal_result import RenewalForecast
from cxlab.retention.renewal_rows import YEAR_FIRST, Decisions, label_text, read_decisions
from cxlab.study.frozen_index import add_to_index, found_names, frozen_names, indexed_names, write_part

ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
PART = re.compile(r"(?P<year>(19|20)\d\d)(-(?P<month>0[1-9]|1[0-2])|-?(?P<kind>[QHS])(?P<part>[1-4]))?")
MONTHS = {"Q": 3, "H": 6, "S": 6}
SCORES = [
    "made_on", "file", "due", "quantity", "by", "level", "estimate", "conf_low", "conf_high", "conf_level",
    "n", "known", "status", "actual", "inside", "brier",
]  # fmt: skip


def write_forecast(folder: str | Path, forecast: RenewalForecast, made_on: str | date) -> Path:
    """Freeze a forecast in a file of its own, which nothing overwrites.

    Parameters
    ----------
    folder
        Such as `outputs/forecasts`; it is made where it is not there.
    forecast
        A forecast that was not suppressed.
    made_on
        Day it was made. It is written down as told, not taken from the clock.

    Returns
    -------
    pathlib.Path
        `<day>_<SHA-256 of the content>.json`, readable by its owner only, for it names
        contracts. A forecast that is there already stays as it is. It stands in `index.csv` from then on,
        where each line carries a digest of the one before it.

    Raises
    ------
    MeasureError
        Where the day is none or the forecast was suppressed.
    StudyError
        Where the file is there and holds something else, or the index was changed.
    """
    text = frozen_text(forecast, made_on)
    target = Path(folder) / f"{iso_day(made_on)}_{digest_of(text)}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    indexed_names(target.parent)
    written = write_part(target.parent, text)
    try:
        # Whole or not at all: a link is made at once, and over nothing.
        os.link(written, target)
    except FileExistsError:
        _frozen(target)
    finally:
        written.unlink()
    add_to_index(target.parent, target.name)
    return target


def freeze_forecast(folder: str | Path, forecast: RenewalForecast, made_on: str | date) -> Path:
    """Freeze a forecast unless the same one was frozen before, on whichever day.

    Parameters
    ----------
    folder, forecast, made_on
        As in `write_forecast`.

    Returns
    -------
    pathlib.Path
        The file that holds it: that of the first day it was made on.

    Raises
    ------
    StudyError, MeasureError
        As `write_forecast`.
    """
    for name in [*indexed_names(Path(folder)), *found_names(Path(folder))]:
        day, _, digest = name.removesuffix(".json").partition("_")
        if digest_of(frozen_text(forecast, day)) == digest:
            return write_forecast(folder, forecast, day)
    return write_forecast(folder, forecast, made_on)


def score_forecasts(
    folder: str | Path,
    outcomes: Any,
    *,
    entity: str,
    period: str | None = None,
    decided: str | None = None,
    outcome: str = "outcome",
) -> pd.DataFrame:
    """Hold every frozen forecast of a folder against what came.

    Parameters
    ----------
    folder
        Where `cxlab.write_forecast` wrote; each market has one of its own, as two may name contracts alike.
    outcomes
        One row per contract and decision; any frame narwhals knows.
    entity, period, outcome
        Columns of `outcomes`, as in `cxlab.renewal_forecast`.
    decided
        Column with the day of the decision, in the place of `period`, where each entity decides once, such as
        a contract that gets another name when it is renewed. A decision from before the first day of the
        period that was forecast is another one, and not known. Periods must be days, their first.

    Returns
    -------
    pandas.DataFrame
        One row per forecast, quantity and cohort: `made_on`, `file`, `due`, `quantity`, `by`, `level`,
        `estimate`, `conf_low`, `conf_high`, `conf_level`, `n`, `known` (decisions that are known), `status`
        (`waiting` as long as one is not, then `scored`, or `made late` where the forecast was made after its
        first period had begun), `actual`, `inside`, and `brier`, the mean squared
        distance of probability and outcome over the contracts of the row.

    Raises
    ------
    StudyError
        Where there is no forecast, or one was changed, renamed, added or taken away since it was frozen.
    MeasureError
        Where `outcomes` lacks a column, repeats a decision or holds another outcome, neither or both of
        `period` and `decided` are named, or an entity is due twice and only `decided` is.
    """
    names = frozen_names(Path(folder))
    if not names:
        raise StudyError(
            "there is no frozen forecast", where=str(folder), remedy="freeze one by cx.write_forecast"
        )
    by = period if decided is None else decided
    if by is None or None not in (period, decided):
        raise MeasureError(
            "name either the period of a decision or its day", remedy="say period= or decided="
        )
    came = read_decisions(outcomes, entity=entity, period=by, covariates=(), outcome=outcome, what="outcomes")
    known = _known(came, decided)
    scored = [_score(name, _frozen(Path(folder) / name), known, decided is not None) for name in names]
    return pd.concat(scored, ignore_index=True)[SCORES]


def _frozen(path: Path) -> FrozenForecast:
    """Return what a file holds; refuse it where its name is not that of its content."""
    text = path.read_bytes().decode("utf-8", errors="replace")
    day, _, digest = path.stem.partition("_")
    made = thawed(text) if digest == digest_of(text) else None
    if made is None or made.made_on != day:
        raise StudyError(
            "this forecast was changed since it was frozen",
            where=path.name,
            remedy="bring back the file as it was written; a forecast that may be changed is none",
        )
    return made


def _known(came: Decisions, decided: str | None) -> pd.DataFrame:
    """Return `entity`, `period` (or the day of the decision) and `renewed`, the first two as text."""
    known = pd.DataFrame(
        {
            "entity": [label_text(one) for one in came.entity],
            "period": [label_text(one) for one in came.period],
            "renewed": came.renewed,
        }
    )
    again = int(known.duplicated(["entity"] if decided else ["entity", "period"]).sum())
    if again:
        raise MeasureError(
            f"{again:,} rows repeat the decision of another, as text",
            where="outcomes",
            remedy="name the period of each decision" if decided else "give each decision once",
        )
    if decided:
        known["period"] = [iso_day(one[:10]) for one in known["period"]]
    return known


def _score(file: str, made: FrozenForecast, known: pd.DataFrame, once: bool) -> pd.DataFrame:
    customers = _joined(file, made, known) if once else made.customers.merge(
        known, on=["entity", "period"], how="left", validate="one_to_one"
    )  # fmt: skip
    customers["squared"] = (customers["renewed"] - customers["probability"]) ** 2
    rows = actual_totals(made.rows, customers)
    counted = [_counted(customers, by, level) for by, level in zip(rows["by"], rows["level"], strict=True)]
    decided, brier = (np.array(column) for column in zip(*counted, strict=True))
    waiting = decided < rows["n"].to_numpy()
    inside = rows["inside"].astype("boolean").mask(waiting)
    come = "made late" if made.made_on > latest_begin(made.due_periods[0]) else "scored"
    return rows.assign(
        made_on=made.made_on, file=file, due=", ".join(made.due_periods), conf_level=made.conf_level,
        known=decided.astype("int64"), status=np.where(waiting, "waiting", come),
        actual=rows["actual"].mask(waiting), inside=inside, brier=np.where(waiting, np.nan, brier),
    )  # fmt: skip


def _joined(file: str, made: FrozenForecast, known: pd.DataFrame) -> pd.DataFrame:
    """Put the one decision of each entity beside its forecast, unless it is from before the period."""
    again = int(made.customers["entity"].duplicated().sum())
    if again or not all(ISO_DAY.fullmatch(one) for one in made.due_periods):
        raise MeasureError(
            f"{again:,} entities are due twice" if again else "its periods are no days",
            where=file,
            remedy="name the period of each decision in the outcomes: period=",
        )
    days = known.rename(columns={"period": "day"})
    customers = made.customers.merge(days, on="entity", how="left", validate="one_to_one")
    return customers.assign(renewed=customers["renewed"].where(customers["day"] >= customers["period"]))


def latest_begin(period: str) -> str:
    """Return the last day on which a period of this name may begin: its first, where the name tells it."""
    if ISO_DAY.fullmatch(period):
        return period
    told = PART.fullmatch(period)
    if told is None:
        return f"{period[:4]}-12-31" if YEAR_FIRST.match(period) else "9999-12-31"
    first = MONTHS.get(told["kind"], 1) * (int(told["part"] or 1) - 1) + 1
    return f"{told['year']}-{told['month'] or f'{first:02d}'}-01"


def _counted(customers: pd.DataFrame, by: str, level: str) -> tuple[int, float]:
    """Return the decisions known of one row of a forecast, and the mean squared distance."""
    some = customers if by == "" else customers[customers["level"] == level]
    return int(some["renewed"].notna().sum()), float(some["squared"].mean())
