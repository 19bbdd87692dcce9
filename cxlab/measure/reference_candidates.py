"""Which customers may be named as references on a day?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxlab.measure.period import Day, day_of
from cxlab.measure.table_rows import table_rows
from cxlab.model.errors import MeasureError


def reference_candidates(
    customers: Any,
    responses: Any,
    day: Day,
    *,
    unit: str = "customer_id",
    score: str = "nps",
    least: float = 9,
    months: int = 12,
) -> pd.DataFrame:
    """Return every customer, or account, with what speaks for it as a reference on a day.

    Parameters
    ----------
    customers
        Table of customers: `customer_id`, `reference_willing`, `reference_validated_on`; a frame of any
        engine.
    responses
        Table of responses: `customer_id`, `responded_at` and the score, asked by a third party.
    day
        The day that is looked at; what came later is not known yet.
    unit
        `customer_id`, or `account_id`: an account is a reference where one of its contacts is.
    score, least
        Column of the score and the least score of a reference.
    months
        How long a validation and a score hold.

    Returns
    -------
    pandas.DataFrame
        One row per unit: its name, `willing`, `validated` (by a third party, within the months before the
        day), `scored` (the customer's latest score within these months is high enough) and `reference` (one
        and the same contact is all three). Who was never asked is not willing;
        answers without a day are left out.

    Raises
    ------
    MeasureError
        Where a column is absent or of the wrong type, or a customer stands in the table twice.
    """
    until = day_of(day)
    since = until - pd.DateOffset(months=months)
    keys = list(dict.fromkeys(["customer_id", unit]))
    people = table_rows(customers, names=keys, flags=["reference_willing"], dates=["reference_validated_on"])
    twice = int(people["customer_id"].duplicated().sum())
    if twice:
        raise MeasureError(
            f"{twice:,} customers stand in the table twice", remedy="give one row per customer"
        )
    checked = people["reference_validated_on"].dt.floor("D")
    answers = table_rows(responses, names=["customer_id"], dates=["responded_at"], amounts=[score])
    answered = answers["responded_at"].dt.floor("D")
    recent = answers[(answered > since) & (answered <= until)].dropna(subset=["customer_id", score])
    latest = recent.sort_values("responded_at", kind="stable").groupby("customer_id")[score].last()
    flags = people[keys].assign(
        willing=people["reference_willing"].fillna(False).astype(bool),
        validated=(checked > since) & (checked <= until),
        scored=people["customer_id"].map(latest) >= least,
    )
    flags["reference"] = flags[["willing", "validated", "scored"]].all(axis=1)
    named = flags[flags[unit].notna()]
    return named.groupby(unit, sort=True)[["willing", "validated", "scored", "reference"]].any().reset_index()
