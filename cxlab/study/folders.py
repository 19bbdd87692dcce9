"""Where parameters, notebooks and outputs stand, seen from any folder of a project."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cxlab.model.errors import ParameterError

PARAMS_NAME = "CXLAB_PARAMS"
OUTPUTS_NAME = "CXLAB_OUTPUTS"
RUN_NAME = "CXLAB_RUN"


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of a project.

    Parameters
    ----------
    params
        Parameter files.
    notebooks
        Studies.
    outputs
        Results.
    """

    params: Path
    notebooks: Path
    outputs: Path

    def published(self, market: str, wave: str, study: str) -> Path:
        """Return where the last good run of a study can be read."""
        return self.outputs / market / wave / study

    def runs(self, market: str, wave: str, study: str) -> Path:
        """Return the folder that holds one folder per run of a study."""
        return self.outputs / ".runs" / market / wave / study

    def failed(self, market: str, wave: str, study: str) -> Path:
        """Return where the last failed run of a study is kept."""
        return self.outputs / ".failed" / market / wave / study


def find_folders(params: Path | None = None, outputs: Path | None = None) -> Folders:
    """Find the folders of the project around the working folder.

    Parameters
    ----------
    params
        Parameter folder, where one is named; else `CXLAB_PARAMS`, else the nearest `params/` upward.
    outputs
        Output folder, where one is named; else `CXLAB_OUTPUTS`, else `outputs/` in the project.

    Raises
    ------
    ParameterError
        Where no parameter folder can be found.
    """
    root = _root()
    found = params or _named(PARAMS_NAME) or root / "params"
    if not found.is_dir():
        raise ParameterError(
            "there is no params folder here or above",
            where=str(found),
            remedy="go to the project's folder, or name it: --params DIR or the variable CXLAB_PARAMS",
        )
    written = outputs or _named(OUTPUTS_NAME) or root / "outputs"
    return Folders(found.resolve(), root / "notebooks", written.resolve())


def _named(name: str) -> Path | None:
    return Path(os.environ[name]) if os.environ.get(name) else None


def _root() -> Path:
    """Return the nearest folder upward that holds `params/`, else the working folder."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "params").is_dir()), here)
