"""Write one market the way Qualtrics exports it: one CSV per wave, three header rows, numeric codes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.dirt import NO_DATE, OTHER_STYLE
from cxlab.demo.fieldwork import NOT_APPLICABLE
from cxlab.demo.questionnaire import Question, comments, questionnaire, whole_numbers
from cxlab.demo.write_table import write_table

TIME_ZONES = {"es": "Europe/Madrid", "it": "Europe/Rome", "pl": "Europe/Warsaw", "en": "Europe/London"}
USUAL, OTHER = "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S"
BROKEN_DATE = "0000-00-00 00:00:00"
NOT_APPLICABLE_CODE = 11  # "No aplica" is the eleventh column of the satisfaction grid
EMBEDDED = {
    "OLEADA": "wave",
    "ETAPA": "stage",
    "CLIENTE": "customer_id",
    "GRUPO": "cluster",
    "REGION": "region",
    "EDAD": "age_band",
    "TIPO_CLIENTE": "customer_type",
    "PESO": "weight",
}

# Column name, label in a Spanish account, ImportId.
METADATA = (
    ("StartDate", "Fecha de inicio", "startDate"),
    ("EndDate", "Fecha de finalización", "endDate"),
    ("Status", "Tipo de respuesta", "status"),
    ("IPAddress", "Dirección IP", "ipAddress"),
    ("Progress", "Progreso", "progress"),
    ("Duration (in seconds)", "Duración (en segundos)", "duration"),
    ("Finished", "Finalizado", "finished"),
    ("RecordedDate", "Fecha registrada", "recordedDate"),
    ("ResponseId", "ID de respuesta", "_recordId"),
    ("RecipientLastName", "Apellidos del destinatario", "recipientLastName"),
    ("RecipientFirstName", "Nombre del destinatario", "recipientFirstName"),
    ("RecipientEmail", "Correo electrónico del destinatario", "recipientEmail"),
    ("ExternalReference", "Referencia de datos externos", "externalDataReference"),
    ("LocationLatitude", "Latitud de la ubicación", "locationLatitude"),
    ("LocationLongitude", "Longitud de la ubicación", "locationLongitude"),
    ("DistributionChannel", "Canal de distribución", "distributionChannel"),
    ("UserLanguage", "Idioma del usuario", "userLanguage"),
)


def write_qualtrics(plan: MarketPlan, answers: pd.DataFrame, folder: Path) -> list[Path]:
    """Write one CSV per delivery; return their paths in order of the waves."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = {**_metadata(plan, answers), **_answers(plan, answers), **_embedded(answers)}
    header = _header(plan, list(columns))
    table = pa.table(columns)
    return [
        write_table(path, table.filter(pa.array(answers["delivery"] == number)), above=header)
        for number, path in enumerate(folder / name for name in file_names())
    ]


def file_names() -> list[str]:
    """Return the names of the files, in the order of the waves."""
    return [f"aurea_{wave.name}.csv" for wave in WAVES]


def question_names(plan: MarketPlan) -> dict[str, str]:
    """Column of each answer in the export: `Q1` … in the order of the questionnaire, `Q14_1` … in a grid.

    What to improve is one column that holds the codes of all options chosen.
    """
    names: dict[str, str] = {}
    for number, question in enumerate(questionnaire(plan), start=1):
        if question.kind == "grid":
            names |= {column: f"Q{number}_{place}" for place, column in enumerate(question.columns, start=1)}
        else:
            names[question.name if question.kind == "several" else question.columns[0]] = f"Q{number}"
    return names


def _header(plan: MarketPlan, columns: list[str]) -> list[list[str]]:
    """Build the three rows above the data: names, labels, ImportIds as JSON."""
    labels = {name: label for name, label, _ in METADATA}
    imports = {name: identifier for name, _, identifier in METADATA}
    names = question_names(plan)
    for question in questionnaire(plan):
        for name, label in _labelled(question, names):
            labels[name] = label
            imports[name] = f"QID{name.removeprefix('Q')}" + ("_TEXT" if question.kind == "comment" else "")
    return [
        columns,
        [labels.get(name, name) for name in columns],
        [_import_id(plan, imports.get(name, name)) for name in columns],
    ]


