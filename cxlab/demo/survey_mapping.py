"""How each tool's export maps to the canonical tables, as a market manager would write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cxlab.demo import qualtrics, questionpro, spss, surveymonkey
from cxlab.demo.company import WAVES, MarketPlan, Tool
from cxlab.demo.fieldwork import NOT_APPLICABLE, REFUSED
from cxlab.demo.opinions import OUTCOMES
from cxlab.demo.questionnaire import CHOICE_NAMES, csat_words, questionnaire
from cxlab.demo.side_questions import IMPROVE
from cxlab.demo.yaml_text import flow, listed, numbered, numbers, scalar, settings

LOYALTY_CODES = (-1, 0, 1)
OWN_RANGE = ("nps", "ces")  # scores whose scale the dictionary knows
STAGES = ("pilot", "full")


@dataclass(frozen=True, slots=True)
class SurveyMapping:
    """The entries of a survey's source; texts are YAML.

    Attributes
    ----------
    note : str
        What the export is, for the comment above.
    files : tuple of str
        Names of the files.
    responses : mapping of str to str
        Canonical column → its mapping.
    names : mapping of str to str
        Answer → its column in the export.
    missing : mapping of str to str
        Kind of grid → its missing codes; empty where it has none.
    drop, ignore : str
        Lists of columns; empty where there is none.
    """

    note: str
    files: tuple[str, ...]
    responses: Mapping[str, str]
    names: Mapping[str, str]
    missing: Mapping[str, str]
    drop: str
    ignore: str


def survey_mapping(plan: MarketPlan) -> SurveyMapping:
    """Return the mapping of a market's survey, by the tool that delivers it."""
    tools: dict[Tool, Callable[[MarketPlan], SurveyMapping]] = {
        "qualtrics": _qualtrics,
        "questionpro": _questionpro,
        "spss": _spss,
        "surveymonkey": _surveymonkey,
    }
    return tools[plan.tool](plan)


def _qualtrics(plan: MarketPlan) -> SurveyMapping:
    names = qualtrics.question_names(plan)
    formats = f'["{qualtrics.USUAL}", "{qualtrics.OTHER}"]'
    fields = {column: field for field, column in qualtrics.EMBEDDED.items()}
    responses = {
        "response_id": "ResponseId",
        "responded_at": settings(from_="RecordedDate", format=formats),
        "duration_s": "Duration (in seconds)",
        "wave": fields["wave"],
        "channel": "DistributionChannel",
        **_coded_background(plan, fields),
        **_scores(names, {}),
        "nps": settings(from_=names["nps"], shift="-1"),  # Qualtrics coded 0-10 as 1-11
        **_coded_choices(names),
        "q3": settings(from_=names["q3"], split='","', labels=numbered(IMPROVE)),
    }
    return SurveyMapping(
        note="online survey, exported from Qualtrics, one file per wave; 0-10 is coded 1-11",
        files=tuple(qualtrics.file_names()),
        responses=responses,
        names=names,
        missing={"satisfaction": flow({qualtrics.NOT_APPLICABLE_CODE: "not applicable"}), "importance": ""},
        drop=listed(
            name for name, _, _ in qualtrics.METADATA if name.startswith(("IP", "Recipient", "Location"))
        ),
        ignore=listed(
            ["StartDate", "EndDate", "Status", "Progress", "Finished", "ExternalReference", "UserLanguage"]
        ),
    )


def _questionpro(plan: MarketPlan) -> SurveyMapping:
    names = questionpro.question_names(plan)
    fields = {column: f"Custom Variable {place}" for place, column in enumerate(questionpro.CUSTOM, start=1)}
    formats = f'["{questionpro.USUAL}", "{questionpro.OTHER}"]'
    responses = {
        "response_id": "Response ID",
        "responded_at": settings(from_=scalar("Timestamp (MM/dd/yyyy)"), format=formats),
        "duration_s": scalar("Time Taken to Complete (Seconds)"),
        "wave": fields["wave"],
        "channel": fields["channel"],
        **_coded_background(plan, {**fields, "customer_id": "External Reference"}),
        **_scores(names, {}),
        **_coded_choices(names),
        "q3": settings(options=flow({name: names[f"improve.{name}"] for name in IMPROVE})),
    }
    return SurveyMapping(
        note="online survey, raw data of QuestionPro; two grids with the same rows",
        files=(questionpro.FILE,),
        responses=responses,
        names=names,
        missing={"satisfaction": flow({questionpro.NOT_APPLICABLE_TEXT: "not applicable"}), "importance": ""},
        drop=listed(["IP Address", "Respondent Email"]),
        ignore=listed(
            ["Response Status", "Duplicate", "Seq. Number", "Email List", "Country Code", "Region"]
        ),
    )


