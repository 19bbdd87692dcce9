"""What the studies of the markets have published, as studies across markets read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cxlab.load.inputs import sha256_of
from cxlab.load.read_parameters import market_files, read_parameters
from cxlab.model.cross_parameters import CrossParameters
from cxlab.model.errors import StudyError
from cxlab.model.parameters import MarketParameters
from cxlab.study.folders import Folders
from cxlab.study.manifest import Input, Manifest, read_manifest

METRICS, MOMENTS = "metrics.csv", "tables/moments.parquet"
"""The only two files of a study that another study reads."""
FEWEST = 2


@dataclass(frozen=True, slots=True)
class MarketResults:
    """What the studies of one market have published for one wave.

    Parameters
    ----------
    parameters
        The market's parameters.
    studies
        Folder of each published study, by name.
    stale
        Studies whose last run failed: what is read is the last good run.
    manifests
        Record of each published study.
    """

    parameters: MarketParameters
    studies: dict[str, Path]
    stale: tuple[str, ...]
    manifests: dict[str, Manifest]

    @property
    def market(self) -> str:
        """Code of the market."""
        return self.parameters.market

    def files(self) -> list[tuple[str, Path]]:
        """Return the files that are read, each with its name among the market's results."""
        found = [
            (f"{study}/{name}", folder / name)
            for study, folder in self.studies.items()
            for name in (METRICS, MOMENTS)
        ]
        return [(name, path) for name, path in found if path.exists()]

    def inputs(self) -> tuple[Input, ...]:
        """Return the record of the files that are read."""
        return tuple(
            Input(source=self.market, file=name, sha256=sha256_of(path), n_rows=_rows(path))
            for name, path in self.files()
        )


def chosen_markets(parameters: CrossParameters, folders: Folders) -> list[MarketParameters]:
    """Return the parameters of the markets to compare."""
    files = market_files(folders.params)
    return [read_parameters(files[market]) for market in parameters.markets or files]


def chosen_wave(parameters: CrossParameters, markets: Sequence[MarketParameters], wave: str | None) -> str:
    """Return the wave to compare: the one that was named, else the one all markets agree on.

    Raises
    ------
    StudyError
        Where none was named and the markets' files name several.
    """
    if named := wave or parameters.wave:
        return named
    waves = sorted({market.wave for market in markets})
    if len(waves) != 1:
        raise StudyError(
            f"the markets are at {len(waves)} waves: {', '.join(waves)}",
            where="studies across markets",
            remedy="name one: wave: in params/_all.yaml, or --wave",
        )
    return waves[0]


def results_of(parameters: MarketParameters, wave: str, folders: Folders) -> MarketResults:
    """Return what the studies of a market have published for a wave."""
    place = folders.outputs / parameters.market / wave
    manifests, studies, stale = {}, {}, []
    for folder in sorted(place.glob("[0-9]*")):
        manifest = read_manifest(folder)
        if manifest is not None:
            manifests[manifest.study], studies[manifest.study] = manifest, folder
            if folders.failed(parameters.market, wave, manifest.study).exists():
                stale.append(manifest.study)
    return MarketResults(parameters, studies, tuple(stale), manifests)


def require_results(results: Sequence[MarketResults], study: str, wave: str) -> None:
    """Raise StudyError where fewer than two markets have published results."""
    known = [entry.market for entry in results if entry.studies]
    if len(known) < FEWEST:
        raise StudyError(
            f"{len(known)} of {len(results)} markets have results of wave '{wave}', and it takes two",
            where=study,
            remedy="run the markets' own studies first: cxlab run all --market all",
        )


def read_figures(results: Sequence[MarketResults]) -> pd.DataFrame:
    """Return the figures of all markets: the columns of `metrics.csv`, `market_name` and `stale`.

    Levels are texts; suppressed figures are NaN.
    """
    frames = []
    for market in results:
        for study, folder in market.studies.items():
            if (folder / METRICS).exists():
                texts = {"by": "str", "level": "str", "wave": "str"}
                figures = pd.read_csv(folder / METRICS, dtype=texts, keep_default_na=False, na_values=[""])
                texts_back = figures.assign(**{name: figures[name].fillna("") for name in ("by", "level")})
                frames.append(
                    texts_back.assign(market_name=market.parameters.name, stale=study in market.stale)
                )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def read_moments_files(results: Sequence[MarketResults]) -> dict[str, pd.DataFrame]:
    """Return the moments that each market's studies declared, by market."""
    return {
        market.market: pd.read_parquet(path)
        for market in results
        for name, path in market.files()
        if name.endswith(MOMENTS)
    }


def _rows(path: Path) -> int:
    return len(pd.read_csv(path)) if path.suffix == ".csv" else len(pd.read_parquet(path))
