"""Who shares R²: drivers by themselves, or groups of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cxlab.model.errors import MeasureError


def players_of(p: int, groups: Sequence[Sequence[int]] | None, always: Sequence[int]) -> list[list[int]]:
    """Return the places of the drivers of each player.

    Parameters
    ----------
    p
        How many drivers there are.
    groups
        Places of the drivers of each group; None where each driver that is not in `always` plays alone.
    always
        Places of drivers that are in every model and play no part.

    Raises
    ------
    MeasureError
        Where a place does not exist, is given twice or is left out, a group is empty, or nobody plays.
    """
    for value in (groups or [], *(groups or []), always):
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise MeasureError(
                f"{value!r} lists no drivers", remedy="give places, from 0: groups=[[0, 1], [2]]"
            )
    if groups is None:
        players = [[place] for place in range(p) if place not in set(always)]
    else:
        players = [list(group) for group in groups]
    given = [*always, *(place for group in players for place in group)]
    if sorted(given) != list(range(p)):
        raise MeasureError(
            f"`groups` and `always` hold the places {sorted(given)} of {p} drivers",
            remedy=f"name each place from 0 to {p - 1} once, in a group or in `always`",
        )
    if not players or not all(players):
        raise MeasureError("a group has no drivers", remedy="name one driver or more to share R²")
    return players
