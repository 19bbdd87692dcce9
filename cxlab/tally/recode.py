"""A score turned into another number, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Recode:
    """A step function of a score: what most measures of a survey are the mean of.

    Parameters
    ----------
    lowest
        Number of the scores below the first step.
    steps
        Pairs of a score and the number from it on, ascending: `Recode(-1, ((7, 0), (9, 1)))` is −1 for a
        detractor, 0 for a passive and 1 for a promoter.
    """

    lowest: float
    steps: tuple[tuple[float, float], ...]

    def numbers(self, scores: Floats) -> Floats:
        """Return the number of each score, same shape; NaN stays."""
        starts = [start for start, _ in self.steps]
        values = np.array([self.lowest, *(value for _, value in self.steps)])
        return np.where(np.isnan(scores), np.nan, values[np.searchsorted(starts, scores, side="right")])

    def expression(self, score: nw.Expr) -> nw.Expr:
        """Return the number of each score as an expression on any engine; null stays."""
        number: nw.Expr = nw.lit(float(self.lowest))
        for start, value in self.steps:
            number = nw.when(score >= start).then(nw.lit(float(value))).otherwise(number)
        return nw.when(~score.is_null()).then(number)


def boxes_from(lowest: float) -> Recode:
    """Return 1 for scores of at least `lowest` and 0 for lower ones."""
    return Recode(0.0, ((lowest, 1.0),))


def boxes_below(first: float) -> Recode:
    """Return 1 for scores below `first` and 0 for the others."""
    return Recode(1.0, ((first, 0.0),))


def boxes_up_to(highest: float) -> Recode:
    """Return 1 for scores of at most `highest` and 0 for higher ones."""
    return boxes_below(float(np.nextafter(highest, np.inf)))
