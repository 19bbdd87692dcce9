"""The moments of several markets, checked before a model is fitted to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlab.estimate.hidden_cells import too_small
from cxlab.markets.item_moments import TABLE, ItemMoments, item_moments, read_moments
from cxlab.model.errors import MeasureError
from cxlab.tally.moments import Moments

SINGULAR = 1e-8


def market_moments(
    markets: Mapping[str, Any], items: Sequence[str], *, weight: str | None, min_n: int
) -> dict[str, ItemMoments]:
    """Return the moments of the same items in each market.

    Parameters
    ----------
    markets
        Market → moments, their table, or rows; see `cxlab.invariance`.
    items
        The items.
    weight
        Column of weights of the rows.
    min_n
        Smallest base, on the smaller of n and n_eff.

    Raises
    ------
    MeasureError
        Where fewer than two markets are given or the moments of one will not do.
    """
    if not hasattr(markets, "items"):
        raise MeasureError(
            f"a {type(markets).__name__} does not name its markets", remedy='say {"es": …, "it": …}'
        )
    if len(markets) < 2:
        raise MeasureError(
            f"{len(markets)} market is nothing to compare", remedy='give several: {"es": …, "it": …}'
        )
    found = {}
    for name, given in markets.items():
        try:
            found[name] = _moments_of(given, items, weight)
        except MeasureError as error:
            where = f"market '{name}'" + (f", {error.where}" if error.where else "")
            raise MeasureError(error.what, where=where, remedy=error.remedy) from None
    bases = {name: min(one.n, one.n_eff) for name, one in found.items()}
    small = [f"{name} ({base:.0f})" for name, base in bases.items() if too_small(base, min_n)]
    if small:
        raise MeasureError(
            f"the bases of {', '.join(small)} are below {min_n}",
            remedy="leave these markets out, or leave out items that few were asked",
        )
    for name, one in found.items():
        _require_spread(name, one)
    return found


def _moments_of(given: Any, items: Sequence[str], weight: str | None) -> ItemMoments:
    if isinstance(given, ItemMoments):
        return given.subset(items)
    if isinstance(given, Moments):
        return _of_sums(given.subset(items))
    if isinstance(given, pd.DataFrame) and set(TABLE) <= set(given.columns):
        return read_moments(given).subset(items)
    return item_moments(given, items, weight=weight)


def _of_sums(found: Moments) -> ItemMoments:
    n = found.total().n[0]
    if found.weighting == "weighted":
        raise MeasureError(
            "weighted moments do not know their effective base", remedy="take cxlab.item_moments instead"
        )
    if (n != n[0, 0]).any() or n[0, 0] == 0:
        raise MeasureError(
            f"the pairs of items stand on {n.min():,} to {n.max():,} respondents",
            remedy='take moments with missing="complete", or cxlab.item_moments',
        )
    base = int(n[0, 0])
    return ItemMoments(
        found.columns, base, float(base), found.mean().to_numpy(), found.covariance().to_numpy(), "none"
    )


def _require_spread(name: str, one: ItemMoments) -> None:
    where = f"market '{name}'"
    if not (np.isfinite(one.mean).all() and np.isfinite(one.covariance).all()):
        raise MeasureError("a moment is missing", where=where, remedy="write the moments anew")
    variance = np.diag(one.covariance)
    constant = [
        item
        for item, mean, v in zip(one.items, one.mean, variance, strict=True)
        if v <= 1e-12 * (1 + mean**2)
    ]
    if constant:
        raise MeasureError(
            f"all answers to {', '.join(constant)} are equal", where=where, remedy="leave these items out"
        )
    spread = np.sqrt(variance)
    correlation = one.covariance / np.outer(spread, spread)
    if min(one.n, one.n_eff) <= len(one.items) or np.linalg.eigvalsh(correlation)[0] < SINGULAR:
        raise MeasureError(
            f"{one.n:,} respondents do not tell {len(one.items)} items apart: one follows from the others",
            where=where,
            remedy="leave out items that repeat others",
        )
