"""The parameter files of the demo markets, as a market manager would write them."""

from __future__ import annotations

from collections.abc import Mapping

from cxlab.demo.company import POLAND, SPAIN, WAVES, MarketPlan, Segment
from cxlab.demo.qualtrics import NOT_APPLICABLE_CODE, question_names
from cxlab.demo.simulate import NOT_APPLICABLE, REFUSED
from cxlab.demo.spss import variable_names
from cxlab.demo.wording import ATTRIBUTE_LABELS, COLUMN_LABELS

DEFAULTS = """\
# What all markets share. A market's own file is merged over this one; whatever it names again, wins.
currency: EUR
min_base: 10          # results from fewer answers are not shown
max_quarantine: 0.05  # a market with more broken rows than this share is refused
"""

SPANISH = """\
# Aurea Telecom, Spain: online survey, exported from Qualtrics, one file per wave.
market: demo-es
name: Aurea Telecom España
language: es          # language of the reports: en es it pl
wave: "{wave}"        # the wave reported; a run may name another

sources:
  pulse:
    format: qualtrics
    path:
{paths}
    tables:
      responses:
        response_id: ResponseId
        responded_at: {{from: RecordedDate, format: "%Y-%m-%d %H:%M:%S"}}
        duration_s: Duration (in seconds)
        wave: OLEADA
        channel: DistributionChannel
        weight: PESO
        nps: {{from: {names[nps]}, shift: -1}}                  # Qualtrics coded 0-10 as 1-11
        csat_overall: {{from: {names[csat_overall]}, scale: [1, 5]}}
        ces: {names[ces]}                                     # 1-7, 7 = easy
        segment.region: {{from: REGION, labels: {region}}}
        segment.age_band: {{from: EDAD, labels: {age_band}}}
        segment.customer_type: {{from: TIPO_CLIENTE, labels: {customer_type}}}
      response_items:
        satisfaction:
          scale: [1, 10]
          missing: {{{not_applicable}: not applicable}}          # the grid's eleventh column
          attributes: {satisfaction}
        importance:
          scale: [1, 10]
          attributes: {importance}
    # Personal data: never read beyond the file.
    drop:
      - IPAddress
      - RecipientEmail
      - RecipientFirstName
      - RecipientLastName
      - LocationLatitude
      - LocationLongitude
    # Columns known and not needed; any other new column is an error.
    ignore: [StartDate, EndDate, Status, Progress, Finished, ExternalReference, UserLanguage]

{labels}
studies:
  01_pulse: {{segments: [segment.region, segment.age_band, segment.customer_type]}}
"""

POLISH = """\
# Aurea Telecom, Poland: telephone and online interviews, delivered as one SPSS file with all waves.
market: demo-pl
name: Aurea Telecom Polska
language: pl          # language of the reports: en es it pl
currency: PLN
wave: "{wave}"        # the wave reported; a run may name another

sources:
  pulse:
    format: spss
    path: {exports}/demo-pl/aurea_puls.sav
    tables:
      responses:
        response_id: ID
        responded_at: DATA
        duration_s: CZAS
        wave: {{from: FALA, labels: {waves}}}
        channel: {{from: TRYB, labels: {channels}}}
        weight: WAGA
        nps: {{from: {names[nps]}, missing: {missing}}}
        csat_overall: {{from: {names[csat_overall]}, scale: [1, 5], missing: {missing}}}
        ces: {{from: {names[ces]}, missing: {missing}}}   # 1-7, 7 = easy
        segment.region: {{from: REGION, labels: {region}}}
        segment.age_band: {{from: WIEK, labels: {age_band}}}
        segment.customer_type: {{from: TYP, labels: {customer_type}}}
      response_items:
        satisfaction:
          scale: [1, 10]
          missing: {missing}
          attributes: {satisfaction}
        importance:
          scale: [1, 10]
          missing: {missing}
          attributes: {importance}
    ignore: rest        # every other column of the file is left out unseen

{labels}
studies:
  01_pulse: {{segments: [segment.region, segment.age_band, segment.customer_type]}}
"""


def parameter_files(exports: str) -> dict[str, str]:
    """Text of the demo's parameter files by file name.

    Parameters
    ----------
    exports : str
        Folder of the exports, relative to the folder the files will lie in, with forward slashes.
    """
    return {
        "_defaults.yaml": DEFAULTS,
        f"{SPAIN.name}.yaml": _spanish(exports),
        f"{POLAND.name}.yaml": _polish(exports),
    }


def _spanish(exports: str) -> str:
    paths = [f"      - {exports}/demo-es/aurea_pulso_{wave.name}.csv" for wave in WAVES]
    return SPANISH.format(
        paths="\n".join(paths),
        not_applicable=NOT_APPLICABLE_CODE,
        **_shared(SPAIN, question_names(SPAIN)),
    )


def _polish(exports: str) -> str:
    return POLISH.format(
        exports=exports,
        waves=_numbered(tuple(wave.name for wave in WAVES)),
        channels=_numbered(POLAND.channels),
        missing=_flow({NOT_APPLICABLE: "not applicable", REFUSED: "refused"}),
        **_shared(POLAND, variable_names(POLAND)),
    )


def _shared(plan: MarketPlan, names: Mapping[str, str]) -> dict[str, object]:
    """Fill in what follows from the plan alone."""
    return {
        "wave": WAVES[-1].name,
        "names": names,
        "region": _levels(plan.region),
        "age_band": _levels(plan.age_band),
        "customer_type": _levels(plan.customer_type),
        "satisfaction": _grid(plan, "satisfaction", names),
        "importance": _grid(plan, "importance", names),
        "labels": _labels(),
    }


def _grid(plan: MarketPlan, kind: str, names: Mapping[str, str]) -> str:
    return _flow({attribute.name: names[f"{kind}.{attribute.name}"] for attribute in plan.attributes})


def _levels(segment: Segment) -> str:
    return _numbered(segment.names)


def _numbered(names: tuple[str, ...]) -> str:
    return _flow(dict(enumerate(names, start=1)))


def _labels() -> str:
    lines = [f"  {name}: {_flow(texts)}\n" for name, texts in (COLUMN_LABELS | ATTRIBUTE_LABELS).items()]
    return "labels:               # names in the reports, by language\n" + "".join(lines)


def _flow(entries: Mapping[int, str] | Mapping[str, str]) -> str:
    """Write a YAML mapping on one line; a text that starts with a digit is quoted, or it may be a number."""
    quoted = (f'{key}: "{text}"' if text[0].isdigit() else f"{key}: {text}" for key, text in entries.items())
    return "{" + ", ".join(quoted) + "}"
