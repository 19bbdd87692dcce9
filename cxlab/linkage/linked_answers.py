"""One score of the survey, joined to the periods of E entities; every answer and every row has its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.linkage.as_of import AsOf, as_of, mean_by_entity
from cxlab.linkage.linked_entities import LinkedEntities
from cxlab.linkage.panel_periods import ALWAYS, Day, Floats, Ints, PanelPeriods
from cxlab.model.errors import MeasureError, nearest
from cxlab.tally.day_moments import DAY, NEVER, day_moment, moments_of

Bools = npt.NDArray[np.bool_]
ANSWERS = (
    "used", "without a customer", "of a customer nobody knows", "without a date", "without the score",
    "of a customer without revenue", "too late for the last period", "replaced by a later answer",
    "in reach of no period of the customer",
)  # fmt: skip
BEFORE_THE_SCORE = ANSWERS[1:4]
PERIODS = ("with a score", "customer never answered", "before the first answer", "last answer too old")


@dataclass(frozen=True, slots=True, eq=False)
class LinkedScore:
    """A score as of each period, shape (E, P) each.

    Parameters
    ----------
    columns
        The score, and by suffix `_n`, `_age`, `_previous`, `_previous_n` and `_lead`.
    answers
        How many answers met each of `ANSWERS`.
    periods
        How many periods of entities met each of `PERIODS`.
    """

    columns: Mapping[str, Floats]
    answers: Ints
    periods: Ints


def answer_moments(responses: pd.DataFrame, wave_dates: Mapping[str, Day] | None) -> Ints:
    """Return when each answer was given; one without a date has the last day of its wave that is known.

    Parameters
    ----------
    responses
        `responded_at` and `wave`.
    wave_dates
        Day of a wave, for its answers without a date.
    """
    moments = moments_of(responses["responded_at"])
    days = {str(wave): day_moment(day, "wave_dates") for wave, day in (wave_dates or {}).items()}
    waves = responses["wave"]
    for wave in days:
        if wave not in set(waves.dropna()):
            raise MeasureError(f"there is no wave '{wave}'", remedy=nearest(wave, waves.dropna().unique()))
    dated = moments != NEVER
    last = pd.Series(moments[dated]).groupby(waves[dated].to_numpy()).max()
    known: dict[Any, int] = {**last.to_dict(), **days}
    filled = waves.map(known).fillna(NEVER).to_numpy(dtype="int64")
    return np.where(dated, moments, filled)


def linked_score(
    responses: pd.DataFrame,
    moments: Ints,
    score: str,
    entities: LinkedEntities,
    periods: PanelPeriods,
    present: Bools,
    *,
    lag: int,
    max_age: int | None,
) -> LinkedScore:
    """Join one score to the periods.

    Parameters
    ----------
    responses
        `customer_id` and the score.
    moments
        When each answer was given.
    score
        Its column.
    entities, periods
        The E entities and the P periods.
    present
        In which periods an entity was a customer, shape (E, P).
    lag
        How many periods ago the period began before which an answer counts, counting the period itself.
    max_age
        How many periods an answer may be old, and a lead ahead; None for any.

    Raises
    ------
    MeasureError
        Where a customer answered twice at one moment.
    """
    contact = entities.contact(responses["customer_id"])
    value = responses[score].to_numpy(dtype="float64")
    answering_entity = np.append(present.any(axis=1), False)[entities.of(contact)]
    doubts = [
        responses["customer_id"].isna().to_numpy(), contact < 0, moments == NEVER, np.isnan(value),
        ~answering_entity,
    ]  # fmt: skip
    fate = np.full(len(value), len(ANSWERS) - 1)
    for reason in reversed(range(len(doubts))):  # the first doubt is the one that is named
        fate[doubts[reason]] = reason + 1
    rows = np.flatnonzero(fate == len(ANSWERS) - 1)
    rows = rows[np.lexsort((moments[rows], contact[rows]))]
    answering, who = np.unique(contact[rows], return_inverse=True)
    at = moments[rows]
    _refuse_ties(score, who, at, entities, answering)
    cut, end = periods.begin(1 - lag), periods.begin(1)
    oldest = np.full(len(periods), NEVER) if max_age is None else periods.begin(1 - lag - max_age)
    latest = np.full(len(periods), ALWAYS) if max_age is None else periods.begin(1 + max_age)
    found = as_of(who, at, len(answering), cut=cut, oldest=oldest, end=end, latest=latest)
    of_contact = entities.of_contact[answering]
    fate[rows] = _fates(found, present[of_contact], who, at, cut)
    columns = _columns(score, found, value[rows], at, of_contact, periods, len(present))
    return LinkedScore(
        columns,
        np.bincount(fate, minlength=len(ANSWERS)),
        _row_fates(columns[f"{score}_n"], found, of_contact, present),
    )


def _columns(
    score: str,
    found: AsOf,
    value: Floats,
    moment: Ints,
    of_contact: Ints,
    periods: PanelPeriods,
    entities: int,
) -> dict[str, Floats]:
    mean, n = mean_by_entity(found.current, value, of_contact, entities)
    days, _ = mean_by_entity(found.current, (moment - periods.edges[0]) / DAY, of_contact, entities)
    before, n_before = mean_by_entity(found.previous, value, of_contact, entities)
    lead, _ = mean_by_entity(found.lead, value, of_contact, entities)
    age = (periods.edges[:-1] - periods.edges[0]) / DAY - days
    return {
        score: mean, f"{score}_n": n.astype("float64"), f"{score}_age": age, f"{score}_previous": before,
        f"{score}_previous_n": n_before.astype("float64"), f"{score}_lead": lead,
    }  # fmt: skip


def _refuse_ties(score: str, who: Ints, at: Ints, entities: LinkedEntities, answering: Ints) -> None:
    tied = np.flatnonzero((np.diff(who) == 0) & (np.diff(at) == 0))
    if len(tied):
        name = entities.contacts[answering[who[tied[0]]]]
        day = np.datetime64(int(at[tied[0]]), "us").astype("datetime64[D]")
        raise MeasureError(
            f"{len(np.unique(who[tied])):,} customers answered {score} twice at one moment (such as {name} "
            f"on {day}), so nothing says which answer is the later",
            where="table 'responses'",
            remedy="keep one answer of each, or give the time of day",
        )


def _fates(found: AsOf, present: Bools, who: Ints, at: Ints, cut: Ints) -> Ints:
    """Return the fate of each answer that could count, as its place in `ANSWERS`."""
    used = np.zeros(len(at), dtype=bool)
    used[found.current[(found.current >= 0) & present]] = True
    since = np.searchsorted(cut, at, side="right")
    replaced = np.append((np.diff(who) == 0) & (np.diff(since) == 0), False)
    return np.select([used, since == len(cut), replaced], [0, 6, 7], default=8)


def _row_fates(n: Floats, found: AsOf, of_contact: Ints, present: Bools) -> Ints:
    answered = np.zeros(len(present), dtype=bool)
    answered[of_contact] = True
    old = np.zeros_like(present)
    np.logical_or.at(old, of_contact, found.too_old)
    fate = np.select([n > 0, ~answered[:, None] & present, old], [0, 1, 3], default=2)
    return np.bincount(fate[present], minlength=len(PERIODS))
