"""What of a score's quality is hidden, so that few leavers cannot be counted. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cxlab.estimate.hidden_cells import hidden_cells

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def hidden_bins(n: Floats, left: Floats, min_base: int) -> Bools:
    """Return which groups of customers are hidden: few customers, few that left or few that stayed.

    Parameters
    ----------
    n, left
        Customers of each group and those of them who left, shape (k,); NaN where it is hidden already.
    min_base
        Smallest base that is shown.
    """
    # The observed share times n gives the leavers of a group away: they must be enough, too.
    few = [_few(leavers, size, min_base) for leavers, size in zip(left, n, strict=True)]
    groups = np.arange(len(n)).astype("str").astype(object)[:, None]
    return hidden_cells(groups, np.where(few, np.nan, n), min_base)


def shown_cuts(
    cuts: Sequence[float], captured: Sequence[float], n: int, churners: int, min_base: int
) -> Bools:
    """Return which shares of the customers may show what share of the leavers they hold.

    Parameters
    ----------
    cuts, captured
        Shares of the customers, and of the leavers in them, shape (m,) each, those wanted most first; NaN
        where hidden already.
    n, churners
        Customers, and those who left; both are known.
    min_base
        Smallest base that is shown.

    Returns
    -------
    array of bool
        Between two cuts that are shown lie no few customers, leavers or stayers; the whole is shown always.
    """
    known = [(0.0, 0.0), (1.0, 1.0)]
    shown = np.zeros(len(cuts), dtype=bool)
    for place, (cut, held) in enumerate(zip(cuts, captured, strict=True)):
        if np.isnan(held):
            continue
        apart = [(abs(cut - at) * n, abs(held - of) * churners) for at, of in known]
        shown[place] = not any(_few(left, size, min_base) for size, left in apart)
        if shown[place]:
            known.append((cut, held))
    return shown


def _few(left: float, size: float, min_base: int) -> bool:
    """Tell whether so many rows, or those of them who left or stayed, are some but few."""
    parts = np.array([left, size - left, size])
    # Of rows tied at a cut a part is taken, so that counts need not be whole.
    return bool(((parts > 1e-6) & (parts < min_base - 0.5)).any())
