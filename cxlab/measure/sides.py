"""What is compared with what: the sides of contrasts, each a set of segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.contrasts import REST
from cxlab.estimate.estimates import MISSING_LEVEL, name_of
from cxlab.estimate.intervals import kish_n_eff
from cxlab.estimate.natural_order import in_order
from cxlab.measure.averaged import Answers
from cxlab.measure.score_table import ScoreTable
from cxlab.model.errors import MeasureError, nearest
from cxlab.model.strict import code_text

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Pairs = list[tuple[str, str]]
WORDS = ("pairs", "rest", "previous", "first")


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Sides of c comparisons of k segments.

    Parameters
    ----------
    members
        Which segments each of d sides holds, shape (d, k), as 1 and 0.
    names
        `level` (of the segment columns), `level_a`, `level_b`, c rows.
    a, b
        Which side is the first and which the second, shape (c,) each.
    """

    members: Floats
    names: pd.DataFrame
    a: Ints
    b: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What d sides are like.

    Parameters
    ----------
    table
        Their counts.
    total, mean, variance
        Σw, the mean of x, what an answer adds, and Σw(x − mean)²/Σw, shape (d,) each; NaN without answers.
    squares
        Σw²(x − mean)², shape (d,).
    n_eff
        Kish's effective base, shape (d,).
    """

    table: ScoreTable
    total: Floats
    mean: Floats
    variance: Floats
    squares: Floats
    n_eff: Floats


def levels_of(levels: pd.DataFrame, group: str) -> list[str]:
    """Return the levels of a group in order, without that of the respondents who have none.

    Raises
    ------
    MeasureError
        Where there are no two.
    """
    known = in_order(levels[group].dropna().astype("str"))
    if len(known) < 2:
        held = f"the single level '{known[0]}'" if known else "no level"
        raise MeasureError(
            f"the column '{group}' holds {held}", remedy="name a group with two levels or more"
        )
    return known


def sides_of(levels: pd.DataFrame, by: Sequence[str], group: str, pairs: Pairs) -> Sides:
    """Return what is compared with what.

    Parameters
    ----------
    levels
        Levels of each segment column and of the group, k rows.
    by, group
        Their names.
    pairs
        Pairs of levels; the second may be `(rest)`, which is all other levels.
    """
    segments = levels[list(by)].fillna(MISSING_LEVEL).astype("str")
    place = [name_of(list(row)) for row in segments.itertuples(index=False)]
    group_of = levels[group].astype("str").where(levels[group].notna(), None).tolist()
    sides: dict[tuple[str, str, str], int] = {}
    names, a, b = [], [], []
    for segment in dict.fromkeys(place):
        for first, second in pairs:
            names.append((segment, first, second))
            a.append(sides.setdefault((segment, first, ""), len(sides)))
            b.append(sides.setdefault((segment, second, first if second == REST else ""), len(sides)))
    members = np.array(
        [
            [
                here == segment and other is not None and (other == name if name != REST else other != out)
                for here, other in zip(place, group_of, strict=True)
            ]
            for segment, name, out in sides
        ],
        dtype="float64",
    ).reshape(len(sides), len(levels))
    columns = pd.DataFrame(names, columns=["level", "level_a", "level_b"], dtype="str")
    return Sides(members, columns, np.array(a, dtype="int64"), np.array(b, dtype="int64"))


def moments_of(sides: Sides, answers: Answers) -> Moments:
    """Return what each side is like."""
    table, x = answers.table, answers.numbers
    joined = ScoreTable(
        pd.DataFrame(index=range(len(sides.members))),
        table.scores,
        *(sides.members @ cells for cells in (table.n, table.sum_w, table.sum_w2)),
    )
    total = joined.sum_w.sum(axis=1)
    size = np.where(joined.base > 0, total, np.nan)
    mean = joined.sum_w @ x / size
    around = (x - mean[:, None]) ** 2
    variance, squares = (joined.sum_w * around).sum(axis=1) / size, (joined.sum_w2 * around).sum(axis=1)
    return Moments(joined, size, mean, variance, squares, kish_n_eff(total, joined.sum_w2.sum(axis=1)))


def pairs_of(known: list[str], group: str, against: object) -> Pairs:
    """Return the pairs of levels that `against` calls for: a word, or a level.

    Raises
    ------
    MeasureError
        Where `against` is neither.
    """
    if against == "pairs":
        return [(a, b) for place, a in enumerate(known) for b in known[place + 1 :]]
    if against == "rest":
        return [(a, REST) for a in known]
    if against == "previous":
        return list(zip(known[1:], known, strict=False))
    if against == "first":
        return [(a, known[0]) for a in known[1:]]
    level = code_text(against)
    if level not in known:
        raise MeasureError(
            f"'{level}' is no level of '{group}'",
            remedy=f"{nearest(level, known)} (or say against= one of {', '.join(WORDS)})",
        )
    return [(a, level) for a in known if a != level]
