"""Numbers of clusters: of any type, in whatever order the rows come."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from cxlab.estimate.cluster_codes import cluster_codes, label_codes, refuse_no_cluster, require_several
from cxlab.model.errors import MeasureError

DAYS = [dt.date(2026, month, 1) for month in (2, 1, 2)]


@pytest.mark.parametrize("labels", [["b", "a", "b"], [20, 10, 20], [2.5, -1.0, 2.5], DAYS])
def test_numbers_follow_the_order_of_the_values_not_of_the_rows(labels):
    rows = pd.Series(labels, dtype="object")
    codes, values = label_codes(rows, "g")
    assert list(values) == sorted(set(labels))
    assert [values[code] for code in codes] == labels
    assert cluster_codes(rows[::-1], "g").tolist() == codes[::-1].tolist()


def test_values_without_an_order_are_numbered_and_missing_ones_marked():
    mixed = pd.Series([dt.date(2026, 1, 1), 7, None, "x", 7], dtype="object")
    codes, values = label_codes(mixed, "g")
    assert codes[2] == -1 and codes[1] == codes[4] and codes.dtype == np.int64
    assert [values[code] for code in codes[[0, 1, 3]]] == [dt.date(2026, 1, 1), 7, "x"]


def test_what_makes_no_clusters_is_refused():
    with pytest.raises(MeasureError, match=r"column 'g': values such as \[1\] cannot be told apart"):
        cluster_codes(pd.Series([[1], [2]]), "g")
    with pytest.raises(MeasureError, match="column 'g': 2 rows have no cluster"):
        cluster_codes(pd.Series(["a", None, None]), "g")
    with pytest.raises(MeasureError, match="column 'g': all rows are of one cluster"):
        require_several(1, "g")
    with pytest.raises(MeasureError, match=r"^all rows are of one cluster"):
        require_several(1)
    refuse_no_cluster(0, "g")
    require_several(2, "g")
