"""What a test between curves returns."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc

from cxlab.estimate.estimates import level_names
from cxlab.estimate.hidden_cells import hidden_cells
from cxlab.retention.followed_counts import FollowedCounts

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CurveTest:
    """Whether the curves of several segments are told apart.

    Parameters
    ----------
    test
        Which test.
    by
        Segment columns.
    null
        What it would refute.
    statistic, df
        χ² and its degrees of freedom.
    rows
        One row per segment: `level`, `n`, `observed` and `expected` (leavers, weighted as the test weighs
        them), `suppressed`.
    segments
        How many columns make a segment.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    test: str
    by: str
    null: str
    statistic: float
    df: int
    rows: pd.DataFrame
    segments: int = 1
    min_base: int = 0

    @property
    def p_value(self) -> float:
        """Chance of a statistic as large where the null holds."""
        return float(chdtrc(self.df, self.statistic))

    def tidy(self) -> pd.DataFrame:
        """Return one row per segment with the test."""
        return self.rows.assign(
            test=self.test, by=self.by, statistic=self.statistic, df=self.df, p_value=self.p_value
        )

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if self.rows["suppressed"].all():
            return f"{self.test} by {self.by}: too few rows to say."
        n = int(self.rows["n"].sum())
        return (
            f"{self.test} by {self.by}: χ² = {self.statistic:.2f} on {self.df} degree"
            f"{'' if self.df == 1 else 's'} of freedom, p = {self.p_value:.3g}, of the null that {self.null} "
            f"(n = {n:,} in the segments shown)."
        )

    def suppress(self, min_base: int) -> CurveTest:
        """Return the test, small segments blanked, and as many others as keep them from being found."""
        if min_base <= self.min_base:
            return self
        levels = np.array([level_names(level, self.segments) for level in self.rows["level"]], dtype=object)
        base = self.rows["n"].astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
        hidden = hidden_cells(levels.reshape(len(base), self.segments), np.asarray(base), min_base)
        rows = self.rows.assign(suppressed=hidden)
        rows.loc[hidden, ["n", "observed", "expected"]] = pd.NA
        statistic = float("nan") if hidden.all() else self.statistic
        return replace(self, rows=rows, statistic=statistic, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(2).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def segment_rows(
    counts: FollowedCounts, levels: Sequence[str], observed: Floats, expected: Floats
) -> pd.DataFrame:
    """Return the rows of a test: one per segment, with the leavers seen and expected, shape (G,) each."""
    rows = pd.DataFrame(
        {
            "level": pd.Series(levels, dtype="str"),
            "n": [int(counts.of_group(place).n.sum()) for place in range(len(levels))],
            "observed": observed, "expected": expected,
        }
    )  # fmt: skip
    return rows.astype({"n": "Int64"}).assign(suppressed=False)