def _labelled(question: Question, names: dict[str, str]) -> list[tuple[str, str]]:
    if question.kind != "grid":
        name = question.name if question.kind == "several" else question.columns[0]
        return [(names[name], question.text)]
    rows = zip(question.columns, question.labels, strict=True)
    return [(names[column], f"{question.text} - {label}") for column, label in rows]


def _import_id(plan: MarketPlan, identifier: str) -> str:
    entry = {"ImportId": identifier}
    if identifier.endswith("Date"):
        entry["timeZone"] = TIME_ZONES[plan.language]
    return json.dumps(entry, separators=(",", ":"))


def _metadata(plan: MarketPlan, answers: pd.DataFrame) -> dict[str, pa.Array]:
    """Build the seventeen columns Qualtrics adds; persons are examples or blank, addresses from RFC 5737."""
    n = len(answers)
    end = answers["responded_at"].to_numpy().astype("datetime64[s]")
    duration = answers["duration_s"].to_numpy()
    channel = answers["channel"].to_numpy() - 1
    style = answers["date_style"].to_numpy()
    blank = pa.nulls(n, pa.string())
    number = pa.array(answers["customer"].to_numpy())
    address = pc.binary_join_element_wise(
        "192.0.2.", pc.cast(pa.array(answers["customer"].to_numpy() % 254 + 1), pa.string()), ""
    )
    mail = pc.binary_join_element_wise("cliente", pc.cast(number, pa.string()), "@example.com", "")
    recorded = pc.if_else(
        pa.array(style == OTHER_STYLE), pc.strftime(pa.array(end), OTHER), pc.strftime(pa.array(end), USUAL)
    )
    columns = {
        "StartDate": pc.strftime(pa.array(end - duration.astype("timedelta64[s]")), USUAL),
        "EndDate": pc.strftime(pa.array(end), USUAL),
        "Status": pa.array(np.zeros(n, dtype=np.int64)),
        "IPAddress": pc.if_else(pa.array(channel == 2), address, None),
        "Progress": pa.array(np.full(n, 100)),
        "Duration (in seconds)": pa.array(duration),
        "Finished": pa.array(np.ones(n, dtype=np.int64)),
        "RecordedDate": pc.if_else(pa.array(style == NO_DATE), BROKEN_DATE, recorded),
        "ResponseId": pa.array(answers["response_id"]),
        "RecipientEmail": pc.if_else(pa.array(channel == 0), mail, None),
        "DistributionChannel": pa.array(plan.channels).take(pa.array(channel)),
        "UserLanguage": pa.array([plan.language.upper()]).take(pa.array(np.zeros(n, dtype=np.int64))),
    }
    return {name: columns.get(name, blank) for name, _, _ in METADATA}


def _answers(plan: MarketPlan, answers: pd.DataFrame) -> dict[str, pa.Array]:
    """Numeric codes. The recommendation was set up as plain choices, so 0–10 is coded 1–11."""
    names = question_names(plan)
    columns: dict[str, pa.Array] = {}
    for question in questionnaire(plan):
        if question.kind == "several":
            columns[names[question.name]] = _chosen_codes(answers, question)
            continue
        for column in question.columns:
            if question.kind == "comment":
                columns[names[column]] = comments(plan, answers)
            else:
                shift = 1 if column == "nps" else 0
                coded = answers[column].replace(NOT_APPLICABLE, NOT_APPLICABLE_CODE) + shift
                columns[names[column]] = whole_numbers(coded)
    return columns


def _chosen_codes(answers: pd.DataFrame, question: Question) -> pa.Array:
    """Codes of the options chosen, such as `1,3`; blank where none is."""
    chosen = np.stack([answers[column].to_numpy() == 1 for column in question.columns], axis=1)
    bits = 1 << np.arange(chosen.shape[1])
    codes = [
        ",".join(str(place + 1) for place in range(len(bits)) if number & bits[place]) or None
        for number in range(1 << len(bits))
    ]
    return pa.array(codes, pa.string()).take(pa.array(np.add.reduce(chosen * bits, axis=1)))


def _embedded(answers: pd.DataFrame) -> dict[str, pa.Array]:
    """Fields sent along with the invitation; Qualtrics puts them last and labels them by their name."""
    fields = {field: pa.array(answers[column]) for field, column in EMBEDDED.items()}
    fields["OLEADA"] = pa.array([wave.name for wave in WAVES]).take(pa.array(answers["wave"].to_numpy()))
    return fields
