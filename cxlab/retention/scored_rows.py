"""Scores beside what happened: checked, and without the rows that lack either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cxlab.estimate.finite_number import finite_number
from cxlab.model.errors import MeasureError
from cxlab.retention.number_vector import number_vector
from cxlab.tally.entry import refuse_bad_weights

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ScoredRows:
    """Rows with a score, an outcome and a weight above 0.

    Parameters
    ----------
    scores
        Each score, shape (n,).
    y, w
        Outcomes (1 or 0, both there) and weights, shape (n,).
    notes
        What was left out.
    kept
        Which of the given rows these are, shape (rows given,).
    """

    scores: tuple[Floats, ...]
    y: Floats
    w: Floats
    notes: tuple[str, ...]
    kept: npt.NDArray[np.bool_]


def scored_rows(scores: Sequence[Any], churned: Any, weight: Any, *, probability: bool) -> ScoredRows:
    """Check scores, outcomes and weights, and keep the complete rows.

    Raises
    ------
    MeasureError
        Where lengths differ, values are no numbers, an outcome is not 0 or 1, nobody or everybody left, a
        probability lies outside 0–1, or a weight is missing or negative.
    """
    y = number_vector(churned, "churned")
    read = [number_vector(score, "score") for score in scores]
    w = np.ones(len(y)) if weight is None else number_vector(weight, "weight")
    for name, values in [*(("score", score) for score in read), ("weight", w)]:
        if len(values) != len(y):
            raise MeasureError(
                f"{name} has {len(values):,} values and churned {len(y):,}",
                remedy="give one for each customer",
            )
    kept = np.isfinite(y) & np.all([np.isfinite(score) for score in read], axis=0)
    refuse_bad_weights(int((kept & ~((w >= 0) & np.isfinite(w))).sum()), None if weight is None else "weight")
    left_out = int((~kept).sum())
    kept &= w > 0
    y, w, read = y[kept], w[kept], [score[kept] for score in read]
    require_both(y)
    outside = sum(int(((score < 0) | (score > 1)).sum()) for score in read)
    if probability and outside:
        raise MeasureError(
            f"{outside:,} scores lie outside 0–1, so they are no probabilities",
            remedy="give probabilities, or say probability=False to judge their order alone",
        )
    notes = (f"Left out: {left_out:,} rows without a score or an outcome.",) if left_out else ()
    return ScoredRows(tuple(read), y, w, notes, kept)


def require_both(y: Floats) -> None:
    """Raise MeasureError where outcomes are not 0 and 1, or only one of them is there."""
    strange = y[(y != 0) & (y != 1)]
    if len(strange):
        raise MeasureError(
            f"{len(strange):,} outcomes are neither 0 nor 1 (such as {strange[0]:g})",
            remedy="give 1 for those who left and 0 for those who stayed",
        )
    if not len(y):
        raise MeasureError("no customer has an outcome", remedy="give customers that were followed")
    if not y.any() or y.all():
        raise MeasureError(
            "nobody left" if not y.any() else "everybody left", where=f"{len(y):,} customers",
            remedy="take a longer horizon, or more customers: leaving shows only beside staying",
        )  # fmt: skip


def require_share(name: str, share: object) -> None:
    """Raise MeasureError where a share is not above 0 and below 1."""
    if not (finite_number(share) and 0 < float(share) < 1):  # type: ignore[arg-type]
        raise MeasureError(
            f"{name}={share!r} is no share", remedy="give one above 0 and below 1, such as 0.1"
        )
