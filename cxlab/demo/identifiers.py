"""Pseudonyms such as `C000042`, many at once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cxlab.demo.company import MarketPlan


def identifiers(prefix: str, numbers: NDArray[np.int64], width: int = 6) -> pa.Array:
    """Return `prefix` and the number, filled up with noughts to `width` digits, shape (n,)."""
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width=width, padding="0")
    return pc.binary_join_element_wise(prefix, digits, "")


def chosen(names: tuple[str, ...], places: NDArray[np.integer]) -> pa.Array:
    """Return the names at some places, counted from 0; a negative place is missing."""
    indices = pa.array(places.astype(np.int32), mask=np.asarray(places < 0))
    return pa.array(names, pa.string()).take(indices)


def customer_ids(plan: MarketPlan, places: NDArray[np.integer]) -> pa.Array:
    """Return the pseudonyms of the customers at some places, such as `ES-C000042`."""
    every = identifiers(f"{plan.language.upper()}-C", np.arange(1, 1 + int(places.max(initial=-1)) + 1))
    return every.take(pa.array(places))


def account_ids(plan: MarketPlan, accounts: NDArray[np.integer]) -> pa.Array:
    """Return the pseudonyms of accounts, missing where the number is negative."""
    every = identifiers(f"{plan.language.upper()}-A", np.arange(1, 1 + int(accounts.max(initial=-1)) + 1))
    return every.take(pa.array(accounts, mask=np.asarray(accounts < 0)))
