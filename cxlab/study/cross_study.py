"""`open_cross_study` and the study across markets it opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cxlab.estimate.estimates import name_of
from cxlab.load.read_parameters import read_cross_parameters
from cxlab.markets.item_moments import read_moments
from cxlab.model.cross_parameters import ALL_MARKETS, CrossParameters
from cxlab.report.words import Words
from cxlab.study.folders import find_folders
from cxlab.study.options import study_options
from cxlab.study.record import Record
from cxlab.study.results import (
    MarketResults,
    chosen_markets,
    chosen_wave,
    read_figures,
    read_moments_files,
    require_results,
    results_of,
)
from cxlab.study.session import results_folder


@dataclass(slots=True, kw_only=True)
class CrossStudy(Record):
    """One study of one wave across markets: what the markets' studies found, and what it leaves behind.

    It reads no answers: only the markets' `metrics.csv` and the moments their studies declared.

    Parameters
    ----------
    options
        Its validated options.
    results
        What each market has published.
    figures
        The figures of all markets: the columns of `metrics.csv`, `market_name` and `stale`.
    moments
        The moments that each market's studies declared, by market.
    """

    options: Any
    results: tuple[MarketResults, ...]
    figures: pd.DataFrame
    moments: dict[str, pd.DataFrame]

    @property
    def common_items(self) -> list[str]:
        """The items whose moments every market with moments has left, sorted."""
        items = [set(read_moments(table).items) for table in self.moments.values()]
        return sorted(set.intersection(*items)) if items else []

    def compared(
        self,
        study: str,
        metric: str,
        *,
        by: str = "",
        outcome: str | None = None,
        level: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Return one measure of all markets: weighted where every market has it so, else not.

        Parameters
        ----------
        study, metric, by, outcome
            As in `metrics.csv`; all outcomes unless one is named.
        level
            The names of one level, as many as `by` has; all levels unless given.
        """
        figures = self.figures
        if figures.empty:
            return figures
        named = figures["study"].eq(study) & figures["metric"].eq(metric) & figures["by"].eq(by)
        if outcome is not None:
            named &= figures["outcome"].eq(outcome)
        if level is not None:
            named &= figures["level"].eq(name_of(level))
        found = figures[named]
        weighted = found[found["weighting"] == "weighted"]
        whole = set(weighted["market"]) == set(found["market"])
        return (weighted if whole else found[found["weighting"] == "none"]).reset_index(drop=True)

    @property
    def markets(self) -> pd.DataFrame:
        """The markets: `market`, `market_name`, `studies`, those that are `stale`, `n_responses`."""
        return pd.DataFrame(
            [
                {
                    "market": entry.market,
                    "market_name": entry.parameters.name,
                    "studies": ", ".join(entry.studies),
                    "stale": ", ".join(entry.stale),
                    "n_responses": max((found.n_responses for found in entry.manifests.values()), default=0),
                }
                for entry in self.results
            ]
        )


def open_cross_study(
    study: str, *, wave: str | None = None, options: Mapping[str, Any] | None = None
) -> CrossStudy:
    """Open a study across markets: find what the markets' studies have published.

    Parameters
    ----------
    study
        Name of the notebook, such as `90_cross_market`.
    wave
        Wave to compare; the one `params/_all.yaml` names, or the markets' files agree on, unless given.
    options
        Options that go before those of `params/_all.yaml`.

    Returns
    -------
    CrossStudy
        Results go to `outputs/.scratch/_all/…`, or to the folder of the run under `cxlab run`.

    Raises
    ------
    ParameterError
        Where a parameter is refused.
    StudyError
        Where fewer than two markets have published results of the wave.
    """
    folders = find_folders()
    parameters = read_cross_parameters(folders.params)
    markets = chosen_markets(parameters, folders)
    wave = chosen_wave(parameters, markets, wave)
    results = tuple(results_of(market, wave, folders) for market in markets)
    require_results(results, study, wave)
    return CrossStudy(
        name=study,
        place=ALL_MARKETS,
        wave=wave,
        words=Words(parameters.language, all_labels(parameters, results)),
        min_base=parameters.min_base,
        folder=results_folder(folders.outputs, ALL_MARKETS, wave, study),
        options=study_options(parameters, study, options or {}),
        results=results,
        figures=read_figures(results),
        moments=read_moments_files(results),
    )


def all_labels(parameters: CrossParameters, results: tuple[MarketResults, ...]) -> dict[str, dict[str, str]]:
    """Return the display names of all markets; those of `_all.yaml` go before, then the first market's."""
    labels: dict[str, dict[str, str]] = {}
    for entry in reversed(results):
        labels |= entry.parameters.labels
    names = {entry.market: {"en": entry.parameters.name} for entry in results}
    return {**labels, **names, **parameters.labels}
