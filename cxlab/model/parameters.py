"""A market's parameters: one strict model of everything a parameter file may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, field_validator

from cxlab.model.churn_options import ChurnOptions
from cxlab.model.mapping import Text
from cxlab.model.renewal_options import RenewalOptions
from cxlab.model.revenue_options import RevenueOptions
from cxlab.model.source import Source
from cxlab.model.strict import Strict, unknown_key

Language = Literal["en", "es", "it", "pl"]
EcsiConstruct = Literal["image", "expectation", "quality", "value", "satisfaction", "complaints", "loyalty"]
RESERVED_MARKETS = ("_all", "all", "site", "demo")


class IntakeOptions(Strict):
    """Options of `00_intake`: is it fit to analyse?

    Parameters
    ----------
    segments
        Columns of `customers` to compare response rates by; those of segment, age band and gender that the
        market has, unless named.
    small_base
        Caution below this many answers; the market's `min_base` stops.
    margin
        Caution where the 95 % margin of NPS exceeds this many points.
    quarantine
        Caution where a larger share of all rows breaks the contract.
    response_rate
        Caution where a smaller share of the invited answered.
    response_gap, sampling_gap
        Caution where response rates, or the make-up of the invited and of all customers, lie further apart.
    straight_lining, speeders, repeat_answers, identical_answers, incomplete_answers
        Caution where a larger share of the answers is flagged.
    any_flag
        Stop where a larger share of the answers bears any flag.
    item_non_response
        A question is named where a larger share left it open.
    ceiling
        A question is named where a larger share stands at one end of its scale.
    incentive, selective_sampling, staff_present
        Whether answers were rewarded, the invited hand-picked, or scores given in front of staff; say so, for
        no figure can tell. Not declared is a finding of its own.
    """

    segments: tuple[str, ...] | None = None
    small_base: int = Field(30, ge=1)
    margin: float = Field(10, gt=0)
    quarantine: float = Field(0.01, ge=0, le=1)
    response_rate: float = Field(0.10, ge=0, le=1)
    response_gap: float = Field(0.10, ge=0, le=1)
    sampling_gap: float = Field(0.10, ge=0, le=1)
    straight_lining: float = Field(0.05, ge=0, le=1)
    speeders: float = Field(0.05, ge=0, le=1)
    repeat_answers: float = Field(0.01, ge=0, le=1)
    identical_answers: float = Field(0.01, ge=0, le=1)
    incomplete_answers: float = Field(0.10, ge=0, le=1)
    any_flag: float = Field(0.30, ge=0, le=1)
    item_non_response: float = Field(0.20, ge=0, le=1)
    ceiling: float = Field(0.60, ge=0, le=1)
    incentive: bool | None = None
    selective_sampling: bool | None = None
    staff_present: bool | None = None


class PulseOptions(Strict):
    """Options of `01_pulse`: where do we stand?

    Parameters
    ----------
    segments
        Columns of `responses` to look at one by one, such as `segment.region`.
    brand
        Our brand, as `competitors` calls it; without it there is no comparison with competitors.
    most_choices
        The third question is counted where it has at most this many different answers; with more it is taken
        for own words and left out.
    """

    segments: tuple[str, ...] = ()
    brand: str | None = None
    most_choices: int = Field(20, ge=1)


class IndexGapOptions(Strict):
    """Options of `02_index_gap`: where do we miss expectations?

    Parameters
    ----------
    segments
        Columns of `responses` to compare the index by, such as `segment.region`.
    attributes
        Attributes to take; empty takes all, which must then be rated for importance and for satisfaction.
    rescale
        How importance and satisfaction on unequal scales are made one, for their gap: `to_satisfaction` or
        `to_100`. Without it the gap is refused there.
    cut
        Where the lines between the fields are: at the `mean` of the attributes, or the `midpoint` of the
        scale.
    top
        How many of the largest gaps are priorities.
    path_model
        Questions of each construct of the European Customer Satisfaction Index that was asked: attributes, or
        columns of `responses`. Empty: no path model.
    """

    segments: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    rescale: Literal["to_satisfaction", "to_100"] | None = None
    cut: Literal["mean", "midpoint"] = "mean"
    top: int = Field(3, ge=1)
    path_model: dict[EcsiConstruct, tuple[str, ...]] = Field(default_factory=dict)


class DriversOptions(Strict):
    """Options of `03_drivers`: what goes with satisfaction?

    Parameters
    ----------
    outcome
        Score of `responses` that is explained; unless named the first that anybody answered of
        `csat_overall`, `nps` and `recommend_intent`.
    attributes
        Attributes to take; empty takes all that were rated for satisfaction.
    segments
        Columns of `responses` to compare the importances by, such as `segment.region`.
    groups
        Attributes that count as one in the importances, by the name of the group.
    missing
        How ratings that are missing are treated in the importances: `complete` keeps who rated everything,
        `pairwise` takes all answers to each pair of questions, `multiple` imputes.
    n_permutations
        Random arrangements behind the test of a necessary condition.
    step
        By how many points of its scale each attribute is rated otherwise in the comparison of people.
    family
        How p-values of penalty and reward, and of necessary conditions, are adjusted over the attributes.
    """

    outcome: str | None = None
    attributes: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    missing: Literal["complete", "pairwise", "multiple"] = "pairwise"
    n_permutations: int = Field(1000, ge=100)
    step: float = Field(1, gt=0)
    family: Literal["holm", "bh", "none"] = "holm"


class EffortOptions(Strict):
    """Options of `04_effort`: which touchpoints breed disloyalty?

    Parameters
    ----------
    segments
        Columns of `responses` to compare customer effort by, such as `segment.region`.
    ces_direction
        Whether a high effort score means `easy` or `difficult`, as the question was asked. Customer effort
        is not shown without it.
    contact_days
        Contacts of so many days up to the last answer of the wave are looked at.
    repeat_days
        An issue is resolved by its first contact where none follows within so many days.
    switch_days
        Channels of an issue are counted within so many days of its first contact.
    claim
        Published disloyalty ratio to test against.
    """

    segments: tuple[str, ...] = ()
    ces_direction: Literal["easy", "difficult"] | None = None
    contact_days: int = Field(365, ge=1)
    repeat_days: int = Field(7, ge=1)
    switch_days: int = Field(30, ge=1)
    claim: float = Field(4, gt=0)


class ByStudy(Strict):
    """Options by the name of a study's notebook."""

    def of(self, study: str) -> Strict | None:
        """Return the options of the study called `study`, or None where nobody knows it."""
        by_alias = {field.alias: getattr(self, name) for name, field in type(self).model_fields.items()}
        return by_alias.get(study)


