"""Write one market as a field institute delivers it: one SPSS file with labels and user-missing codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.fieldwork import NOT_APPLICABLE, REFUSED
from cxlab.demo.questionnaire import comments, csat_words, questionnaire

FILE = "aurea_puls.sav"
MISSING_LABELS: dict[int | float, str] = {NOT_APPLICABLE: "nie dotyczy", REFUSED: "odmowa"}
# Only the ends of a long scale are labelled: whoever applies value labels turns 0 and 10 into text.
END_LABELS: dict[str, dict[int | float, str]] = {
    "nps": {0: "wcale", 10: "na pewno"},
    "ces": {1: "zdecydowanie się nie zgadzam", 7: "zdecydowanie się zgadzam"},
    "renew_q1": {1: "na pewno nie", 10: "na pewno tak"},
    "renew_q2": {1: "na pewno nie", 10: "na pewno tak"},
    "buy_more": {1: "na pewno nie", 5: "na pewno tak"},
    "reluctance_to_switch": {1: "żadna", 5: "bardzo duża"},
    "recommend_intent": {1: "na pewno nie", 5: "na pewno tak"},
    "satisfaction": {1: "bardzo niezadowolony/a", 10: "bardzo zadowolony/a"},
    "importance": {1: "zupełnie nieważne", 10: "bardzo ważne"},
}
# Name in the file, column simulated, label, format.
BACKGROUND = (
    ("ID", "response_id", "Numer wywiadu", "A18"),
    ("FALA", "wave", "Fala badania", "F2.0"),
    ("ETAP", "stage", "Etap badania", "F2.0"),
    ("DATA", "responded_at", "Data i godzina wywiadu", "DATETIME20"),
    ("CZAS", "duration_s", "Czas trwania wywiadu w sekundach", "F6.0"),
    ("TRYB", "channel", "Tryb wywiadu", "F2.0"),
    ("ANKIETER", "interviewer", "Numer ankietera", "F3.0"),
    ("KLIENT", "customer_id", "Numer klienta", "A12"),
    ("GRUPA", "cluster", "Numer konta", "A12"),
    ("REGION", "region", "Region", "F2.0"),
    ("WIEK", "age_band", "Wiek", "F2.0"),
    ("TYP", "customer_type", "Typ klienta", "F2.0"),
    ("WAGA", "weight", "Waga poststratyfikacyjna", "F10.6"),
)
COMMENT_FORMAT = "A120"
CREATED = b"01 Nov 2609:00:00"
CREATED_AT = 92  # record type 4, product 60, layout 4, case size 4, compression 4, weight 4, cases 4, bias 8


def write_spss(plan: MarketPlan, answers: pd.DataFrame, folder: Path) -> list[Path]:
    """Write all waves into one .sav file and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    names = variable_names(plan)
    numeric = [name for column, name in names.items() if column != "comment"]
    formats = {name: form for name, _, _, form in BACKGROUND} | dict.fromkeys(numeric, "F2.0")
    values = answers[list(names)].rename(columns=names)
    values[names["comment"]] = comments(plan, answers).to_pandas().fillna("")
    pyreadstat.write_sav(
        _background(answers).join(values),
        path,
        file_label="Aurea Telecom, badanie satysfakcji",
        row_compress=True,
        column_labels=_variable_labels(plan, names),
        variable_value_labels=_background_labels(plan) | _answer_labels(plan, names),
        missing_ranges={names[column]: [{"lo": NOT_APPLICABLE, "hi": REFUSED}] for column in _scores(plan)},
        variable_format=formats | {names["comment"]: COMMENT_FORMAT},
    )
    _fix_creation_date(path)
    return [path]


def variable_names(plan: MarketPlan) -> dict[str, str]:
    """Name of each answer's variable in the file: `P1` …, and `P13_1` … for options and rows of a grid."""
    names: dict[str, str] = {}
    for number, question in enumerate(questionnaire(plan), start=1):
        several = question.kind in ("grid", "several")
        for place, column in enumerate(question.columns, start=1):
            names[column] = f"P{number}_{place}" if several else f"P{number}"
    return names


def _scores(plan: MarketPlan) -> list[str]:
    return [
        column
        for question in questionnaire(plan)
        if question.kind in ("score", "grid")
        for column in question.columns
    ]


def _background(answers: pd.DataFrame) -> pd.DataFrame:
    known = answers.assign(
        wave=answers["wave"] + 1,
        interviewer=np.arange(len(answers)) % 23 + 1,
        # pyreadstat 1.3.7 writes every moment held in whole seconds as 1 January 1970.
        responded_at=answers["responded_at"].astype("datetime64[us]"),
    )
    return pd.DataFrame({name: known[column] for name, column, _, _ in BACKGROUND})


def _variable_labels(plan: MarketPlan, names: dict[str, str]) -> dict[str, str | None]:
    labels: dict[str, str | None] = {name: label for name, _, label, _ in BACKGROUND}
    for question in questionnaire(plan):
        several = question.kind in ("grid", "several")
        for column, part in zip(question.columns, question.labels or question.columns, strict=False):
            labels[names[column]] = f"{question.text}: {part}" if several else question.text
    return labels


def _background_labels(plan: MarketPlan) -> dict[str, dict[int | float, str]]:
    return {
        "FALA": dict(enumerate((wave.name for wave in WAVES), start=1)),
        "ETAP": {1: "pilot", 2: "full"},
        "TRYB": dict(enumerate(plan.channels, start=1)),
        "REGION": dict(enumerate(plan.region.names, start=1)),
        "WIEK": dict(enumerate(plan.age_band.names, start=1)),
        "TYP": dict(enumerate(plan.customer_type.names, start=1)),
    }


def _answer_labels(plan: MarketPlan, names: dict[str, str]) -> dict[str, dict[int | float, str]]:
    labels: dict[str, dict[int | float, str]] = {}
    for question in questionnaire(plan):
        for column in question.columns:
            if question.kind == "choice":
                labels[names[column]] = dict(enumerate(question.labels, start=1))
            elif question.kind == "several":
                labels[names[column]] = {0: "nie", 1: "tak"}
            elif column == "csat_overall":
                labels[names[column]] = dict(enumerate(csat_words(plan), start=1)) | MISSING_LABELS
            elif question.kind != "comment":
                labels[names[column]] = END_LABELS[column.partition(".")[0]] | MISSING_LABELS
    return labels


def _fix_creation_date(path: Path) -> None:
    """Overwrite the header's date and time: the writer stamps the clock, and one seed must give one file."""
    with path.open("r+b") as file:
        file.seek(CREATED_AT)
        file.write(CREATED)
