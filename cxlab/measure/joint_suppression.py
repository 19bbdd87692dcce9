"""Several results on the same attributes, hidden together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Estimates

FIGURES = ["estimate", "std_error", "conf_low", "conf_high", "n", "n_eff"]
ROUNDING = 1e-9


def hidden_together(results: list[Estimates], min_base: int) -> npt.NDArray[np.bool_]:
    """Return which attributes must be hidden so that no result shows what another hides, shape (k,).

    Attributes are not parts of a whole: no total is shown from which a hidden one could be found, so the
    small ones are enough.
    """
    hidden = np.zeros(len(results[0].rows), dtype=bool)
    for result in results:
        base = result.rows[["n", "n_eff"]].astype("float64").min(axis=1).to_numpy()
        hidden |= result.rows["suppressed"].to_numpy(dtype=bool) | ((base > 0) & (base < min_base - ROUNDING))
    return hidden


def with_hidden(result: Estimates, hidden: npt.NDArray[np.bool_], min_base: int) -> Estimates:
    """Return a result with the figures of some attributes blanked."""
    rows = result.rows.assign(suppressed=hidden)
    rows.loc[hidden, FIGURES] = pd.NA
    return replace(result, rows=rows, min_base=max(min_base, result.min_base))
