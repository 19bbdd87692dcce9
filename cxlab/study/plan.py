"""From the words of a command to the jobs it asks for, all checked before any kernel starts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cxlab.load.inputs import market_inputs
from cxlab.load.read_parameters import market_files, read_cross_parameters, read_parameters
from cxlab.model.cross_parameters import ALL_MARKETS, CrossParameters, CrossStudies
from cxlab.model.errors import CxlabError, ParameterError, nearest
from cxlab.model.parameters import MarketParameters
from cxlab.study.folders import Folders
from cxlab.study.key import inputs_digest, key_of, key_parts
from cxlab.study.manifest import read_manifest
from cxlab.study.options import study_options

ALL = "all"
_STUDY_NAME = re.compile(r"\d\d_\w+")


@dataclass(frozen=True, slots=True)
class Job:
    """One study of one market, or of all markets together, and of one wave.

    Parameters
    ----------
    study, market, wave
        What is to be run; the market is `_all` where it is of all together.
    parameters
        The market's validated parameters, or those of all markets.
    file
        Their file.
    notebook
        The study's notebook.
    parts
        Digest of each part its results depend on.
    """

    study: str
    market: str
    wave: str
    parameters: MarketParameters | CrossParameters
    file: Path
    notebook: Path
    parts: dict[str, str]

    @property
    def key(self) -> str:
        """One digest of everything its results depend on."""
        return key_of(self.parts)

    @property
    def arguments(self) -> dict[str, object]:
        """What its notebook is given; one across markets is not told of a market."""
        one = {} if self.market == ALL_MARKETS else {"market": self.market}
        return {**one, "wave": self.wave, "options": {}}

    @property
    def name(self) -> str:
        """Name for progress and messages."""
        return f"{self.market} {self.wave} {self.study}"


def plan_jobs(
    studies: Sequence[str], markets: Sequence[str], wave: str | None, folders: Folders
) -> list[Job]:
    """Return the jobs that some studies of some markets make; those across markets are planned later.

    Parameters
    ----------
    studies, markets
        Names, or `all`.
    wave
        Wave for every market; each file's own unless given.
    folders
        Folders of the project.

    Raises
    ------
    ParameterError
        One error that lists every market, study, parameter file or source file that was refused.
    """
    notebooks = study_notebooks(folders)
    chosen = [name for name in _choose(studies, notebooks, "study") if not is_across(name)]
    if not chosen:
        return []
    jobs, refusals = [], []
    for file in chosen_files(markets, folders):
        try:
            jobs += _market_jobs(file, {name: notebooks[name] for name in chosen}, wave)
        except CxlabError as error:
            refusals.append(str(error))
    if refusals:
        raise ParameterError("\n".join(refusals))
    return jobs


def across_studies(studies: Sequence[str], markets: Sequence[str], folders: Folders) -> list[str]:
    """Return the studies across markets that a command asks for: none unless it asks for all markets.

    Raises
    ------
    ParameterError
        Where one is named together with some markets only, or `params/_all.yaml` is refused.
    """
    found = [name for name in _choose(studies, study_notebooks(folders), "study") if is_across(name)]
    if found:
        read_cross_parameters(folders.params)
    if ALL in markets:
        return found
    if named := [name for name in found if name in studies]:
        raise ParameterError(
            f"{named[0]} compares all markets", remedy="leave --market away, or say --market all"
        )
    return []


def is_across(study: str) -> bool:
    """Tell whether a study is of all markets together."""
    return study in {str(entry.alias) for entry in CrossStudies.model_fields.values()}


def chosen_files(markets: Sequence[str], folders: Folders) -> list[Path]:
    """Return the parameter files of some markets, or of `all`."""
    files = market_files(folders.params)
    return [files[market] for market in _choose(markets, files, "market")]


def study_notebooks(folders: Folders) -> dict[str, Path]:
    """Return the notebook of each study, by name."""
    found = {path.stem: path for path in sorted(folders.notebooks.glob("*.ipynb"))}
    return {name: path for name, path in found.items() if _STUDY_NAME.fullmatch(name)}


def split_unchanged(jobs: Sequence[Job], folders: Folders, *, force: bool) -> tuple[list[Job], list[Job]]:
    """Return the jobs whose published run has the same key, and those that are to be run."""
    same = [] if force else [job for job in jobs if _is_unchanged(job, folders)]
    return same, [job for job in jobs if job not in same]


def _is_unchanged(job: Job, folders: Folders) -> bool:
    manifest = read_manifest(folders.published(job.market, job.wave, job.study))
    return manifest is not None and manifest.key == job.key


def _choose(wanted: Sequence[str], known: dict[str, Path], what: str) -> list[str]:
    if ALL in wanted:
        if not known:
            raise ParameterError(f"there is no {what} at all", remedy="are you in the project's folder?")
        return list(known)
    for name in wanted:
        if name not in known:
            raise ParameterError(f"there is no {what} '{name}'", remedy=nearest(name, known))
    return list(dict.fromkeys(wanted))


def _market_jobs(file: Path, notebooks: dict[str, Path], wave: str | None) -> list[Job]:
    parameters = read_parameters(file)
    chosen_wave = wave or parameters.wave
    # Once for all studies of the market: the files may be large.
    inputs = inputs_digest(market_inputs(parameters, file))
    jobs = []
    for name, notebook in notebooks.items():
        options = study_options(parameters, name, {})
        parts = key_parts(notebook, parameters, chosen_wave, options, inputs)
        jobs.append(Job(name, parameters.market, chosen_wave, parameters, file, notebook, parts))
    return jobs
