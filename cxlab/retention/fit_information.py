"""Whether each column of a model says something of its own. Arrays in, nothing out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
FARTHEST = 25.0
"""A coefficient per standard deviation beyond this runs off to infinity."""
SINGULAR = 1e-10
"""Share of a column's information that must be left beside the others."""


def require_information(
    information: Floats, names: Sequence[str], coefficients: Floats, *, instead: str = ""
) -> None:
    """Refuse a column that does not vary among those at risk, or follows from the others.

    Parameters
    ----------
    information
        Of columns of mean 0 and standard deviation 1, shape (p, p).
    names
        Their names.
    coefficients
        Where it was taken, shape (p,); 0 at the start.
    instead
        What else may be done with a column, for errors.

    Raises
    ------
    MeasureError
        Where a column says nothing, or did so only before its coefficient ran off.
    """
    diagonal = np.diagonal(information)
    # Columns that say something at the start lose it only as a coefficient runs off.
    far = bool(coefficients.any())
    said = np.isfinite(information).all(axis=0) & (diagonal > SINGULAR * max(float(diagonal.max()), 1.0))
    silent = np.flatnonzero(~said)
    if far and len(silent):
        refuse_infinite(names[int(silent[0])], instead=instead)
    if len(silent):
        raise MeasureError(
            f"'{names[int(silent[0])]}' does not vary among those at risk when somebody leaves",
            remedy=f"leave it out{instead}",
        )
    scale = np.sqrt(diagonal)
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    if values[0] <= SINGULAR:
        named = names[int(np.abs(vectors[:, 0]).argmax())]
        if far:
            refuse_infinite(named, instead=instead)
        raise MeasureError(
            f"'{named}' repeats what the other columns say",
            remedy="leave out one of the columns that say the same",
        )


def refuse_infinite(name: str, *, instead: str = "") -> NoReturn:
    """Raise MeasureError: a column parts those who leave from those who stay."""
    raise MeasureError(
        f"'{name}' tells who leaves perfectly, so its coefficient runs off to infinity",
        remedy=f"leave it out{instead}, or put rare levels together",
    )