def _spss(plan: MarketPlan) -> SurveyMapping:
    names = spss.variable_names(plan)
    fields = {column: name for name, column, _, _ in spss.BACKGROUND}
    missing = flow({NOT_APPLICABLE: "not applicable", REFUSED: "refused"})
    responses = {
        "response_id": fields["response_id"],
        "responded_at": fields["responded_at"],
        "duration_s": fields["duration_s"],
        "wave": settings(from_=fields["wave"], labels=numbered(wave.name for wave in WAVES)),
        "channel": settings(from_=fields["channel"], labels=numbered(plan.channels)),
        **_coded_background(plan, fields),
        **_scores(names, {"missing": missing}),
        **_coded_choices(names),
        "q3": settings(options=flow({name: names[f"improve.{name}"] for name in IMPROVE})),
    }
    return SurveyMapping(
        note="telephone and online interviews, delivered as one SPSS file with all waves",
        files=(spss.FILE,),
        responses=responses,
        names=names,
        missing={"satisfaction": missing, "importance": missing},
        drop="",
        ignore="rest",
    )


def _surveymonkey(plan: MarketPlan) -> SurveyMapping:
    names = surveymonkey.question_names(plan)
    fields = {column: field for field, column in surveymonkey.CUSTOM.items()}
    formats = f'["{surveymonkey.USUAL}", "{surveymonkey.OTHER}"]'
    texts = {question.name: question.labels for question in questionnaire(plan)}
    words = dict(zip(csat_words(plan), range(1, 6), strict=True))
    loyalty = dict(zip(texts["loyalty_change"], LOYALTY_CODES, strict=True))
    responses = {
        "response_id": "respondent_id",
        "responded_at": settings(from_="date_modified", format=formats),
        "duration_s": fields["duration_s"],
        "wave": fields["wave"],
        "channel": fields["channel"],
        "stage": fields["stage"],
        "customer_id": fields["customer_id"],
        "cluster": fields["cluster"],
        "weight": fields["weight"],
        "segment.region": fields["region"],
        "segment.age_band": fields["age_band"],
        "segment.customer_type": fields["customer_type"],
        **_scores(names, {}),
        "csat_overall": settings(from_=scalar(names["csat_overall"]), scale="[1, 5]", codes=numbers(words)),
        "loyalty_change": settings(from_=scalar(names["loyalty_change"]), codes=numbers(loyalty)),
        **{
            name: settings(
                from_=scalar(names[name]), labels=flow(dict(zip(texts[name], choices, strict=True)))
            )
            for name, choices in CHOICE_NAMES.items()
        },
        "q3": settings(options=flow({name: names[f"improve.{name}"] for name in IMPROVE})),
        "verbatim": scalar(names["comment"]),
    }
    return SurveyMapping(
        note="online survey, all responses exported from SurveyMonkey; choices in words",
        files=(surveymonkey.FILE,),
        responses=responses,
        names=names,
        missing={
            "satisfaction": flow({surveymonkey.NOT_APPLICABLE_TEXT: "not applicable"}),
            "importance": "",
        },
        drop=listed(["ip_address", "email_address", "first_name", "last_name"]),
        ignore=listed(["collector_id", "date_created"]),
    )


def _coded_background(plan: MarketPlan, fields: Mapping[str, str]) -> dict[str, str]:
    return {
        "stage": settings(from_=scalar(fields["stage"]), labels=numbered(STAGES)),
        "customer_id": scalar(fields["customer_id"]),
        "cluster": scalar(fields["cluster"]),
        "weight": scalar(fields["weight"]),
        "segment.region": settings(from_=scalar(fields["region"]), labels=numbered(plan.region.names)),
        "segment.age_band": settings(from_=scalar(fields["age_band"]), labels=numbered(plan.age_band.names)),
        "segment.customer_type": settings(
            from_=scalar(fields["customer_type"]), labels=numbered(plan.customer_type.names)
        ),
    }


def _scores(names: Mapping[str, str], shared: Mapping[str, str]) -> dict[str, str]:
    mapped = {}
    for name, outcome in OUTCOMES.items():
        entry = {"from_": scalar(names[name])}
        if name not in OWN_RANGE:
            entry["scale"] = f"[{outcome.low}, {outcome.high}]"
        mapped[name] = settings(**entry, **shared) if len(entry) + len(shared) > 1 else scalar(names[name])
    return mapped


def _coded_choices(names: Mapping[str, str]) -> dict[str, str]:
    """Codes from 1; less, as and more loyal are −1, 0 and 1."""
    labelled = {
        name: settings(from_=scalar(names[name]), labels=numbered(choices))
        for name, choices in CHOICE_NAMES.items()
    }
    loyalty = settings(from_=scalar(names["loyalty_change"]), shift="-2")
    return {"loyalty_change": loyalty, **labelled, "verbatim": scalar(names["comment"])}
