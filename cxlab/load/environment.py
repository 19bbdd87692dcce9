"""`${NAME}` in a path or an address is read from the environment here, and nowhere else."""

from __future__ import annotations

import os
import re
from pathlib import Path

from cxlab.model.errors import ParameterError

_REFERENCE = re.compile(r"\$\{(\w+)\}")
SALT_NAME = "CXLAB_SALT"


def expand(text: str, *, where: str, example: str = "/path/to/the/data") -> str:
    """Replace every `${NAME}` by the environment variable of that name.

    Parameters
    ----------
    text
        Text of a parameter file.
    where
        Place named in the error.
    example
        Value that the error proposes.

    Returns
    -------
    str
        The text with every reference replaced.

    Raises
    ------
    ParameterError
        Where a variable is not set, or is empty.
    """
    return _REFERENCE.sub(lambda reference: _value_of(reference.group(1), where, example), text)


def source_path(text: str, folder: Path, *, where: str) -> Path:
    """Return the path a parameter file names; a relative one starts at the file's folder."""
    try:
        return (folder / Path(expand(text, where=where)).expanduser()).resolve()
    except (RuntimeError, ValueError, OSError):
        raise ParameterError(f"'{text}' can be no path", where=where, remedy="check its spelling") from None


def salt(*, where: str) -> bytes:
    """Return the secret that pseudonyms are made with."""
    return _value_of(SALT_NAME, where, "a-long-secret-kept-elsewhere").encode()


def _value_of(name: str, where: str, example: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ParameterError(
            f"the environment variable {name} is not set",
            where=where,
            remedy=f"set it before you start, as in: export {name}={example}",
        )
    return value
