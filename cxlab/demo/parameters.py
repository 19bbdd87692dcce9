"""The parameter files of the demo markets, as a market manager would write them."""

from __future__ import annotations

from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.company_files import FOLDER, STYLES, FileStyle, company_columns
from cxlab.demo.markets import MARKETS
from cxlab.demo.questionnaire import GRIDS
from cxlab.demo.survey_mapping import SurveyMapping, survey_mapping
from cxlab.demo.wording import ATTRIBUTE_LABELS, COLUMN_LABELS, LEVEL_LABELS
from cxlab.demo.yaml_text import flow, scalar, settings
from cxlab.model.tables import TABLES, Column

DEFAULT_CURRENCY = "EUR"
DEFAULTS = f"""\
# What all markets share. A market's own file is merged over this one; whatever it names again, wins.
currency: {DEFAULT_CURRENCY}
min_base: 10          # results from fewer answers are not shown
max_quarantine: 0.05  # a market with more broken rows than this share is refused
"""

MARKET = """\
# {title}: {note}.
market: {market}
name: {title}
language: {language}          # language of the reports: en es it pl
{currency}wave: "{wave}"        # the wave reported; a run may name another

sources:
  pulse:
    format: {tool}
    path:{paths}
    tables:
      responses:
{responses}
      response_items:
{grids}{left_out}
  # The company's own tables, one file each.
{tables}
{labels}
studies:
  00_intake: {{incentive: false, selective_sampling: false, staff_present: false}}
  01_pulse: {{segments: [segment.region, segment.age_band, segment.customer_type], brand: Aurea}}
  02_index_gap:
    segments: [segment.region, segment.customer_type]
    path_model:                   # questions of each construct of the European Customer Satisfaction Index
      quality: [network, contact_centre, shop, app, installation]
      value: [price, billing]
      satisfaction: [csat_overall]
      loyalty: [renew_q1, buy_more, reluctance_to_switch, recommend_intent]
  03_drivers: {{segments: [segment.customer_type]}}
  04_effort: {{ces_direction: easy, segments: [segment.region, segment.age_band]}}
  06_revenue:
    period: half_year
    unit: customer_id
    books: ["2024-01-01", "2026-12-31"]
    max_age: 1                    # half-years that an answer may lie back
    contract_value: year
    controls: [ces, had_problem]
  07_churn:
    horizon: 182                  # a half-year: contracts end in May, June, November and December
    books: ["2024-04-01", "2026-12-31"]
    ends: actual                  # the last day of a contract without a term is written when somebody goes
    {campaign}
    groups: {{price: [price], service: [service], competitor: [competitor], other: [other]}}
    movable: {{competitor: [price]}}
    unknown: [other]
  08_renewal: {{holders: accounts, segments: [segment]}}
"""
CAMPAIGN = "clv: {clv}                      # what a customer who is kept, an offer and a contact are worth\n"
CAMPAIGN += "    incentive: {incentive}\n    contact: {contact}"
AMOUNTS = {"PLN": {"clv": 2400, "incentive": 120, "contact": 8}}
"""Amounts of the campaign by currency; those of others are these."""
OTHER_AMOUNTS = {"clv": 600, "incentive": 30, "contact": 2}
MOMENTS = (  # dates with a time of day
    "sent_at", "at", "opened_at", "first_answered_at", "closed_at", "contacted_at", "resolved_at",
)  # fmt: skip
CONTACT_SCALE = "[1, 5]"  # of the satisfaction asked after a contact


def parameter_files(exports: str) -> dict[str, str]:
    """Text of the demo's parameter files by file name.

    Parameters
    ----------
    exports : str
        Folder of the exports, relative to the folder the files will lie in, with forward slashes.
    """
    return {"_defaults.yaml": DEFAULTS} | {
        f"{plan.name}.yaml": market_file(plan, f"{exports}/{plan.name}") for plan in MARKETS
    }


def market_file(plan: MarketPlan, folder: str) -> str:
    """Return the text of one market's parameter file; `folder` holds its exports."""
    survey = survey_mapping(plan)
    paths = [f"{folder}/{file}" for file in survey.files]
    return MARKET.format(
        title=plan.title,
        note=survey.note,
        market=plan.name,
        language=plan.language,
        currency="" if plan.currency == DEFAULT_CURRENCY else f"currency: {plan.currency}\n",
        wave=WAVES[-1].name,
        tool=plan.tool,
        paths=f" {paths[0]}" if len(paths) == 1 else "".join(f"\n      - {path}" for path in paths),
        responses="\n".join(f"        {name}: {entry}" for name, entry in _responses(plan, survey).items()),
        grids="".join(_grid(plan, survey, kind) for kind in GRIDS),
        left_out=_left_out(survey),
        tables="".join(
            _company_table(name, columns, STYLES[plan.language], folder)
            for name, columns in company_columns().items()
        ),
        labels=_labels(),
        campaign=CAMPAIGN.format(**AMOUNTS.get(plan.currency, OTHER_AMOUNTS)),
    )


def _responses(plan: MarketPlan, survey: SurveyMapping) -> dict[str, str]:
    """Return the mapping of the questionnaires, in the dictionary's order."""
    constants = {
        "kind": settings(value="relationship"),
        "language": settings(value=scalar(plan.language)),
    }
    mapped = {**survey.responses, **constants}
    known = [name for name in TABLES["responses"].columns if name in mapped]
    return {name: mapped[name] for name in [*known, *(name for name in mapped if name not in known)]}


def _grid(plan: MarketPlan, survey: SurveyMapping, kind: str) -> str:
    names = {attribute.name: survey.names[f"{kind}.{attribute.name}"] for attribute in plan.attributes}
    missing = f"          missing: {survey.missing[kind]}\n" if survey.missing[kind] else ""
    return f"        {kind}:\n          scale: [1, 10]\n{missing}          attributes: {flow(names)}\n"


def _left_out(survey: SurveyMapping) -> str:
    personal = (
        f"    drop: {survey.drop}  # personal data: never read beyond the file\n" if survey.drop else ""
    )
    return f"{personal}    ignore: {survey.ignore}  # known and not needed\n"


def _company_table(name: str, columns: tuple[str, ...], style: FileStyle, folder: str) -> str:
    entries = {column: _column(TABLES[name].columns[column], style) for column in columns}
    mapped = "".join(f"        {scalar(column)}: {entry}\n" for column, entry in entries.items())
    delimiter = f'    delimiter: "{style.delimiter}"\n' if style.delimiter != "," else ""
    path = f"{folder}/{FOLDER}/{name}.{style.format}"
    head = f"  {name}:\n    format: {style.format}\n    path: {path}\n"
    return f"{head}{delimiter}    tables:\n      {name}:\n{mapped}"


def _column(column: Column, style: FileStyle) -> str:
    entry: dict[str, str] = {}
    if column.kind == "date" and style.day:
        entry["format"] = f'"{style.moment if column.name in MOMENTS else style.day}"'
    if column.kind == "number" and style.decimal != ".":
        entry["decimal"] = f'"{style.decimal}"'
    if column.kind == "score" and column.minimum is None:
        entry["scale"] = CONTACT_SCALE
    return settings(from_=scalar(column.name), **entry) if entry else scalar(column.name)


def _labels() -> str:
    lines = [
        f"  {name}: {flow(texts)}\n"
        for name, texts in (COLUMN_LABELS | ATTRIBUTE_LABELS | LEVEL_LABELS).items()
    ]
    return "labels:               # names in the reports, by language\n" + "".join(lines)
