"""Known margins of a population, checked by themselves."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.model.strict import code_text
from cxlab.weight.sample import Floats

Targets = Mapping[Any, float]
Name = str | tuple[str, ...]
ROUNDING = 1e-5


@dataclass(frozen=True, slots=True)
class Goals:
    """What is known of one variable, or of several crossed.

    Parameters
    ----------
    variables
        The variable, or those crossed.
    levels
        Spelling of each level, l of them, in the order of the targets.
    targets
        Share or total of each level, shape (l,).
    """

    variables: tuple[str, ...]
    levels: tuple[str, ...]
    targets: Floats

    @property
    def name(self) -> str:
        """The variable, or a JSON list of those crossed."""
        return joined(self.variables)


def read_goals(margins: Mapping[Name, Targets]) -> tuple[Goals, ...]:
    """Check known margins by themselves.

    Parameters
    ----------
    margins
        Variable, or tuple of variables, → level, or tuple of levels, → share or total.

    Returns
    -------
    tuple of Goals
        In the order given, all targets scaled to the sum of the first margin (to 1 where these are shares).

    Raises
    ------
    MeasureError
        Where a margin is named twice or has no targets, a target is no number of 0 or more, shares do not sum
        to 1, or totals differ from margin to margin.
    """
    read = [_goals(_variables(name), given) for name, given in margins.items()]
    if len({goals.name for goals in read}) < len(read):
        raise MeasureError("a margin is named twice", remedy="give the targets of each variable once")
    sums = [math.fsum(goals.targets) for goals in read]
    for goals, total in zip(read, sums, strict=True):
        _require_one_sum(goals, total, read[0].name, sums[0])
    size = 1.0 if _is_one(sums[0]) else sums[0]
    return tuple(
        Goals(goals.variables, goals.levels, goals.targets * (size / total))
        for goals, total in zip(read, sums, strict=True)
    )


def population_of(goals: Goals) -> float:
    """Return what the targets sum to: 1 for shares."""
    total = math.fsum(goals.targets)
    return 1.0 if _is_one(total) else total


def joined(names: Sequence[str]) -> str:
    """Return names as `metrics.csv` writes them: alone, or as a JSON list of several."""
    return names[0] if len(names) == 1 else json.dumps(list(names), ensure_ascii=False)


def _variables(name: Name) -> tuple[str, ...]:
    variables = (name,) if isinstance(name, str) else tuple(name)
    if len(set(variables)) < len(variables) or not variables:
        raise MeasureError(f"{name!r} crosses a variable with itself", remedy="name each variable once")
    return variables


def _goals(variables: tuple[str, ...], given: object) -> Goals:
    name = joined(variables)
    if not isinstance(given, (Mapping, pd.Series)) or not len(given):
        raise MeasureError(
            "there are no targets by level", where=name, remedy="write {level: share, …} for each margin"
        )
    targets: dict[str, float] = {}
    for level, target in given.items():
        parts = level if isinstance(level, tuple) else (level,)
        if len(parts) != len(variables):
            raise MeasureError(
                f"the level {level!r} names {len(parts)} of {len(variables)} variables",
                where=name,
                remedy="write one level per variable, as a tuple where several are crossed",
            )
        spelt = joined([code_text(part) for part in parts])
        if spelt in targets:
            raise MeasureError(f"the level '{spelt}' has two targets", where=name, remedy="give one")
        targets[spelt] = _target(target, name, spelt)
    return Goals(variables, tuple(targets), np.array(list(targets.values())))


def _target(target: Any, name: str, level: str) -> float:
    number = float(target) if isinstance(target, (int, float, np.number)) else math.nan
    if not (math.isfinite(number) and number >= 0):
        raise MeasureError(
            f"the target of level '{level}' is {target!r}", where=name, remedy="a target is a number ≥ 0"
        )
    return number


def _is_one(total: float) -> bool:
    return abs(total - 1) <= ROUNDING


def _require_one_sum(goals: Goals, total: float, first: str, expected: float) -> None:
    if (goals.targets <= 1).all() and not _is_one(total):
        raise MeasureError(
            f"the shares sum to {total:.10g}, not to 1",
            where=goals.name,
            remedy="complete them, divide them by their sum, or give totals",
        )
    if abs(total - expected) > ROUNDING * expected:
        raise MeasureError(
            f"the targets of {goals.name} sum to {total:.10g}, those of {first} to {expected:.10g}",
            remedy="shares sum to 1 in every margin, totals to one and the same population",
        )
