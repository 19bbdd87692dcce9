"""How often and when each customer bought, equal customers counted once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from cxlab.model.errors import MeasureError
from cxlab.retention.equal_rows import equal_rows
from cxlab.retention.number_vector import number_vector

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
RowWeightKind = Literal["sampling", "frequency"]


@dataclass(frozen=True, slots=True, eq=False)
class PurchaseRows:
    """The different customers of a purchase model.

    Parameters
    ----------
    frequency, recency, age
        Repeat purchases, time of the last since the first, time since the first, shape (m,) each.
    count
        Customers alike, shape (m,).
    weight
        Weight of each of them, shape (m,): 1 unless sampling weights were given, whose mean is 1.
    level, levels
        Which of the different frequencies each row has, shape (m,), and these, shape (u,).
    code
        Row of each customer as given, shape (n,); −1 where something is missing.
    """

    frequency: Floats
    recency: Floats
    age: Floats
    count: Floats
    weight: Floats
    level: Ints
    levels: Floats
    code: Ints

    @property
    def n(self) -> int:
        """Customers with a weight above 0."""
        return round(float(self.count[self.weight > 0].sum()))

    def blanked(self) -> PurchaseRows:
        """Return as many rows that say nothing."""
        nothing = self.frequency * np.nan
        return replace(
            self, frequency=nothing, recency=nothing, age=nothing, count=nothing, levels=self.levels * np.nan
        )


def purchase_rows(
    frequency: Any, recency: Any, age: Any, weight: Any, weight_kind: RowWeightKind
) -> PurchaseRows:
    """Read and check the customers.

    Raises
    ------
    MeasureError
        Where a value cannot be, as a last purchase after the end, or nothing is left to fit.
    """
    x = number_vector(frequency, "frequency")
    t = number_vector(recency, "recency", len(x))
    end = number_vector(age, "age", len(x))
    w = np.ones(len(x)) if weight is None else number_vector(weight, "weight", len(x))
    complete = np.isfinite(x) & np.isfinite(t) & np.isfinite(end)
    require_weights(w, complete, weight_kind)
    _require_possible(x, t, end, complete)
    used = complete & (w > 0)
    if not used.any() or not (x[used] > 0).any():
        raise MeasureError(
            f"none of {len(x):,} customers bought again" if len(x) else "there are no customers",
            remedy="give customers of whom some bought more than once, with frequency, recency and age",
        )
    sampling = weight is not None and weight_kind == "sampling"
    scaled = w / w[used].mean() if sampling else np.ones(len(x))
    rows = equal_rows([x[complete], t[complete], end[complete], scaled[complete]])
    code = np.full(len(x), -1, dtype="int64")
    code[complete] = rows.code
    count = rows.count.astype("float64")
    if weight is not None and not sampling:
        count = np.bincount(rows.code, w[complete], minlength=len(count))
    levels, level = np.unique(rows.values[:, 0], return_inverse=True)
    first, second, third, fourth = rows.values.T.copy()
    return PurchaseRows(first, second, third, count, fourth, level, levels, code)


def require_weights(w: Floats, complete: Bools, weight_kind: RowWeightKind) -> None:
    """Refuse weights that are missing, negative, or no counts where they are to be counts."""
    bad = int((complete & np.isnan(w)).sum() + (w < 0).sum())
    if bad:
        raise MeasureError(
            f"{bad:,} customers have no weight or a negative one",
            where="weight",
            remedy="weight every customer, or leave weight= away",
        )
    if weight_kind == "frequency" and (w[complete] % 1 != 0).any():
        raise MeasureError(
            "a frequency weight is no whole number", where="weight", remedy='take weight_kind="sampling"'
        )


def _require_possible(x: Floats, t: Floats, end: Floats, complete: Bools) -> None:
    no_count = (x < 0) | (x % 1 > 0)
    checks = [
        (no_count, "frequency", "are no whole number from 0", "count the purchases after the first"),
        (t < 0, "recency", "are below 0", "give the time from the first purchase to the last"),
        (t > end, "recency", "are above age", "give both in the same unit, to the same end"),
        ((x == 0) & (t > 0), "recency", "are above 0 without a repeat purchase", "give 0 there"),
        (
            (x > 0) & (end == 0),
            "age",
            "are 0 with repeat purchases",
            "give the time since the first purchase",
        ),
    ]
    for wrong, name, what, remedy in checks:
        rows = np.flatnonzero(wrong & complete)
        if len(rows):
            shown = ", ".join(str(row) for row in rows[:3])
            raise MeasureError(f"{len(rows):,} values {what} (rows {shown})", where=name, remedy=remedy)
