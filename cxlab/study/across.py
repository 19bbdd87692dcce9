"""Studies across markets as jobs, planned once the markets' own studies have ended."""

from __future__ import annotations

import json
from collections.abc import Sequence

from cxlab.load.read_parameters import read_cross_parameters
from cxlab.model.cross_parameters import ALL_MARKETS, CrossParameters
from cxlab.study.folders import Folders
from cxlab.study.key import digest, key_parts
from cxlab.study.options import study_options
from cxlab.study.plan import Job, study_notebooks
from cxlab.study.records import MarketCheck
from cxlab.study.results import MarketResults, chosen_markets, chosen_wave, require_results, results_of


def plan_across(studies: Sequence[str], wave: str | None, folders: Folders) -> list[Job]:
    """Return the jobs that some studies across markets make, from what has been published so far.

    Raises
    ------
    ParameterError
        Where `params/_all.yaml` is refused.
    StudyError
        Where the markets agree on no wave, or fewer than two have published results of it.
    """
    if not studies:
        return []
    parameters = read_cross_parameters(folders.params)
    wave, results = _published(parameters, wave, folders)
    notebooks, jobs = study_notebooks(folders), []
    file = folders.params / f"{ALL_MARKETS}.yaml"
    for name in studies:
        require_results(results, name, wave)
        options = study_options(parameters, name, {})
        parts = key_parts(notebooks[name], parameters, wave, options, _digest_of(results))
        jobs.append(Job(name, ALL_MARKETS, wave, parameters, file, notebooks[name], parts))
    return jobs


def check_across(job: Job, folders: Folders) -> MarketCheck:
    """Return what a study across markets reads: the files of the markets' studies, and all their answers."""
    assert isinstance(job.parameters, CrossParameters)
    _, results = _published(job.parameters, job.wave, folders)
    answers = sum(
        max((found.n_responses for found in entry.manifests.values()), default=0) for entry in results
    )
    return MarketCheck(
        market=ALL_MARKETS,
        name=job.parameters.name,
        inputs=tuple(record for entry in results for record in entry.inputs()),
        n_responses={job.wave: answers},
    )


def _published(
    parameters: CrossParameters, wave: str | None, folders: Folders
) -> tuple[str, tuple[MarketResults, ...]]:
    markets = chosen_markets(parameters, folders)
    wave = chosen_wave(parameters, markets, wave)
    return wave, tuple(results_of(market, wave, folders) for market in markets)


def _digest_of(results: Sequence[MarketResults]) -> str:
    read = [
        (
            entry.market,
            entry.parameters.name,
            entry.parameters.labels,
            entry.stale,
            [record.model_dump() for record in entry.inputs()],
        )
        for entry in results
    ]
    return digest(json.dumps(read, sort_keys=True))
