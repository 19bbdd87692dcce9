"""Write one market as a field institute delivers it: one SPSS file with labels and user-missing codes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat

from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.simulate import NOT_APPLICABLE, REFUSED, score_columns
from cxlab.demo.wording import ATTRIBUTE_LABELS, QUESTIONS_PL

MISSING_LABELS: dict[int | float, str] = {NOT_APPLICABLE: "nie dotyczy", REFUSED: "odmowa"}
# Only the ends of a long scale are labelled: whoever applies value labels turns 0 and 10 into text.
SCORE_LABELS: dict[str, dict[int | float, str]] = {
    "nps": {0: "wcale", 10: "na pewno"},
    "csat_overall": {
        1: "bardzo niezadowolony/a",
        2: "niezadowolony/a",
        3: "ani tak, ani nie",
        4: "zadowolony/a",
        5: "bardzo zadowolony/a",
    },
    "ces": {1: "zdecydowanie się nie zgadzam", 7: "zdecydowanie się zgadzam"},
    "satisfaction": {1: "bardzo niezadowolony/a", 10: "bardzo zadowolony/a"},
    "importance": {1: "zupełnie nieważne", 10: "bardzo ważne"},
}
# Name in the file, column simulated, label, format.
BACKGROUND = (
    ("ID", "response_no", "Numer wywiadu", "F8.0"),
    ("FALA", "wave", "Fala badania", "F2.0"),
    ("DATA", "responded_at", "Data i godzina wywiadu", "DATETIME20"),
    ("CZAS", "duration_s", "Czas trwania wywiadu w sekundach", "F6.0"),
    ("TRYB", "channel", "Tryb wywiadu", "F2.0"),
    ("ANKIETER", "interviewer", "Numer ankietera", "F3.0"),
    ("REGION", "region", "Region", "F2.0"),
    ("WIEK", "age_band", "Wiek", "F2.0"),
    ("TYP", "customer_type", "Typ klienta", "F2.0"),
    ("WAGA", "weight", "Waga poststratyfikacyjna", "F10.6"),
)
CREATED = b"01 Apr 2609:00:00"
CREATED_AT = 92  # record type 4, product 60, layout 4, case size 4, compression 4, weight 4, cases 4, bias 8


def write_spss(plan: MarketPlan, answers: pd.DataFrame, folder: Path) -> Path:
    """Write all waves into one .sav file and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "aurea_puls.sav"
    names = variable_names(plan)
    formats = {name: form for name, _, _, form in BACKGROUND} | dict.fromkeys(names.values(), "F2.0")
    scores = answers[score_columns(plan)].rename(columns=names)
    pyreadstat.write_sav(
        _background(answers).join(scores),
        path,
        file_label="Aurea Telecom, badanie satysfakcji",
        row_compress=True,
        column_labels=_variable_labels(names),
        variable_value_labels=_background_labels(plan) | _score_labels(names),
        missing_ranges={name: [{"lo": NOT_APPLICABLE, "hi": REFUSED}] for name in names.values()},
        variable_format=formats,
    )
    _fix_creation_date(path)
    return path


def variable_names(plan: MarketPlan) -> dict[str, str]:
    """Name of each score's variable in the file: `P1` … `P3`, then `P4_1` … and `P5_1` … for the grids."""
    names = {"nps": "P1", "csat_overall": "P2", "ces": "P3"}
    for kind, question in (("satisfaction", "P4"), ("importance", "P5")):
        for place, attribute in enumerate(plan.attributes, start=1):
            names[f"{kind}.{attribute.name}"] = f"{question}_{place}"
    return names


def _background(answers: pd.DataFrame) -> pd.DataFrame:
    known = answers.assign(
        wave=answers["wave"] + 1,
        interviewer=answers["response_no"] % 23 + 1,
        # pyreadstat 1.3.7 writes every moment held in whole seconds as 1 January 1970.
        responded_at=answers["responded_at"].astype("datetime64[us]"),
    )
    return pd.DataFrame({name: known[column] for name, column, _, _ in BACKGROUND})


def _variable_labels(names: dict[str, str]) -> dict[str, str | None]:
    labels: dict[str, str | None] = {name: label for name, _, label, _ in BACKGROUND}
    for score, name in names.items():
        kind, _, attribute = score.partition(".")
        aspect = f": {ATTRIBUTE_LABELS[attribute]['pl']}" if attribute else ""
        labels[name] = QUESTIONS_PL[kind] + aspect
    return labels


def _background_labels(plan: MarketPlan) -> dict[str, dict[int | float, str]]:
    return {
        "FALA": dict(enumerate((wave.name for wave in WAVES), start=1)),
        "TRYB": dict(enumerate(plan.channels, start=1)),
        "REGION": dict(enumerate(plan.region.names, start=1)),
        "WIEK": dict(enumerate(plan.age_band.names, start=1)),
        "TYP": dict(enumerate(plan.customer_type.names, start=1)),
    }


def _score_labels(names: dict[str, str]) -> dict[str, dict[int | float, str]]:
    return {name: SCORE_LABELS[score.partition(".")[0]] | MISSING_LABELS for score, name in names.items()}


def _fix_creation_date(path: Path) -> None:
    """Overwrite the header's date and time: the writer stamps the clock, and one seed must give one file."""
    with path.open("r+b") as file:
        file.seek(CREATED_AT)
        file.write(CREATED)
