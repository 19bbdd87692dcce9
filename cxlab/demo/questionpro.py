"""Write one market the way QuestionPro exports raw data: rows about the survey, one header row, then data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.dirt import NO_DATE, OTHER_STYLE
from cxlab.demo.fieldwork import NOT_APPLICABLE
from cxlab.demo.questionnaire import comments, numbers_or, questionnaire, whole_numbers
from cxlab.demo.write_table import write_table

FILE = "aurea_rawdata.csv"
USUAL, OTHER = "%m/%d/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S"
BROKEN_DATE = "00/00/0000 00:00:00"
NOT_APPLICABLE_TEXT = "N/A"
CUSTOM = (
    "wave",
    "stage",
    "cluster",
    "region",
    "age_band",
    "customer_type",
    "weight",
    "channel",
)  # variables 1 to 8
METADATA = (
    "Response ID",
    "Response Status",
    "IP Address",
    "Timestamp (MM/dd/yyyy)",
    "Duplicate",
    "Time Taken to Complete (Seconds)",
    "Seq. Number",
    "External Reference",
    *(f"Custom Variable {number}" for number in range(1, len(CUSTOM) + 1)),
    "Respondent Email",
    "Email List",
    "Country Code",
    "Region",
)


def write_questionpro(plan: MarketPlan, answers: pd.DataFrame, folder: Path) -> list[Path]:
    """Write all waves into one CSV and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = [*_metadata(plan, answers), *_answers(plan, answers)]
    names = [*METADATA, *_headers(plan)]
    table = pa.table(columns, names=[str(place) for place in range(len(columns))])
    about = [["Survey", plan.title], ["Survey ID", "7000001"], ["Responses", str(len(answers))], []]
    return [write_table(folder / FILE, table, above=[*about, names])]


def question_names(plan: MarketPlan) -> dict[str, str]:
    """Return what cxlab calls each answer's column; rows of the second grid bear the names of the first."""
    columns = [column for question in questionnaire(plan) for column in question.columns]
    names: dict[str, str] = {}
    for column, header in zip(columns, _headers(plan), strict=True):
        doubled = list(names.values()).count(header)
        names[column] = f"{header}#{doubled + 1}" if doubled else header
    return names


def _headers(plan: MarketPlan) -> list[str]:
    headers: list[str] = []
    for question in questionnaire(plan):
        if question.kind == "several":
            headers += [f"{question.text} - {label}" for label in question.labels]
        else:
            headers += question.labels if question.kind == "grid" else [question.text]
    return headers


def _metadata(plan: MarketPlan, answers: pd.DataFrame) -> list[pa.Array]:
    """Build the columns QuestionPro adds; persons are examples, addresses from RFC 5737."""
    n = len(answers)
    moment = pa.array(answers["responded_at"].to_numpy().astype("datetime64[s]"))
    style = answers["date_style"].to_numpy()
    at = pc.if_else(pa.array(style == OTHER_STYLE), pc.strftime(moment, OTHER), pc.strftime(moment, USUAL))
    number = pc.cast(pa.array(answers["customer"].to_numpy()), pa.string())
    host = pc.cast(pa.array(answers["customer"].to_numpy() % 254 + 1), pa.string())
    blank = pa.nulls(n, pa.string())
    return [
        pa.array(answers["response_id"]),
        pa.repeat("Completed", n),
        pc.binary_join_element_wise("198.51.100.", host, ""),
        pc.if_else(pa.array(style == NO_DATE), BROKEN_DATE, at),
        blank,
        pa.array(answers["duration_s"].to_numpy()),
        pa.array(np.arange(1, n + 1)),
        pa.array(answers["customer_id"]),
        *(_custom(plan, answers, name) for name in CUSTOM),
        pc.binary_join_element_wise("cliente", number, "@example.com", ""),
        blank,
        pa.repeat(plan.language.upper(), n),
        blank,
    ]


def _custom(plan: MarketPlan, answers: pd.DataFrame, name: str) -> pa.Array:
    if name == "wave":
        return pa.array([wave.name for wave in WAVES]).take(pa.array(answers["wave"].to_numpy()))
    if name == "channel":
        return pa.array(plan.channels).take(pa.array(answers["channel"].to_numpy() - 1))
    return pa.array(answers[name])


def _answers(plan: MarketPlan, answers: pd.DataFrame) -> list[pa.Array]:
    columns: list[pa.Array] = []
    for question in questionnaire(plan):
        for column in question.columns:
            if question.kind == "comment":
                columns.append(comments(plan, answers))
            elif question.kind == "several":
                columns.append(whole_numbers(answers[column].replace(0, np.nan)))  # blank where not chosen
            elif (answers[column] == NOT_APPLICABLE).any():
                columns.append(numbers_or(answers[column], NOT_APPLICABLE, NOT_APPLICABLE_TEXT))
            else:
                columns.append(whole_numbers(answers[column]))
    return columns
