"""Who the customers are: drawn once, and the same people in every wave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.demo.company import BOOKS_OPEN, VALUE_CUTS, WAVES, MarketPlan

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]
PRIVATE, BUSINESS = 1, 2
PERSON_SHARE = {
    PRIVATE: 0.55,
    BUSINESS: 0.10,
}  # of the halo: what a person thinks for good, apart from the account
OLD_SHARE = 0.78  # customers from before the books open; the others join in equal parts in each half-year
ACCOUNT_SIZES = (2, 6)  # contacts of an account, the upper end excluded


@dataclass(frozen=True, slots=True)
class Customers:
    """The `n` customers of a market; every array has shape (n,), codes count from 1.

    Attributes
    ----------
    region, age_band, customer_type, segment : ndarray of int
        Codes in the plan's segments and in `VALUE_SEGMENTS`.
    account : ndarray of int
        Number of the account, −1 for private customers.
    joined : ndarray of int
        Half-year of the first contract; −1 before the books open.
    since : ndarray of datetime64[D]
        Customer since.
    lasting : ndarray of float
        What a customer thinks for good, of all attributes alike: standard normal, shared in part within an
        account.
    value : ndarray of float
        What a customer is worth, standard normal; correlated with `lasting`.
    member : ndarray of bool
        Member of the loyalty programme.
    """

    region: Codes
    age_band: Codes
    customer_type: Codes
    segment: Codes
    account: Codes
    joined: Codes
    since: NDArray[np.datetime64]
    lasting: Floats
    value: Floats
    member: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of customers."""
        return len(self.region)


def lasting_share(plan: MarketPlan, customer_type: int) -> float:
    """Return the share of the halo's variance that never changes, for one type of customer."""
    account = plan.account_icc / plan.halo if customer_type == BUSINESS else 0.0
    return account + PERSON_SHARE[customer_type]


def draw_customers(plan: MarketPlan, n: int, rng: np.random.Generator) -> Customers:
    """Draw `n` customers of a market."""
    account = _accounts(plan, n, rng)
    customer_type = np.where(account >= 0, BUSINESS, PRIVATE)
    lasting = _lasting(plan, account, rng)
    link = plan.revenue.confounding
    value = link * lasting + np.sqrt(1 - link**2) * rng.standard_normal(n)
    segment = 1 + np.searchsorted(VALUE_CUTS, value)
    joined = _joined(n, rng)
    return Customers(
        region=_regions(plan, customer_type, joined, rng),
        age_band=draw_codes(plan.age_band.shares, n, rng),
        customer_type=customer_type,
        segment=segment,
        account=account,
        joined=joined,
        since=_since(joined, rng),
        lasting=lasting,
        value=value,
        member=rng.random(n) < np.array(plan.loyalty.member)[segment - 1],
    )


def draw_codes(shares: tuple[float, ...], n: int, rng: np.random.Generator) -> Codes:
    """Draw `n` codes from 1 by their shares."""
    edges = np.cumsum(shares)
    return 1 + np.searchsorted(edges / edges[-1], rng.random(n), side="right")


def _accounts(plan: MarketPlan, n: int, rng: np.random.Generator) -> Codes:
    contacts = round(n * plan.customer_type.shares[1])
    sizes = rng.integers(*ACCOUNT_SIZES, size=contacts)
    account = np.full(n, -1)
    places = rng.permutation(n)[:contacts]
    account[places] = np.repeat(np.arange(contacts), sizes)[:contacts]
    return account


def _lasting(plan: MarketPlan, account: Codes, rng: np.random.Generator) -> Floats:
    own, shared = rng.standard_normal(len(account)), rng.standard_normal(len(account))
    part = plan.account_icc / plan.halo / lasting_share(plan, BUSINESS)
    together = np.sqrt(part) * shared[account] + np.sqrt(1 - part) * own
    return np.where(account >= 0, together, own)


def _joined(n: int, rng: np.random.Generator) -> Codes:
    new = rng.random(n) >= OLD_SHARE
    return np.where(new, rng.integers(0, len(WAVES), n), -1)


def _since(joined: Codes, rng: np.random.Generator) -> NDArray[np.datetime64]:
    """Join within the first ten days of a half-year, before its first bill."""
    starts = np.array([wave.half_year for wave in WAVES], dtype="datetime64[D]")
    before = np.datetime64(BOOKS_OPEN, "D") - rng.integers(200, 4000, len(joined))
    return np.where(joined < 0, before, starts[joined] + rng.integers(0, 10, len(joined)))


def _regions(plan: MarketPlan, customer_type: Codes, joined: Codes, rng: np.random.Generator) -> Codes:
    """Put a fixed few into the last region, so that suppression shows however large the demo is."""
    region = draw_codes(plan.region.shares, len(customer_type), rng)
    settled = np.flatnonzero((customer_type == PRIVATE) & (joined < 0))
    region[rng.choice(settled, size=plan.small_region, replace=False)] = len(plan.region.names)
    return region
