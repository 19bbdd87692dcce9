"""A market's parameter file, merged over the defaults and validated."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml.comments import CommentedMap

from cxlab.load.check_mapping import mapping_faults
from cxlab.load.strict_yaml import line_of, read_yaml
from cxlab.model.cross_parameters import ALL_MARKETS, CrossParameters
from cxlab.model.errors import ParameterError, nearest
from cxlab.model.parameters import MarketParameters

DEFAULTS = "_defaults.yaml"
# Steps to a fault that stand in no file: the names of a model's branches.
_NOT_WRITTEN = re.compile(r"<\w+>|\[key\]")


def read_parameters(path: Path) -> MarketParameters:
    """Read `params/<market>.yaml` over the `_defaults.yaml` beside it.

    Parameters
    ----------
    path
        The market's file. Its stem equals its `market:`.

    Returns
    -------
    MarketParameters
        The validated parameters.

    Raises
    ------
    ParameterError
        One error that lists every fault with its file, line and remedy.
    """
    own = read_yaml(path)
    defaults_path = path.with_name(DEFAULTS)
    defaults = read_yaml(defaults_path) if defaults_path.exists() else CommentedMap()
    files = [(path, own), (defaults_path, defaults)]
    try:
        parameters = MarketParameters.model_validate(_merge(_plain(defaults), _plain(own)))
    except ValidationError as error:
        raise ParameterError("\n".join(_faults(error, files))) from None
    faults = [
        f"{_place(files, fault.steps)}: {_dotted(fault.steps)}: {fault.what}; {fault.remedy}"
        for fault in mapping_faults(parameters)
    ]
    if parameters.market != path.stem:
        what = f"market is '{parameters.market}' but the file is called '{path.name}'; let both be the same"
        faults.insert(0, f"{_place(files, ['market'])}: {what}")
    if faults:
        raise ParameterError("\n".join(faults))
    return parameters


def read_cross_parameters(folder: Path) -> CrossParameters:
    """Read `_all.yaml`: what studies across the markets of a folder go by; without the file, the defaults.

    Raises
    ------
    ParameterError
        One error that lists every fault with its file, line and remedy.
    """
    path = folder / f"{ALL_MARKETS}.yaml"
    own = read_yaml(path) if path.exists() else CommentedMap()
    try:
        parameters = CrossParameters.model_validate(_plain(own))
    except ValidationError as error:
        raise ParameterError("\n".join(_faults(error, [(path, own)]))) from None
    known = market_files(folder)
    for market in parameters.markets or ():
        if market not in known:
            raise ParameterError(
                f"there is no market '{market}'",
                where=_place([(path, own)], ["markets"]),
                remedy=nearest(market, known),
            )
    return parameters


def market_files(folder: Path) -> dict[str, Path]:
    """Return the parameter file of each market in a folder, by market."""
    return {path.stem: path for path in sorted(folder.glob("*.yaml")) if path.name[0] not in "_."}


def _plain(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return node


def _merge(under: dict[Any, Any], over: dict[Any, Any]) -> dict[Any, Any]:
    merged = dict(under)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


Files = list[tuple[Path, CommentedMap]]


def _place(files: Files, steps: list[str | int]) -> str:
    """Return `file:line` of an entry: where the market's file or the defaults reach furthest towards it."""
    depths = range(len(steps), 0, -1)
    found = [(path, line_of(content, steps[:depth])) for depth in depths for path, content in files]
    return next((f"{path}:{line}" for path, line in found if line is not None), str(files[0][0]))


def _faults(error: ValidationError, files: Files) -> list[str]:
    lines = []
    for fault in error.errors():
        steps = [step for step in fault["loc"] if not _NOT_WRITTEN.fullmatch(str(step))]
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "missing":
            message = f"'{steps[-1]}' is missing"
        lines.append(f"{_place(files, steps)}: {_dotted(steps)}: {message}")
    return lines


def _dotted(steps: Sequence[str | int]) -> str:
    return ".".join(str(step) for step in steps)
