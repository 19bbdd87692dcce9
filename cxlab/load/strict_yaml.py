"""YAML as a person means it: no doubled key, no bare yes or no, and the line of every entry."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from cxlab.model.errors import ParameterError

_BOOLEAN_WORDS = {"yes", "no", "on", "off", "y", "n"}


def read_yaml(path: Path) -> CommentedMap:
    """Read a YAML file that holds a mapping.

    Parameters
    ----------
    path
        The file, in UTF-8.

    Returns
    -------
    CommentedMap
        Its content; every entry knows its line.

    Raises
    ------
    ParameterError
        Where the file is absent, is no YAML, holds no mapping, doubles a key, or writes a bare yes or no.
    """
    loader = YAML(typ="rt")
    loader.preserve_quotes = True
    try:
        content = loader.load(_text(path))
        _refuse_boolean_words(content, path)
    except DuplicateKeyError as error:
        raise _marked(path, error, "a key stands twice", "keep one of the two") from None
    except MarkedYAMLError as error:
        problem = error.problem or "cannot be read"
        raise _marked(
            path, error, f"is no valid YAML: {problem}", "check the indentation and the quotes"
        ) from None
    except (YAMLError, ValueError, RecursionError) as error:
        # A sign YAML forbids, a date such as 2016-13-01, or an anchor that holds itself.
        what = str(error).splitlines()[0] if isinstance(error, ValueError) else "a sign or a loop it forbids"
        raise ParameterError(
            f"is no valid YAML: {what}", where=str(path), remedy="quote it, or take it out"
        ) from None
    if not isinstance(content, CommentedMap):
        raise ParameterError(
            "holds no parameters", where=str(path), remedy="write lines such as market: us-sfo"
        )
    return content


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ParameterError("there is no such parameter file", where=str(path)) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ParameterError("is not UTF-8", where=f"{path}:{line}", remedy="save it as UTF-8") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ParameterError(f"cannot be read ({reason})", where=str(path)) from None


def line_of(content: CommentedMap, steps: Sequence[str | int]) -> int | None:
    """Return the line of the entry that `steps` lead to, or None where the file does not hold it."""
    node: Any = content
    line = None
    for step in steps:
        key = _own_key(node, step)
        if key is None:
            return None
        line = _line(node, key) or line
        node = node[key]
    return line


def _line(node: CommentedMap | CommentedSeq, key: Any) -> int | None:
    """Return the line of an entry; None where it is merged in from an anchor and has no line of its own."""
    if key not in (node.lc.data or {}):
        return None
    position = node.lc.key(key) if isinstance(node, CommentedMap) else node.lc.item(key)
    return int(position[0]) + 1


def _own_key(node: Any, step: str | int) -> Any:
    if isinstance(node, CommentedMap):
        return next((key for key in node if str(key) == str(step)), None)
    if isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
        return step
    return None


def _marked(path: Path, error: MarkedYAMLError, what: str, remedy: str) -> ParameterError:
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    return ParameterError(what, where=f"{path}:{line}", remedy=remedy)


def _refuse_boolean_words(node: Any, path: Path, line: int = 1) -> None:
    if isinstance(node, CommentedMap):
        for key, value in node.items():
            line = _line(node, key) or line
            if not (key == "on" and "path" in node):  # a join's own setting
                _refuse_boolean_word(key, path, line)
            _refuse_boolean_words(value, path, line)
    elif isinstance(node, CommentedSeq):
        for position, value in enumerate(node):
            _refuse_boolean_words(value, path, _line(node, position) or line)
    else:
        _refuse_boolean_word(node, path, line)


def _refuse_boolean_word(value: Any, path: Path, line: int) -> None:
    # A quoted word arrives as a subclass of str, a bare one as str itself.
    if type(value) is str and value.lower() in _BOOLEAN_WORDS:
        raise ParameterError(
            f"a bare {value} is a truth value to some readers and a word to others",
            where=f"{path}:{line}",
            remedy=f'write true or false, or "{value}" for the word',
        )
