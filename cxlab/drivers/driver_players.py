"""Drivers, groups of drivers and covariates, by name and by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cxlab.drivers.driver_columns import listed
from cxlab.model.errors import MeasureError, nearest


@dataclass(frozen=True, slots=True)
class DriverPlayers:
    """Who shares what is explained.

    Parameters
    ----------
    columns
        The p columns that explain: drivers, then covariates.
    names
        Names of the k players: drivers by themselves, or groups.
    places
        Places in `columns` of the drivers of each player.
    always
        Places of the covariates.
    """

    columns: tuple[str, ...]
    names: tuple[str, ...]
    places: tuple[tuple[int, ...], ...]
    always: tuple[int, ...]

    @property
    def grouped(self) -> bool:
        """Whether a player has more than one driver."""
        return any(len(group) > 1 for group in self.places)


def driver_players(
    outcome: str,
    drivers: str | Sequence[str],
    groups: Mapping[str, Sequence[str]] | None,
    always: str | Sequence[str],
) -> DriverPlayers:
    """Return who plays.

    Parameters
    ----------
    outcome
        Column that is explained.
    drivers
        Columns that explain; those also named in `always` do not play.
    groups
        Name of each group and its drivers; drivers in no group play alone.
    always
        Covariates, which are in every model; they need not be among the drivers.

    Raises
    ------
    MeasureError
        Where a column is named twice, a group holds something else than drivers, or nobody plays.
    """
    named = listed(drivers, "drivers")
    covariates = listed(always, "always")
    playing = [name for name in named if name not in covariates]
    for name in [outcome, *named]:
        if [outcome, *named].count(name) > 1 or (name == outcome and name in covariates):
            raise MeasureError(
                f"'{name}' is named twice", remedy="name each column once, as outcome or as driver"
            )
    if len(set(covariates)) < len(covariates):
        raise MeasureError("always= names a column twice", remedy="name each covariate once")
    if not playing:
        raise MeasureError("no driver was named", remedy="name one numeric column or more")
    members = _members(groups or {}, playing)
    owner = {driver: name for name, group in members.items() for driver in group}
    names = tuple(dict.fromkeys(owner.get(driver, driver) for driver in playing))
    places = tuple(
        tuple(place for place, driver in enumerate(playing) if owner.get(driver, driver) == name)
        for name in names
    )
    columns = (*playing, *covariates)
    return DriverPlayers(columns, names, places, tuple(range(len(playing), len(columns))))


def _members(groups: Mapping[str, Sequence[str]], playing: Sequence[str]) -> dict[str, list[str]]:
    if not isinstance(groups, Mapping):
        raise MeasureError(
            f"groups= is a {type(groups).__name__}", remedy='name each group: {"service": ["staff", "speed"]}'
        )
    members = {str(name): listed(group, "groups") for name, group in groups.items()}
    taken: set[str] = set()
    for name, group in members.items():
        if not group:
            raise MeasureError(f"the group '{name}' has no drivers", remedy="leave it out")
        for driver in group:
            if driver not in playing:
                raise MeasureError(
                    f"the group '{name}' holds '{driver}', which is no driver",
                    remedy=nearest(driver, playing),
                )
            if driver in taken:
                raise MeasureError(f"'{driver}' is in two groups", remedy="give each driver one group")
            taken.add(driver)
        if name in playing and name not in group:
            raise MeasureError(f"the group '{name}' has the name of a driver", remedy="name it otherwise")
    return members
