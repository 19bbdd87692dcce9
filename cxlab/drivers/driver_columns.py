"""What a driver question asks of the columns of a frame, and what it says where they will not do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cxlab.model.errors import MeasureError
from cxlab.tally.entry import lazy_rows, require_names, require_numbers, require_once


def require_columns(
    frame: Any,
    columns: Sequence[str],
    *,
    weight: str | None,
    cluster: str | None,
    others: Sequence[str] = (),
) -> None:
    """Ask whether a frame has the columns of a driver question.

    Parameters
    ----------
    frame
        Any frame narwhals knows.
    columns
        Outcome and drivers: numeric, each named once.
    weight, others
        Further numeric columns, or None.
    cluster
        Column of any type, or None.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or holds no numbers.
    """
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    numbers = [*columns, *others, *([] if weight is None else [weight])]
    require_names([*numbers, *([] if cluster is None else [cluster])], schema)
    require_once(columns, "name each column once, as outcome or as driver")
    for name in numbers:
        require_numbers(rows, name, schema[name])


def listed(names: str | Sequence[str], option: str) -> list[str]:
    """Return column names as a list; raise MeasureError where they are no names."""
    if isinstance(names, str):
        return [names]
    if not isinstance(names, Iterable):
        raise MeasureError(f"{option}= is a {type(names).__name__}", remedy="name columns by texts")
    for name in names:
        if not isinstance(name, str):
            raise MeasureError(f"{option}= holds a {type(name).__name__}", remedy="name columns by texts")
    return list(names)


def require_products(columns: Sequence[str], x: npt.NDArray[np.float64]) -> None:
    """Raise MeasureError where the values of a column, shape (n, q), are too large or too close to multiply.

    NaN is missing.
    """
    least, most = np.nanmin(x, axis=0), np.nanmax(x, axis=0)
    size, apart = np.maximum(np.abs(least), np.abs(most)), most - least
    for name, large, small in zip(columns, size > 1e100, (apart > 0) & (apart < 1e-100), strict=True):
        if large or small:
            raise MeasureError(
                f"the values of {name} are too {'large' if large else 'close'} to be multiplied",
                remedy=f"{'divide' if large else 'multiply'} them by a power of ten first",
            )


def refuse_no_rows(columns: Sequence[str], held: Sequence[int], rows: int, weighed: int) -> None:
    """Raise MeasureError: no row holds every column.

    Parameters
    ----------
    columns
        The outcome, then the drivers.
    held
        How many rows of positive weight hold each column.
    rows, weighed
        How many rows there are, and how many of them have a positive weight.
    """
    if not rows:
        raise MeasureError("there are no rows", remedy="give the answers of several respondents")
    if not weighed:
        raise MeasureError("no row has a positive weight", remedy="give the weights of the rows")
    least = int(np.argmin(held))
    name = columns[least]
    instead = "leave it out" if least else "ask about another outcome"
    if not held[least]:
        raise MeasureError(f"the column '{name}' has no values", remedy=instead)
    raise MeasureError(
        f"no row holds '{columns[0]}' and all drivers; fewest, {int(held[least]):,}, hold '{name}'",
        remedy=f"{instead}; `importance` can also take missing='pairwise'",
    )
