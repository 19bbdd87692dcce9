"""Write one market the way SurveyMonkey exports all responses: a row of questions over a row of options."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.dirt import NO_DATE, OTHER_STYLE
from cxlab.demo.fieldwork import NOT_APPLICABLE
from cxlab.demo.questionnaire import (
    comments,
    csat_words,
    numbers_or,
    questionnaire,
    whole_numbers,
    words_of,
)
from cxlab.demo.write_table import write_table

FILE = "aurea_responses.csv"
USUAL, OTHER = "%m/%d/%Y %I:%M:%S %p", "%Y-%m-%d %H:%M:%S"
BROKEN_DATE = "00/00/0000 00:00:00 AM"
NOT_APPLICABLE_TEXT = "N/A"
METADATA = (
    "respondent_id",
    "collector_id",
    "date_created",
    "date_modified",
    "ip_address",
    "email_address",
    "first_name",
    "last_name",
)
# Variables that the links of the survey carried along.
CUSTOM = {
    "wave": "wave",
    "stage": "stage",
    "customer": "customer_id",
    "group": "cluster",
    "region": "region",
    "age": "age_band",
    "type": "customer_type",
    "weight": "weight",
    "channel": "channel",
    "seconds": "duration_s",
}


def write_surveymonkey(plan: MarketPlan, answers: pd.DataFrame, folder: Path) -> list[Path]:
    """Write all waves into one CSV and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = [*_metadata(plan, answers), *_answers(plan, answers)]
    table = pa.table(columns, names=[str(place) for place in range(len(columns))])
    return [write_table(folder / FILE, table, above=_header(plan))]


def question_names(plan: MarketPlan) -> dict[str, str]:
    """Return what cxlab calls each answer's column: the question, or `Question [Option]`."""
    names: dict[str, str] = {}
    for question in questionnaire(plan):
        if question.kind in ("grid", "several"):
            rows = zip(question.columns, question.labels, strict=True)
            names |= {column: f"{question.text} [{label}]" for column, label in rows}
        else:
            names[question.columns[0]] = question.text
    return names


def _header(plan: MarketPlan) -> list[list[str]]:
    """Build the two rows above the data; a question stands over the first of its columns only."""
    questions, options = [*METADATA, *CUSTOM], [""] * (len(METADATA) + len(CUSTOM))
    for question in questionnaire(plan):
        if question.kind in ("grid", "several"):
            questions += [question.text, *[""] * (len(question.columns) - 1)]
            options += question.labels
        else:
            questions.append(question.text)
            options.append("Open-Ended Response" if question.kind == "comment" else "Response")
    return [questions, options]


def _metadata(plan: MarketPlan, answers: pd.DataFrame) -> list[pa.Array]:
    """Build the columns SurveyMonkey adds; persons are examples, addresses from RFC 5737."""
    n = len(answers)
    at = answers["responded_at"].to_numpy().astype("datetime64[s]")
    begun = at - answers["duration_s"].to_numpy().astype("timedelta64[s]")
    style = answers["date_style"].to_numpy()
    modified = pc.if_else(
        pa.array(style == OTHER_STYLE), pc.strftime(pa.array(at), OTHER), pc.strftime(pa.array(at), USUAL)
    )
    number = pc.cast(pa.array(answers["customer"].to_numpy()), pa.string())
    host = pc.cast(pa.array(answers["customer"].to_numpy() % 254 + 1), pa.string())
    return [
        pa.array(answers["response_id"]),
        pa.array(np.full(n, 400_000_001)),
        pc.strftime(pa.array(begun), USUAL),
        pc.if_else(pa.array(style == NO_DATE), BROKEN_DATE, modified),
        pc.binary_join_element_wise("203.0.113.", host, ""),
        pc.binary_join_element_wise("customer", number, "@example.com", ""),
        pa.repeat("Sample", n),
        pc.binary_join_element_wise("Person ", number, ""),
        *(_custom(plan, answers, column) for column in CUSTOM.values()),
    ]


def _custom(plan: MarketPlan, answers: pd.DataFrame, column: str) -> pa.Array:
    names = {
        "stage": ("pilot", "full"),
        "region": plan.region.names,
        "age_band": plan.age_band.names,
        "customer_type": plan.customer_type.names,
        "channel": plan.channels,
    }
    if column == "wave":
        return pa.array([wave.name for wave in WAVES]).take(pa.array(answers["wave"].to_numpy()))
    return words_of(answers[column], names[column]) if column in names else pa.array(answers[column])


def _answers(plan: MarketPlan, answers: pd.DataFrame) -> list[pa.Array]:
    """Choices and overall satisfaction in words, other scores as the numbers on their buttons."""
    columns: list[pa.Array] = []
    for question in questionnaire(plan):
        for column, label in zip(question.columns, question.labels or question.columns, strict=False):
            values = answers[column]
            if question.kind == "comment":
                columns.append(comments(plan, answers))
            elif question.kind == "several":
                columns.append(pc.if_else(pa.array((values == 1).to_numpy()), label, None))
            elif question.kind == "choice":
                columns.append(words_of(values, question.labels))
            elif column == "csat_overall":
                columns.append(words_of(values, csat_words(plan)))
            elif (values == NOT_APPLICABLE).any():
                columns.append(numbers_or(values, NOT_APPLICABLE, NOT_APPLICABLE_TEXT))
            else:
                columns.append(whole_numbers(values))
    return columns
