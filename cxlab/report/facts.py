"""What a report says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cxlab.model.parameters import Language


@dataclass(frozen=True, slots=True)
class SourceFact:
    """One file a report was made from.

    Parameters
    ----------
    source
        Name of the source in the parameter file.
    file
        Name of the file, without its folders.
    n_rows
        Rows of data it holds.
    """

    source: str
    file: str
    n_rows: int


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What stands around the blocks of a report: its header, glossary, methods and provenance.

    It holds neither times nor paths, so that two runs with one key write the same bytes.

    Parameters
    ----------
    study
        Stem of the study's notebook, such as `01_pulse`.
    market
        Code of the market.
    market_name
        Name of the market as a reader knows it.
    wave
        Name of the wave.
    language
        Language of the report.
    labels
        Display names per language, as in `Words`.
    n_responses
        Answers of this wave.
    sources
        The files read.
    key
        The study's key in full; the report shows its first characters.
    version
        Version of cxlab.
    methods
        Codes of the methods used, such as `adjusted_wald`.
    metrics
        Codes of the metrics shown, such as `nps`.
    weighted
        Whether any figure is weighted.
    """

    study: str
    market: str
    market_name: str
    wave: str
    language: Language = "en"
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    n_responses: int = 0
    sources: tuple[SourceFact, ...] = ()
    key: str = ""
    version: str = ""
    methods: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    weighted: bool = False
