"""The Pareto/NBD model: as BG/NBD, but a customer may leave at any time."""

from __future__ import annotations

from typing import Any

import numpy as np

from cxlab.retention.purchase_fit import purchase_fit
from cxlab.retention.purchase_model import PurchaseModel
from cxlab.retention.purchase_rows import RowWeightKind


def pareto_nbd(
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
    """Fit Pareto/NBD by maximum likelihood: `cx.pareto_nbd(frequency, recency, age)`.

    Parameters
    ----------
    frequency, recency, age, weight, weight_kind, n_boot, seed, conf_level
        As in `bgnbd`.

    Returns
    -------
    PurchaseModel
        r, alpha, s, beta, the mean rate of purchase r/α and the mean rate of leaving s/β.

    Raises
    ------
    MeasureError
        As in `bgnbd`.

    References
    ----------
    Schmittlein, Morrison, Colombo (1987), Management Science 33, 1–24. Fader, Hardie (2005), A note on
    deriving the Pareto/NBD model and related expressions.
    """
    return purchase_fit(
        "pareto_nbd", (frequency, recency, age), weight, weight_kind, n_boot, seed, conf_level
    )  # fmt: skip
