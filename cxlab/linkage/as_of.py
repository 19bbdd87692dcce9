"""What each contact had last said before a moment, and first said after one. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class AsOf:
    """Which answer counts for each of K contacts in each of P periods; −1 where none does.

    Parameters
    ----------
    current
        The last answer before the cut-off, shape (K, P).
    previous
        The answer of the same contact before that one.
    lead
        The first answer once the period has ended.
    too_old
        Whether there is an answer before the cut-off, but none that is young enough.
    """

    current: Ints
    previous: Ints
    lead: Ints
    too_old: npt.NDArray[np.bool_]


def as_of(
    contact: Ints, moment: Ints, contacts: int, *, cut: Ints, oldest: Ints, end: Ints, latest: Ints
) -> AsOf:
    """Find the answers that count.

    Parameters
    ----------
    contact, moment
        Whose each answer is, 0 to K − 1, and when it was given, shape (a,), sorted by both.
    contacts
        K.
    cut, oldest
        An answer counts for period j where oldest[j] ≤ moment < cut[j], shape (P,), each in ascending order.
    end, latest
        A lead counts where end[j] ≤ moment < latest[j], shape (P,), each in ascending order.
    """
    periods = np.arange(len(cut))
    who = np.arange(contacts)
    first = np.searchsorted(contact, who)
    # An answer is before the cut-offs from `since` on, and after the ends before `until`: sorted by contact
    # and moment, both ascend within a contact, so one search in a combined key finds them.
    wide = len(cut) + 1
    since = contact * wide + np.searchsorted(cut, moment, side="right")
    until = contact * wide + np.searchsorted(end, moment, side="right")
    current = np.searchsorted(since, who[:, None] * wide + periods, side="right") - 1
    known = current >= first[:, None]
    padded = np.append(moment, 0)
    young = known & (padded[current] >= oldest)
    previous = np.where(young & (current - 1 >= first[:, None]), current - 1, -1)
    lead = np.searchsorted(until, who[:, None] * wide + periods + 1)
    after = np.searchsorted(contact, who, side="right")
    near = (lead < after[:, None]) & (padded[np.minimum(lead, len(moment))] < latest)
    return AsOf(np.where(young, current, -1), previous, np.where(near, lead, -1), known & ~young)


def mean_by_entity(place: Ints, values: Floats, entity: Ints, entities: int) -> tuple[Floats, Ints]:
    """Return the mean over the contacts of each entity, and how many they are.

    Parameters
    ----------
    place
        Which value counts for each contact and period, −1 for none, shape (K, P).
    values
        Shape (a,).
    entity
        Entity of each contact, shape (K,).
    entities
        E.

    Returns
    -------
    tuple of arrays
        Means (NaN without a contact) and counts, shape (E, P) each.
    """
    periods = place.shape[1]
    row, column = np.nonzero(place >= 0)
    cell = entity[row] * periods + column
    n = np.bincount(cell, minlength=entities * periods)
    total = np.bincount(cell, values[place[row, column]], minlength=entities * periods)
    mean = np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)
    return mean.reshape(entities, periods), n.reshape(entities, periods)
