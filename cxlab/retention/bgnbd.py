"""The BG/NBD model: how often customers without a contract buy, and whether they still do."""

from __future__ import annotations

from typing import Any

import numpy as np

from cxlab.retention.purchase_fit import purchase_fit
from cxlab.retention.purchase_model import PurchaseModel
from cxlab.retention.purchase_rows import RowWeightKind


def bgnbd(
    frequency: Any,
    recency: Any,
    age: Any,
    *,
    weight: Any = None,
    weight_kind: RowWeightKind = "sampling",
    n_boot: int = 0,
    seed: int | np.random.Generator = 0,
    conf_level: float = 0.95,
) -> PurchaseModel:
    """Fit BG/NBD by maximum likelihood: `cx.bgnbd(history["frequency"], history["recency"], history["age"])`.

    Parameters
    ----------
    frequency
        Repeat purchases of each customer (the first does not count), shape (n,).
    recency, age
        Time from the first purchase to the last, and to the end of what was seen, in one unit; shape (n,).
        A customer of whom one of the three is missing is left out; `cx.purchase_history` makes all three.
    weight
        Weights ≥ 0, shape (n,).
    weight_kind
        `sampling`: only ratios matter, and errors are robust. `frequency`: how often a customer occurred.
    n_boot, seed
        Resamples of customers for the intervals, and their seed; 0: by the information.
    conf_level
        Confidence level of each interval.

    Returns
    -------
    PurchaseModel
        r, alpha, a, b, the mean rate r/α while a customer stays, and the mean probability a/(a + b) to leave
        after a purchase. Without resamples intervals are symmetric in the logarithm (dropout: the logit).

    Raises
    ------
    MeasureError
        Where a value cannot be, nobody bought again, or the likelihood has no maximum.

    References
    ----------
    Fader, Hardie, Lee (2005), "Counting your customers" the easy way, Marketing Science 24, 275–284,
    equations 6 and 10.
    """
    return purchase_fit(
        "bgnbd", (frequency, recency, age), weight, weight_kind, n_boot, seed, conf_level
    )  # fmt: skip
