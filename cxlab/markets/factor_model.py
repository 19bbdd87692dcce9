"""Which item measures which factor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.model.errors import MeasureError, nearest

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class FactorModel:
    """A confirmatory factor model of simple structure: every item measures one of m correlated factors.

    Parameters
    ----------
    factors
        Names of the factors, m of them.
    items
        Names of the items, p of them.
    factor
        Place of each item's factor, shape (p,).
    """

    factors: tuple[str, ...]
    items: tuple[str, ...]
    factor: Ints

    def require_items(self, names: Sequence[str]) -> None:
        """Raise MeasureError where a name is no item, or fewer than two items of a factor are left."""
        for name in names:
            if name not in self.items:
                raise MeasureError(f"there is no item '{name}' to free", remedy=nearest(name, self.items))
        for place, factor in enumerate(self.factors):
            own = [item for item, at in zip(self.items, self.factor, strict=True) if at == place]
            if len([item for item in own if item not in names]) < 2:
                raise MeasureError(
                    f"the factor '{factor}' keeps fewer than two items that are alike in all markets",
                    remedy="free fewer of " + ", ".join(own),
                )


def factor_model(model: Mapping[str, Sequence[str]]) -> FactorModel:
    """Return a model from the items of each factor.

    Raises
    ------
    MeasureError
        Where an item stands twice, or a factor has too few items to be told from them.
    """
    if not model or not hasattr(model, "items"):
        raise MeasureError("the model has no factor", remedy='say {"service": ["speed", "care", "skill"]}')
    for factor, own in model.items():
        if isinstance(own, str) or len(own) < (3 if len(model) == 1 else 2):
            raise MeasureError(
                f"the factor '{factor}' has too few items",
                remedy="a single factor needs three, each of several needs two",
            )
    items = [item for own in model.values() for item in own]
    if twice := [item for item in dict.fromkeys(items) if items.count(item) > 1]:
        raise MeasureError(
            f"the item '{twice[0]}' stands twice in the model", remedy="let it measure one factor"
        )
    places = [place for place, own in enumerate(model.values()) for _ in own]
    return FactorModel(tuple(model), tuple(items), np.array(places, dtype="int64"))
