"""A path model: constructs, the questions that measure each of them, and the paths between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt

from cxlab.model.errors import MeasureError, nearest
from cxlab.model.parameters import EcsiConstruct

ECSI_PATHS: Mapping[str, tuple[str, ...]] = {
    "image": ("expectation", "satisfaction", "loyalty"),
    "expectation": ("quality", "value", "satisfaction"),
    "quality": ("value", "satisfaction"),
    "value": ("satisfaction",),
    "satisfaction": ("complaints", "loyalty"),
    "complaints": ("loyalty",),
}
"""The European Customer Satisfaction Index: each construct, and those it leads to."""
ECSI_CONSTRUCTS = get_args(EcsiConstruct)


@dataclass(frozen=True, slots=True)
class PathModel:
    """Constructs, their questions and the paths between them.

    Parameters
    ----------
    blocks
        Construct → the columns that measure it. Each column stands in one block.
    paths
        Construct → the constructs it leads to. Paths run one way: no construct leads back to itself.
    formative
        Constructs whose questions make them up (mode B: regression weights); the others are mirrored by their
        questions (mode A: correlation weights).

    Raises
    ------
    MeasureError
        Where a construct has no column or no path, a name is unknown, a column or a path is named twice, or
        the paths run in a circle.
    """

    blocks: Mapping[str, Sequence[str]]
    paths: Mapping[str, Sequence[str]]
    formative: Sequence[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", {name: _names(columns) for name, columns in self.blocks.items()})
        object.__setattr__(self, "paths", {name: _names(targets) for name, targets in self.paths.items()})
        object.__setattr__(self, "formative", _names(self.formative))
        _require_known(self)
        _require_columns(self)
        _require_paths(self)

    @property
    def constructs(self) -> tuple[str, ...]:
        """The k constructs, in the order of their blocks."""
        return tuple(self.blocks)

    @property
    def columns(self) -> tuple[str, ...]:
        """The p columns, block by block."""
        return tuple(column for columns in self.blocks.values() for column in columns)

    @property
    def owner(self) -> npt.NDArray[np.intp]:
        """Place of the construct that each column measures, shape (p,)."""
        sizes = [len(columns) for columns in self.blocks.values()]
        return np.repeat(np.arange(len(sizes)), sizes)

    @property
    def membership(self) -> npt.NDArray[np.float64]:
        """1 where a column measures a construct, else 0, shape (p, k)."""
        return (self.owner[:, None] == np.arange(len(self.blocks))).astype("float64")

    @property
    def is_formative(self) -> npt.NDArray[np.bool_]:
        """Which constructs are made up of their questions, shape (k,)."""
        return np.array([name in self.formative for name in self.constructs])

    @property
    def arrows(self) -> npt.NDArray[np.bool_]:
        """Whether construct i leads to construct j, at [i, j], shape (k, k)."""
        return np.array([[j in self.paths.get(i, ()) for j in self.constructs] for i in self.constructs])

    @property
    def reaches(self) -> npt.NDArray[np.bool_]:
        """Whether paths lead from construct i to construct j over any number of steps, shape (k, k)."""
        found = self.arrows
        for _ in self.constructs:
            found = found | (found @ found)
        return found


def ecsi_model(columns: Mapping[str, Sequence[str]]) -> PathModel:
    """Return the European Customer Satisfaction Index on the columns of one's own questionnaire.

    Parameters
    ----------
    columns
        Columns of `image`, `expectation`, `quality`, `value`, `satisfaction`, `complaints` and `loyalty`. A
        construct that was not asked is left out with its paths; `satisfaction` is needed.

    Raises
    ------
    MeasureError
        Where a construct is none of the seven, or `satisfaction` is absent.
    """
    for name in columns:
        if name not in ECSI_CONSTRUCTS:
            raise MeasureError(f"the ECSI has no construct '{name}'", remedy=nearest(name, ECSI_CONSTRUCTS))
    if "satisfaction" not in columns:
        raise MeasureError("the ECSI needs 'satisfaction'", remedy="name its columns, or give a PathModel")
    blocks = {name: columns[name] for name in ECSI_CONSTRUCTS if name in columns}
    paths = {
        name: tuple(target for target in targets if target in blocks)
        for name, targets in ECSI_PATHS.items()
        if name in blocks
    }
    return PathModel(blocks, {name: targets for name, targets in paths.items() if targets})


def _names(names: Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _require_known(model: PathModel) -> None:
    named = [*model.paths, *(name for targets in model.paths.values() for name in targets), *model.formative]
    for name in named:
        if name not in model.blocks:
            raise MeasureError(
                f"there is no construct '{name}' in the blocks", remedy=nearest(name, model.blocks)
            )


def _require_columns(model: PathModel) -> None:
    if not model.blocks:
        raise MeasureError("a path model needs constructs", remedy="name the columns of two or more")
    for name, columns in model.blocks.items():
        if not columns:
            raise MeasureError(f"the construct '{name}' has no columns", remedy="name them or leave it out")
    for place, column in enumerate(model.columns):
        if column in model.columns[:place]:
            raise MeasureError(
                f"the column '{column}' is named twice", remedy="let each column measure one construct"
            )


def _require_paths(model: PathModel) -> None:
    for name, targets in model.paths.items():
        if len(set(targets)) < len(targets):
            raise MeasureError(f"a path from '{name}' is named twice", remedy="name each path once")
    circle = np.flatnonzero(np.diagonal(model.reaches))
    if len(circle):
        raise MeasureError(
            "the paths run in a circle through " + ", ".join(model.constructs[place] for place in circle),
            remedy="take one of these paths out",
        )
    arrows = model.arrows
    for place in np.flatnonzero(~(arrows.any(axis=0) | arrows.any(axis=1))):
        raise MeasureError(
            f"no path leads to or from '{model.constructs[place]}'", remedy="name one or leave it out"
        )
