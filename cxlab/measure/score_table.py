"""Counts of scores as arrays: one row per segment, one column per score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Scale
from cxlab.estimate.intervals import kish_n_eff
from cxlab.estimate.sample import Sample
from cxlab.model.errors import MeasureError
from cxlab.model.tables import TABLES
from cxlab.tally.score_counts import score_counts

Floats = npt.NDArray[np.float64]
By = str | Sequence[str] | None


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Valid answers of k segments on m distinct scores.

    Parameters
    ----------
    levels
        Level of each segment column, k rows.
    scores
        Distinct scores, ascending, shape (m,).
    n
        Answers, shape (k, m).
    sum_w, sum_w2
        Σw and Σw², shape (k, m).
    """

    levels: pd.DataFrame
    scores: Floats
    n: Floats
    sum_w: Floats
    sum_w2: Floats

    @property
    def base(self) -> npt.NDArray[np.int64]:
        """Answers of each segment, shape (k,)."""
        return self.n.sum(axis=1).astype("int64")

    @property
    def n_eff(self) -> Floats:
        """Kish's effective base of each segment, shape (k,)."""
        return kish_n_eff(self.sum_w.sum(axis=1), self.sum_w2.sum(axis=1))

    def share_of(self, inside: npt.NDArray[np.bool_]) -> Floats:
        """Return the weighted share of the answers on some scores, shape (k,); NaN where nobody answered.

        Parameters
        ----------
        inside
            Which of the m scores count, shape (m,).
        """
        total = self.sum_w.sum(axis=1)
        part = self.sum_w[:, inside].sum(axis=1)
        share = np.divide(part, total, out=np.full_like(total, np.nan), where=total > 0)
        # Rounding may carry the share past 1 in its last digit.
        return np.clip(share, 0, 1)


def score_table(sample: Sample, score: str, *, by: By) -> ScoreTable:
    """Count the valid answers of each segment on each score."""
    segments = segment_names(by)
    counts = score_counts(
        sample.frame, score, by=segments, weight=sample.weight, weight_kind=sample.weight_kind
    )
    return table_of(counts, "score", segments)


def table_of(counts: pd.DataFrame, key: str, segments: Sequence[str]) -> ScoreTable:
    """Arrange sorted counts by segment and distinct key; rows without a key leave no column."""
    first = ~counts[list(segments)].duplicated().to_numpy() if segments else np.zeros(len(counts), dtype=bool)
    levels = counts.loc[first, list(segments)].reset_index(drop=True) if segments else pd.DataFrame(index=[0])
    row = np.cumsum(first) - 1 if segments else np.zeros(len(counts), dtype="int64")
    valid = counts[key].notna().to_numpy()
    scores, column = np.unique(counts[key].to_numpy()[valid], return_inverse=True)
    arrays = []
    for name in ("n", "sum_w", "sum_w2"):
        cells = np.zeros((len(levels), len(scores)))
        cells[row[valid], column] = counts[name].to_numpy(dtype="float64")[valid]
        arrays.append(cells)
    return ScoreTable(levels, scores, *arrays)


def segment_names(by: By) -> list[str]:
    """Return the segment columns that `by` names."""
    return [] if by is None else [by] if isinstance(by, str) else list(by)


def scale_for(score: str, scale: Scale | None) -> Scale | None:
    """Return the scale that was named, else the one the score has everywhere (`nps`, `ces`), else None.

    Raises
    ------
    MeasureError
        Where the named scale does not run upwards.
    """
    if scale is None:
        column = TABLES["responses"].column(score)
        if column is None or column.minimum is None or column.maximum is None:
            return None
        return column.minimum, column.maximum
    if not scale[0] < scale[1]:
        raise MeasureError(
            f"{scale[0]:g}–{scale[1]:g} is no scale", remedy="name the lowest score first: (1, 5)"
        )
    return scale


def require_within(table: ScoreTable, scale: Scale, score: str) -> None:
    """Raise MeasureError where an answer lies outside the scale."""
    require_scores_within(table.scores, scale, score)


def require_scores_within(scores: Floats, scale: Scale, score: str) -> None:
    """Raise MeasureError where a finite score lies outside the scale."""
    outside = np.unique(scores[np.isfinite(scores) & ((scores < scale[0]) | (scores > scale[1]))])
    if len(outside):
        found = ", ".join(f"{value:g}" for value in outside[:5])
        raise MeasureError(
            f"the column '{score}' holds {found}, outside {scale[0]:g}–{scale[1]:g}",
            remedy="name the right scale, or mark these codes as missing in the mapping",
        )


def require_whole(table: ScoreTable, score: str) -> None:
    """Raise MeasureError where an answer falls between two whole scores, and so between two classes."""
    between = table.scores[table.scores != np.round(table.scores)]
    if len(between):
        found = ", ".join(f"{value:g}" for value in between[:5])
        raise MeasureError(
            f"the column '{score}' holds {found}, which are no whole scores",
            remedy="classes are of whole scores: measure the answers themselves, not means of them",
        )
