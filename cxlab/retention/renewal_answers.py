"""The last answer of each customer before a moment. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Scale
from cxlab.retention.renewal_scores import INDEX, renewal_scores
from cxlab.tally.day_moments import DAY, NEVER, moments_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class LastAnswers:
    """Dated answers of known customers, sorted by customer and moment.

    Parameters
    ----------
    customer, at, index
        Whose, when (microseconds) and the renewal index, shape (k,).
    first
        Moment of the very first of them; NEVER where nothing was asked.
    """

    customer: pd.Series
    at: Ints
    index: Floats
    first: int

    def before(self, customer: pd.Series, until: Ints, max_age: int) -> Floats:
        """Return the index of each customer's last answer before a moment, shape (n,); NaN where none is.

        Parameters
        ----------
        customer, until
            Whose, and before when, shape (n,).
        max_age
            Days that the answer may lie before it.
        """
        if not len(self.at):
            return np.full(len(customer), np.nan)
        names = pd.Index(self.customer.unique())
        own, asked = names.get_indexer(self.customer), names.get_indexer(customer)
        # One number orders customers and moments alike: the place among all moments, per customer.
        moments = np.unique(np.concatenate([self.at, until]))
        size = len(moments) + 1
        keys = own * size + np.searchsorted(moments, self.at)
        wanted = asked * size + np.searchsorted(moments, until)
        place = np.searchsorted(keys, wanted, side="left") - 1
        safe = np.maximum(place, 0)
        held = (place >= 0) & (asked >= 0) & (own[safe] == asked)
        held &= until - self.at[safe] <= max_age * DAY
        return np.where(held, self.index[safe], np.nan)


def last_answers(
    responses: pd.DataFrame | None,
    questions: Sequence[str],
    scales: Mapping[str, Scale] | Scale,
    as_of: int,
) -> LastAnswers:
    """Return the answers before a day that have a renewal index, a customer and a date.

    Parameters
    ----------
    responses
        `customer_id`, `responded_at` and the questions; None where nothing was asked.
    questions, scales
        As in `cxlab.renewal_scores`.
    as_of
        First moment that is not known.

    Raises
    ------
    MeasureError
        As `cxlab.renewal_scores`.
    """
    if responses is None or not questions:
        return LastAnswers(pd.Series(dtype="str"), np.zeros(0, dtype="int64"), np.zeros(0), NEVER)
    scored = renewal_scores(responses, questions=questions, scales=scales)
    scored["at"] = moments_of(scored["responded_at"])
    fit = scored[INDEX].notna() & scored["customer_id"].notna() & (scored["at"] > NEVER)
    kept = scored[fit & (scored["at"] < as_of)]
    # Of equal moments the later row of the table counts.
    codes = pd.Series(pd.factorize(kept["customer_id"])[0], index=kept.index)
    order = np.lexsort((np.arange(len(kept)), kept["at"], codes))
    kept = kept.iloc[order]
    at = kept["at"].to_numpy(dtype="int64")
    first = int(at.min()) if len(at) else NEVER
    return LastAnswers(
        kept["customer_id"].reset_index(drop=True), at, kept[INDEX].to_numpy(dtype="float64"), first
    )
