"""Numbers of the rows that belong together. A column in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.errors import MeasureError

Ints = npt.NDArray[np.int64]


def label_codes(labels: pd.Series, name: str) -> tuple[Ints, pd.Index]:
    """Return the number of each row's value among the values that occur, and these.

    Values are sorted, so that the order of the rows does not decide what a seed draws; those of several
    types, which have no order, are numbered as they come.

    Parameters
    ----------
    labels
        Values, shape (n,).
    name
        Name of the column, for the error.

    Returns
    -------
    codes, values
        Shape (n,), −1 where the value is missing; and the values.

    Raises
    ------
    MeasureError
        Where values, such as lists, are never the same.
    """
    for ordered in (True, False):
        try:
            codes, values = pd.factorize(labels, sort=ordered)
        except TypeError:
            continue
        return codes.astype("int64"), pd.Index(values)
    raise MeasureError(
        f"values such as {labels.iloc[0]!r} cannot be told apart",
        where=f"column '{name}'",
        remedy="give text, numbers or dates",
    )


def cluster_codes(labels: pd.Series, cluster: str) -> Ints:
    """Return the number of the cluster of each row, from 0, as in `label_codes`.

    Raises
    ------
    MeasureError
        Where a row has no cluster.
    """
    codes = label_codes(labels, cluster)[0]
    refuse_no_cluster(int((codes < 0).sum()), cluster)
    return codes


def refuse_no_cluster(lacking: int, cluster: str) -> None:
    """Raise MeasureError where rows have no cluster."""
    if lacking:
        raise MeasureError(
            f"{lacking:,} rows have no cluster",
            where=f"column '{cluster}'",
            remedy="name the cluster of every row, or leave these rows out",
        )


def require_several(clusters: int, cluster: str | None = None) -> None:
    """Raise MeasureError where there is one cluster only."""
    if clusters < 2:
        raise MeasureError(
            "all rows are of one cluster, and nothing says how much clusters differ",
            where="" if cluster is None else f"column '{cluster}'",
            remedy="name a column with more clusters",
        )
