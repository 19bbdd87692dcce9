"""What was known of each customer before a cut-off. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.retention.customers_at_risk import AtRisk
from cxlab.tally.day_moments import DAY, NEVER, moments_of

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def answer_features(
    responses: pd.DataFrame, scores: tuple[str, ...], at_risk: AtRisk, cutoff: int, window: int
) -> dict[str, Floats]:
    """Return of each score the last before the cut-off, its change, how many, and the days since.

    Parameters
    ----------
    responses
        `customer_id`, `responded_at` and the scores; NaN is no answer.
    scores
        Columns of scores.
    at_risk
        K customers.
    cutoff
        Moment from which on nothing is known.
    window
        Days before it over which answers are counted; the last one may be older.

    Returns
    -------
    dict of arrays
        `<score>_last`, `_change` (last less the one before), `_n`, `_days`; shape (K,), NaN where there is no
        such answer.
    """
    whose, moment = at_risk.codes(responses["customer_id"]), moments_of(responses["responded_at"])
    features: dict[str, Floats] = {}
    for score in scores:
        value = responses[score].to_numpy()
        known = _known(whose, moment, cutoff) & ~np.isnan(value)
        rows, last, before = _last_two(whose[known], moment[known], value[known], len(at_risk.customers))
        at_last = _take(value[known][rows], last)
        features[f"{score}_last"] = at_last
        features[f"{score}_change"] = at_last - _take(value[known][rows], before)
        features[f"{score}_n"] = _count(whose, known & _recent(moment, cutoff, window), at_risk)
        features[f"{score}_days"] = _days(_take(moment[known][rows].astype("float64"), last), cutoff)
    return features


def complaint_features(
    complaints: pd.DataFrame, at_risk: AtRisk, cutoff: int, window: int
) -> dict[str, Floats]:
    """Return complaints: how many, how many open, the gravest, and the days since the last.

    A complaint is open where it was not closed before the cut-off; `resolved` has no date, so it is not used.
    """
    whose, opened = at_risk.codes(complaints["customer_id"]), moments_of(complaints["opened_at"])
    closed = moments_of(complaints["closed_at"])
    known = _known(whose, opened, cutoff)
    recent = known & _recent(opened, cutoff, window)
    severity = complaints["severity"].to_numpy()
    k = len(at_risk.customers)
    return {
        "complaints_n": _count(whose, recent, at_risk),
        "complaints_open": _count(whose, known & ((closed == NEVER) | (closed >= cutoff)), at_risk),
        "complaints_severity": _greatest(whose, severity, recent & ~np.isnan(severity), k),
        "complaints_days": _days(_greatest(whose, opened.astype("float64"), known, k), cutoff),
    }


def interaction_features(
    interactions: pd.DataFrame, at_risk: AtRisk, cutoff: int, window: int
) -> dict[str, Floats]:
    """Return contacts, their issues, and issues whose last contact before the cut-off did not resolve them.

    A contact without an issue is an issue of its own; one that nobody marked is not resolved.
    """
    whose, moment = at_risk.codes(interactions["customer_id"]), moments_of(interactions["at"])
    known = _known(whose, moment, cutoff) & _recent(moment, cutoff, window)
    rows = np.flatnonzero(known)
    issue, found = pd.factorize(interactions["issue_id"].iloc[rows])
    issue = np.where(issue < 0, len(found) + np.arange(len(rows)), issue)
    resolved = np.nan_to_num(interactions["resolved"].to_numpy()[rows])
    seq = np.nan_to_num(interactions["seq"].to_numpy()[rows])
    order = np.lexsort((resolved, seq, moment[rows], issue, whose[rows]))
    owner, issue = whose[rows][order], issue[order]
    ends = np.ones(len(order), dtype=bool)
    ends[:-1] = (owner[1:] != owner[:-1]) | (issue[1:] != issue[:-1])
    k = len(at_risk.customers)
    return {
        "contacts_n": _count(whose, known, at_risk),
        "issues_n": np.bincount(owner[ends], minlength=k).astype("float64"),
        "issues_unresolved": np.bincount(owner[ends & (resolved[order] != 1)], minlength=k).astype("float64"),
    }


def money_features(
    rows: pd.DataFrame, name: str, at_risk: AtRisk, cutoff: int, window: int, *, trend: bool
) -> dict[str, Floats]:
    """Return how many rows and how much money, and with `trend` the later half less the earlier, and days.

    Parameters
    ----------
    rows
        `customer_id`, `date`, `amount`; a missing amount counts as a row of 0.
    name
        What the features begin with.
    at_risk, cutoff, window
        As in `answer_features`.
    trend
        Whether to add `_trend` (amount of the later half of the window less that of the earlier) and `_days`.
    """
    whose, moment = at_risk.codes(rows["customer_id"]), moments_of(rows["date"])
    amount = np.nan_to_num(rows["amount"].to_numpy())
    known = _known(whose, moment, cutoff)
    recent = known & _recent(moment, cutoff, window)
    k = len(at_risk.customers)
    total = np.bincount(whose[recent], amount[recent], minlength=k).astype("float64")
    features: dict[str, Floats] = {f"{name}_n": _count(whose, recent, at_risk), f"{name}_amount": total}
    if trend:
        late = recent & (moment >= cutoff - window * DAY // 2)
        later = np.bincount(whose[late], amount[late], minlength=k).astype("float64")
        features[f"{name}_trend"] = 2.0 * later - total
        features[f"{name}_days"] = _days(_greatest(whose, moment.astype("float64"), known, k), cutoff)
    return features


def _known(whose: Ints, moment: Ints, cutoff: int) -> Bools:
    """Tell which rows are dated before the cut-off and are of a customer at risk; without a date none is."""
    return (whose >= 0) & (moment != NEVER) & (moment < cutoff)


def _recent(moment: Ints, cutoff: int, window: int) -> Bools:
    return moment >= cutoff - window * DAY


def _count(whose: Ints, chosen: Bools, at_risk: AtRisk) -> Floats:
    return np.bincount(whose[chosen], minlength=len(at_risk.customers)).astype("float64")


def _greatest(whose: Ints, value: Floats, chosen: Bools, k: int) -> Floats:
    """Return the greatest chosen value of each customer, shape (k,); NaN where there is none."""
    greatest = np.full(k, -np.inf)
    np.maximum.at(greatest, whose[chosen], value[chosen])
    return np.where(np.isinf(greatest), np.nan, greatest)


def _days(moment: Floats, cutoff: int) -> Floats:
    """Return whole days from the day of a moment to the cut-off."""
    return (cutoff - np.floor(moment / DAY) * DAY) / DAY


def _last_two(whose: Ints, moment: Ints, value: Floats, k: int) -> tuple[Ints, Ints, Ints]:
    """Return an order by customer and time, and the places of each customer's last row and the one before.

    Rows of one moment are ordered by value, so that the order of the table decides nothing; −1 is no row.
    """
    order = np.lexsort((value, moment, whose))
    owner = whose[order]
    start = np.searchsorted(owner, np.arange(k), side="left")
    end = np.searchsorted(owner, np.arange(k), side="right")
    return order, np.where(end > start, end - 1, -1), np.where(end > start + 1, end - 2, -1)


def _take(values: Floats, place: Ints) -> Floats:
    return np.append(values, np.nan)[place]