class Studies(ByStudy):
    """Options of each study, by the name of its notebook."""

    intake: IntakeOptions = Field(default_factory=IntakeOptions, alias="00_intake")
    pulse: PulseOptions = Field(default_factory=PulseOptions, alias="01_pulse")
    index_gap: IndexGapOptions = Field(default_factory=IndexGapOptions, alias="02_index_gap")
    drivers: DriversOptions = Field(default_factory=DriversOptions, alias="03_drivers")
    effort: EffortOptions = Field(default_factory=EffortOptions, alias="04_effort")
    revenue: RevenueOptions = Field(default_factory=RevenueOptions, alias="06_revenue")
    churn: ChurnOptions = Field(default_factory=ChurnOptions, alias="07_churn")
    renewal: RenewalOptions = Field(default_factory=RenewalOptions, alias="08_renewal")


def per_language(value: Any) -> Any:
    """Return labels by language; a bare name is English."""
    if not isinstance(value, Mapping):
        return value
    named = {
        str(name): entry if isinstance(entry, Mapping) else {"en": entry} for name, entry in value.items()
    }
    for entry in named.values():
        for language in entry:
            if language not in get_args(Language):
                raise unknown_key(str(language), set(get_args(Language)))
    return named


class MarketParameters(Strict):
    """What a market's file says, merged over the defaults.

    Parameters
    ----------
    market
        Code of the market; the stem of its file.
    name
        Name people know it by.
    language
        Language of its reports.
    currency
        ISO 4217 code of its amounts.
    wave
        Wave that studies look at unless told otherwise.
    min_base
        Results on fewer answers than this are suppressed.
    max_quarantine
        Share of a table's rows that may break the contract before the load fails.
    sources
        Where the data are and how they map to the canonical tables.
    labels
        Display names of attributes, columns and segments, per language.
    studies
        Options of each study.
    """

    market: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str
    language: Language = "en"
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$")
    wave: Text
    min_base: int = Field(10, ge=1)
    max_quarantine: float = Field(0.05, ge=0, le=1)
    sources: dict[str, Source] = Field(min_length=1)
    labels: Annotated[dict[str, dict[str, str]], BeforeValidator(per_language)] = Field(default_factory=dict)
    studies: Studies = Field(default_factory=Studies)

    @field_validator("market")
    @classmethod
    def _not_reserved(cls, market: str) -> str:
        if market in RESERVED_MARKETS:
            raise ValueError(f"'{market}' is a folder of the outputs and cannot name a market")
        return market
