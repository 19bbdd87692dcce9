"""Write one market the way Qualtrics exports it: one CSV per wave, three header rows, numeric codes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd

from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.simulate import NOT_APPLICABLE, score_columns
from cxlab.demo.wording import ATTRIBUTE_LABELS, QUESTIONS_ES

TIME_ZONE = "Europe/Madrid"
BROKEN_DATE = "0000-00-00 00:00:00"
NOT_APPLICABLE_CODE = 11  # "No aplica" is the eleventh column of the satisfaction grid
EMBEDDED = {
    "OLEADA": "wave",
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
    table = _metadata(plan, answers).join([_scores(plan, answers), _embedded(answers)])
    header = _header(plan, list(table.columns))
    paths = []
    for number, path in enumerate(folder / f"aurea_pulso_{wave.name}.csv" for wave in WAVES):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(header)
            rows = table[answers["delivery"] == number]
            rows.to_csv(file, header=False, index=False, lineterminator="\n")
        paths.append(path)
    return paths


def question_names(plan: MarketPlan) -> dict[str, str]:
    """Name of each score's column in the export: `Q1` … `Q3`, then `Q4_1` … and `Q5_1` … for the grids."""
    names = {"nps": "Q1", "csat_overall": "Q2", "ces": "Q3"}
    for kind, question in (("satisfaction", "Q4"), ("importance", "Q5")):
        for place, attribute in enumerate(plan.attributes, start=1):
            names[f"{kind}.{attribute.name}"] = f"{question}_{place}"
    return names


def _header(plan: MarketPlan, columns: list[str]) -> list[list[str]]:
    """Build the three rows above the data: names, labels, ImportIds as JSON."""
    labels = {name: label for name, label, _ in METADATA}
    imports = {name: identifier for name, _, identifier in METADATA}
    for score, name in question_names(plan).items():
        labels[name] = _question(score)
        imports[name] = f"QID{name.removeprefix('Q')}"
    return [
        columns,
        [labels.get(name, name) for name in columns],
        [_import_id(imports.get(name, name)) for name in columns],
    ]


def _question(score: str) -> str:
    if "." not in score:
        return QUESTIONS_ES[score]
    kind, attribute = score.split(".")
    return f"{QUESTIONS_ES[kind]} - {ATTRIBUTE_LABELS[attribute]['es']}"


def _import_id(identifier: str) -> str:
    entry = {"ImportId": identifier}
    if identifier.endswith("Date"):
        entry["timeZone"] = TIME_ZONE
    return json.dumps(entry, separators=(",", ":"))


def _metadata(plan: MarketPlan, answers: pd.DataFrame) -> pd.DataFrame:
    """Build the seventeen columns Qualtrics adds; persons are examples or blank, addresses from RFC 5737."""
    end = answers["responded_at"]
    start = end - pd.to_timedelta(answers["duration_s"], unit="s")
    channel = pd.Series(np.array(plan.channels)[answers["channel"] - 1], index=answers.index)
    number = answers["response_no"]
    columns: dict[str, object] = {
        "StartDate": start.dt.strftime("%Y-%m-%d %H:%M:%S"),
        "EndDate": end.dt.strftime("%Y-%m-%d %H:%M:%S"),
        "Status": 0,
        "IPAddress": ("192.0.2." + (number % 254 + 1).astype(str)).where(channel == "anonymous", ""),
        "Progress": 100,
        "Duration (in seconds)": answers["duration_s"],
        "Finished": 1,
        "RecordedDate": end.dt.strftime("%Y-%m-%d %H:%M:%S").mask(answers["broken_date"], BROKEN_DATE),
        "ResponseId": "R_" + answers["token"],
        "RecipientEmail": ("cliente" + number.astype(str) + "@example.com").where(channel == "email", ""),
        "DistributionChannel": channel,
        "UserLanguage": "ES",
    }
    names = [name for name, _, _ in METADATA]
    return pd.DataFrame({name: columns.get(name, "") for name in names}, index=answers.index)


def _scores(plan: MarketPlan, answers: pd.DataFrame) -> pd.DataFrame:
    """Numeric codes. The recommendation was set up as plain choices, so 0–10 is coded 1–11."""
    scores = answers[score_columns(plan)].replace(NOT_APPLICABLE, NOT_APPLICABLE_CODE)
    coded = scores.assign(nps=scores["nps"] + 1).astype("Int64")
    return coded.rename(columns=question_names(plan))


def _embedded(answers: pd.DataFrame) -> pd.DataFrame:
    """Fields sent along with the invitation; Qualtrics puts them last and labels them by their name."""
    names = pd.Series([wave.name for wave in WAVES])
    wave = answers["wave"].map(names)
    fields = {field: answers[column] for field, column in EMBEDDED.items()}
    return pd.DataFrame(fields).assign(OLEADA=wave)
