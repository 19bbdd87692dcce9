"""The levels of a score: which rows are of which, and against which all are held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.linkage.effect_rows import EffectRows
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_LEVELS = 21


@dataclass(frozen=True, slots=True, eq=False)
class ScoreLevels:
    """K levels of a score.

    Parameters
    ----------
    ends
        Lowest score of each level, ascending, shape (K,).
    place
        Level of each row, shape (n,).
    reference
        Place of the level all others are held against.
    score
        Weighted mean score of each level, shape (K,).
    n, entities
        Rows and entities of each level, shape (K,).
    """

    ends: Floats
    place: Ints
    reference: int
    score: Floats
    n: Ints
    entities: Ints

    @property
    def others(self) -> list[int]:
        """Places of the levels that are not the reference."""
        return [place for place in range(len(self.ends)) if place != self.reference]

    @property
    def names(self) -> list[str]:
        """Names of the levels that are not the reference, for the errors."""
        return [f"level {self.ends[place]:g}" for place in self.others]

    def dummies(self) -> Floats:
        """Return a column for each level but the reference, shape (n, K − 1)."""
        return (self.place[:, None] == np.array(self.others)).astype("float64")


def score_levels(rows: EffectRows, levels: Sequence[float] | None, reference: float | None) -> ScoreLevels:
    """Sort rows into levels of the exposure.

    Parameters
    ----------
    rows
        Complete rows.
    levels
        Lowest score of each level; by default each score that occurs, up to 21.
    reference
        Lowest score of the level of reference; by default the level of the weighted median.

    Raises
    ------
    MeasureError
        Where scores are too many or below the first level, a level is empty, there is one level only, or the
        reference is none of them.
    """
    ends = _ends(rows, levels)
    place = np.searchsorted(ends, rows.x, side="right") - 1
    n = np.bincount(np.maximum(place, 0), minlength=len(ends))
    _require_levels(rows, ends, place, n)
    if reference is None:
        middle = np.quantile(rows.x, 0.5, weights=rows.w, method="inverted_cdf")
        at = int(np.searchsorted(ends, middle, side="right")) - 1
    elif reference in ends:
        at = int(np.flatnonzero(ends == reference)[0])
    else:
        raise MeasureError(
            f"reference={reference:g} is none of the levels",
            remedy="take one of " + ", ".join(f"{end:g}" for end in ends),
        )
    weight = np.bincount(place, rows.w)
    codes = np.arange(rows.n) if rows.entity is None else rows.entity
    met = np.unique(place * (int(codes.max()) + 1) + codes) // (int(codes.max()) + 1)
    entities = np.bincount(met, minlength=len(ends))
    return ScoreLevels(ends, place, at, np.bincount(place, rows.w * rows.x) / weight, n, entities)


def _ends(rows: EffectRows, levels: Sequence[float] | None) -> Floats:
    if levels is not None:
        ends = np.asarray(list(levels), dtype="float64")
        if not len(ends) or not (np.isfinite(ends).all() and (np.diff(ends) > 0).all()):
            raise MeasureError(
                "levels= does not rise", remedy="give the lowest score of each level: levels=(0, 7, 9)"
            )
        return ends
    found = np.unique(rows.x + 0.0)  # −0 is 0
    if len(found) > MOST_LEVELS:
        raise MeasureError(
            f"{len(found):,} different scores are too many for a level each",
            where=f"column '{rows.exposure}'",
            remedy="give the lowest score of each level, levels=(0, 7, 9), or take kind='spline'",
        )
    return found


def _require_levels(rows: EffectRows, ends: Floats, place: Ints, n: Ints) -> None:
    where = f"column '{rows.exposure}'"
    if len(ends) < 2:
        raise MeasureError(
            "there is one level only, and nothing to hold it against",
            where=where,
            remedy="take rows whose scores differ, or name more levels",
        )
    if (place < 0).any():
        raise MeasureError(
            f"{int((place < 0).sum()):,} scores lie below the first level {ends[0]:g}",
            where=where,
            remedy="begin levels= at the lowest score",
        )
    if (n == 0).any():
        raise MeasureError(
            f"no score is of the level that begins at {ends[np.argmin(n)]:g}",
            where=where,
            remedy="leave that level out of levels=",
        )
