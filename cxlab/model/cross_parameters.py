"""What the file of all markets together may say: `params/_all.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from cxlab.model.mapping import Text
from cxlab.model.parameters import ByStudy, Language, per_language
from cxlab.model.strict import Strict

ALL_MARKETS = "_all"
"""The place of studies across markets: in `outputs/`, and the stem of their parameter file."""


class CrossMarketOptions(Strict):
    """Options of `90_cross_market`: which markets differ?

    Parameters
    ----------
    metric, outcome
        The headline that is compared, as `01_pulse` writes it to `metrics.csv`.
    score, design
        The score whose link to revenue is pooled, and how customers were compared, as `06_revenue` writes
        them.
    free_loadings, free_intercepts
        Attributes that may differ between markets, named before the data are looked at (partial invariance).
    """

    metric: str = "nps"
    outcome: str = "nps"
    score: str = "csat_overall"
    design: str = "two_way"
    free_loadings: tuple[str, ...] = ()
    free_intercepts: tuple[str, ...] = ()


class CrossStudies(ByStudy):
    """Options of each study across markets, by the name of its notebook."""

    cross_market: CrossMarketOptions = Field(default_factory=CrossMarketOptions, alias="90_cross_market")


class CrossParameters(Strict):
    """What `params/_all.yaml` says.

    Parameters
    ----------
    name
        Name of all markets together, as people know it.
    language
        Language of the reports across markets.
    markets
        Markets to compare; all of the folder unless named.
    wave
        Wave to compare; the one the markets' files agree on unless named.
    min_base
        Figures on fewer answers than this are not shown.
    labels
        Display names, per language; the markets' own are known without being repeated.
    studies
        Options of each study across markets.
    """

    name: str = "All markets"
    language: Language = "en"
    markets: tuple[str, ...] | None = Field(None, min_length=2)
    wave: Text | None = None
    min_base: int = Field(10, ge=1)
    labels: Annotated[dict[str, dict[str, str]], BeforeValidator(per_language)] = Field(default_factory=dict)
    studies: CrossStudies = Field(default_factory=CrossStudies)

    @property
    def market(self) -> str:
        """The place of their results."""
        return ALL_MARKETS
