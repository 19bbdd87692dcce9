"""R² of each player by itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cxlab.drivers.players import players_of
from cxlab.drivers.schur import bordered, partial_out
from cxlab.drivers.solvable import require_solvable

Floats = npt.NDArray[np.float64]


def first(
    correlation: Floats,
    with_outcome: Floats,
    *,
    groups: Sequence[Sequence[int]] | None = None,
    always: Sequence[int] = (),
    names: Sequence[str] | None = None,
) -> Floats:
    """Return what each player adds to R² of `always` as the first to enter.

    Parameters and errors are those of `lmg`; the result has shape (k,) or (k, b). Of a driver by itself it is
    the squared correlation with the outcome. It counts what drivers share once for each of them.
    """
    correlation, with_outcome = np.asarray(correlation, float), np.asarray(with_outcome, float)
    fine = require_solvable(correlation, with_outcome, names)
    players = players_of(len(correlation), groups, always)
    values = np.empty((len(players), *with_outcome.shape[1:]))
    with np.errstate(all="ignore"):
        for player, group in enumerate(players):
            before = partial_out(bordered(correlation, with_outcome, [*always, *group]), len(always))
            values[player] = before[-1, -1] - partial_out(before, len(group))[-1, -1]
    return np.where(fine, values, np.nan)
