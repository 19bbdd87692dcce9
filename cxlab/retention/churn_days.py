"""The day customers are scored on, and the earlier days a model of leaving learns from."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.model.market import Market
from cxlab.retention.snapshot import require_days
from cxlab.retention.snapshot_books import ENDLESS, snapshot_books
from cxlab.tally.day_moments import DAY, day_moment, moments_of, spoken_day
from cxlab.tally.table_frames import table_frames


@dataclass(frozen=True, slots=True)
class ChurnDays:
    """Days of a study of leaving.

    Parameters
    ----------
    scoring
        The day customers are scored on.
    origins
        Earlier days, ascending, each a horizon before the next; what came after each is known on the scoring
        day.
    books_first, books_last
        First and last day the contracts are kept up for.
    horizon
        Days.
    """

    scoring: str
    origins: tuple[str, ...]
    books_first: str
    books_last: str
    horizon: int

    @property
    def eve(self) -> str:
        """The last day that is known on the scoring day, within the books."""
        return spoken_day(day_moment(self.scoring, "scoring") - DAY)

    @property
    def until(self) -> str:
        """The last day of the horizon."""
        return spoken_day(day_moment(self.scoring, "scoring") + (self.horizon - 1) * DAY)

    def tidy(self) -> pd.DataFrame:
        """Return one row per day: `day`, and whether customers are scored on it."""
        days = [*self.origins, self.scoring]
        scoring = [day == self.scoring for day in days]
        return pd.DataFrame({"day": pd.Series(days, dtype="str"), "scoring": scoring})

    def summary(self) -> str:
        """Return one honest sentence in English."""
        return (
            f"Scored on {self.scoring} for {self.horizon} days, from {len(self.origins)} earlier cut-offs"
            f"{': ' + ', '.join(self.origins) if self.origins else ''}."
        )

    def suppress(self, min_base: int) -> ChurnDays:
        """Return the days: they hold nothing of customers."""
        return self

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.summary())}</p>"


def churn_days(
    tables: Market | Mapping[str, Any],
    cutoff: Any,
    horizon: int,
    *,
    origins: int = 5,
    books_first: Any = None,
    books_last: Any = None,
) -> ChurnDays:
    """Say from which days to learn who leaves: `cx.churn_days(market, "2026-10-22", 182)`.

    Parameters
    ----------
    tables
        As in `cxlab.snapshot`.
    cutoff
        The day to score on; the day after the books end where that comes first.
    horizon
        Days.
    origins
        Earlier days at most.
    books_first, books_last
        First and last day the contracts are kept up for; None takes the first and the last end of a contract
        that was renewed or lost. Before the first nobody could be seen to leave, so no origin lies there.

    Returns
    -------
    ChurnDays
        The origins lie 1, 2, … horizons before the scoring day.

    Raises
    ------
    MeasureError
        Where the contracts are refused, none has been settled, or the cut-off lies before the books begin.
    """
    require_days("horizon", horizon)
    require_days("origins", origins)
    first, last = _books(tables, cutoff, books_first, books_last)
    day = min(day_moment(cutoff, "cutoff"), last + DAY)
    if day < first:
        raise MeasureError(
            f"the cut-off {spoken_day(day)} lies before the books begin, on {spoken_day(first)}",
            remedy="take a later day, or say books_first=",
        )
    earlier = [day - back * horizon * DAY for back in range(origins, 0, -1)]
    kept = tuple(spoken_day(moment) for moment in earlier if moment >= first)
    return ChurnDays(spoken_day(day), kept, spoken_day(first), spoken_day(last), horizon)


def _books(tables: Market | Mapping[str, Any], cutoff: Any, first: Any, last: Any) -> tuple[int, int]:
    # When anything else last happened does not matter.
    contracts = snapshot_books(
        table_frames(tables, ("contracts",)), scores=(), attributes=(), books_end=cutoff
    ).tables["contracts"]  # fmt: skip
    over = contracts[(contracts["outcome"] != "open") & (contracts["last"] < ENDLESS)]
    if over.empty and (first is None or last is None):
        raise MeasureError(
            "no contract has been renewed or lost", where="table 'contracts'",
            remedy="say books_first= and books_last=, or wait until some have ended",
        )  # fmt: skip
    ends = moments_of(over["end"]) // DAY * DAY
    return (
        int(ends.min()) if first is None else day_moment(first, "books_first"),
        int(ends.max()) if last is None else day_moment(last, "books_last"),
    )
