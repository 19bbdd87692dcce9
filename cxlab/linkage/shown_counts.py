"""Which counts of a linked panel may be shown."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.hidden_cells import Floats, hidden_cells, too_small
from cxlab.linkage.linked_answers import BEFORE_THE_SCORE

Bools = npt.NDArray[np.bool_]
OF_PERSONS = ("responses", "periods")


def shown_counts(counts: pd.DataFrame, min_base: int) -> pd.DataFrame:
    """Return the counts of answers and of periods without those that are small, or give a small one away.

    Parameters
    ----------
    counts
        `table`, `score`, `reason`, `n`, `suppressed`; of each table and score the first row is the sum of the
        others. Those of transactions and contracts are rows of the books and stay.
    min_base
        Smallest count that is shown, but for 0.

    Returns
    -------
    DataFrame
        `n` missing and `suppressed` true where it is hidden. What is hidden of one table and score counts
        `min_base` together at least.
    """
    n = counts["n"].to_numpy(dtype="float64", na_value=np.nan)
    of_persons = counts["table"].isin(OF_PERSONS)
    groups = [at.to_numpy() for at in counts[of_persons].groupby(["table", "score"]).groups.values()]
    shared = [np.flatnonzero(of_persons & (counts["reason"] == reason)) for reason in BEFORE_THE_SCORE]
    hidden, known = np.zeros(len(n), dtype=bool), n.copy()
    while True:
        for at in groups:
            hidden[at[0]] = n[at[0]] != 0 and too_small(n[at[0]], min_base)
            hidden[at[1:]] = hidden_parts(known[at[1:]], min_base)
        # What befell an answer before its score was looked at is one count, said of every score.
        told = [at for at in shared if hidden[at].any() and not hidden[at].all()]
        if not told:
            return counts.assign(n=counts["n"].mask(hidden), suppressed=hidden)
        for at in told:
            known[at[~hidden[at]]] = np.nan


def hidden_parts(n: Floats, min_base: int) -> Bools:
    """Tell which parts of a known sum must be hidden; NaN for one that is hidden already."""
    names = np.array([[str(at)] for at in range(len(n))], dtype=object)
    return hidden_cells(names, n, min_base)


def hidden_splits(yes: Floats, no: Floats, min_base: int) -> Bools:
    """Tell which rows of a table of two columns must not be split, where the sums of both sides are known."""
    names = np.array([[str(at), side] for side in ("yes", "no") for at in range(len(yes))], dtype=object)
    cells = hidden_cells(names, np.concatenate([yes, no]), min_base)
    return cells[: len(yes)] | cells[len(yes) :]
