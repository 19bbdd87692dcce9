"""How large each market of the demo is, and whether that can be simulated."""

from __future__ import annotations

from cxlab.demo.markets import MARKETS
from cxlab.model.errors import ParameterError

FEWEST = 1_600  # with fewer, the planted errors would be no exceptions and the small region no small one


def market_size(customers: int, seed: int) -> int:
    """Return the customers of each market: an equal quarter of the company's.

    Raises
    ------
    ParameterError
        With fewer than 1600 customers, with a number that is not whole, or with a seed below 0.
    """
    for name, value, least in (("customers", customers, FEWEST), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ParameterError(
                f"{value!r} cannot be simulated", where=name, remedy=f"give a whole number, {least} or more"
            )
    return customers // len(MARKETS)
