"""The slope of each segment by a regression of its own, and their differences."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.difference import student_ends, student_t, welch_df
from cxlab.estimate.intervals import kish_base
from cxlab.estimate.multiplicity import Family, adjusted
from cxlab.linkage.effect_rows import EffectRows, some_rows
from cxlab.linkage.repeated_rows import repeated_rows
from cxlab.linkage.shape_fit import shape_fit
from cxlab.linkage.term_rows import term_rows
from cxlab.model.errors import MeasureError

Ints = npt.NDArray[np.int64]


def segment_slopes(rows: EffectRows, conf_level: float) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return one row per segment, and which segments are left out and why.

    Parameters
    ----------
    rows
        Complete rows with segments.
    conf_level
        Confidence level of each interval.

    Raises
    ------
    MeasureError
        Where a cluster stands in two segments, so that their slopes go together, or there are no two slopes.
    """
    if rows.segment is None:
        raise MeasureError("no segment was named", remedy="name by=")
    for codes in rows.clusters:
        _require_apart(rows.segment, codes)
    found, left = [], []
    for place, name in enumerate(rows.segments):
        part = some_rows(rows, rows.segment == place)
        try:
            part = repeated_rows(part, part.effects)
            fit = shape_fit(part, part.x[:, None], [rows.exposure])
        except MeasureError as refused:
            left.append(f"{name} ({refused.what})")
            continue
        row = term_rows([name], fit.combined(np.ones((1, 1))), fit.df, conf_level)
        figures = {"n": part.n, "n_eff": kish_base(part.w), "entities": part.entities, "alone": part.alone}
        found.append(row.assign(**figures, method=fit.method))
    if len(found) < 2:
        why = f": left out are {'; '.join(left)}" if left else ""
        raise MeasureError(
            f"{len(found)} of {len(rows.segments)} segments has a slope{why}",
            remedy="give segments with more entities, or ask without them",
        )
    return pd.concat(found, ignore_index=True).rename(columns={"term": "segment"}), tuple(left)


def slope_pairs(slopes: pd.DataFrame, family: Family, conf_level: float) -> pd.DataFrame:
    """Return the difference of each pair of segments, tested by Welch's t, adjusted over the pairs."""
    a, b = (np.array(side) for side in zip(*combinations(range(len(slopes)), 2), strict=True))
    names = slopes["segment"].to_numpy()
    estimate, error, df = (slopes[name].to_numpy(dtype="float64") for name in ("estimate", "std_error", "df"))
    difference = estimate[a] - estimate[b]
    test = student_t(difference, np.hypot(error[a], error[b]), welch_df(error[a], error[b], df[a], df[b]))
    low, high = student_ends(difference, test, conf_level)
    table = pd.DataFrame({"segment_a": pd.Series(names[a], dtype="str"), "segment_b": names[b]})
    return table.assign(
        difference=difference, std_error=test.std_error, df=test.df, statistic=test.statistic,
        p_value=test.p_value, p_adjusted=adjusted(test.p_value, family), conf_low=low, conf_high=high,
    )  # fmt: skip


def _require_apart(segment: Ints, codes: Ints) -> None:
    first = np.empty(int(codes.max()) + 1, dtype="int64")
    first[codes] = segment
    across = np.unique(codes[first[codes] != segment])
    if len(across):
        raise MeasureError(
            f"{len(across):,} clusters stand in more than one segment, so that slopes are not independent",
            remedy="give each entity one segment, such as its last, and cluster within segments",
        )
