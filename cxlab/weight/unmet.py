"""The error for targets that no weights were found for."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.weight.fit import Fit
from cxlab.weight.known import Known
from cxlab.weight.margin import Margin

SHOWN = 3


def unmet(known: Known, fit: Fit, diagnostics: pd.DataFrame, *, bounded: bool) -> MeasureError:
    """Return an error that names the target that is worst off, by how much, and what may be the cause.

    Parameters
    ----------
    known
        The targets.
    fit
        Where the search ended.
    diagnostics
        What its weights give.
    bounded
        Whether the weights were held within bounds.
    """
    target, after = (diagnostics[name].to_numpy(dtype="float64") for name in ("target", "after"))
    off = np.abs(after - target) / np.where(target != 0, np.abs(target), 1.0)
    worst = diagnostics.iloc[int(np.argmax(off))]
    named = f"{worst['variable']} '{worst['level']}'" if worst["level"] else f"{worst['variable']}"
    found = "the weights do not meet the targets"
    remedy = "collapse levels with few rows, or check that the targets are of one population"
    if fit.impossible:
        found = f"no weights {'within the bounds' if bounded else 'of 0 or more'} meet the targets"
    else:
        remedy += ", or raise max_iter"
    if bounded:
        remedy = "widen the bounds, " + remedy
    empty = _never_together(known, str(worst["variable"]), str(worst["level"]))
    together = f"; no row is {empty}" if empty else ""
    return MeasureError(
        f"{found}: after {fit.iterations:,} iteration{'s' * (fit.iterations != 1)} the worst is {named}, at "
        f"{worst['after']:.6g} instead of {worst['target']:.6g} ({100 * off.max():.3g} % off; "
        f"{worst['before']:.6g} before){together}",
        remedy=remedy,
    )


def _never_together(known: Known, variable: str, level: str) -> str:
    """Name pairs of levels that no row holds together, those with this level first."""
    pairs = [
        (f"{one.name} '{one.levels[row]}'", f"{other.name} '{other.levels[column]}'")
        for one, other in combinations(known.margins, 2)
        for row, column in _empty_pairs(one, other)
    ]
    worst = f"{variable} '{level}'"
    pairs.sort(key=lambda pair: worst not in pair)
    rest = f", or one of {len(pairs) - SHOWN:,} more such pairs" if len(pairs) > SHOWN else ""
    return ", or ".join(" and ".join(pair) for pair in pairs[:SHOWN]) + rest


def _empty_pairs(one: Margin, other: Margin) -> npt.NDArray[np.intp]:
    held = np.zeros((len(one.levels), len(other.levels)), dtype=bool)
    held[one.codes, other.codes] = True
    wanted = (one.targets > 0)[:, None] & (other.targets > 0)
    return np.argwhere(wanted & ~held)
